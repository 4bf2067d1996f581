/* Every routine that R can call, and what the glue files share. The glue unpacks vectors that
 * R/ has checked, allocates the result, and calls the kernel. All memory is R's, so an
 * interrupt or an error of R's may leave at any time.
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

SEXP ffi_conv(SEXP x, SEXP h, SEXP ncol, SEXP options, SEXP threads, SEXP tick);
SEXP ffi_conv_plain(SEXP x, SEXP h, SEXP mode, SEXP origin, SEXP boundary, SEXP na,
                    SEXP method);
SEXP ffi_conv_two(SEXP x, SEXP h);
SEXP ffi_conv_array(SEXP x, SEXP nx, SEXP h, SEXP nh, SEXP options, SEXP threads, SEXP tick);
SEXP ffi_sparse_array_matrix(SEXP h, SEXP n, SEXP nh, SEXP options);
SEXP ffi_largest(SEXP x);
SEXP ffi_conv_method(SEXP x, SEXP h, SEXP options);
SEXP ffi_same_file(SEXP a, SEXP b);
SEXP ffi_stream(SEXP held, SEXP x, SEXP h, SEXP sizes, SEXP options, SEXP threads);
SEXP ffi_sources(SEXP places, SEXP n, SEXP boundary);
SEXP ffi_mode_window(SEXP mode, SEXP nx, SEXP nh, SEXP origin);
SEXP ffi_conv_matrix(SEXP h, SEXP n, SEXP options);
SEXP ffi_shifted_kernels(SEXP h, SEXP n);
SEXP ffi_shifted_scaled_kernels(SEXP x, SEXP h);
SEXP ffi_sparse_matrix(SEXP h, SEXP n, SEXP options);
SEXP ffi_entries(SEXP h, SEXP n, SEXP options, SEXP i, SEXP j, SEXP pairs);
SEXP ffi_fold(SEXP e, SEXP n, SEXP nh, SEXP options);
SEXP ffi_neural_signal(SEXP onset, SEXP duration, SEXP amplitude, SEXP start, SEXP step,
                       SEXP slack, SEXP n);
SEXP ffi_on_grid(SEXP times, SEXP rounding);
SEXP ffi_physical_memory(void);
SEXP ffi_simd_level(SEXP cap);
SEXP ffi_regressors(SEXP events, SEXP first, SEXP times, SEXP model, SEXP slope);
SEXP ffi_event_responses(SEXP events, SEXP times, SEXP model);
SEXP ffi_sparse_responses(SEXP events, SEXP times, SEXP model);
SEXP ffi_fir(SEXP events, SEXP first, SEXP times, SEXP edges);
SEXP ffi_band_sum(SEXP N, SEXP P, SEXP lambda);
SEXP ffi_band_cholesky(SEXP N);
SEXP ffi_band_cholesky_plus(SEXP N, SEXP d);
SEXP ffi_band_qr(SEXP start, SEXP which, SEXP scale, SEXP values, SEXP n, SEXP rhs);
SEXP ffi_band_gram(SEXP h, SEXP w, SEXP first, SEXP n, SEXP place, SEXP rows, SEXP at,
                   SEXP values);
SEXP ffi_band_leverage(SEXP start, SEXP which, SEXP scale, SEXP values, SEXP Z);
SEXP ffi_band_norm(SEXP N);
SEXP ffi_band_inverse_norm(SEXP R);
SEXP ffi_band_solve(SEXP R, SEXP b);
SEXP ffi_band_inverse(SEXP R);
SEXP ffi_divide(SEXP y, SEXP h, SEXP n);
SEXP ffi_poll(void);

/* The kernel's world is R: memory that is freed when the call from R ends, R's interrupts and
 * R's NA; one thread, no progress. */
cm_env ffi_env(void);

/* Runs a task whose kernel has this environment, with scratch memory that is kept from call to
 * call if it is free: see ffi-scratch.c. */
void ffi_with_scratch(cm_env *env, void (*run)(void *data), void *data);
void ffi_forget_scratch(void);

/* Shows progress by `tick`, a function of R or NULL for none, when the clock has passed `next`.
 * What the kernel does now is the part from `base` to `base` + `span` of all. */
typedef struct {
    SEXP tick;
    double next, base, span;
} ffi_ticker;

ffi_ticker ffi_new_ticker(SEXP tick);
cm_env ffi_ticking_env(ffi_ticker *ticker);

/* How many threads to use at most: `threads`, a number from R, or NULL for the default. */
int ffi_threads(SEXP threads);

/* ffi-check.c: these raise an error of R's where something does not fit. */
void ffi_must(int ok, const char *what);

/* A length or index from R: a double, since lengths pass 2^31. */
size_t ffi_size(SEXP n);

/* The double vector c(mode, origin, boundary, na, method) that R/ makes of the words, for a
 * kernel of nh samples. */
cm_options ffi_options(SEXP options, size_t nh);

/* The number of real or complex samples, at least 1. */
size_t ffi_samples(SEXP x);

/* The values of a vector of exactly n doubles. */
const double *ffi_numbers(SEXP x, size_t n);

/* ffi_indices(): all are from 0 to n - 1. ffi_increasing(): none is below the one before. */
void ffi_indices(SEXP i, size_t n);
void ffi_increasing(SEXP i);

/* A band: a matrix of doubles with at least one entry. */
void ffi_band(SEXP N);

/* Columns c ... c + ncol - 1 of x, n samples each, with complex numbers split into parts. */
cm_samples ffi_columns(SEXP x, size_t n, size_t c, size_t ncol);

/* An integer, double or complex vector for a result, in large pages if it is large. The first
 * one lets malloc() keep more of what is freed, see ffi-memory.c. */
SEXP ffi_result(SEXPTYPE type, size_t n);
void ffi_large_pages(void *memory, size_t bytes);

/* Returns 1 if the new vector y now holds zeros, which the system may give without writing
 * them. Else returns 0, and y may hold anything. */
int ffi_zero(SEXP y);

/* Sets the new vector y to zeros by ffi_zero() if that will do: to write them into a large one
 * would take longer than an interrupt may wait. */
void ffi_set_zero(SEXP y);

/* The doubles of a real or complex vector, ffi_width() of them an entry. */
const double *ffi_doubles(SEXP x);
size_t ffi_width(SEXP x);

/* ncol columns of n samples that begin at `from`, with complex numbers, of width 2, split into
 * parts. */
cm_samples ffi_split(const double *from, size_t n, size_t ncol, size_t width);

/* Signals of x with one kernel, into the columns of ny outputs at y, complex or not. */
void ffi_conv_columns(cm_samples x, cm_samples h, const cm_options *options, double *y,
                      size_t ny, int complex, const cm_env *env);

/* A sum of nterm gamma densities, with R's gamma functions. */
cm_model ffi_model(const double *shape, const double *scale, const double *weight, size_t nterm,
                   const cm_env *env);

/* ffi-callable.c: tells R what the C code of other packages may call. */
void ffi_register_callables(void);

#endif
