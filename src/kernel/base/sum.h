/* Compensated sums (Neumaier 1974): *sum + *lost is within 2 eps of the sum of the
 * moduli of the terms, however many they are. */
#ifndef CONVMAT_SUM_H
#define CONVMAT_SUM_H

#include <math.h>

static inline void cm_add(double term, double *sum, double *lost)
{
    double before = *sum, after = before + term;
    *lost += fabs(before) >= fabs(term) ? (before - after) + term : (term - after) + before;
    *sum = after;
}

/* What has overflowed, or is not finite by its terms, has lost nothing. */
static inline double cm_total(double sum, double lost)
{
    return isfinite(sum) ? sum + lost : sum;
}

#endif
