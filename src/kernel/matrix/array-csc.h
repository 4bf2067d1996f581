/* The sparse matrix of a convolution of arrays, compressed by columns; real kernels only. */
#ifndef CONVMAT_ARRAY_CSC_H
#define CONVMAT_ARRAY_CSC_H

#include "base/env.h"
#include "base/window.h"

/* What is asked for along an axis, for n samples and nh of the kernel. */
typedef struct {
    size_t n, nh, origin;
    cm_mode mode;
    cm_boundary boundary;
} cm_axis;

/* Fills p[0 ... ncol]: the entries of column c are those from p[c] to p[c + 1] - 1. The first
 * of the axes varies fastest. Returns how many entries there are, which must not pass the
 * largest int. */
size_t cm_array_csc_starts(const double *h, const cm_axis *axes, size_t rank, int *p,
                           const cm_env *env);

/* Fills the rows of the entries, increasing in each column, and their values. */
void cm_array_csc_fill(const double *h, const cm_axis *axes, size_t rank, int *row,
                       double *value, const cm_env *env);

#endif
