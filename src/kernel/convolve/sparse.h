/* Convolution of a signal of mostly zeros. */
#ifndef CONVMAT_SPARSE_H
#define CONVMAT_SPARSE_H

#include "base/env.h"
#include "convolve/problem.h"

/* The most terms that may be added one after the other. */
#define CM_SPARSE_MOST 16384

/* Kernels up to here are copied, with zeros around them. With a longer one cm_conv_sparse()
 * takes no memory. */
#define CM_SPARSE_PADDED 4096

/* The samples of a signal that are not 0: how many, their indices and values. */
typedef struct {
    size_t n;
    const size_t *at;
    const double *value;
} cm_nonzeros;

/* Assumes that at most `most` of nx samples are not 0. */
cm_nonzeros cm_find_nonzeros(const double *x, size_t nx, size_t most, const cm_env *env);

/* Assumes one column, whose samples that are not 0 are given. To keep the promise the smaller
 * of their number and nh must be at most CM_SPARSE_MOST. The problem need not be trimmed. */
void cm_conv_sparse(const cm_problem *p, const cm_nonzeros *x, const cm_env *env);

#endif
