/* conv(): columns of a signal with columns of a kernel. */
#include "convmat.h"

#include <string.h>

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
    SEXP y = PROTECT(ffi_result(complex ? CPLXSXP : REALSXP, w.ny * ncy));
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

/* Without what would show in the result: other attributes are dropped anyway. */
static int is_plain(SEXP x)
{
    return TYPEOF(x) == REALSXP && XLENGTH(x) > 0 && !Rf_isObject(x) &&
           Rf_getAttrib(x, R_DimSymbol) == R_NilValue &&
           Rf_getAttrib(x, R_NamesSymbol) == R_NilValue;
}

/* The place of a string in a list that ends with NULL; -1 if it is not there. */
static int place(SEXP string, const char *const *list)
{
    if (TYPEOF(string) != STRSXP || XLENGTH(string) != 1)
        return -1;
    const char *text = CHAR(STRING_ELT(string, 0));
    for (int i = 0; list[i]; i++)
        if (strcmp(text, list[i]) == 0)
            return i;
    return -1;
}

/* The common case at once: two double vectors without attributes, no boundary and no
 * origin. NULL for anything else, right or wrong, which R/ sees to. */
SEXP ffi_conv_plain(SEXP x, SEXP h, SEXP mode, SEXP origin, SEXP boundary, SEXP na, SEXP method)
{
    static const char *const modes[] = {"full", "same", "causal", "valid", NULL},
                             *const boundaries[] = {"zero", NULL},
                             *const nas[] = {"propagate", "zero", NULL},
                             *const methods[] = {"auto", "direct", "fft", NULL};
    int imode = place(mode, modes), ina = place(na, nas), imethod = place(method, methods);
    if (!is_plain(x) || !is_plain(h) || origin != R_NilValue || imode < 0 || ina < 0 ||
        imethod < 0 || place(boundary, boundaries) < 0 ||
        Rf_GetOption1(Rf_install("convmat.threads")) != R_NilValue)
        return R_NilValue;
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    cm_samples sx = {REAL_RO(x), NULL, nx}, sh = {REAL_RO(h), NULL, nh};
    if (!R_FINITE(cm_survey(sh)))
        return R_NilValue;
    cm_options how = {(cm_mode)imode, imode == CM_SAME ? (nh - 1) / 2 : 0, CM_ZERO, (cm_na)ina,
                      (cm_method)imethod};
    cm_window w = cm_mode_window(how.mode, nx, nh, how.origin);
    SEXP y = PROTECT(ffi_result(REALSXP, w.ny));
    const cm_env env = ffi_env();
    cm_conv(sx, sh, &how, (cm_output){REAL(y), NULL}, &env);
    UNPROTECT(1); // y
    return y;
}

/* The method that "auto" chooses, the length of its transforms, its cost in ns. */
SEXP ffi_conv_method(SEXP x, SEXP h, SEXP options)
{
    cm_options how = ffi_options(options);
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h), n = 0;
    cm_window w = cm_mode_window(how.mode, nx, nh, how.origin);
    double cost;
    SEXP out = Rf_allocVector(REALSXP, 3);
    REAL(out)[0] = cm_choose(REAL_RO(x), nx, REAL_RO(h), nh, w, &n, &cost);
    REAL(out)[1] = (double)n;
    REAL(out)[2] = cost;
    return out;
}
