/* Convolution of a signal of mostly zeros. */
#ifndef CONVMAT_SPARSE_H
#define CONVMAT_SPARSE_H

#include "base/env.h"
#include "convolve/problem.h"

/* For one column, of which at most `nonzero` samples are not 0. Only the smaller of nonzero and
 * nh up to CM_SPARSE_MOST keeps the promise. */
void cm_conv_sparse(const cm_problem *p, size_t nonzero, const cm_env *env);

#define CM_SPARSE_MOST 16384 /* terms that are added one after the other */

#endif
