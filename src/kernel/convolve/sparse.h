/* Convolution of a signal of mostly zeros. */
#ifndef CONVMAT_SPARSE_H
#define CONVMAT_SPARSE_H

#include "base/env.h"
#include "convolve/problem.h"

/* Assumes one column, of which at most `nonzero` samples are not 0. To keep the promise the
 * smaller of nonzero and nh must be at most 2^14. */
void cm_conv_sparse(const cm_problem *p, size_t nonzero, const cm_env *env);

#endif
