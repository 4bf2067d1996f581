/* A package that uses convmat from C. */
#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include <convmat.h>

static SEXP c_version(void)
{
    return Rf_ScalarInteger(convmat_api_version());
}

static SEXP c_length(SEXP nx, SEXP nh, SEXP mode)
{
    return Rf_ScalarReal((double)convmat_length((size_t)Rf_asReal(nx), (size_t)Rf_asReal(nh),
                                                Rf_asInteger(mode)));
}

static SEXP c_conv(SEXP x, SEXP h, SEXP mode, SEXP origin, SEXP boundary, SEXP na, SEXP threads)
{
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    SEXP y =
        PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)convmat_length(nx, nh, Rf_asInteger(mode))));
    int status =
        convmat_conv(REAL(x), nx, REAL(h), nh, Rf_asInteger(mode), (size_t)Rf_asReal(origin),
                     Rf_asInteger(boundary), Rf_asInteger(na), Rf_asInteger(threads), REAL(y));
    UNPROTECT(1);
    return status == CONVMAT_OK ? y : Rf_ScalarInteger(status);
}

static SEXP c_smooth(SEXP x, SEXP h)
{
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    double *once = (double *)R_alloc(nx, sizeof(double));
    SEXP y = PROTECT(Rf_allocVector(REALSXP, XLENGTH(x)));
    if (convmat_conv(REAL(x), nx, REAL(h), nh, CONVMAT_SAME, (nh - 1) / 2, CONVMAT_NEAREST,
                     CONVMAT_NA_PROPAGATE, 1, once) != CONVMAT_OK ||
        convmat_conv(once, nx, REAL(h), nh, CONVMAT_SAME, (nh - 1) / 2, CONVMAT_NEAREST,
                     CONVMAT_NA_PROPAGATE, 1, REAL(y)) != CONVMAT_OK)
        Rf_error("convmat refuses");
    UNPROTECT(1);
    return y;
}

static SEXP c_regressor(SEXP events, SEXP times, SEXP model)
{
    SEXP e[3], m[3], y = PROTECT(Rf_allocVector(REALSXP, XLENGTH(times)));
    for (int i = 0; i < 3; i++)
        e[i] = VECTOR_ELT(events, i), m[i] = VECTOR_ELT(model, i);
    int status = convmat_regressor(REAL(e[0]), REAL(e[1]), REAL(e[2]), (size_t)XLENGTH(e[0]),
                                   REAL(times), (size_t)XLENGTH(times), REAL(m[0]), REAL(m[1]),
                                   REAL(m[2]), (size_t)XLENGTH(m[0]), REAL(y));
    UNPROTECT(1);
    return status == CONVMAT_OK ? y : Rf_ScalarInteger(status);
}

static SEXP c_memory(SEXP x, SEXP h)
{
    const void *before = vmaxget();
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    SEXP y = PROTECT(Rf_allocVector(REALSXP, XLENGTH(x)));
    int status = convmat_conv(REAL(x), nx, REAL(h), nh, CONVMAT_CAUSAL, 0, CONVMAT_WRAP,
                              CONVMAT_NA_ZERO, 1, REAL(y));
    UNPROTECT(1);
    return Rf_ScalarLogical(status == CONVMAT_OK && vmaxget() == before);
}

static SEXP c_for_ever(SEXP x, SEXP h)
{
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    double *y = (double *)R_alloc(nx, sizeof(double));
    for (;;)
        convmat_conv(REAL(x), nx, REAL(h), nh, CONVMAT_CAUSAL, 0, CONVMAT_ZERO, CONVMAT_NA_ZERO,
                     1, y);
    return R_NilValue;
}

#define ENTRY(name, nargs)                                                                     \
    {                                                                                          \
#name, (DL_FUNC)&name, nargs                                                           \
    }

static const R_CallMethodDef entries[] = {
    ENTRY(c_version, 0),   ENTRY(c_length, 3), ENTRY(c_conv, 7),     ENTRY(c_smooth, 2),
    ENTRY(c_regressor, 3), ENTRY(c_memory, 2), ENTRY(c_for_ever, 2), {NULL, NULL, 0},
};

void R_init_convclient(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    if (convmat_api_version() < CONVMAT_API_VERSION)
        Rf_error("install a newer convmat");
}
