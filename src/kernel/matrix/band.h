/* Least squares with banded matrices. */
#ifndef CONVMAT_BAND_H
#define CONVMAT_BAND_H

#include "base/env.h"

/* What is needed of LAPACK, on a column-major matrix: the triangle R of the first nrow rows of
 * W, over what was there; scratch has ncol + qr_work() doubles. */
typedef struct {
    size_t (*qr_work)(size_t nrow, size_t ncol);
    void (*qr)(double *W, size_t ld, size_t nrow, size_t ncol, double *scratch);
} cm_lapack;

void cm_band_qr(const double *start, const double *values, size_t nrow, size_t n, size_t p,
                const double *rhs, size_t nrhs, double *R, double *c, const cm_lapack *lapack,
                const cm_env *env);
void cm_band_inverse(const double *R, size_t n, size_t p, double *Z, const cm_env *env);

#endif
