/* Compensated sums (Neumaier 1974): *sum + *lost is off by at most 2 eps times the sum of the
 * moduli of the terms, however many there are. */
#ifndef CONVMAT_SUM_H
#define CONVMAT_SUM_H

#include <math.h>

static inline void cm_add(double term, double *sum, double *lost)
{
    double before = *sum, after = before + term;
    *lost += fabs(before) >= fabs(term) ? (before - after) + term : (term - after) + before;
    *sum = after;
}

/* The sum with what it has lost. Of an infinite sum, or NaN, `lost` means nothing. */
static inline double cm_total(double sum, double lost)
{
    return isfinite(sum) ? sum + lost : sum;
}

#endif
