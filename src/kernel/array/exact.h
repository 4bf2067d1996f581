/* Outputs whose sums or weights over what is present may have too few digits. */
#ifndef CONVMAT_EXACT_H
#define CONVMAT_EXACT_H

#include "array/array.h"
#include "array/edges.h"
#include "base/scaled.h"

/* A convolution of a real kernel with the array x. Samples with a state are not there. */
typedef struct {
    const cm_box *box;
    cm_field x;
    const cm_factor *factor;
    size_t nfactor;
    const double *present; /* 1 or 0 for all places that outputs meet */
} cm_sums;

/* Below what size a sum may lack digits that would show, scaled up; 0 if none does. */
double cm_too_small(const cm_sums *s);

/* Of output t the sums of the terms that are present, and of their weights. `im` is 0 where x
 * is real. */
typedef struct {
    cm_scaled re, im, weight;
} cm_exact_sums;

cm_exact_sums cm_sum_exactly(const cm_sums *s, size_t t);

#endif
