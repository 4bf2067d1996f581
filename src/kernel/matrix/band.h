/* Least squares with banded matrices. */
#ifndef CONVMAT_BAND_H
#define CONVMAT_BAND_H

#include "base/env.h"

/* What the caller gives of LAPACK. qr() puts the triangle R of the first nrow rows of W, a
 * column-major matrix with columns ld apart, over W; its scratch has ncol + qr_work() doubles.
 */
typedef struct {
    size_t (*qr_work)(size_t nrow, size_t ncol);
    void (*qr)(double *W, size_t ld, size_t nrow, size_t ncol, double *scratch);
} cm_lapack;

/* Puts the factor R, N = R'R, over the symmetric band N of n columns. Returns 0 if N is not
 * positive definite. */
int cm_band_cholesky(double *N, size_t n, size_t p, const cm_env *env);

/* The factor R of B'B, found without squaring B. Row r of B, of nrow, is values[r (p + 1) ...]
 * from column start[r] on; starts must not decrease. What goes past column n - 1 is left out.
 * `rhs` has nrow values for each of nrhs columns; c gets the first n values of Q'rhs for each,
 * so that the x with R x = c is the least squares solution. */
void cm_band_qr(const double *start, const double *values, size_t nrow, size_t n, size_t p,
                const double *rhs, size_t nrhs, double *R, double *c, const cm_lapack *lapack,
                const cm_env *env);
/* The band Z of the inverse of R'R, stored like R. */
void cm_band_inverse(const double *R, size_t n, size_t p, double *Z, const cm_env *env);

#endif
