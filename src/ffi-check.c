/* What every routine checks of its arguments: types and lengths, so that nothing is read or
 * written past an end. R/ has checked them before, in words for users. What fails here is a
 * mistake in R/, or a call that goes round it. REAL() and the like refuse other types by
 * themselves. */
#include "convmat.h"

#include <math.h>

void ffi_must(int ok, const char *what)
{
    if (!ok)
        Rf_error("convmat: %s", what);
}

size_t ffi_size(SEXP n)
{
    ffi_must(Rf_isNumeric(n) && XLENGTH(n) == 1, "a size must be a number");
    double size = Rf_asReal(n);
    ffi_must(size >= 0 && size <= 0x1p52 && size == floor(size), "a size must be whole");
    return (size_t)size;
}

static int choice(double value, int most)
{
    ffi_must(value >= 0 && value <= most && value == floor(value), "an option is unknown");
    return (int)value;
}

cm_options ffi_options(SEXP options, size_t nh)
{
    ffi_must(TYPEOF(options) == REALSXP && XLENGTH(options) == 5, "there must be 5 options");
    const double *o = REAL_RO(options);
    ffi_must(o[1] >= 0 && o[1] < (double)nh, "the origin must lie within the kernel");
    return (cm_options){
        (cm_mode)choice(o[0], CM_VALID), (size_t)o[1], (cm_boundary)choice(o[2], CM_EXTEND),
        (cm_na)choice(o[3], CM_NA_RENORMALISE), (cm_method)choice(o[4], CM_SPARSE)};
}

size_t ffi_samples(SEXP x)
{
    ffi_must(TYPEOF(x) == REALSXP || TYPEOF(x) == CPLXSXP, "samples must be numbers");
    ffi_must(XLENGTH(x) > 0, "there must be a sample");
    return (size_t)XLENGTH(x);
}

const double *ffi_numbers(SEXP x, size_t n)
{
    ffi_must(TYPEOF(x) == REALSXP && (size_t)XLENGTH(x) == n, "numbers are missing");
    return REAL_RO(x);
}

void ffi_indices(SEXP i, size_t n)
{
    const double *at = ffi_numbers(i, (size_t)XLENGTH(i));
    for (R_xlen_t k = 0; k < XLENGTH(i); k++)
        ffi_must(at[k] >= 0 && at[k] < (double)n, "an index must lie within");
}

void ffi_increasing(SEXP i)
{
    const double *at = ffi_numbers(i, (size_t)XLENGTH(i));
    for (R_xlen_t k = 1; k < XLENGTH(i); k++)
        ffi_must(at[k] >= at[k - 1], "indices must increase");
}

void ffi_band(SEXP N)
{
    ffi_must(TYPEOF(N) == REALSXP && Rf_isMatrix(N) && XLENGTH(N) > 0,
             "a band must be a matrix of numbers");
}
