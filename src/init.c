/* Registration, and the little that all glue files need. */
#include "convmat.h"

#include <R_ext/Rdynload.h>
#include <R_ext/Utils.h>
#include <R_ext/Visibility.h>

static void check_interrupt(void *data)
{
    (void)data;
    R_CheckUserInterrupt();
}

const cm_poll ffi_poll = {check_interrupt, NULL};

size_t ffi_size(SEXP n)
{
    return (size_t)Rf_asReal(n);
}

#define ENTRY(name, nargs)                                                                     \
    {                                                                                          \
#name, (DL_FUNC)&name, nargs                                                           \
    }

static const R_CallMethodDef entries[] = {
    ENTRY(ffi_conv, 4),
    ENTRY(ffi_mode_window, 4),
    ENTRY(ffi_conv_matrix, 4),
    ENTRY(ffi_shifted_kernels, 2),
    ENTRY(ffi_shifted_scaled_kernels, 2),
    ENTRY(ffi_neural_signal, 6),
    ENTRY(ffi_physical_memory, 0),
    {NULL, NULL, 0},
};

attribute_visible void R_init_convmat(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
}
