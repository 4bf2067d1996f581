/* The transpose of a boundary, which conv_operator() needs beside conv(). */
#include "convmat.h"

/* Folds each column of e, n + nh - 1 values, onto n: see kernel/matrix/fold.c. */
SEXP ffi_fold(SEXP e, SEXP n, SEXP nh, SEXP options)
{
    const cm_env env = ffi_env();
    size_t ny = ffi_size(n), m = ffi_size(nh), ne = ny + m - 1, width = ffi_width(e);
    cm_options how = ffi_options(options, m);
    ffi_must(ny > (how.boundary == CM_EXTEND) && ffi_samples(e) % ne == 0, "sizes do not fit");
    size_t ncol = (size_t)XLENGTH(e) / ne;
    SEXP y = PROTECT(ffi_result(TYPEOF(e), ny * ncol));
    double *to = width == 2 ? (double *)COMPLEX(y) : REAL(y);
    for (size_t c = 0; c < ncol; c++) {
        const void *top = vmaxget();
        cm_fold(ffi_doubles(e) + c * ne * width, ny, m, width, how.origin, how.boundary,
                to + c * ny * width, &env);
        vmaxset(top);
    }
    UNPROTECT(1); // y
    return y;
}
