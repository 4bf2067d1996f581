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
 *     (1 + sqrt(5)) eps / 2, and a factor that is itself off by 4 units of eps / 2,
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
 * In all less than 12.7 eps log2(N) + 12 eps. The largest error seen in tests is 1/60 of the
 * bound, for a transform of a prime length, which method.c does not take, 1/29.
 *
 * So an output is certain if that is at most 1e-11 B[k] (a little less, as the sums here
 * are rounded too; and 0.7 of it if both parts of a complex number may be off), for which
 * a lower bound of B[k] will do. Kernel and block are cut into cells of c
 * samples, outputs into groups of c. The samples of kernel cell q that an output of
 * group g meets are c consecutive ones from two adjoining cells of the block, j
 * and j + 1 with j = g - q - 1, if cell 0 begins with the sample after that of
 * output 0. Call what a sample lacks of a level u, as a part of it, max(0, 1 - |x| / u). A
 * pair of samples that lack a and b of levels u and v adds at least
 * (1 - a) (1 - b) u v >= (1 - a - b) u v to B[k]. So cell q adds at least
 *
 *   - u v times: its size, less all that it lacks of u, less all that j and j + 1 lack of v;
 *   - the sum of |h| in q times the least |x| in j and j + 1, which is at least v less what
 *     they lack in all.
 *
 * And the other way round, as B is symmetric: the sum of |x| in a cell times the
 * least |h| in the two kernel cells it meets. Any levels would do; 0.6 of the mean modulus of
 * a cell is about the best for normal and for exponential samples. What is lacking of a lower
 * level is less, so the lower one of two cells serves for both.
 *
 * On ordinary data this loses a factor of 6 to 10 where there are 50 to 200 to
 * lose, and certifies all but the outputs at the ends.
 *
 * Cost: one pass over a block, two where levels change, and n / 36 to n / 9 pairs of cells.
 */
#include "convolve/guard.h"

#include <float.h>
#include <math.h>

#include "loops/loops.h"

#define LEVEL 0.6

/* Squares that add up to this have lost less than 2^-100 of it by underflow, even
 * 2^60 of them. */
#define SMALLEST 0x1p-800

typedef struct {
    double size, sum;   /* number of samples, sum of their moduli */
    double level, lack; /* what they lack of the level in all */
} cell;

/* Two adjoining cells of the block. */
typedef struct {
    double sum;                /* of the later one */
    double level, lack, least; /* of both */
} both;

struct cm_guard {
    size_t nh, n, lead, c;
    size_t nq, nj; /* cells of the kernel, of the block */
    cell *h;
    double *least; /* of kernel cells q - 1 and q; 0 if q is not whole */
    both *x; /* x[j + nq] is cells j and j + 1, cell j beginning with sample lead + 1 + j c */
    double norm_h, promise, error;
};

/* Samples from ... to - 1 of x. Neighbours are often alike, and so `level` is tried first. */
static cell look(const double *x, size_t from, size_t to, double level, double *sumsq)
{
    if (from >= to) /* no samples, and none that lack anything */
        return (cell){0, 0, DBL_MAX, 0};
    const cm_simd *simd = cm_current_simd();
    size_t n = to - from;
    cm_moduli m = simd->moduli(x + from, n, level);
    double best = m.sum / (double)n * LEVEL;
    if (!(level > 0.7 * best && level < 1.3 * best)) {
        level = best;
        m = simd->moduli(x + from, n, level);
    }
    *sumsq += m.sumsq;
    double size = (double)n,
           lack = level > 0 ? (m.off - m.sum + size * level) / 2 / level : size;
    return (cell){size, m.sum, level, lack};
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

/* About n / 36 pairs of cells, of at least 128 samples; up to n / 9 and of 32 for kernels of
 * which less than a cell counts, narrow bells above all: what lies around it would be lacking.
 * For one of 500 that is 10 deviations wide on both sides conv() is 12 times as fast so. */
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

cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, double promise,
                       const cm_env *env)
{
    cm_guard *guard = env->alloc(env->data, sizeof *guard);
    *guard = (cm_guard){nh, n, lead, cell_size(h, nh, n, lead), .promise = promise};
    guard->nq = (nh + guard->c - 1) / guard->c;
    guard->nj = guard->nq + (n - lead + guard->c - 1) / guard->c;
    guard->h = env->alloc(env->data, guard->nq * sizeof *guard->h);
    guard->least = env->alloc(env->data, guard->nq * sizeof *guard->least);
    guard->x = env->alloc(env->data, guard->nj * sizeof *guard->x);
    double sumsq = 0, before = 0;
    for (size_t q = 0; q < guard->nq; q++) {
        size_t from = q * guard->c, to = from + guard->c, end = to < nh ? to : nh;
        double least = least_modulus(h + from, end - from);
        guard->h[q] = look(h, from, end, 0, &sumsq);
        guard->least[q] = to <= nh + 1 ? smaller(before, least) : 0;
        before = least;
    }
    guard->norm_h = sqrt(sumsq);
    return guard;
}

static both join(const cell *a, const cell *b)
{
    double level = smaller(a->level, b->level), lack = a->lack + b->lack;
    return (both){b->sum, level, lack, lack < 1 ? level * (1 - lack) : 0};
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
        cell now = look(x, from, to < guard->n ? to : guard->n, last.level, &sumsq);
        now.lack += (double)zeros;
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
        double pairs = (h->size - h->lack - x->lack) * h->level * x->level;
        double least = h->sum * x->least; /* not below 0 */
        bound += pairs > least ? pairs : least;
        other += x->sum * guard->least[q]; /* the later cell meets kernel cells q - 1 and q */
        if (bound >= need || other >= need)
            return 1;
    }
    return 0;
}
