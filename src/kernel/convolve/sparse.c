/* Convolution of a signal of mostly zeros: a scaled kernel for each sample that is
 * not zero. Outputs that no such sample reaches are exact zeros.
 *
 * Outputs are computed by vectors that stay in registers while all samples that
 * reach them add their part of a kernel with zeros around it.
 *
 * Terms are added one after the other, so the error is up to the number of
 * nonzero samples within reach of an output times eps / 2; method.c does not
 * come here with more than 2^14 of them, which makes 1.8e-12.
 *
 * Cost: nh multiply-adds for each sample that is not zero, and memory for those
 * samples and a kernel.
 */
#include <stdint.h>
#include <string.h>

#include "convolve/method.h"
#include "base/threads.h"
#include "loops/loops.h"

/* Outputs of an item of work. */
enum { SPAN = 64 * CM_STRIP };

typedef struct {
    const cm_problem *p;
    const double *padded; /* h[0], with CM_STRIP zeros before it and after the last */
    size_t n;             /* samples that are not zero, their places and values */
    const size_t *at;
    const double *value;
} task;

/* The first of the places at[...] that is k or later. */
static size_t first_from(const task *task, size_t k)
{
    size_t lo = 0, hi = task->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (task->at[mid] < k)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void span_item(void *job, size_t item, int thread, const cm_env *env)
{
    const task *task = job;
    const cm_problem *p = task->p;
    size_t t = item * SPAN, end = p->w.ny - t < SPAN ? p->w.ny : t + SPAN, k = p->w.first + t,
           reach = p->nh - 1, lo = first_from(task, k < reach ? 0 : k - reach), hi = lo,
           work = 0;
    (void)thread;
    for (; t < end; t += CM_STRIP, k += CM_STRIP) {
        size_t nt = end - t < CM_STRIP ? end - t : CM_STRIP;
        while (lo < task->n && task->at[lo] + reach < k)
            lo++;
        while (hi < task->n && task->at[hi] < k + nt)
            hi++;
        double last[CM_STRIP], *y = nt == CM_STRIP ? p->y + t : last;
        cm_current_simd()->strip(task->padded, task->at + lo, task->value + lo, hi - lo, k, y);
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

static size_t find_nonzero(const double *x, size_t nx, size_t *at, double *value)
{
    size_t n = 0;
    for (size_t j = 0; j < nx; j++) {
        while (nx - j > 8 && eight_zeros(x + j))
            j += 8;
        at[n] = j; /* without a branch: written over if it is zero */
        value[n] = x[j];
        n += x[j] != 0;
    }
    return n;
}

static double *padded_kernel(const cm_problem *p, const cm_env *env)
{
    double *h = env->alloc(env->data, (p->nh + 2 * CM_STRIP) * sizeof *h);
    memset(h, 0, CM_STRIP * sizeof *h);
    memcpy(h + CM_STRIP, p->h, p->nh * sizeof *h);
    memset(h + CM_STRIP + p->nh, 0, CM_STRIP * sizeof *h);
    return h + CM_STRIP;
}

size_t cm_count_nonzero(const double *x, size_t n)
{
    return n - cm_current_simd()->count_below(x, n, 0x1p-1074);
}

void cm_conv_sparse(const cm_problem *p, size_t n, const cm_env *env)
{
    size_t *at = env->alloc(env->data, (n + 1) * sizeof *at); /* and one that is written over */
    double *value = env->alloc(env->data, (n + 1) * sizeof *value);
    n = find_nonzero(p->x, p->nx, at,
                     value); /* fewer where the processor takes denormals for 0 */
    task task = {p, padded_kernel(p, env), n, at, value};
    size_t nitem = (p->w.ny + SPAN - 1) / SPAN;
    double each = (double)n * (double)(p->nh + CM_STRIP) / (double)nitem;
    cm_for_each(nitem, each, span_item, &task, cm_threads(nitem, each, env), env);
}
