/* The loops over consecutive doubles that are compiled once for each instruction set:
 * set-base.c, set-avx2.c and set-avx512.c are the same source, set.h, for vectors of 2, 4 and 8
 * doubles. */
#ifndef CONVMAT_SIMD_H
#define CONVMAT_SIMD_H

#include <stddef.h>

enum {
    CM_TILE = 512,            /* outputs of a tile: its buffers fit a 32 kB L1 cache */
    CM_BLOCK = 1024,          /* the most terms of one sum, see direct.c */
    CM_LANES = 8,             /* doubles in the widest vector */
    CM_STRIP = 64,            /* outputs of a strip, see sparse.c */
    CM_ROWS = 4,              /* rows of outputs at a time, see array/small.c */
    CM_PANEL = 8,             /* rows that a factorisation takes at a time, see panel.h */
    CM_OVERRUN = 8 * CM_LANES /* how far past the end of a tile its loops go */
};

/* Of the moduli of consecutive samples: their sum, the sum of their squares, and the sum of
 * what they are up to a given cap. */
typedef struct {
    double sum, sumsq, capped;
} cm_moduli;

/* Of whole numbers and of remainders: the sums of their squares. The first is NaN if any of
 * those numbers is not whole, or 2^51 or more. */
typedef struct {
    double x, rest;
} cm_squares;

/* A pass of a transform, see loops/transform.h: q places, each of `radix` numbers q vectors
 * apart. A short pass has a table of its twiddles: those of number 1 for all places, then those
 * of number 2, and so on. A long pass has two tables, and each of its twiddles is the product
 * of a number from both. `fine` is for places 0 ... nfine - 1, in the order of a short pass;
 * `coarse` is for places 0, nfine, 2 nfine ..., with the numbers of a place together. */
typedef struct {
    int radix;
    size_t q;
    const double *twiddle;
    size_t nfine;
    const double *fine, *coarse;
} cm_pass;

/* The rows of a block, n samples each: `weight` has the number that each row is multiplied by,
 * `fine` and `coarse` the twiddles of their places, as for a long pass. `coarse` is NULL if
 * nfine is n. */
typedef struct {
    size_t n;
    const double *weight;
    size_t nfine;
    const double *fine, *coarse;
} cm_rows;

/* CM_LANES pairs of a time and an event: x is the time since the start of the event, v the time
 * since its end, d its duration. Before the start all three are -1. */
typedef struct {
    double x[CM_LANES], v[CM_LANES], d[CM_LANES];
} cm_lags;

/* What the response to a box needs of a sum of gamma functions, see cm_gammas. The box from
 * m - r to m + r is short for one of them, and needs a quadrature, if r <= m / 10, r root <= m
 * / 40, and r |peak - m| <= most m. See events/response.c. */
typedef struct {
    double split, weight, peak, most, root;
} cm_box_gamma;

typedef struct {
    double settled, first; /* the first split */
    size_t n;
    const cm_box_gamma *gamma;
} cm_box_shape;

/* Is a box short for one gamma function? For doubles and for vectors. */
#define CM_IS_SHORT(g, r, m)                                                                   \
    (((r) * ((g)->peak - (m)) <= (g)->most * (m)) &                                            \
     ((r) * ((m) - (g)->peak) <= (g)->most * (m)) & ((r) * (g)->root <= 0.025 * (m)) &         \
     ((r) <= 0.1 * (m)) & ((m) < 1e300))

typedef struct {
    const char *level;
    size_t lanes;
    /* See tile.h. */
    void (*tile_short)(const double *x, const double *h, size_t nh, double *y, size_t nt);
    void (*tile_long)(const double *x, const double *h, size_t nh, double *y, size_t nt,
                      ptrdiff_t lo, ptrdiff_t hi);
    cm_moduli (*moduli)(const double *x, size_t n, double cap);
    /* The same for n samples at each of x[0] ... x[3]; n must be a multiple of 8. For small n
     * it is four times as fast as four calls. */
    void (*four_moduli)(const double *const *x, size_t n, double cap, cm_moduli *m);
    /* How many moduli are below `bound`. */
    size_t (*count_below)(const double *x, size_t n, double bound);
    /* The largest modulus, or NaN if any is not finite. */
    double (*max_modulus)(const double *x, size_t n);
    /* Not below the square of any modulus, but for underflow; infinite or NaN if a sample is
     * not finite. Takes a fraction of the time. */
    double (*square_bound)(const double *x, size_t n);
    /* Lower bounds of the moduli of complex numbers, at least 0.9237 of them. */
    void (*lower_moduli)(const double *re, const double *im, size_t n, double *moduli);
    /* y = factor x. stream() writes past the caches, for a y that is too large for them: other
     * threads see it after cm_fence(). */
    void (*scale)(const double *x, size_t n, double factor, double *y);
    void (*stream)(const double *x, size_t n, double factor, double *y);
    /* Whole numbers. all_whole() tells whether all x are whole; round_all() rounds. No
     * result of the following is -0. */
    int (*all_whole)(const double *x, size_t n);
    void (*round_all)(double *y, size_t n);
    /* The same for numbers below 2^51. */
    void (*round_small)(double *y, size_t n);
    /* The sum of the squares of x if all are whole and below 2^51, else NaN. */
    double (*whole_squares)(const double *x, size_t n);
    /* The remainders of x + unit rest by the modulus, from -modulus / 2 to modulus / 2, take
     * the place of `rest`, which is not read if the unit is 0. For whole numbers below 2^53. */
    cm_squares (*fold)(const double *x, size_t n, double unit, double modulus, double *rest);
    /* Rounds `rest`. Moves each y[0][i] to the nearest number that differs from rest[i] by a
     * multiple of the unit, which divided by it is the rest for y[1][i], and so on. Returns
     * whether all are within 1/16, of 1 or of a unit, of what they become; if not, those that
     * are not become anything. For y / unit and rest below 2^48. */
    int (*unfold)(const double *rest, size_t n, double unit, double *const *y, int count);
    /* The steps of a transform, see loops/transform.h and convolve/transform.c. There are
     * `rows` rows; samples[j] has the real parts of row j, samples[rows + j] its imaginary
     * parts. spread() and gather() do places from ... to - 1 of all rows, multiples of 8. Of
     * memory that will be written soon, spread() asks for the same places of the `rows` rows at
     * `ask` unless the twiddles of rows are products. */
    size_t rows;
    void (*spread)(const cm_rows *rows, const double *const *samples, double *z, size_t from,
                   size_t to, const double *const *ask);
    void (*gather)(const cm_rows *rows, const double *z, double *const *samples, size_t from,
                   size_t to);
    /* Places from ... to - 1, multiples of 64, of a long pass on z. */
    void (*long_pass)(const cm_pass *p, double *z, size_t from, size_t to, int back);
    /* The short passes from p on: there; and there, times the spectrum of a kernel, and back.
     * The latter asks for half as many doubles at `ask` as it takes at z. */
    void (*there)(const cm_pass *p, double *z);
    void (*there_and_back)(const cm_pass *p, double *z, const double *kernel,
                           const double *ask);
    /* y[t], or 0 unless `add`, plus value[i] h[k + t - at[i]] for i < n in turn, for
     * t < CM_STRIP. Assumes that h can be read at all these indices. */
    void (*strip)(const double *h, const size_t *at, const double *value, size_t n, size_t k,
                  double *y, int add);
    /* CM_ROWS rows of outputs of an array, `step` apart, for t < CM_STRIP: out[j step + t] =
     * the sum of weight[r][CM_ROWS i + j] row[r][at + t - i] over i < m and then over r < nrow.
     */
    void (*sum_rows)(const double *const *row, const double *const *weight, size_t nrow,
                     size_t m, ptrdiff_t at, double *out, size_t step);
    /* The piecewise polynomials of a table (base/cell.h) at CM_LANES numbers z: 0 where z < 0,
     * NaN where another z is in no cell. Returns 1 if there is any NaN. */
    int (*cells)(const double *table, const double *z, double *f);
    /* The cm_lags of CM_LANES times and events. Returns 1 if any x is not finite. */
    int (*lags)(const double *t, const double *onset, const double *d, cm_lags *at);
    /* The responses to boxes, by the table of the tails. Assumes that `at` is in the units of
     * the shape. Returns 1, and
     * nothing of use in h, if any pair is an impulse or a box that is short for any gamma
     * function, or is in a cell that has no polynomial. */
    int (*boxes)(const cm_box_shape *shape, const double *tails, const cm_lags *at, double *h);
    /* Of a factorisation, see panel.h. */
    int (*eliminate)(double *T, size_t ldt, size_t n, size_t ncol);
    void (*reduce)(double *A, size_t ld, size_t n, const double *T, size_t ldt);
} cm_simd;

extern const cm_simd cm_simd_base, cm_simd_avx2, cm_simd_avx512;

/* The loops in use. */
const cm_simd *cm_current_simd(void);

/* Uses the best instruction set that the processor has, up to `cap` ("base", "avx2"; NULL for
 * no cap), and returns its name. */
const char *cm_simd_level(const char *cap);

#endif
