/* neural_signal(): one column of it, with the events it covers; whether times are a grid. */
#include "convmat.h"

SEXP ffi_neural_signal(SEXP onset, SEXP duration, SEXP amplitude, SEXP start, SEXP step,
                       SEXP slack, SEXP n)
{
    const cm_env env = ffi_env();
    const char *names[] = {"signal", "covers", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    size_t ny = ffi_size(n), nevent = (size_t)XLENGTH(onset);
    cm_events events = {ffi_numbers(onset, nevent), ffi_numbers(duration, nevent),
                        ffi_numbers(amplitude, nevent), nevent};
    SEXP y = SET_VECTOR_ELT(out, 0, Rf_allocVector(REALSXP, (R_xlen_t)ny));
    SEXP covers = SET_VECTOR_ELT(out, 1, Rf_allocVector(LGLSXP, (R_xlen_t)nevent));
    ffi_set_zero(y);
    cm_neural(&events, Rf_asReal(start), Rf_asReal(step), Rf_asReal(slack), ny, REAL(y),
              LOGICAL(covers), &env);
    UNPROTECT(1); // out
    return out;
}

SEXP ffi_on_grid(SEXP times, SEXP rounding)
{
    const cm_env env = ffi_env();
    ffi_must(TYPEOF(times) == REALSXP && XLENGTH(times) >= 2, "a grid has two times");
    return Rf_ScalarLogical(
        cm_on_grid(REAL_RO(times), (size_t)XLENGTH(times), Rf_asReal(rounding), &env));
}
