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

/* A pass of a transform: `radix` numbers, q vectors apart. A short pass has a table of its
 * twiddles, first all those of number 1, then those of number 2, and so on. Those of a long
 * pass are products of a fine one, of places 0 ... nfine - 1 in the same order, and a coarse
 * one, of places 0, nfine, 2 nfine and so on, those of a place together. */
typedef struct {
    int radix;
    size_t q;
    const double *twiddle;
    size_t nfine;
    const double *fine, *coarse;
} cm_pass;

/* Rows of n samples each, with the weights that they are multiplied by first, one for each row,
 * and the twiddles of their places, as for a long pass; `coarse` is NULL if all are fine. */
typedef struct {
    size_t n;
    const double *weight;
    size_t nfine;
    const double *fine, *coarse;
} cm_rows;

/* Events as seen from so many times: x is the time since the start of the event, v that since
 * its end and d its duration. Before the start all three are -1. */
typedef struct {
    double x[CM_LANES], v[CM_LANES], d[CM_LANES];
} cm_lags;

/* What the response to a box needs of a gamma density: the table of its tails, its cm_gamma's
 * `split` and `settled`, shape - 1, and the root of that. */
typedef struct {
    const double *tails;
    double split, settled, power, root;
} cm_box_shape;

/* Is a box of half width r about m short enough for a quadrature? With power = shape - 1 and
 * its root; for numbers and for vectors. See events/response.c. */
#define CM_IS_SHORT(r, m, power, root)                                                         \
    (((r) * ((power) - (m)) <= 0.025 * (m)) & ((r) * ((m) - (power)) <= 0.025 * (m)) &         \
     ((r) * (root) <= 0.025 * (m)) & ((r) <= 0.1 * (m)) & ((m) < 1e300))

typedef struct {
    const char *level;
    size_t lanes;
    /* See tile.h. */
    void (*tile_short)(const double *x, const double *h, size_t nh, double *y, size_t nt);
    void (*tile_long)(const double *x, const double *h, size_t nh, double *y, size_t nt,
                      ptrdiff_t lo, ptrdiff_t hi);
    cm_moduli (*moduli)(const double *x, size_t n, double around);
    /* The same of four stretches of n samples, one behind the other; n is a multiple of 8. Four
     * times as fast for short ones. */
    void (*four_moduli)(const double *x, size_t n, double around, cm_moduli *m);
    size_t (*count_below)(const double *x, size_t n, double bound);
    /* The largest modulus, or NaN if any is not finite. */
    double (*max_modulus)(const double *x, size_t n);
    /* y = factor x; stream() for a y that is too large to be found in a cache again, see
     * cm_fence(). */
    void (*scale)(const double *x, size_t n, double factor, double *y);
    void (*stream)(const double *x, size_t n, double factor, double *y);
    /* The parts of a transform, see transform.h and convolve/transform.c. rows: how many there
     * are; samples[j] is where row j begins, samples[rows + j] its imaginary parts. Places from
     * ... to - 1 of all rows; they are multiples of 8. */
    size_t rows;
    void (*spread)(const cm_rows *rows, const double *const *samples, double *z, size_t from,
                   size_t to);
    void (*gather)(const cm_rows *rows, const double *z, double *const *samples, size_t from,
                   size_t to);
    /* Places from ... to - 1, multiples of 64, of a long pass on z. */
    void (*long_pass)(const cm_pass *p, double *z, size_t from, size_t to, int back);
    /* The passes from p on: there, and with the product by a kernel there and back. */
    void (*there)(const cm_pass *p, double *z);
    void (*there_and_back)(const cm_pass *p, double *z, const double *kernel);
    /* y[t] += sum of value[i] h[k + t - at[i]], i < n, t < CM_STRIP, one term after the
     * other. All of these h must be there. */
    void (*strip)(const double *h, const size_t *at, const double *value, size_t n, size_t k,
                  double *y);
    /* The piecewise polynomials of a table (base/cell.h) at CM_LANES numbers z: 0 if z < 0, and
     * NaN in no cell. Returns whether there is any NaN. */
    int (*cells)(const double *table, const double *z, double *f);
    /* Of CM_LANES pairs of a time and an event. Returns whether any x is not finite. */
    int (*lags)(const double *t, const double *onset, const double *d, cm_lags *at);
    /* The responses, with `at` in scales, if all pairs are boxes that are not short, and all
     * cells are known; else it returns 1. */
    int (*boxes)(const cm_box_shape *shape, const cm_lags *at, double *h);
} cm_simd;

extern const cm_simd cm_simd_base, cm_simd_avx2, cm_simd_avx512;

/* The table in use. */
const cm_simd *cm_current_simd(void);

/* Uses the best instruction set that the processor has, up to `cap` ("base", "avx2"; NULL for
 * no cap), and returns its name. */
const char *cm_simd_level(const char *cap);

#endif
