/* Convolution of a signal of mostly zeros: a scaled kernel for each sample that is
 * not zero. Outputs that no such sample reaches are exact zeros.
 *
 * Outputs are computed by strips that stay in registers while all samples that reach them add
 * their part of the kernel, CM_STRIP values of it. At the ends of the kernel a part goes beyond
 * it. So a short kernel is copied with zeros around it. Of a long one, whose copy would take as
 * much memory again, only the parts at its ends are copied: each sample has at most two of
 * them.
 *
 * Terms are added one after the other. So the error, relative to the sum of their moduli, is up
 * to eps / 2 times the number of nonzero samples that reach an output: 1.8e-12 for 2^14.
 *
 * Cost: nh multiply-adds for each sample that is not zero, and memory for those samples.
 */
#include "convolve/sparse.h"

#include <stdint.h>
#include <string.h>

#include "base/search.h"
#include "base/threads.h"
#include "loops/loops.h"

/* Outputs of an item of work. */
enum { SPAN = 64 * CM_STRIP };

typedef struct {
    const cm_problem *p;
    const double *h;
    size_t pad; /* zeros before h[0] and after the last */
    size_t n;   /* samples that are not zero; their indices and values */
    const size_t *at;
    const double *value;
} nonzeros;

typedef struct {
    const size_t *at;
    size_t least;
} places;

static int is_from(const void *data, size_t i)
{
    const places *p = data;
    return p->at[i] >= p->least;
}

/* The first nonzero sample with an index of at least k. */
static size_t first_from(const nonzeros *x, size_t k)
{
    places p = {x->at, k};
    return cm_first(x->n, is_from, &p);
}

/* Adds what nonzero sample i brings to the strip from F[k] on, if its part goes beyond the
 * kernel. */
static void add_end(const nonzeros *x, size_t i, size_t k, double *y)
{
    double part[CM_STRIP] = {0};
    size_t at = x->at[i], nh = x->p->nh, none = 0;
    size_t before = at > k ? at - k : 0, from = k > at ? k - at : 0;
    size_t n = nh - from < CM_STRIP - before ? nh - from : CM_STRIP - before;
    memcpy(part + before, x->h + from, n * sizeof *part);
    cm_current_simd()->strip(part, &none, x->value + i, 1, 0, y, 1);
}

/* The strip F[k ... k + CM_STRIP - 1], which nonzero samples lo ... hi - 1 reach. They are
 * added in their order. */
static void strip(const nonzeros *x, size_t lo, size_t hi, size_t k, double *y)
{
    size_t reach = x->p->nh - 1 + x->pad, a = lo, b;
    if (lo < hi && x->at[lo] + reach < k + CM_STRIP - 1)
        memset(y, 0, CM_STRIP * sizeof *y);
    for (; a < hi && x->at[a] + reach < k + CM_STRIP - 1; a++)
        add_end(x, a, k, y);
    for (b = hi; b > a && x->at[b - 1] > k + x->pad; b--)
        ;
    cm_current_simd()->strip(x->h, x->at + a, x->value + a, b - a, k, y, a > lo);
    for (; b < hi; b++)
        add_end(x, b, k, y);
}

static void span_item(void *job, size_t item, int thread, const cm_env *env)
{
    const nonzeros *x = job;
    const cm_problem *p = x->p;
    size_t t = item * SPAN, end = p->w.ny - t < SPAN ? p->w.ny : t + SPAN, k = p->w.first + t,
           reach = p->nh - 1, lo = first_from(x, k < reach ? 0 : k - reach), hi = lo, work = 0;
    (void)thread;
    for (; t < end; t += CM_STRIP, k += CM_STRIP) {
        size_t nt = end - t < CM_STRIP ? end - t : CM_STRIP;
        while (lo < x->n && x->at[lo] + reach < k)
            lo++;
        while (hi < x->n && x->at[hi] < k + nt)
            hi++;
        double last[CM_STRIP], *y = nt == CM_STRIP ? p->y + t : last;
        strip(x, lo, hi, k, y);
        if (y == last)
            memcpy(p->y + t, last, nt * sizeof *y);
        cm_work(&work, (hi - lo) * CM_STRIP, env);
    }
}

static int eight_zeros(const double *x)
{
    uint64_t bits[8], any = 0;
    memcpy(bits, x, sizeof bits);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        any |= bits[i];
    return any << 1 == 0; /* without the sign */
}

cm_nonzeros cm_find_nonzeros(const double *x, size_t nx, size_t most, const cm_env *env)
{
    /* one more, since a zero is written before it is written over */
    size_t *at = env->alloc(env->data, (most + 1) * sizeof *at), n = 0;
    double *value = cm_doubles(most + 1, env);
    for (size_t j = 0; j < nx; j++) {
        while (nx - j > 8 && eight_zeros(x + j))
            j += 8;
        at[n] = j; /* without a branch: the next one writes over it if it is zero */
        value[n] = x[j];
        n += x[j] != 0;
    }
    return (cm_nonzeros){n, at, value}; /* n is below if the processor takes denormals for 0 */
}

static double *padded_kernel(const cm_problem *p, const cm_env *env)
{
    double *h = cm_doubles(p->nh + 2 * CM_STRIP, env);
    memset(h, 0, CM_STRIP * sizeof *h);
    memcpy(h + CM_STRIP, p->h, p->nh * sizeof *h);
    memset(h + CM_STRIP + p->nh, 0, CM_STRIP * sizeof *h);
    return h + CM_STRIP;
}

void cm_conv_sparse(const cm_problem *p, const cm_nonzeros *samples, const cm_env *env)
{
    size_t n = samples->n;
    nonzeros x = {.p = p, .h = p->h, .n = n, .at = samples->at, .value = samples->value};
    if (p->nh <= CM_SPARSE_PADDED)
        x.h = padded_kernel(p, env), x.pad = CM_STRIP;
    size_t nitem = (p->w.ny + SPAN - 1) / SPAN;
    double each = (double)n * (double)(p->nh + CM_STRIP) / (double)nitem;
    cm_for_each(nitem, each, span_item, &x, cm_threads(nitem, each, env), env);
}
