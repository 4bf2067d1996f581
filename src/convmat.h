/* Every routine R can call, and what the glue files share. The glue unpacks
 * vectors whose types R/ has checked, allocates the result, and calls the
 * kernel. All its memory is R's, so an interrupt may leave from anywhere.
 */
#ifndef CONVMAT_H
#define CONVMAT_H

#include <stddef.h>
#ifndef STRICT_R_HEADERS
#define STRICT_R_HEADERS
#endif
#ifndef R_NO_REMAP
#define R_NO_REMAP
#endif
#include <R.h>
#include <Rinternals.h>

#include "kernel/kernel.h"

SEXP ffi_conv(SEXP x, SEXP h, SEXP mode, SEXP origin);
SEXP ffi_mode_window(SEXP mode, SEXP nx, SEXP nh, SEXP origin);
SEXP ffi_conv_matrix(SEXP h, SEXP n, SEXP mode, SEXP origin);
SEXP ffi_shifted_kernels(SEXP h, SEXP n);
SEXP ffi_shifted_scaled_kernels(SEXP x, SEXP h);
SEXP ffi_neural_signal(SEXP onset, SEXP duration, SEXP amplitude, SEXP start, SEXP step,
                       SEXP n);
SEXP ffi_physical_memory(void);

/* Lets the user interrupt the kernel. */
extern const cm_poll ffi_poll;

/* A length or index from R, where it is a double that R/ has checked. */
size_t ffi_size(SEXP n);

#endif
