/* Kernels of one axis each, one after the other, by direct sums. */
#ifndef CONVMAT_PASSES_H
#define CONVMAT_PASSES_H

#include "array/array.h"
#include "array/box.h"
#include "base/env.h"
#include "base/window.h"

/* Can cm_conv_passes() do it with these kernels of one axis each? They must be real, and not
 * too long. */
int cm_may_pass(const cm_box *box, const cm_boundary *boundary, const cm_factor *factor,
                size_t nfactor, cm_method method);

/* Convolves a real array with kernels of one axis each, into y. `boundary` has one for each
 * axis, of which none is CM_MISSING; NULL for zeros everywhere. Where it is not CM_ZERO there
 * are as many outputs as samples. Returns 1; or less, and nothing of use in y, if a sample
 * times `growth` is not finite: the part of the work that progress was told of.
 *
 * Memory beside x and y: 0.1 to 1 MB for each thread, with kernels of more than 500 samples 1.5
 * kB for each of them. Where an axis behind the first with a kernel has more or less outputs
 * than samples up to 32 MB, or two slices of the array if these are larger. */
double cm_conv_passes(const cm_box *box, const cm_boundary *boundary, const double *x,
                      const cm_factor *factor, size_t nfactor, double growth, double *y,
                      const cm_env *env);

#endif
