/* The dense matrices of the walkthrough. R/ has checked that they fit. */
#include "convmat.h"

SEXP ffi_conv_matrix(SEXP h, SEXP n, SEXP mode, SEXP origin)
{
    size_t ncol = ffi_size(n), nh = (size_t)XLENGTH(h);
    cm_window w = cm_mode_window((cm_mode)Rf_asInteger(mode), ncol, nh, ffi_size(origin));
    SEXP A = PROTECT(Rf_allocMatrix(REALSXP, (int)w.ny, (int)ncol));
    double *v = (double *)R_alloc(w.ny + ncol - 1, sizeof(double));
    cm_pad_kernel(REAL_RO(h), nh, ncol, w, v);
    cm_toeplitz(v, w.ny, ncol, REAL(A), &ffi_poll);
    UNPROTECT(1); // A
    return A;
}

/* The transpose of the full matrix. */
SEXP ffi_shifted_kernels(SEXP h, SEXP n)
{
    size_t nrow = ffi_size(n), nh = (size_t)XLENGTH(h);
    cm_window w = cm_mode_window(CM_FULL, nrow, nh, 0);
    SEXP S = PROTECT(Rf_allocMatrix(REALSXP, (int)nrow, (int)w.ny));
    double *v = (double *)R_alloc(nrow + w.ny - 1, sizeof(double));
    cm_pad_kernel(REAL_RO(h), nh, nrow, w, v);
    cm_reverse(v, nrow + w.ny - 1);
    cm_toeplitz(v, nrow, w.ny, REAL(S), &ffi_poll);
    UNPROTECT(1); // S
    return S;
}

SEXP ffi_shifted_scaled_kernels(SEXP x, SEXP h)
{
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    SEXP S = PROTECT(Rf_allocMatrix(REALSXP, (int)nx, (int)(nx + nh - 1)));
    cm_shifted_scaled(REAL_RO(x), nx, REAL_RO(h), nh, REAL(S), &ffi_poll);
    UNPROTECT(1); // S
    return S;
}
