/* The ways to convolve, and the choice among them, see method.c. */
#ifndef CONVMAT_METHOD_H
#define CONVMAT_METHOD_H

#include "kernel.h"

/* By a method or by "auto". All ways give the same within the promise in guard.c,
 * but for CM_FFT, which leaves out the guard. */
void cm_conv_real(const cm_problem *p, cm_method method, const cm_env *env);

/* Will it be sums whatever the samples are? Then cm_conv_real() may run in any thread, with
 * NULL for its env. */
int cm_sums_will_do(const cm_problem *p, cm_method method);

/* Column c of the problem by itself. */
cm_problem cm_column(const cm_problem *p, size_t c);

/* Outputs t ... t + nt - 1 of a problem of one column, which an FFT got wrong, again:
 * of the signal and the kernel only what they need. */
void cm_conv_part(const cm_problem *p, size_t t, size_t nt, const cm_env *env);

/* Some outputs of a problem, times a factor, to their place in y. */
void cm_put(const cm_problem *p, const double *outputs, size_t nt, double factor, double *y);

/* overlap.c, for a kernel no longer than the signals: the least n with which one
 * block is enough; and the convolution, unless FFTW has no transform of n values,
 * which returns 0. */
size_t cm_fft_whole(size_t nx, size_t nh, cm_window w);
int cm_conv_fft(const cm_problem *p, size_t n, int guarded, const cm_env *env);

/* sparse.c, for one column, of which n samples are not 0 */
size_t cm_count_nonzero(const double *x, size_t n);
void cm_conv_sparse(const cm_problem *p, size_t n, const cm_env *env);

#endif
