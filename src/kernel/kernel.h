/* The convmat kernel: convolution on plain arrays, in plain C.
 *
 * Nothing here knows about R. Every function reads `const` inputs, writes
 * only the output it is given, allocates nothing and returns nothing it owns,
 * so a caller may leave through a poll callback (see cm_poll) at any time.
 *
 * Vocabulary, the same everywhere: the signal x of nx samples, the kernel h of
 * nh samples, the full convolution
 *
 *     F[k] = sum_j x[j] h[k - j],   k = 0 ... nx + nh - 2,
 *
 * and the output y, a window of ny values of F from `first` on.
 */
#ifndef CONVMAT_KERNEL_H
#define CONVMAT_KERNEL_H

#include <stddef.h>

/* The parts of F a caller can ask for. R/check.R lists them in this order. */
typedef enum { CM_FULL, CM_SAME, CM_CAUSAL, CM_VALID } cm_mode;

typedef struct {
    size_t first; /* index into F of the first output */
    size_t ny;    /* number of outputs */
} cm_window;

/* Called between pieces of long work, about every CM_POLL_WORK multiply-adds.
 * It may return, or leave for good (longjmp): the kernel holds nothing. */
typedef struct {
    void (*call)(void *data);
    void *data;
} cm_poll;

#define CM_POLL_WORK 4000000 /* a few milliseconds on any machine */

/* window.c */
cm_window cm_mode_window(cm_mode mode, size_t nx, size_t nh, size_t origin);

/* direct.c */
void cm_conv_direct(const double *x, size_t nx, const double *h, size_t nh, double *y,
                    cm_window w, const cm_poll *poll);

/* missing.c */
size_t cm_split_nonfinite(const double *x, size_t nx, double *finite, size_t *at);
void cm_spread_nonfinite(const double *x, const size_t *at, size_t nat, const double *h,
                         size_t nh, double *y, cm_window w, double na, int (*is_na)(double),
                         const cm_poll *poll);

/* toeplitz.c */
void cm_toeplitz(const double *v, size_t nrow, size_t ncol, double *A, const cm_poll *poll);
void cm_pad_kernel(const double *h, size_t nh, size_t n, cm_window w, double *v);
void cm_reverse(double *v, size_t nv);
void cm_shifted_scaled(const double *x, size_t nx, const double *h, size_t nh, double *A,
                       const cm_poll *poll);

/* neural.c */
void cm_neural(const double *onset, const double *duration, const double *amplitude,
               size_t nevent, double start, double step, size_t n, double *y, int *covers,
               const cm_poll *poll);

#endif
