/* Convolution with all that a user can ask for: modes, boundaries, missing values, columns,
 * complex numbers. */
#ifndef CONVMAT_CONV_H
#define CONVMAT_CONV_H

#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* Convolves each column of x with the one kernel h. y has room for a window for each column,
 * and an imaginary part if x or h has one. For CM_CAUSAL the origin must be 0, and for a
 * boundary other than CM_ZERO the mode CM_SAME or CM_CAUSAL. */
void cm_conv(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
             const cm_env *env);

/* Finite columns with one finite kernel, any window. CM_SPARSE_KERNEL needs a kernel of which
 * at most CM_SPARSE_MOST samples are not 0. */
void cm_conv_finite(cm_samples x, cm_samples h, cm_window w, cm_method method, cm_output y,
                    const cm_env *env);

#endif
