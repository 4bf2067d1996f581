/* The dense matrices, real and complex. R/ has checked that they fit. */
#include "convmat.h"

static SEXP alloc_matrix(SEXP like, size_t nrow, size_t ncol)
{
    SEXP A = PROTECT(ffi_result(TYPEOF(like), nrow * ncol));
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 2));
    INTEGER(dim)[0] = (int)nrow;
    INTEGER(dim)[1] = (int)ncol;
    Rf_setAttrib(A, R_DimSymbol, dim);
    UNPROTECT(2); // A, dim
    return A;
}

static double *entries(SEXP A)
{
    return TYPEOF(A) == CPLXSXP ? (double *)COMPLEX(A) : REAL(A);
}

/* v of the Toeplitz matrix of the window w, see kernel/toeplitz.c. */
static double *padded(SEXP h, size_t n, cm_window w)
{
    size_t width = ffi_width(h);
    double *v = (double *)R_alloc((w.ny + n - 1) * width, sizeof(double));
    cm_pad_kernel(ffi_doubles(h), (size_t)XLENGTH(h), width, n, w, v);
    return v;
}

SEXP ffi_conv_matrix(SEXP h, SEXP n, SEXP options)
{
    const cm_env env = ffi_env();
    cm_options how = ffi_options(options);
    size_t ncol = ffi_size(n), nh = (size_t)XLENGTH(h), width = ffi_width(h);
    cm_window w = cm_mode_window(how.mode, ncol, nh, how.origin);
    SEXP A = PROTECT(alloc_matrix(h, w.ny, ncol));
    if (how.boundary == CM_ZERO)
        cm_toeplitz(padded(h, ncol, w), width, w.ny, ncol, entries(A), &env);
    else
        cm_bounded_matrix(ffi_doubles(h), nh, width, ncol, how.origin, how.boundary, entries(A),
                          &env);
    UNPROTECT(1); // A
    return A;
}

/* The transpose of the full matrix. */
SEXP ffi_shifted_kernels(SEXP h, SEXP n)
{
    const cm_env env = ffi_env();
    size_t nrow = ffi_size(n), width = ffi_width(h);
    cm_window w = cm_mode_window(CM_FULL, nrow, (size_t)XLENGTH(h), 0);
    SEXP S = PROTECT(alloc_matrix(h, nrow, w.ny));
    double *v = padded(h, nrow, w);
    cm_reverse(v, nrow + w.ny - 1, width);
    cm_toeplitz(v, width, nrow, w.ny, entries(S), &env);
    UNPROTECT(1); // S
    return S;
}

/* x and h have one type. */
SEXP ffi_shifted_scaled_kernels(SEXP x, SEXP h)
{
    const cm_env env = ffi_env();
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    SEXP S = PROTECT(alloc_matrix(x, nx, nx + nh - 1));
    cm_shifted_scaled(ffi_doubles(x), nx, ffi_doubles(h), nh, ffi_width(x), entries(S), &env);
    UNPROTECT(1); // S
    return S;
}
