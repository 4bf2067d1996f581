/* deconv(): banded factorisations, with R's LAPACK. Bands are matrices of p + 1 rows, stored as
 * kernel/matrix/band.c says. Norms are 1-norms. */
#ifndef USE_FC_LEN_T
#define USE_FC_LEN_T
#endif
#include "convmat.h"

#include <string.h>

#include <R_ext/BLAS.h>
#include <R_ext/Lapack.h>
#ifndef FCONE
#define FCONE
#endif

static size_t qr_work(size_t nrow, size_t ncol)
{
    int m = (int)nrow, n = (int)ncol, ask = -1, info;
    double none = 0, best;
    F77_CALL(dgeqrf)(&m, &n, &none, &m, &none, &best, &ask, &info);
    return (size_t)best;
}

static void qr(double *W, size_t ld, size_t nrow, size_t ncol, double *scratch)
{
    int m = (int)nrow, n = (int)ncol, lda = (int)ld, nwork = (int)qr_work(nrow, ncol), info;
    F77_CALL(dgeqrf)(&m, &n, W, &lda, scratch, scratch + ncol, &nwork, &info);
}

static const cm_lapack lapack = {qr_work, qr};

static SEXP band_matrix(size_t rows, size_t n)
{
    SEXP band = PROTECT(ffi_result(REALSXP, rows * n));
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 2));
    INTEGER(dim)[0] = (int)rows;
    INTEGER(dim)[1] = (int)n;
    Rf_setAttrib(band, R_DimSymbol, dim);
    UNPROTECT(2); // band, dim
    return band;
}

static SEXP band_like(SEXP band)
{
    return band_matrix((size_t)Rf_nrows(band), (size_t)Rf_ncols(band));
}

/* The band N + lambda P, with as many columns as P. N may have a single column, which stands
 * for all. P has no more rows than N. */
SEXP ffi_band_sum(SEXP N, SEXP P, SEXP lambda)
{
    size_t rows = (size_t)Rf_nrows(N), n = (size_t)Rf_ncols(P), few = (size_t)Rf_nrows(P),
           step = Rf_ncols(N) == 1 ? 0 : rows;
    const cm_env env = ffi_env();
    double weight = Rf_asReal(lambda);
    size_t work = 0;
    ffi_band(N);
    ffi_band(P);
    ffi_must(few <= rows && (step == 0 || (size_t)Rf_ncols(N) == n), "bands do not fit");
    SEXP sum = PROTECT(band_matrix(rows, n));
    double *to = REAL(sum);
    const double *from = REAL_RO(N), *part = REAL_RO(P);
    for (size_t j = 0; j < n; j++, to += rows, from += step, part += few) {
        memcpy(to, from, rows * sizeof *to);
        for (size_t i = 0; weight > 0 && i < few; i++)
            to[rows - few + i] += weight * part[i];
        cm_work(&work, rows, &env);
    }
    UNPROTECT(1); // sum
    return sum;
}

static int cholesky(double *R, size_t n, size_t p)
{
    const cm_env env = ffi_env();
    return cm_band_cholesky(R, n, p, &env);
}

/* The factor R of the symmetric band N; NULL if N is not positive definite. */
SEXP ffi_band_cholesky(SEXP N)
{
    ffi_band(N);
    SEXP R = PROTECT(band_like(N));
    const cm_env env = ffi_env();
    size_t rows = (size_t)Rf_nrows(N), n = (size_t)Rf_ncols(N), work = 0;
    for (size_t j = 0; j < n; j++) {
        memcpy(REAL(R) + j * rows, REAL_RO(N) + j * rows, rows * sizeof(double));
        cm_work(&work, rows, &env);
    }
    int ok = cholesky(REAL(R), n, rows - 1);
    UNPROTECT(1); // R
    return ok ? R : R_NilValue;
}

/* The factor of N + diag(d). Where d is infinite the variable is fixed: its row and column
 * become those of the unit matrix. NULL if the sum is not positive definite. */
SEXP ffi_band_cholesky_plus(SEXP N, SEXP d)
{
    ffi_band(N);
    ffi_must(TYPEOF(d) == REALSXP && XLENGTH(d) == Rf_ncols(N), "the diagonal does not fit");
    const cm_env env = ffi_env();
    size_t rows = (size_t)Rf_nrows(N), n = (size_t)Rf_ncols(N), p = rows - 1, work = 0;
    const double *plus = REAL_RO(d), *from = REAL_RO(N);
    SEXP R = PROTECT(band_like(N));
    double *to = REAL(R);
    for (size_t j = 0; j < n; j++, to += rows, from += rows) {
        size_t top = j < p ? p - j : 0;
        memcpy(to, from, rows * sizeof *to);
        for (size_t i = top; i < p; i++)
            if (plus[j] == R_PosInf || plus[j + i - p] == R_PosInf)
                to[i] = 0;
        to[p] = plus[j] == R_PosInf ? 1 : to[p] + plus[j];
        cm_work(&work, rows, &env);
    }
    int ok = cholesky(REAL(R), n, p);
    UNPROTECT(1); // R
    return ok ? R : R_NilValue;
}

/* list(R, x): the factor R of B, whose rows are the columns of `values`, see cm_band_qr(), and
 * the least squares solution for the columns of rhs. */
SEXP ffi_band_qr(SEXP start, SEXP values, SEXP n, SEXP rhs)
{
    const cm_env env = ffi_env();
    size_t rows = (size_t)Rf_nrows(values), ncol = ffi_size(n), nrhs = (size_t)Rf_ncols(rhs);
    ffi_band(values);
    ffi_must(Rf_ncols(values) == XLENGTH(start), "rows of the band are missing");
    ffi_must(TYPEOF(rhs) == REALSXP && Rf_nrows(rhs) == XLENGTH(start),
             "right-hand sides do not fit");
    ffi_indices(start, ncol);
    ffi_increasing(start);
    SEXP out = PROTECT(Rf_allocVector(VECSXP, 2));
    SEXP R = band_matrix(rows, ncol);
    SET_VECTOR_ELT(out, 0, R);
    SEXP x = Rf_allocMatrix(REALSXP, (int)ncol, (int)nrhs);
    SET_VECTOR_ELT(out, 1, x);
    cm_band_qr(REAL_RO(start), REAL_RO(values), (size_t)XLENGTH(start), ncol, rows - 1,
               REAL_RO(rhs), nrhs, REAL(R), REAL(x), &lapack, &env);
    int size = (int)ncol, p = (int)rows - 1, ld = (int)rows, one = 1;
    for (size_t r = 0; r < nrhs; r++)
        F77_CALL(dtbsv)
    ("U", "N", "N", &size, &p, REAL(R), &ld, REAL(x) + r * ncol, &one FCONE FCONE FCONE);
    UNPROTECT(1); // out
    return out;
}

/* The norm of the symmetric band N. */
SEXP ffi_band_norm(SEXP N)
{
    ffi_band(N);
    int rows = Rf_nrows(N), n = Rf_ncols(N), p = rows - 1;
    double *work = (double *)R_alloc((size_t)n, sizeof(double));
    return Rf_ScalarReal(
        F77_CALL(dlansb)("1", "U", &n, &p, REAL_RO(N), &rows, work FCONE FCONE));
}

/* The norm of the inverse of R'R, estimated (Higham 1988); Inf if there is no inverse. LAPACK's
 * dpbcon() does the same, but its guard against overflow costs n^2. */
SEXP ffi_band_inverse_norm(SEXP R)
{
    ffi_band(R);
    const cm_env env = ffi_env();
    int rows = Rf_nrows(R), n = Rf_ncols(R), p = rows - 1, one = 1, kase = 0, info;
    double *v = (double *)R_alloc(2 * (size_t)n, sizeof(double)), *x = v + n, norm = 0;
    int *sign = (int *)R_alloc((size_t)n, sizeof(int));
    do {
        F77_CALL(dlacon)(&n, v, x, sign, &norm, &kase);
        env.poll(env.data);
        if (kase != 0)
            F77_CALL(dpbtrs)("U", &n, &p, &one, REAL_RO(R), &rows, x, &n, &info FCONE);
        for (int i = 0; kase != 0 && i < n; i++)
            if (!R_FINITE(x[i]))
                return Rf_ScalarReal(R_PosInf);
    } while (kase != 0);
    return Rf_ScalarReal(norm);
}

/* The solution of R'R x = b for the columns of b. */
SEXP ffi_band_solve(SEXP R, SEXP b)
{
    ffi_band(R);
    ffi_must(TYPEOF(b) == REALSXP && XLENGTH(b) == (R_xlen_t)Rf_ncols(R) * Rf_ncols(b),
             "the right-hand side does not fit");
    int rows = Rf_nrows(R), n = Rf_ncols(R), p = rows - 1, ncol = Rf_ncols(b), info;
    SEXP x = PROTECT(Rf_duplicate(b));
    F77_CALL(dpbtrs)("U", &n, &p, &ncol, REAL_RO(R), &rows, REAL(x), &n, &info FCONE);
    UNPROTECT(1); // x
    return x;
}

/* The band of the inverse of R'R. */
SEXP ffi_band_inverse(SEXP R)
{
    ffi_band(R);
    const cm_env env = ffi_env();
    SEXP Z = PROTECT(band_like(R));
    cm_band_inverse(REAL_RO(R), (size_t)Rf_ncols(R), (size_t)Rf_nrows(R) - 1, REAL(Z), &env);
    UNPROTECT(1); // Z
    return Z;
}

/* The first n values of each column of y divided by h as power series, by long division. */
SEXP ffi_divide(SEXP y, SEXP h, SEXP n)
{
    const cm_env env = ffi_env();
    ffi_must(TYPEOF(y) == REALSXP && TYPEOF(h) == REALSXP && XLENGTH(h) > 0, "not numbers");
    size_t ny = (size_t)Rf_nrows(y), ncol = (size_t)Rf_ncols(y), m = (size_t)XLENGTH(h),
           nx = ffi_size(n), work = 0;
    ffi_must(nx + m - 1 <= ny, "too few values to divide");
    const double *g = REAL_RO(h);
    double *rest = (double *)R_alloc(ny, sizeof *rest);
    SEXP x = PROTECT(Rf_allocMatrix(REALSXP, (int)nx, (int)ncol));
    for (size_t c = 0; c < ncol; c++) {
        double *q = REAL(x) + c * nx;
        memcpy(rest, REAL_RO(y) + c * ny, ny * sizeof *rest);
        for (size_t i = 0; i < nx; i++) {
            q[i] = rest[i] / g[0];
            for (size_t k = 1; k < m; k++)
                rest[i + k] -= q[i] * g[k];
            cm_work(&work, m, &env);
        }
    }
    UNPROTECT(1); // x
    return x;
}
