/* Finite arrays with one kernel of all axes, or with one along each axis. */
#ifndef CONVMAT_FACTORS_H
#define CONVMAT_FACTORS_H

#include "array/array.h"
#include "array/box.h"
#include "base/env.h"
#include "convolve/samples.h"

/* A small kernel of all axes. Returns 1; or less, and nothing of use in y, if it is something
 * else, or a product might not be finite: the part of the work that progress was told of. */
double cm_try_small(const cm_box *box, const cm_boundary *boundary, const double *re,
                    const double *im, const cm_factor *factor, cm_method method, cm_output y,
                    const cm_env *env);

/* Convolves finite samples with all kernels, into y. Those of one axis each extend the array
 * along it as `edges` says; NULL for zeros everywhere. */
void cm_conv_factors(const cm_box *box, const double *re, const double *im,
                     const cm_factor *factor, size_t nfactor, const cm_array *edges,
                     cm_method method, cm_output y, const cm_env *env);

#endif
