/* Convolution by its definition. */
#ifndef CONVMAT_DIRECT_H
#define CONVMAT_DIRECT_H

#include "base/env.h"
#include "convolve/problem.h"

/* Assumes a kernel no longer than the signals. With env NULL, in a worker thread, it neither
 * polls nor allocates. */
void cm_conv_direct(const cm_problem *p, const cm_env *env);

#endif
