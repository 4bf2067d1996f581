/* Real Fourier transforms, by FFTW. Lengths are even. */
#ifndef CONVMAT_FFT_H
#define CONVMAT_FFT_H

#include <stddef.h>

/* Transforms of n doubles to n/2 + 1 complex numbers and back, in `work` and
 * `spectrum`, which must be aligned to CM_ALIGN bytes. They may be the same
 * array of n + 2 doubles. Going back leaves n times the values, and destroys the
 * spectrum. */
typedef struct {
    size_t n;
    void *forward, *backward;
} cm_fft;

enum { CM_ALIGN = 64 };

/* From a bounded cache. Not for two threads at once. NULL if FFTW cannot. */
const cm_fft *cm_fft_plan(size_t n, double *work, double *spectrum);
void cm_fft_forward(const cm_fft *fft, double *work, double *spectrum);
void cm_fft_backward(const cm_fft *fft, double *spectrum, double *work);

#endif
