/* Convolution of a signal of mostly zeros. */
#ifndef CONVMAT_SPARSE_H
#define CONVMAT_SPARSE_H

#include "base/env.h"
#include "convolve/problem.h"

/* For one column, of which at most `nonzero` samples are not 0. The smaller of nonzero and nh
 * is at most 2^14, or the promise is not kept. */
void cm_conv_sparse(const cm_problem *p, size_t nonzero, const cm_env *env);

#endif
