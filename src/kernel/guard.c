/* The error of an FFT, held against what is promised for each output.
 *
 * The promise: |computed - exact| <= 1e-11 B[k] for every output k, where
 * B = |x| * |h|. An FFT's error does not depend on k. For a block of n samples,
 *
 *     error <= 7 eps log2(n) ||x|| ||h||,
 *
 * by the usual analysis: each of three transforms has log2(n) stages, and a
 * butterfly with its twiddle factor has a relative error of at most
 * (2 + sqrt(5)) eps / 2, so that the transforms of x and h have that much times
 * log2(n) in the 2-norm, and the inverse transform that much times the 1-norm of
 * the product of the spectra, which is at most n ||x|| ||h||. The largest error
 * seen in tests is 1/60 of it.
 *
 * So an output is certain if 7 eps log2(n) ||x|| ||h|| <= 1e-11 B[k], for which
 * a lower bound of B[k] will do. Kernel and block are cut into cells of c
 * samples, outputs into groups of c. The samples of kernel cell q that a group g
 * of outputs meets lie in the two adjoining cells j and j + 1 of the block,
 * j = g - q - 1 if cell 0 begins with the sample after that of output 0. What they add to B[k]
 * is at least
 *
 *   - the sum of |h| in q times the least |x| in j and j + 1;
 *   - with high samples those of at least a quarter of their cell's mean: the
 *     number of pairs of high samples, which is at least the number of high h less
 *     that of low x in both cells, times a quarter of the mean of |h| and a quarter
 *     of the smaller mean of |x|.
 *
 * And the other way round, as B is symmetric: the sum of |x| in a cell times the
 * least |h| in the two kernel cells it meets.
 *
 * On ordinary data this loses a factor of 10 to 30 where there are 50 to 200 to
 * lose, and certifies all but the outputs at the ends.
 *
 * Cost: two passes over a block and about n / 16 pairs of cells.
 */
#include "guard.h"

#include <float.h>
#include <math.h>

#include "simd.h"

/* A little below 1e-11: the sums here are rounded too, and the two parts of a
 * complex number may both be off. */
#define PROMISE 0.7e-11

typedef struct {
    double sum, least, high; /* of moduli; high: a quarter of the mean */
    double size, low;        /* numbers of samples, and of those below `high` */
} cell;

struct cm_guard {
    size_t nh, n, lead, c;
    size_t nq, nj; /* cells of the kernel, of the block */
    cell *h, *x;   /* x[j + nq] is cell j, which begins with sample lead + 1 + j c */
    double norm_h, error;
};

/* Samples from ... to - 1 of x. */
static cell look(const double *x, size_t from, size_t to, double *sumsq)
{
    const cm_simd *simd = cm_current_simd();
    if (from >= to) /* no samples, and none that are small */
        return (cell){0, DBL_MAX, DBL_MAX, 0, 0};
    size_t n = to - from;
    cm_moduli m = simd->moduli(x + from, n);
    double high = m.sum / (double)n / 4;
    *sumsq += m.sumsq;
    return (cell){m.sum, m.least, high, (double)n,
                  (double)simd->count_below(x + from, n, high)};
}

cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, const cm_env *env)
{
    cm_guard *guard = env->alloc(env->data, sizeof *guard);
    /* about n / 16 pairs of cells, and cells of at least 32 samples */
    double c = 4 * sqrt((double)nh * (double)(n - lead) / (double)n);
    *guard =
        (cm_guard){nh, n, lead, c < 32 ? 32 : ((size_t)c + 7) / 8 * 8, 0, 0, NULL, NULL, 0, 0};
    guard->nq = (nh + guard->c - 1) / guard->c;
    guard->nj = guard->nq + (n - lead + guard->c - 1) / guard->c;
    guard->h = env->alloc(env->data, guard->nq * sizeof(cell));
    guard->x = env->alloc(env->data, guard->nj * sizeof(cell));
    double sumsq = 0;
    for (size_t q = 0; q < guard->nq; q++) {
        size_t from = q * guard->c, to = from + guard->c;
        guard->h[q] = look(h, from, to < nh ? to : nh, &sumsq);
    }
    guard->norm_h = sqrt(sumsq);
    return guard;
}

void cm_guard_look(cm_guard *guard, const double *x)
{
    double sumsq = 0;
    size_t before = guard->nq * guard->c;
    for (size_t j = 0; j < guard->nj; j++) {
        size_t from = guard->lead + 1 + j * guard->c, to = from + guard->c;
        size_t zeros = from < before ? before - from : 0; /* before x[0] there is nothing */
        from = from > before ? from - before : 0;
        to = to > before ? to - before : 0;
        if (j == 0)
            look(x, 0, from, &sumsq); /* no output needs these, but they are in the FFT */
        guard->x[j] = look(x, from, to < guard->n ? to : guard->n, &sumsq);
        if (zeros) {
            guard->x[j].least = 0;
            guard->x[j].low += (double)zeros;
        }
    }
    guard->error = 7 * DBL_EPSILON * log2((double)guard->n) * sqrt(sumsq) * guard->norm_h;
}

double cm_guard_error(const cm_guard *guard)
{
    return guard->error;
}

size_t cm_guard_group(const cm_guard *guard)
{
    return guard->c;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

int cm_guard_passes(const cm_guard *guard, size_t g)
{
    double need = guard->error / PROMISE, bound = 0, other = 0;
    for (size_t q = 0; q < guard->nq; q++) {
        const cell *h = guard->h + q, *x = guard->x + (g + guard->nq - q - 1);
        double least = h->sum * smaller(x[0].least, x[1].least);
        double pairs = h->size - h->low - x[0].low - x[1].low;
        double high = pairs * h->high * smaller(x[0].high, x[1].high);
        bound += high > least ? high : least;
        /* cell x[1] meets kernel cells q and q + 1 or, counted here, q - 1 and q */
        if (q > 0 && (double)guard->c - h->size <= 1)
            other += x[1].sum * smaller(h[-1].least, h[0].least);
        if (bound >= need || other >= need)
            return 1;
    }
    return 0;
}
