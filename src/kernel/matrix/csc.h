/* The sparse convolution matrix, compressed by columns; real kernels only. */
#ifndef CONVMAT_CSC_H
#define CONVMAT_CSC_H

#include "matrix/toeplitz.h"

/* Fills p[0 ... ncol]: the entries of column c are those from p[c] to p[c + 1] - 1. Returns how
 * many entries there are, which must not pass the largest int. */
size_t cm_csc_starts(const cm_matrix *matrix, int *p, const cm_env *env);

/* Fills the rows of the entries and their values, for p as cm_csc_starts() has filled it. */
void cm_csc_fill(const cm_matrix *matrix, const int *p, int *row, double *value,
                 const cm_env *env);

#endif
