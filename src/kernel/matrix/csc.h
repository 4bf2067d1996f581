/* The sparse convolution matrix, compressed by columns; real kernels only. */
#ifndef CONVMAT_CSC_H
#define CONVMAT_CSC_H

#include "matrix/toeplitz.h"

/* Where each column starts, ncol + 1 places into p; returns the number of entries. */
size_t cm_csc_starts(const cm_matrix *matrix, int *p, const cm_env *env);

/* The rows of the entries and their values. */
void cm_csc_fill(const cm_matrix *matrix, const int *p, int *row, double *value,
                 const cm_env *env);

#endif
