/* The words of the interface: modes, boundaries, choices for missing values, methods. The
 * enums are in the order of the names in R/check.R. What a boundary puts outside the signal is
 * cm_sources_of(), here and nowhere else.
 *
 * The signal x has nx samples and the kernel h has nh, both at least 1. Their full convolution
 * is
 *
 *     F[k] = sum_j x[j] h[k - j],   k = 0 ... nx + nh - 2,
 *
 * and the output y is a window of F: ny values from `first` on.
 */
#ifndef CONVMAT_WINDOW_H
#define CONVMAT_WINDOW_H

#include <stddef.h>

typedef enum { CM_FULL, CM_SAME, CM_CAUSAL, CM_VALID } cm_mode;
typedef enum {
    CM_ZERO,
    CM_WRAP,
    CM_NEAREST,
    CM_REFLECT,
    CM_MIRROR,
    CM_MISSING,
    CM_EXTEND
} cm_boundary;
typedef enum { CM_NA_PROPAGATE, CM_NA_ZERO, CM_NA_RENORMALISE } cm_na;

/* The first three have names in R; the next two are what CM_AUTO may choose. CM_SPARSE_KERNEL
 * skips the zeros of the kernel. */
typedef enum {
    CM_AUTO,
    CM_DIRECT,
    CM_FFT,
    CM_FFT_GUARDED,
    CM_SPARSE,
    CM_SPARSE_KERNEL
} cm_method;

typedef struct {
    cm_mode mode;
    size_t origin; /* kernel samples before time zero */
    cm_boundary boundary;
    cm_na na;
    cm_method method;
} cm_options;

typedef struct {
    size_t first; /* index into F of the first output */
    size_t ny;    /* number of outputs */
} cm_window;

/* The window of F that a mode means. */
cm_window cm_mode_window(cm_mode mode, size_t nx, size_t nh, size_t origin);

/* What stands at a place, which may lie outside the signal: the sum of weight[k] x[at[k]] over
 * k < n. The samples at[k] are its sources. */
typedef struct {
    int n; /* 0 for CM_ZERO and CM_MISSING outside; 2 only for CM_EXTEND */
    size_t at[2];
    double weight[2];
} cm_sources;

/* What stands at place i of a signal of n samples, at least 2 for CM_EXTEND. */
cm_sources cm_sources_of(ptrdiff_t i, size_t n, cm_boundary boundary);

/* The first place from p on that has sample c of n as a source; PTRDIFF_MAX if there is none.
 */
ptrdiff_t cm_next_place(ptrdiff_t p, size_t c, size_t n, cm_boundary boundary);

#endif
