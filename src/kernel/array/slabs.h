/* Arrays of any size, some slices or a slab of one at a time. */
#ifndef CONVMAT_SLABS_H
#define CONVMAT_SLABS_H

#include "array/array.h"
#include "base/env.h"
#include "convolve/samples.h"

/* Convolves x with all kernels, into y. With kernels of one axis each no sample of x may be
 * infinite or too large, see cm_conv_array(). */
void cm_conv_slabs(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
                   cm_output y, const cm_env *env);

#endif
