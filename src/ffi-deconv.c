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

/* Columns that are made triangular between two polls. */
#define QR_PANEL 32

static size_t qr_work(size_t nrow, size_t ncol)
{
    int m = (int)nrow, n = (int)ncol, k = QR_PANEL, ask = -1, info;
    double none = 0, factor, rest;
    F77_CALL(dgeqrf)(&m, &k, &none, &m, &none, &factor, &ask, &info);
    k = k < m ? k : m;
    F77_CALL(dormqr)
    ("L", "T", &m, &n, &k, &none, &m, &none, &none, &m, &rest, &ask, &info FCONE FCONE);
    return (size_t)(factor > rest ? factor : rest);
}

static void qr(double *W, size_t ld, size_t nrow, size_t ncol, double *scratch)
{
    const cm_env env = ffi_env();
    int lda = (int)ld, nwork = (int)qr_work(nrow, ncol), info;
    double *work = scratch + ncol;
    for (size_t k = 0; k < nrow && k < ncol; k += QR_PANEL) {
        size_t few = ncol - k < QR_PANEL ? ncol - k : QR_PANEL;
        int m = (int)(nrow - k), n = (int)few, rest = (int)(ncol - k - few),
            reflections = m < n ? m : n;
        double *corner = W + k + k * ld, *right = corner + few * ld;
        F77_CALL(dgeqrf)(&m, &n, corner, &lda, scratch, work, &nwork, &info);
        if (rest > 0)
            F77_CALL(dormqr)
        ("L", "T", &m, &rest, &reflections, corner, &lda, scratch, right, &lda, work, &nwork,
         &info FCONE FCONE);
        env.poll(env.data);
    }
}

static const cm_lapack lapack = {qr_work, qr};

/* Values that are copied between two polls are some megabytes, whose memory may be new. */
#define COPIED 4

static SEXP band_matrix(size_t rows, size_t n)
{
    const cm_env env = ffi_env();
    env.poll(env.data); /* a garbage collection takes time */
    SEXP band = PROTECT(ffi_result(REALSXP, rows * n));
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 2));
    INTEGER(dim)[0] = (int)rows;
    INTEGER(dim)[1] = (int)n;
    Rf_setAttrib(band, R_DimSymbol, dim);
    env.poll(env.data);
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
        cm_work(&work, COPIED * rows, &env);
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
        cm_work(&work, COPIED * rows, &env);
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
        cm_work(&work, COPIED * rows, &env);
    }
    int ok = cholesky(REAL(R), n, p);
    UNPROTECT(1); // R
    return ok ? R : R_NilValue;
}

/* The rows of a band from R. */
static cm_band_rows band_rows(SEXP start, SEXP which, SEXP scale, SEXP values, size_t ncol)
{
    size_t nrow = (size_t)XLENGTH(start);
    ffi_band(values);
    ffi_indices(start, ncol);
    ffi_numbers(which, nrow);
    ffi_indices(which, (size_t)Rf_ncols(values));
    return (cm_band_rows){REAL_RO(start), REAL_RO(which), ffi_numbers(scale, nrow),
                          REAL_RO(values), nrow};
}

/* b'Z b for each row b, see cm_band_leverage(). */
SEXP ffi_band_leverage(SEXP start, SEXP which, SEXP scale, SEXP values, SEXP Z)
{
    const cm_env env = ffi_env();
    ffi_band(Z);
    const cm_band_rows B = band_rows(start, which, scale, values, (size_t)Rf_ncols(Z));
    ffi_must(Rf_nrows(values) <= Rf_nrows(Z), "rows are wider than the band");
    SEXP leverage = PROTECT(ffi_result(REALSXP, B.nrow));
    cm_band_leverage(&B, (size_t)Rf_nrows(values), REAL_RO(Z), (size_t)Rf_ncols(Z),
                     (size_t)Rf_nrows(Z) - 1, REAL(leverage), &env);
    UNPROTECT(1); // leverage
    return leverage;
}

/* list(R, x): the factor R of B, whose row r is scale[r] times column which[r], from 0, of
 * `values`, see cm_band_qr(), and the least squares solution for the columns of rhs. */
SEXP ffi_band_qr(SEXP start, SEXP which, SEXP scale, SEXP values, SEXP n, SEXP rhs)
{
    const cm_env env = ffi_env();
    size_t rows = (size_t)Rf_nrows(values), ncol = ffi_size(n), nrhs = (size_t)Rf_ncols(rhs);
    ffi_must(TYPEOF(rhs) == REALSXP && Rf_nrows(rhs) == XLENGTH(start),
             "right-hand sides do not fit");
    const cm_band_rows B = band_rows(start, which, scale, values, ncol);
    ffi_increasing(start);
    SEXP out = PROTECT(Rf_allocVector(VECSXP, 2));
    SEXP R = band_matrix(rows, ncol);
    SET_VECTOR_ELT(out, 0, R);
    SEXP x = Rf_allocMatrix(REALSXP, (int)ncol, (int)nrhs);
    SET_VECTOR_ELT(out, 1, x);
    cm_band_qr(&B, ncol, rows - 1, REAL_RO(rhs), nrhs, REAL(R), REAL(x), &lapack, &env);
    for (size_t r = 0; r < nrhs; r++)
        cm_band_back(REAL(R), ncol, rows - 1, REAL(x) + r * ncol, &env);
    UNPROTECT(1); // out
    return out;
}

/* The band of A'WA, see cm_band_gram(), of `rows` diagonals. Row and column j are moved to
 * place[j], unless it is NULL. Then `values` are added to the entries `at`, both from 0. */
SEXP ffi_band_gram(SEXP h, SEXP w, SEXP first, SEXP n, SEXP place, SEXP rows, SEXP at,
                   SEXP values)
{
    const cm_env env = ffi_env();
    size_t m = ffi_samples(h), ny = (size_t)XLENGTH(w), ncol = ffi_size(n),
           height = ffi_size(rows), p = (m < ncol ? m : ncol) - 1;
    ffi_must(ncol > 0 && height > 0, "a band must have samples");
    const double *kernel = ffi_numbers(h, m), *weights = ffi_numbers(w, ny);
    SEXP band = PROTECT(band_matrix(height, ncol));
    if (Rf_isNull(place)) {
        ffi_must(height == p + 1, "the band has other diagonals");
        cm_band_gram(kernel, m, weights, ny, ffi_size(first), ncol, REAL(band), &env);
    } else {
        ffi_numbers(place, ncol);
        ffi_indices(place, ncol);
        double *N = (double *)R_alloc(ncol * (p + 1), sizeof *N);
        cm_band_gram(kernel, m, weights, ny, ffi_size(first), ncol, N, &env);
        cm_band_place(N, ncol, p, REAL_RO(place), REAL(band), height - 1, &env);
    }
    size_t some = (size_t)XLENGTH(at);
    const double *more = ffi_numbers(values, some);
    ffi_indices(at, ncol * height);
    for (size_t k = 0; k < some; k++)
        REAL(band)[(size_t)REAL_RO(at)[k]] += more[k];
    UNPROTECT(1); // band
    return band;
}

/* The norm of the symmetric band N. */
SEXP ffi_band_norm(SEXP N)
{
    ffi_band(N);
    const cm_env env = ffi_env();
    return Rf_ScalarReal(
        cm_band_norm(REAL_RO(N), (size_t)Rf_ncols(N), (size_t)Rf_nrows(N) - 1, &env));
}

/* The norm of the inverse of R'R, estimated (Higham 1988); Inf if there is no inverse. LAPACK's
 * dpbcon() does the same, but its guard against overflow costs n^2. */
SEXP ffi_band_inverse_norm(SEXP R)
{
    ffi_band(R);
    const cm_env env = ffi_env();
    int n = Rf_ncols(R), kase = 0;
    double *v = (double *)R_alloc(2 * (size_t)n, sizeof(double)), *x = v + n, norm = 0;
    int *sign = (int *)R_alloc((size_t)n, sizeof(int));
    do {
        F77_CALL(dlacon)(&n, v, x, sign, &norm, &kase);
        if (kase != 0)
            cm_band_solve(REAL_RO(R), (size_t)n, (size_t)Rf_nrows(R) - 1, x, &env);
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
    const cm_env env = ffi_env();
    size_t n = (size_t)Rf_ncols(R), ncol = (size_t)Rf_ncols(b);
    SEXP x = PROTECT(Rf_duplicate(b));
    for (size_t c = 0; c < ncol; c++)
        cm_band_solve(REAL_RO(R), n, (size_t)Rf_nrows(R) - 1, REAL(x) + c * n, &env);
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

/* Looks for an interrupt, between steps in R that are long together. */
SEXP ffi_poll(void)
{
    const cm_env env = ffi_env();
    env.poll(env.data);
    return R_NilValue;
}
