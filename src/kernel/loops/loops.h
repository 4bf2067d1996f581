/* The loops over consecutive doubles that are compiled once for each instruction set:
 * set-base.c, set-avx2.c and set-avx512.c are the same source, set.h, for vectors of 2, 4 and 8
 * doubles. */
#ifndef CONVMAT_SIMD_H
#define CONVMAT_SIMD_H

#include <stddef.h>

enum {
    CM_TILE = 512,            /* outputs a tile: its buffers fit a 32 kB L1 cache */
    CM_BLOCK = 1024,          /* terms of one sum, see direct.c */
    CM_LANES = 8,             /* doubles in the widest vector */
    CM_STRIP = 64,            /* outputs at a time, see sparse.c */
    CM_OVERRUN = 8 * CM_LANES /* how far past the end of a tile its functions go */
};

/* Of the moduli of a stretch of samples: their sum, that of their squares, and that of their
 * distances from a given value. */
typedef struct {
    double sum, sumsq, off;
} cm_moduli;

/* The twiddle factors exp(-2 pi i k / N) for 0 < k < N / 2, each as a product of two complex
 * numbers: with k - 1 = nfine c + i, those for i + 1 and for nfine c. nfine is a multiple of
 * CM_LANES.
 */
typedef struct {
    size_t nfine;
    double *fine, *coarse;
} cm_twiddles;

typedef struct {
    const char *level;
    size_t lanes;
    /* See tile.h. */
    void (*tile_short)(const double *x, const double *h, size_t nh, double *y, size_t nt);
    void (*tile_long)(const double *x, const double *h, size_t nh, double *y, size_t nt,
                      ptrdiff_t lo, ptrdiff_t hi);
    cm_moduli (*moduli)(const double *x, size_t n, double around);
    size_t (*count_below)(const double *x, size_t n, double bound);
    /* The largest modulus, or NaN if any is not finite. */
    double (*max_modulus)(const double *x, size_t n);
    /* y = factor x; stream() for a y that is too large to be found in a cache again, see
     * cm_fence(). */
    void (*scale)(const double *x, size_t n, double factor, double *y);
    void (*stream)(const double *x, size_t n, double factor, double *y);
    /* What multiplies by a spectrum b of N complex numbers at the places k and N - k, for
     * from <= k < to, from - 1 being a multiple of CM_LANES; 6 doubles for each k, and CM_LANES
     * k's more than there are: see fft.c. And a, multiplied. */
    void (*factors)(const double *b, size_t N, const cm_twiddles *twiddles, size_t from,
                    size_t to, double *factors);
    void (*multiply)(double *a, size_t N, size_t from, size_t to, const double *factors);
    /* y[t] += sum of value[i] h[k + t - at[i]], i < n, t < CM_STRIP, one term after the
     * other. All of these h must be there. */
    void (*strip)(const double *h, const size_t *at, const double *value, size_t n, size_t k,
                  double *y);
} cm_simd;

extern const cm_simd cm_simd_base, cm_simd_avx2, cm_simd_avx512;

/* The table in use. */
const cm_simd *cm_current_simd(void);

/* Uses the best instruction set that the processor has, up to `cap` ("base", "avx2"; NULL for
 * no cap), and returns its name. */
const char *cm_simd_level(const char *cap);

#endif
