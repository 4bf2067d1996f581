/* conv_array(): an array with a kernel of as many axes, or with one kernel for each axis; and
 * the sparse matrix of that. */
#include <limits.h>

#include "convmat.h"

/* Sizes of at least 1 for `rank` axes. Returns their product. */
static double sizes(SEXP sizes, size_t rank, size_t *n)
{
    const double *from = ffi_numbers(sizes, rank);
    double product = 1;
    for (size_t a = 0; a < rank; a++) {
        ffi_must(from[a] >= 1 && from[a] <= 0x1p52, "a size must be whole");
        n[a] = (size_t)from[a];
        product *= from[a];
    }
    return product;
}

/* h is a kernel of all axes, or a list with one or NULL for each. Returns how many there are.
 */
static size_t factors(SEXP h, const cm_array *a, double nh, cm_factor *factor)
{
    size_t n = 0;
    if (TYPEOF(h) != VECSXP) {
        ffi_must((double)ffi_samples(h) == nh, "a kernel does not fit");
        cm_samples parts = ffi_columns(h, (size_t)nh, 0, 1);
        factor[0] = (cm_factor){parts.re, parts.im, CM_MOST_AXES};
        return 1;
    }
    ffi_must((size_t)XLENGTH(h) == a->rank, "each axis must have a kernel");
    for (size_t k = 0; k < a->rank; k++) {
        SEXP own = VECTOR_ELT(h, (R_xlen_t)k);
        ffi_must(own != R_NilValue ? ffi_samples(own) == a->nh[k] : a->nh[k] == 1,
                 "a kernel does not fit");
        if (own == R_NilValue)
            continue;
        cm_samples parts = ffi_columns(own, a->nh[k], 0, 1);
        factor[n++] = (cm_factor){parts.re, parts.im, k};
    }
    ffi_must(n > 0, "there must be a kernel");
    return n;
}

/* options is a list with the options for each axis; those for missing values and the method are
 * the same in all. */
static cm_array unpack(SEXP nx, SEXP nh, SEXP options)
{
    ffi_must(TYPEOF(options) == VECSXP && XLENGTH(options) >= 1 &&
                 XLENGTH(options) <= CM_MOST_AXES,
             "an array must have 1 to 8 axes");
    cm_array a = {.rank = (size_t)XLENGTH(options)};
    sizes(nx, a.rank, a.nx);
    sizes(nh, a.rank, a.nh);
    for (size_t k = 0; k < a.rank; k++) {
        cm_options o = ffi_options(VECTOR_ELT(options, (R_xlen_t)k), a.nh[k]);
        ffi_must(o.boundary != CM_EXTEND || a.nx[k] > 1, "a line takes two samples");
        ffi_must(o.boundary == CM_ZERO || o.mode == CM_SAME || o.mode == CM_CAUSAL,
                 "a boundary needs a result as long as the signal");
        a.mode[k] = o.mode, a.origin[k] = o.origin, a.boundary[k] = o.boundary;
        a.na = o.na, a.method = o.method;
    }
    return a;
}

static size_t outputs(const cm_array *a)
{
    double ny = 1;
    for (size_t k = 0; k < a->rank; k++)
        ny *= (double)cm_mode_window(a->mode[k], a->nx[k], a->nh[k], a->origin[k]).ny;
    ffi_must(ny <= 0x1p52, "the result is too large");
    return (size_t)ny;
}

/* NULL if h is a list and x too large for that, see cm_conv_array(). */
SEXP ffi_conv_array(SEXP x, SEXP nx, SEXP h, SEXP nh, SEXP options, SEXP threads, SEXP tick)
{
    cm_array a = unpack(nx, nh, options);
    size_t n[CM_MOST_AXES], ny = outputs(&a);
    double total = sizes(nh, a.rank, n);
    ffi_must(sizes(nx, a.rank, n) == (double)ffi_samples(x), "an array does not fit");
    cm_factor factor[CM_MOST_AXES];
    size_t nfactor = factors(h, &a, total, factor);
    int complex = ffi_width(x) == 2;
    for (size_t f = 0; f < nfactor; f++)
        complex |= factor[f].im != NULL;
    SEXP y = PROTECT(ffi_result(complex ? CPLXSXP : REALSXP, ny));
    cm_output out = {NULL, NULL};
    if (complex) {
        out.re = (double *)R_alloc(2 * ny, sizeof(double));
        out.im = out.re + ny;
    } else {
        out.re = REAL(y);
    }
    ffi_ticker ticker = ffi_new_ticker(tick);
    cm_env env = ffi_ticking_env(&ticker);
    env.threads = ffi_threads(threads);
    int done =
        cm_conv_array(&a, ffi_columns(x, (size_t)XLENGTH(x), 0, 1), factor, nfactor, out, &env);
    for (size_t t = 0; done && complex && t < ny; t++)
        COMPLEX(y)[t] = (Rcomplex){.r = out.re[t], .i = out.im[t]};
    UNPROTECT(1); // y
    return done ? y : R_NilValue;
}

/* The matrix for arrays of sizes n, as list(i, p, x, Dim), the slots of a dgCMatrix of the
 * package Matrix. R/ has checked that it fits. */
SEXP ffi_sparse_array_matrix(SEXP h, SEXP n, SEXP nh, SEXP options)
{
    const cm_env env = ffi_env();
    const char *names[] = {"i", "p", "x", "Dim", ""};
    cm_array a = unpack(n, nh, options);
    size_t size[CM_MOST_AXES];
    double nrow = (double)outputs(&a), ncol = sizes(n, a.rank, size);
    ffi_must(nrow <= INT_MAX && ncol < INT_MAX, "a matrix is too large");
    ffi_must(TYPEOF(h) == REALSXP && (double)XLENGTH(h) == sizes(nh, a.rank, size),
             "a kernel does not fit");
    cm_axis axis[CM_MOST_AXES];
    for (size_t k = 0; k < a.rank; k++)
        axis[k] = (cm_axis){a.nx[k], a.nh[k], a.origin[k], a.mode[k], a.boundary[k]};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP p = SET_VECTOR_ELT(out, 1, ffi_result(INTSXP, (size_t)ncol + 1));
    size_t total = cm_array_csc_starts(REAL_RO(h), axis, a.rank, INTEGER(p), &env);
    ffi_must(total <= INT_MAX, "a matrix has too many entries");
    SEXP i = SET_VECTOR_ELT(out, 0, ffi_result(INTSXP, total));
    SEXP x = SET_VECTOR_ELT(out, 2, ffi_result(REALSXP, total));
    cm_array_csc_fill(REAL_RO(h), axis, a.rank, INTEGER(i), REAL(x), &env);
    SEXP dim = SET_VECTOR_ELT(out, 3, Rf_allocVector(INTSXP, 2));
    INTEGER(dim)[0] = (int)nrow;
    INTEGER(dim)[1] = (int)ncol;
    UNPROTECT(1); // out
    return out;
}

/* The largest modulus of the real and imaginary parts of x that are finite, and 1 if a sample
 * is infinite and not missing, else 0. */
SEXP ffi_largest(SEXP x)
{
    SEXP out = PROTECT(Rf_allocVector(REALSXP, 2));
    int infinite = 0;
    REAL(out)[0] = cm_largest(ffi_columns(x, ffi_samples(x), 0, 1), &infinite);
    REAL(out)[1] = infinite;
    UNPROTECT(1); // out
    return out;
}
