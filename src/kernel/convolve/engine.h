/* Convolution of real, finite signals by whatever method. */
#ifndef CONVMAT_ENGINE_H
#define CONVMAT_ENGINE_H

#include "base/env.h"
#include "convolve/problem.h"

/* All methods but CM_FFT keep the promise of guard.h. With env NULL, in a worker thread, only
 * for a problem of which cm_sizes_choose_sums() is true. */
void cm_conv_real(const cm_problem *p, cm_method method, const cm_env *env);

#endif
