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

/* A matrix B whose rows are 0 but for p + 1 neighbouring columns: row r is scale[r] times
 * values[which[r] (p + 1) ...] from column start[r] on, since many rows have the same values.
 * Starts must not decrease. What goes past the last column is left out. */
typedef struct {
    const double *start, *which, *scale, *values;
    size_t nrow;
} cm_band_rows;

/* The factor R of B'B, found without squaring B, of n columns. `rhs` has a value for each row
 * of B in each of nrhs columns; c gets the first n values of Q'rhs for each, so that the x with
 * R x = c is the least squares solution. */
void cm_band_qr(const cm_band_rows *B, size_t n, size_t p, const double *rhs, size_t nrhs,
                double *R, double *c, const cm_lapack *lapack, const cm_env *env);

/* The band Z of the inverse of R'R, stored like R. */
void cm_band_inverse(const double *R, size_t n, size_t p, double *Z, const cm_env *env);

/* Puts the x with R x = b over b, and the x with R'R x = b. */
void cm_band_back(const double *R, size_t n, size_t p, double *x, const cm_env *env);
void cm_band_solve(const double *R, size_t n, size_t p, double *x, const cm_env *env);

/* The largest sum of moduli in a column of the symmetric band N; NaN if a sum is. */
double cm_band_norm(const double *N, size_t n, size_t p, const cm_env *env);

/* The band of A'W A, of min(m, n) - 1 diagonals above the main one, for the n columns and ny
 * rows of the matrix that takes x to the values of its convolution with h from `first` on, with
 * zeros outside of x. W has w on its diagonal. */
void cm_band_gram(const double *h, size_t m, const double *w, size_t ny, size_t first, size_t n,
                  double *band, const cm_env *env);

/* The band, with q diagonals above the main one, of N with row and column j at place[j]. What
 * would come to lie outside is 0 in N. */
void cm_band_place(const double *N, size_t n, size_t p, const double *place, double *to,
                   size_t q, const cm_env *env);

/* b'Z b for each row b of B, whose values are `width`, p + 1 at most: the diagonal of B Z B'
 * for a symmetric Z of which the band is known. Starts may come in any order. */
void cm_band_leverage(const cm_band_rows *B, size_t width, const double *Z, size_t n, size_t p,
                      double *leverage, const cm_env *env);

#endif
