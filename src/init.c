/* Registration, and the kernel's world as R has it. This is where an interrupt is looked for.
 */
#include "convmat.h"

#include <stdlib.h>

#include <R_ext/Rdynload.h>
#include <R_ext/Utils.h>
#include <R_ext/Visibility.h>

static void *env_alloc(void *data, size_t bytes)
{
    (void)data;
    void *memory = R_alloc(bytes, 1);
    ffi_large_pages(memory, bytes);
    return memory;
}

static void *env_mark(void *data)
{
    (void)data;
    return vmaxget();
}

static void env_release(void *data, void *mark)
{
    (void)data;
    vmaxset(mark);
}

static void env_poll(void *data)
{
    (void)data;
    R_CheckUserInterrupt();
}

static int env_is_na(double x)
{
    return R_IsNA(x);
}

cm_env ffi_env(void)
{
    return (cm_env){env_alloc, env_mark, env_release, env_poll, NULL,
                    env_is_na, NA_REAL,  1,           NULL,     0};
}

const double *ffi_doubles(SEXP x)
{
    return TYPEOF(x) == CPLXSXP ? (const double *)COMPLEX_RO(x) : REAL_RO(x);
}

size_t ffi_width(SEXP x)
{
    return TYPEOF(x) == CPLXSXP ? 2 : 1;
}

#define ENTRY(name, nargs)                                                                     \
    {                                                                                          \
#name, (DL_FUNC)&name, nargs                                                           \
    }

/* For the tests, which run at every level the machine has. */
SEXP ffi_simd_level(SEXP cap)
{
    ffi_must(Rf_isNull(cap) || (TYPEOF(cap) == STRSXP && XLENGTH(cap) == 1), "a cap is a word");
    return Rf_mkString(cm_simd_level(Rf_isNull(cap) ? NULL : CHAR(STRING_ELT(cap, 0))));
}

static const R_CallMethodDef entries[] = {
    ENTRY(ffi_conv, 6),
    ENTRY(ffi_conv_plain, 7),
    ENTRY(ffi_conv_two, 2),
    ENTRY(ffi_conv_array, 7),
    ENTRY(ffi_sparse_array_matrix, 4),
    ENTRY(ffi_largest, 1),
    ENTRY(ffi_conv_method, 3),
    ENTRY(ffi_same_file, 2),
    ENTRY(ffi_stream, 6),
    ENTRY(ffi_sources, 3),
    ENTRY(ffi_mode_window, 4),
    ENTRY(ffi_conv_matrix, 3),
    ENTRY(ffi_shifted_kernels, 2),
    ENTRY(ffi_shifted_scaled_kernels, 2),
    ENTRY(ffi_sparse_matrix, 3),
    ENTRY(ffi_entries, 6),
    ENTRY(ffi_fold, 4),
    ENTRY(ffi_neural_signal, 7),
    ENTRY(ffi_on_grid, 2),
    ENTRY(ffi_physical_memory, 0),
    ENTRY(ffi_simd_level, 1),
    ENTRY(ffi_regressors, 5),
    ENTRY(ffi_event_responses, 3),
    ENTRY(ffi_sparse_responses, 3),
    ENTRY(ffi_fir, 4),
    ENTRY(ffi_band_cholesky, 1),
    ENTRY(ffi_band_cholesky_plus, 2),
    ENTRY(ffi_band_qr, 6),
    ENTRY(ffi_band_gram, 8),
    ENTRY(ffi_band_leverage, 5),
    ENTRY(ffi_band_norm, 1),
    ENTRY(ffi_band_sum, 3),
    ENTRY(ffi_band_inverse_norm, 1),
    ENTRY(ffi_band_solve, 2),
    ENTRY(ffi_band_inverse, 1),
    ENTRY(ffi_divide, 3),
    ENTRY(ffi_poll, 0),
    {NULL, NULL, 0},
};

// # nocov start: run before and after the counting
attribute_visible void R_init_convmat(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
    ffi_register_callables();
    cm_simd_level(getenv("CONVMAT_SIMD"));
}

attribute_visible void R_unload_convmat(DllInfo *dll)
{
    (void)dll;
    cm_transform_forget();
    ffi_forget_scratch();
}
// # nocov end
