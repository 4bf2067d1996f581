/* Which outputs of a block of transforms keep the promise.
 *
 * An FFT's error is the same for all outputs of a block, whatever their size. For a block x it
 * is at most
 *
 *     E = cm_transform_error() ||x|| ||h||,
 *
 * which vignettes/articles/numerics.Rmd derives. Output k is certain if E <= CM_PROMISE B[k],
 * with B = |x| * |h|. B is not known, but a lower bound of it will do, and comes from cells:
 *
 *     group g of outputs          output t of the block is sum h[i] x[lead + t - i]
 *     |<------- c ------->|
 *
 *     cells of the kernel         0        1        2   ...   nq - 1
 *     h  |.......|.......|.......|.....|                      the last may be shorter
 *
 *     cells of the block          j begins with sample lead + 1 + (j - nq) c
 *     x  |.......|.......|.......|.......|.......|.......|
 *             j     j + 1
 *
 * In an output of group g the samples of kernel cell q meet c consecutive samples of the block.
 * They lie in two adjoining cells: j = g - q - 1 + nq and the next one.
 *
 *     in the vignette    here
 *     c                  guard->c          samples of a cell, outputs of a group
 *     u, v               threshold         0.6 of the mean modulus of a cell of h, of x
 *     a, b               of shortfall      max(0, 1 - |x| / threshold), summed over a cell: its
 *                                          size less the sum of min(|x|, threshold) / threshold
 *     E                  guard->error
 *
 * If the modulus of one sample is at least (1 - a) u and that of another at least (1 - b) v,
 * with a and b from 0 to 1, that of their product is at least (1 - a) (1 - b) u v >= (1 - a -
 * b) u v. So kernel cell q adds to B[k] at least the larger of
 *
 *   - u v times: its size, less its shortfall, less the shortfalls of both cells of the block;
 *   - the sum of |h| in q times the least |x| in these two cells, which is at least v times 1
 *     less the shortfalls of both.
 *
 * B is symmetric in x and h, so there is another bound: the sum of |x| in a cell times the
 * least |h| in the two kernel cells that it meets. Any threshold gives a bound; 0.6 of the mean
 * is about the best for normal and for exponential samples. The shortfall from a lower
 * threshold is smaller, so the lower one of two adjoining cells serves for both.
 *
 * Of a kernel that is mostly zeros, such as an image with zeros between its rows, no cell says
 * anything. There overlap.c convolves the moduli, too: B itself, but for the error E.
 *
 * On ordinary data the bound is a sixth to a tenth of B, and B is 50 to 200 times what is
 * needed. So all outputs are certified but those at the ends.
 *
 * Cost: one pass over a block, two where thresholds change, and n / 36 to n / 9 pairs of cells.
 */
#include "convolve/guard.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "loops/loops.h"

#define THRESHOLD 0.6 /* of the mean modulus */

enum { SHORT_CELL = 256 };

/* Squares that add up to this have lost less than 2^-100 of it by underflow, even
 * 2^60 of them. */
#define SMALLEST 0x1p-800

/* What the error may use of the promise. It is less than 1 since the sums here are rounded,
 * too, and less again since both parts of a complex number may be off. */
#define PART_OF_PROMISE 0.99
#define PART_OF_PROMISE_COMPLEX 0.7

typedef struct {
    double size, sum;            /* number of samples, sum of their moduli */
    double threshold, shortfall; /* and sum of max(0, 1 - |x| / threshold) */
} cell;

/* Of no samples none falls short. */
static const cell NO_CELL = {0, 0, DBL_MAX, 0};

/* Two adjoining cells of the block. */
typedef struct {
    double sum;                         /* of the later one */
    double threshold, shortfall, least; /* of both */
} adjoining;

struct cm_guard {
    size_t nh, n, lead, c;
    size_t nq, nj; /* cells of the kernel, of the block */
    cell *h;
    double *least; /* of kernel cells q - 1 and q; 0 if q is not full */
    adjoining *x;  /* x[j] is cells j and j + 1 of the drawing */
    double norm_h, norm_x, promise, relative_error, error;
    double filled[2][SHORT_CELL]; /* copies of the cells at the ends of the samples */
};

/* Whether a threshold is near the best one for n samples with this sum of moduli. */
static int is_near(double threshold, double size, double sum)
{
    return threshold * size > 0.7 * THRESHOLD * sum && threshold * size < 1.3 * THRESHOLD * sum;
}

/* The cell of n samples at x; m is what cm_simd.moduli() gives for them and `threshold`. If
 * that is far from the best threshold they are measured again. */
static cell make_cell(const double *x, size_t n, double threshold, cm_moduli m)
{
    double size = (double)n;
    if (!is_near(threshold, size, m.sum)) {
        threshold = m.sum / size * THRESHOLD;
        m = cm_current_simd()->moduli(x, n, threshold);
    }
    double shortfall = threshold > 0 ? size - m.capped / threshold : size;
    return (cell){size, m.sum, threshold, shortfall};
}

/* The cell of samples from ... to - 1 of x; adds the sum of their squares to *sumsq. Neighbours
 * are often alike, so the caller gives the threshold of the cell before, to be tried first. */
static cell measure(const double *x, size_t from, size_t to, double threshold, double *sumsq)
{
    if (from >= to)
        return NO_CELL;
    cm_moduli m = cm_current_simd()->moduli(x + from, to - from, threshold);
    *sumsq += m.sumsq;
    return make_cell(x + from, to - from, threshold, m);
}

static double least_modulus(const double *x, size_t n)
{
    double least = DBL_MAX;
    for (size_t i = 0; i < n; i++)
        least = fabs(x[i]) < least ? fabs(x[i]) : least;
    return least;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* How many samples a cell has: mostly 128 or more, which makes about n / 36 pairs of cells.
 * Cells are shorter, down to 32 samples and n / 9 pairs, if only a few samples of the kernel
 * count, as in a narrow bell: in a long cell all but the peak would fall short. That makes
 * conv() 12 times as fast for a bell of 500 samples that reaches 10 standard deviations to both
 * sides. */
static size_t cell_size(const double *h, size_t nh, size_t n, size_t lead)
{
    cm_moduli m = cm_current_simd()->moduli(h, nh, 0);
    double one = sqrt((double)nh * (double)(n - lead) / (double)n); /* for n pairs */
    double c = 6 * one < 128 ? 128 : 6 * one;
    if (c * m.sumsq > m.sum * m.sum)
        c = m.sum * m.sum / m.sumsq;
    c = c < 3 * one ? 3 * one : c;
    return c < 48 ? 32 : ((size_t)c + 16) / 32 * 32;
}

cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, int is_part,
                       double error, const cm_env *env)
{
    double part = is_part ? PART_OF_PROMISE_COMPLEX : PART_OF_PROMISE;
    cm_guard *guard = env->alloc(env->data, sizeof *guard);
    *guard = (cm_guard){.nh = nh,
                        .n = n,
                        .lead = lead,
                        .c = cell_size(h, nh, n, lead),
                        .promise = part * CM_PROMISE,
                        .relative_error = error};
    guard->nq = (nh + guard->c - 1) / guard->c;
    guard->nj = guard->nq + (n - lead + guard->c - 1) / guard->c;
    guard->h = env->alloc(env->data, guard->nq * sizeof *guard->h);
    guard->least = env->alloc(env->data, guard->nq * sizeof *guard->least);
    guard->x = env->alloc(env->data, guard->nj * sizeof *guard->x);
    double sumsq = 0, before = 0;
    for (size_t q = 0; q < guard->nq; q++) {
        size_t from = q * guard->c, to = from + guard->c, end = to < nh ? to : nh;
        double least = least_modulus(h + from, end - from);
        guard->h[q] = measure(h, from, end, 0, &sumsq);
        guard->least[q] = to <= nh + 1 ? smaller(before, least) : 0;
        before = least;
    }
    guard->norm_h = sqrt(sumsq);
    return guard;
}

static adjoining join(const cell *a, const cell *b)
{
    double threshold = smaller(a->threshold, b->threshold),
           shortfall = a->shortfall + b->shortfall;
    return (adjoining){b->sum, threshold, shortfall,
                       shortfall < 1 ? threshold * (1 - shortfall) : 0};
}

/* i - before, but not below 0 nor above n. */
static size_t clamp(size_t i, size_t before, size_t n)
{
    return i < before ? 0 : i - before < n ? i - before : n;
}

/* A block of samples x[0] ... x[nx - 1]. `ahead` is how far the first lies from the start of
 * the nq cells before the block. */
typedef struct {
    const double *x;
    size_t ahead, nx;
} block;

/* The part of a cell that has samples, of which the first is x[first]; there are zeros around
 * them. */
typedef struct {
    size_t first, n, zeros;
} extent;

static extent extent_of(const cm_guard *guard, const block *b, size_t j)
{
    size_t from = guard->lead + 1 + j * guard->c, to = from + guard->c,
           last = guard->n + guard->nq * guard->c;
    to = to < last ? to : last;
    size_t first = clamp(from, b->ahead, b->nx), n = clamp(to, b->ahead, b->nx) - first;
    return (extent){first, n, to - from - n};
}

static cell measure_cell(const cm_guard *guard, const block *b, size_t j, double threshold,
                         double *sumsq)
{
    extent e = extent_of(guard, b, j);
    cell c = measure(b->x, e.first, e.first + e.n, threshold, sumsq);
    c.shortfall += (double)e.zeros;
    return c;
}

/* Whether four cells from j on can be measured at once: the first one has samples, and those at
 * the ends of the samples, of which there are two at most, are short enough to be filled up
 * with zeros. Finds their samples; for a cell without samples, those of another. */
static int find_four(cm_guard *guard, const block *b, size_t j, extent *e, const double **x)
{
    size_t c = guard->c, filled = 0;
    if (guard->nj - j < 4)
        return 0;
    for (size_t i = 0; i < 4; i++) {
        e[i] = extent_of(guard, b, j + i);
        x[i] = b->x + e[i].first;
        if (e[i].n == c)
            continue;
        if (e[i].n == 0 && i > 0) {
            x[i] = x[0];
            continue;
        }
        if (e[i].n == 0 || c > SHORT_CELL)
            return 0;
        double *copy = guard->filled[filled++];
        memcpy(copy, x[i], e[i].n * sizeof *copy);
        memset(copy + e[i].n, 0, (c - e[i].n) * sizeof *copy);
        x[i] = copy;
    }
    return 1;
}

/* Measures cells from j on: four at once if that is possible, else one. Returns how many. */
static size_t measure_cells(cm_guard *guard, const block *b, size_t j, double threshold,
                            cell *cells, double *sumsq)
{
    extent e[4];
    const double *x[4];
    if (!(threshold >= DBL_MIN) || !find_four(guard, b, j, e, x)) { /* its inverse is finite */
        cells[0] = measure_cell(guard, b, j, threshold, sumsq);
        return 1;
    }
    cm_moduli m[4];
    double inverse = 1 / threshold;
    cm_current_simd()->four_moduli(x, guard->c, threshold, m);
    for (size_t i = 0; i < 4; i++) {
        double size = (double)e[i].n;
        if (e[i].n == 0)
            cells[i] = NO_CELL;
        else if (is_near(threshold, size, m[i].sum))
            cells[i] = (cell){size, m[i].sum, threshold, size - m[i].capped * inverse};
        else
            cells[i] = make_cell(b->x + e[i].first, e[i].n, threshold, m[i]);
        cells[i].shortfall += (double)e[i].zeros;
        *sumsq += e[i].n > 0 ? m[i].sumsq : 0;
    }
    return 4;
}

int cm_guard_measure(cm_guard *guard, const double *x, size_t before, size_t nx)
{
    double sumsq = 0, sum = 0;
    const block b = {x, guard->nq * guard->c + before, nx};
    cell last = {0}, cells[4];
    for (size_t j = 0, n; j < guard->nj; j += n) {
        n = measure_cells(guard, &b, j, last.threshold, cells, &sumsq);
        for (size_t i = 0; i < n; i++) {
            sum += cells[i].sum;
            if (j + i > 0)
                guard->x[j + i - 1] = join(&last, &cells[i]);
            last = cells[i];
        }
    }
    guard->norm_x = sqrt(sumsq);
    guard->error = guard->relative_error * guard->norm_x * guard->norm_h;
    return sumsq >= SMALLEST || sum == 0;
}

double cm_guard_norm(const cm_guard *guard)
{
    return guard->norm_x;
}

double cm_guard_error(const cm_guard *guard)
{
    return guard->error;
}

double cm_guard_norm_h(const cm_guard *guard)
{
    return guard->norm_h;
}

size_t cm_guard_group(const cm_guard *guard)
{
    return guard->c;
}

int cm_guard_passes(const cm_guard *guard, size_t g, double least)
{
    double need = guard->error / guard->promise, bound = 0, other = 0;
    need = need > least ? need : least;
    for (size_t q = 0; q < guard->nq; q++) {
        const cell *h = guard->h + q;
        const adjoining *x = guard->x + (g + guard->nq - q - 1);
        double pairs = (h->size - h->shortfall - x->shortfall) * h->threshold * x->threshold;
        double least = h->sum * x->least; /* not below 0 */
        bound += pairs > least ? pairs : least;
        other += x->sum * guard->least[q]; /* the later cell meets kernel cells q - 1 and q */
        if (bound >= need || other >= need)
            return 1;
    }
    return 0;
}

int cm_guard_passes_sizes(const cm_guard *guard, const double *size, size_t n, double least)
{
    double need = guard->error / guard->promise;
    need = (need > least ? need : least) + guard->error;
    return cm_current_simd()->count_below(size, n, need) == 0; /* one below 0 is so by less */
}
