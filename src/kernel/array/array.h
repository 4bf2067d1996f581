/* Convolution of arrays with all that a user can ask for. */
#ifndef CONVMAT_ARRAY_H
#define CONVMAT_ARRAY_H

#include "array/box.h"
#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* What is asked for, for each axis; the first axis varies fastest. As for cm_conv(), a boundary
 * other than CM_ZERO needs CM_SAME or CM_CAUSAL, and CM_CAUSAL the origin 0. */
typedef struct {
    size_t rank, nx[CM_MOST_AXES], nh[CM_MOST_AXES], origin[CM_MOST_AXES];
    cm_mode mode[CM_MOST_AXES];
    cm_boundary boundary[CM_MOST_AXES];
    cm_na na;
    cm_method method;
} cm_array;

/* A kernel: of all axes, or of one, whose outer product with the others is meant. Those of one
 * are in the order of their axes. */
typedef struct {
    const double *re, *im;
    size_t axis; /* CM_MOST_AXES for all */
} cm_factor;

/* Convolves x with the product of nfactor >= 1 kernels into y, which has an imaginary part if x
 * or one of them has. Returns 1; or 0, and nothing of use in y, if kernels are of one axis each
 * and a sample of x is infinite, or so large that its products with some of them may overflow.
 */
int cm_conv_array(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
                  cm_output y, const cm_env *env);

#endif
