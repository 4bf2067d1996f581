/* The error of an FFT, held against what is promised for each output.
 *
 * The promise: |computed - exact| <= 1e-11 B[k] for every output k, where
 * B = |x| * |h|. An FFT's error does not depend on k. For a block of n samples,
 *
 *     error <= 13 eps (1 + log2(n)) ||x|| ||h||,
 *
 * by the usual analysis of three complex transforms of N = n / 2 values, two to a number:
 *
 *   - A butterfly with its twiddle factor has a relative error of at most
 *     (2 + sqrt(5)) eps / 2, and a factor that is itself off by 4 units in the last place,
 *     as FFTW's may be, makes that c = 3.7 eps. Radix-2 transforms have log2(N) of these one
 *     after the other; FFTW's of higher radices have fewer factors, and were not analysed.
 *
 *   - So the transforms of x and of h are those of signals that differ by c log2(N) of their
 *     2-norms, and the outputs differ by c log2(N) ||x|| ||h|| for each of the two.
 *
 *   - The inverse transform has an error of c log2(N) times the 1-norm of the product of the
 *     spectra, divided by N. In the notation of fft.c, with Ye and Yo the transforms of
 *     even and odd outputs, |Z[k]| + |Z[N-k]| <= 2 sqrt(|Ye|^2 + |Yo|^2), and that is
 *     sqrt(2) times the 2-norm of Y[k] and Y[k+N] in the transform Y of all n of them,
 *     so that the 1-norm is at most n / sqrt(2) ||x|| ||h|| by the inequality of Cauchy and
 *     Schwarz for Y = X H: sqrt(2) c log2(N) ||x|| ||h||.
 *
 *   - In the product, the roundings of sums, turns and products of complex numbers, and of
 *     the kernel divided by n, add less than 12 eps ||x|| ||h||, whatever N is.
 *
 * In all less than 12.7 eps log2(N) + 12 eps. The largest error seen in tests is 1/90 of the
 * bound, for a transform of a prime length, which method.c does not take, 1/29.
 *
 * So an output is certain if that is at most 1e-11 B[k] (a little less, as the sums here
 * are rounded too; and 0.7 of it if both parts of a complex number may be off), for which
 * a lower bound of B[k] will do. Kernel and block are cut into cells of c
 * samples, outputs into groups of c. The samples of kernel cell q that an output of
 * group g meets are c consecutive ones from two adjoining cells of the block, j
 * and j + 1 with j = g - q - 1, if cell 0 begins with the sample after that of
 * output 0. What they add to B[k] is at least
 *
 *   - the sum of |h| in q times the least |x| in j and j + 1;
 *   - with high samples those of at least 0.4 of their cell's mean: the number of
 *     pairs of high samples, times 0.4 of the mean of |h|, times 0.4 of the smaller
 *     mean of |x|. There are at least as many pairs as high samples of h less low
 *     samples of x, which are counted in quarters of cells: c consecutive samples
 *     lie in five of them.
 *
 * And the other way round, as B is symmetric: the sum of |x| in a cell times the
 * least |h| in the two kernel cells it meets.
 *
 * On ordinary data this loses a factor of 10 to 15 where there are 50 to 200 to
 * lose, and certifies all but the outputs at the ends.
 *
 * Cost: two passes over a block and about n / 36 pairs of cells.
 */
#include "guard.h"

#include <float.h>
#include <math.h>

#include "simd.h"

#define HIGH 0.4

/* Squares that add up to this have lost less than 2^-100 of it by underflow, even
 * 2^60 of them. */
#define SMALLEST 0x1p-800

typedef struct {
    double sum, least, high; /* of moduli; high: 0.4 of the mean */
    double size, low[4];     /* numbers of samples, and of those below `high` in quarters */
} cell;

/* Two adjoining cells of the block. */
typedef struct {
    double sum;              /* of the later one */
    double least, high, low; /* of both; low: in c consecutive samples, at most */
} both;

struct cm_guard {
    size_t nh, n, lead, c;
    size_t nq, nj; /* cells of the kernel, of the block */
    cell *h;
    both *x; /* x[j + nq] is cells j and j + 1, cell j beginning with sample lead + 1 + j c */
    double norm_h, promise, error;
};

/* Samples from ... to - 1 of x, of a cell of c. */
static cell look(const double *x, size_t from, size_t to, size_t c, double *sumsq)
{
    const cm_simd *simd = cm_current_simd();
    if (from >= to) /* no samples, and none that are small */
        return (cell){0, DBL_MAX, DBL_MAX, 0, {0, 0, 0, 0}};
    size_t n = to - from;
    cm_moduli m = simd->moduli(x + from, n);
    double high = m.sum / (double)n * HIGH;
    *sumsq += m.sumsq;
    cell cell = {m.sum, m.least, high, (double)n, {0, 0, 0, 0}};
    if (n == c) {
        simd->count_quarters(x + from, n, high, cell.low);
    } else { /* wherever they are */
        double low = (double)simd->count_below(x + from, n, high);
        for (int i = 0; i < 4; i++)
            cell.low[i] = low;
    }
    return cell;
}

cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, double promise,
                       const cm_env *env)
{
    cm_guard *guard = env->alloc(env->data, sizeof *guard);
    /* about n / 36 pairs of cells, and cells of at least 128 samples unless the kernel
     * is shorter: samples that it does not meet would count as low */
    double c = 6 * sqrt((double)nh * (double)(n - lead) / (double)n);
    double least = nh >= 128 ? 128 : nh < 64 ? 32 : (double)(nh / 32 * 32);
    c = c < least ? least : c;
    c = c > 200000 ? 200000 : c; // # nocov: kernels of 1e9; count_quarters() counts up to 2^18
    *guard =
        (cm_guard){nh, n, lead, ((size_t)c + 31) / 32 * 32, 0, 0, NULL, NULL, 0, promise, 0};
    guard->nq = (nh + guard->c - 1) / guard->c;
    guard->nj = guard->nq + (n - lead + guard->c - 1) / guard->c;
    guard->h = env->alloc(env->data, guard->nq * sizeof *guard->h);
    guard->x = env->alloc(env->data, guard->nj * sizeof *guard->x);
    double sumsq = 0;
    for (size_t q = 0; q < guard->nq; q++) {
        size_t from = q * guard->c, to = from + guard->c;
        guard->h[q] = look(h, from, to < nh ? to : nh, guard->c, &sumsq);
    }
    guard->norm_h = sqrt(sumsq);
    return guard;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static both join(const cell *a, const cell *b)
{
    double low = a->low[0] + a->low[1] + a->low[2] + a->low[3] + b->low[0], most = low;
    for (int q = 0; q < 3; q++) {
        low += b->low[q + 1] - a->low[q];
        most = low > most ? low : most;
    }
    return (both){b->sum, smaller(a->least, b->least), smaller(a->high, b->high), most};
}

int cm_guard_look(cm_guard *guard, const double *x)
{
    double sumsq = 0;
    size_t before = guard->nq * guard->c;
    cell last = {0};
    for (size_t j = 0; j < guard->nj; j++) {
        size_t from = guard->lead + 1 + j * guard->c, to = from + guard->c;
        size_t zeros = from < before ? before - from : 0; /* before x[0] there is nothing */
        from = from > before ? from - before : 0;
        to = to > before ? to - before : 0;
        if (j == 0) /* no output needs these, but they are in the FFT */
            look(x, 0, from, guard->c, &sumsq);
        cell now = look(x, from, to < guard->n ? to : guard->n, guard->c, &sumsq);
        if (zeros) {
            now.least = 0;
            for (int i = 0; i < 4; i++)
                now.low[i] += (double)zeros;
        }
        if (j > 0)
            guard->x[j - 1] = join(&last, &now);
        last = now;
    }
    guard->error =
        13 * DBL_EPSILON * (1 + log2((double)guard->n)) * sqrt(sumsq) * guard->norm_h;
    return sumsq >= SMALLEST;
}

double cm_guard_error(const cm_guard *guard)
{
    return guard->error;
}

size_t cm_guard_group(const cm_guard *guard)
{
    return guard->c;
}

int cm_guard_passes(const cm_guard *guard, size_t g)
{
    double need = guard->error / guard->promise, bound = 0, other = 0;
    for (size_t q = 0; q < guard->nq; q++) {
        const cell *h = guard->h + q;
        const both *x = guard->x + (g + guard->nq - q - 1);
        double lows = h->low[0] + h->low[1] + h->low[2] + h->low[3];
        double least = h->sum * x->least;
        double high = (h->size - lows - x->low) * h->high * x->high;
        bound += high > least ? high : least;
        /* the later cell meets kernel cells q - 1 and q */
        if (q > 0 && (double)guard->c - h->size <= 1)
            other += x->sum * smaller(h[-1].least, h->least);
        if (bound >= need || other >= need)
            return 1;
    }
    return 0;
}
