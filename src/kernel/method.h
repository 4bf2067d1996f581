/* The ways to convolve, and the choice among them, see method.c. */
#ifndef CONVMAT_METHOD_H
#define CONVMAT_METHOD_H

#include "kernel.h"

/* One real signal with one real kernel, both finite, by a method or by "auto".
 * All ways give the same within the promise in guard.c, but for CM_FFT, which
 * leaves out the guard. */
void cm_conv_real(const double *x, size_t nx, const double *h, size_t nh, double *y,
                  cm_window w, cm_method method, const cm_env *env);

/* The outputs that an FFT got wrong, again: of the signal and the kernel only
 * what they need. */
void cm_conv_part(const double *x, size_t nx, const double *h, size_t nh, double *y,
                  cm_window w, const cm_env *env);

/* overlap.c: the least n with which one block is enough; and the convolution,
 * unless FFTW has no transform of n values, which returns 0. */
size_t cm_fft_whole(size_t nx, size_t nh, cm_window w);
int cm_conv_fft(const double *x, size_t nx, const double *h, size_t nh, double *y, cm_window w,
                size_t n, int guarded, const cm_env *env);

/* sparse.c */
void cm_conv_sparse(const double *x, size_t nx, const double *h, size_t nh, double *y,
                    cm_window w, const cm_env *env);

#endif
