/* Fourier transforms of real values, by FFTW. */
#ifndef CONVMAT_FFT_H
#define CONVMAT_FFT_H

#include <stddef.h>

#include "loops/loops.h"

enum { CM_ALIGN = 64 };

/* Of n values, n even. `work` and `spectrum` hold n doubles each, aligned to CM_ALIGN bytes,
 * and may be the same array; the values are in `work`, see fft.c for what is in `spectrum`. */
typedef struct {
    size_t n;
    void *forward, *backward;
    cm_twiddles twiddles;
} cm_fft;

/* From a bounded cache. Not for two threads at once. NULL if FFTW cannot. */
const cm_fft *cm_fft_plan(size_t n, double *work, double *spectrum);

/* There; the product of two spectra, a *= b; and back. All in turn give 2 n times the
 * circular convolution of the values. Where there are many a, b is made factors first, in
 * cm_fft_nfactor() doubles; else factors are NULL. */
void cm_fft_forward(const cm_fft *fft, double *work, double *spectrum);
size_t cm_fft_nfactor(const cm_fft *fft);
void cm_fft_factors(const cm_fft *fft, const double *b, double *factors);
void cm_fft_multiply(const cm_fft *fft, double *a, const double *b, const double *factors);
void cm_fft_backward(const cm_fft *fft, double *spectrum, double *work);

/* Forgets all plans. */
void cm_fft_forget(void);

#endif
