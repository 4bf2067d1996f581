/* conv(): columns of a signal with columns of a kernel. */
#include "convmat.h"

/* The window of a mode: index of the first value and number of values. */
SEXP ffi_mode_window(SEXP mode, SEXP nx, SEXP nh, SEXP origin)
{
    cm_window w = cm_mode_window((cm_mode)Rf_asInteger(mode), ffi_size(nx), ffi_size(nh),
                                 ffi_size(origin));
    SEXP out = Rf_allocVector(REALSXP, 2);
    REAL(out)[0] = (double)w.first;
    REAL(out)[1] = (double)w.ny;
    return out;
}

/* Column c of x, or its only one, with complex numbers split into parts. */
static cm_samples column(SEXP x, size_t ncol, size_t c)
{
    size_t n = (size_t)XLENGTH(x) / ncol, width = ffi_width(x);
    const double *from = ffi_doubles(x) + (ncol == 1 ? 0 : c) * n * width;
    if (width == 1)
        return (cm_samples){from, NULL, n};
    double *parts = (double *)R_alloc(2 * n, sizeof(double));
    for (size_t i = 0; i < n; i++) {
        parts[i] = from[2 * i];
        parts[n + i] = from[2 * i + 1];
    }
    return (cm_samples){parts, parts + n, n};
}

static void conv_column(cm_samples x, cm_samples h, const cm_options *options, double *y,
                        size_t ny, int complex)
{
    const cm_env env = ffi_env();
    cm_output out = {y, NULL};
    if (complex) {
        out.re = (double *)R_alloc(2 * ny, sizeof(double));
        out.im = out.re + ny;
    }
    cm_conv(x, h, options, out, &env); /* R_alloc() does not fail, it leaves */
    for (size_t t = 0; complex && t < ny; t++) {
        y[2 * t] = out.re[t];
        y[2 * t + 1] = out.im[t];
    }
}

/* ncol holds the numbers of columns of x, of h and of the result. */
SEXP ffi_conv(SEXP x, SEXP h, SEXP ncol, SEXP options)
{
    size_t ncx = (size_t)REAL_RO(ncol)[0], nch = (size_t)REAL_RO(ncol)[1],
           ncy = (size_t)REAL_RO(ncol)[2];
    cm_options how = ffi_options(options);
    cm_window w = cm_mode_window(how.mode, (size_t)XLENGTH(x) / ncx, (size_t)XLENGTH(h) / nch,
                                 how.origin);
    int complex = ffi_width(x) == 2 || ffi_width(h) == 2;
    SEXP y = PROTECT(Rf_allocVector(complex ? CPLXSXP : REALSXP, (R_xlen_t)(w.ny * ncy)));
    double *py = complex ? (double *)COMPLEX(y) : REAL(y);
    for (size_t c = 0; c < ncy; c++) {
        const void *top = vmaxget();
        conv_column(column(x, ncx, c), column(h, nch, c), &how,
                    py + c * w.ny * (complex ? 2 : 1), w.ny, complex);
        vmaxset(top);
    }
    UNPROTECT(1); // y
    return y;
}
