/* conv(), for one signal and one kernel, and the window a mode stands for. */
#include "convmat.h"

static int is_na(double x)
{
    return R_IsNA(x);
}

/* First index and number of values of a mode. */
SEXP ffi_mode_window(SEXP mode, SEXP nx, SEXP nh, SEXP origin)
{
    cm_window w = cm_mode_window((cm_mode)Rf_asInteger(mode), ffi_size(nx), ffi_size(nh),
                                 ffi_size(origin));
    SEXP out = Rf_allocVector(REALSXP, 2);
    REAL(out)[0] = (double)w.first;
    REAL(out)[1] = (double)w.ny;
    return out;
}

SEXP ffi_conv(SEXP x, SEXP h, SEXP mode, SEXP origin)
{
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    cm_window w = cm_mode_window((cm_mode)Rf_asInteger(mode), nx, nh, ffi_size(origin));
    SEXP y = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)w.ny));
    const double *px = REAL_RO(x), *ph = REAL_RO(h), *finite = px;
    size_t nat = cm_split_nonfinite(px, nx, NULL, NULL), *at = NULL;
    if (nat) {
        double *copy = (double *)R_alloc(nx, sizeof(double));
        at = (size_t *)R_alloc(nat, sizeof(size_t));
        cm_split_nonfinite(px, nx, copy, at);
        finite = copy;
    }
    cm_conv_direct(finite, nx, ph, nh, REAL(y), w, &ffi_poll);
    if (nat)
        cm_spread_nonfinite(px, at, nat, ph, nh, REAL(y), w, NA_REAL, is_na, &ffi_poll);
    UNPROTECT(1); // y
    return y;
}
