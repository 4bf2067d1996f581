/* What is taken of an array at a time. */
#ifndef CONVMAT_PART_H
#define CONVMAT_PART_H

#include "array/array.h"
#include "array/box.h"
#include "array/edges.h"
#include "base/env.h"
#include "convolve/samples.h"

/* By how much a straight line through samples can pass the largest. */
double cm_growth(const cm_array *a);

/* The sizes of x and kernel, and the outputs that are asked for. */
cm_box cm_box_of(const cm_array *a);

/* An array, or a slab of it, whose axis has no boundary any more. */
typedef struct {
    cm_array a;
    cm_box box;
    cm_field x;                                       /* with states if some are not 0 */
    size_t before[CM_MOST_AXES], after[CM_MOST_AXES]; /* places outside that are missing */
} cm_part;

/* All of an array, but its samples. */
cm_part cm_part_of(const cm_array *a);

/* Convolves a part with all kernels, into y. It is extended on the way. */
void cm_conv_part(cm_part *p, const cm_factor *factor, size_t nfactor, cm_output y,
                  const cm_env *env);

#endif
