/* Convolution by its definition: y[k] = sum_j x[j] h[first + k - j].
 *
 * Outputs are computed a tile at a time, and within it a block of the kernel at
 * a time, by the functions of tile.h, which know nothing of edges: where
 * a tile reaches past the signal it sees a copy with zeros around it.
 *
 * Sums are blocked. Adding m terms left to right has an error of up to m eps / 2
 * times the sum of moduli, which misses 1e-11 from m of about 1e5. Here at most
 * CM_BLOCK terms make the sum of a block, at most CM_BLOCK of those are added
 * up, and the sums of these make y, so the error stays below 3 CM_BLOCK eps / 2
 * = 3.4e-13 of the sum of moduli up to 1e9 terms.
 *
 * Cost: one multiply-add for every pair (x[j], h[i]) that meets in an output,
 * and a little more at the edges; 40 kB of stack.
 */
#include <string.h>

#include "kernel.h"
#include "convolve/method.h"
#include "base/threads.h"
#include "loops/loops.h"

/* From here on the form for long kernels is the faster: on AVX-512 it makes 25 to 43
 * GFMA/s from 16 to 1024 samples, the short form 20 (gcc 12, processors of 2023 and 2024). */
#define LONG_FROM(lanes) ((lanes) == 2 ? 8 : (lanes) + 8)

/* So many outputs are written past the caches: R's memory for a result has mostly left them
 * since it was used last. conv() is 1.25 times as fast for 1e5 samples by 64 or 200, 1.2 times
 * for 1e6 by 500, and 1.14 times where sum() reads the result next (a Xeon of 2023). */
#define LARGE 32768

/* Multiply-adds of an item of work, some 20 us. */
#define SPAN_WORK 1000000

int cm_work(size_t *work, size_t done, const cm_env *env)
{
    *work += done;
    if (!env || *work < CM_POLL_WORK)
        return 0;
    env->poll(env->data);
    *work = 0;
    return 1;
}

/* x[from ... from + n - 1], counted from x[0], with zeros outside of x; a copy
 * in `buffer` only where x does not reach. Some of it is in x. */
static const double *stretch(const double *x, size_t nx, ptrdiff_t from, size_t n,
                             double *buffer)
{
    if (from >= 0 && (size_t)from + n <= nx)
        return x + from;
    size_t before = from < 0 ? (size_t)-from : 0, start = from > 0 ? (size_t)from : 0;
    size_t have = nx - start;
    if (have > n - before)
        have = n - before;
    memset(buffer, 0, before * sizeof *buffer);
    memcpy(buffer + before, x + start, have * sizeof *buffer);
    memset(buffer + before + have, 0, (n - before - have) * sizeof *buffer);
    return buffer;
}

/* s[t] = the sum of the terms i ... end-1 of the outputs F[k + t], t < nt. */
static void block_sums(const double *x, size_t nx, const double *h, size_t i, size_t end,
                       size_t k, size_t nt, double *s, const cm_simd *simd)
{
    double xb[CM_BLOCK + CM_TILE + CM_OVERRUN], hb[CM_BLOCK];
    size_t nh = end - i, whole = (nh + simd->lanes - 1) / simd->lanes * simd->lanes;
    const double *from = stretch(x, nx, (ptrdiff_t)k - (ptrdiff_t)i - (ptrdiff_t)whole,
                                 whole + nt + CM_OVERRUN, xb);
    if (nh < LONG_FROM(simd->lanes)) {
        simd->tile_short(from + whole, h + i, nh, s, nt);
        return;
    }
    const double *hi = h + i;
    if (nh < whole) { /* to whole vectors */
        memcpy(hb, hi, nh * sizeof *hb);
        memset(hb + nh, 0, (whole - nh) * sizeof *hb);
        hi = hb;
    }
    ptrdiff_t lo = (ptrdiff_t)i - (ptrdiff_t)k; /* places of x[0] and of x[nx] */
    simd->tile_long(from + whole, hi, nh, s, nt, lo, lo + (ptrdiff_t)nx);
}

static void flush(double *from, double *to, size_t nt)
{
    for (size_t t = 0; t < nt; t++) {
        to[t] += from[t];
        from[t] = 0;
    }
}

/* Outputs t0 ... t0 + nt - 1 of one column, at most a tile. */
static void tile(const cm_problem *p, const double *x, double *y, size_t t0, size_t nt,
                 const cm_env *env)
{
    const cm_simd *simd = cm_current_simd();
    double buffer[CM_LANES + CM_TILE + CM_OVERRUN], s2[CM_TILE], *s1 = buffer + CM_LANES;
    /* the terms that these outputs have */
    size_t k = p->w.first + t0, i0 = k >= p->nx ? k - (p->nx - 1) : 0,
           i1 = k + nt < p->nh ? k + nt : p->nh, work = 0;
    if (i1 - i0 <= CM_BLOCK) {
        block_sums(x, p->nx, p->h, i0, i1, k, nt, s1, simd);
        cm_put(p, s1, nt, 1, y + t0);
        return;
    }
    memset(s2, 0, sizeof s2);
    memset(y + t0, 0, nt * sizeof *y);
    for (size_t i = i0, nblock = 1; i < i1; i += CM_BLOCK, nblock++) {
        size_t end = i1 - i < CM_BLOCK ? i1 : i + CM_BLOCK;
        block_sums(x, p->nx, p->h, i, end, k, nt, s1, simd);
        flush(s1, s2, nt);
        if (nblock % CM_BLOCK == 0)
            flush(s2, y + t0, nt);
        cm_work(&work, nt * (end - i), env);
    }
    flush(s2, y + t0, nt);
}

void cm_put(const cm_problem *p, const double *outputs, size_t nt, double factor, double *y)
{
    const cm_simd *simd = cm_current_simd();
    int large = p->w.ny * p->ncol >= LARGE && p->w.ny >= CM_TILE;
    (large ? simd->stream : simd->scale)(outputs, nt, factor, y);
}

/* An item is a span of outputs of a column, or several whole columns. */
typedef struct {
    const cm_problem *p;
    size_t span, nspan; /* outputs of an item, items of a column */
    size_t cols;
} task;

static void span_item(void *job, size_t item, int thread, const cm_env *env)
{
    const task *task = job;
    const cm_problem *p = task->p;
    size_t c = item / task->nspan * task->cols, begin = item % task->nspan * task->span,
           end = p->w.ny - begin < task->span ? p->w.ny : begin + task->span,
           last = p->ncol - c < task->cols ? p->ncol : c + task->cols;
    (void)thread;
    for (; c < last; c++) {
        for (size_t t = begin; t < end; t += CM_TILE) {
            size_t nt = end - t < CM_TILE ? end - t : CM_TILE;
            tile(p, p->x + c * p->xstep, p->y + c * p->ystep, t, nt, env);
        }
    }
}

void cm_conv_direct(const cm_problem *p, const cm_env *env)
{
    if (p->nh > p->nx) { /* F is symmetric in x and h: let h be the shorter */
        for (size_t c = 0; c < p->ncol; c++) {
            cm_problem swapped = cm_column(p, c);
            swapped.x = p->h, swapped.nx = p->nh;
            swapped.h = p->x + c * p->xstep, swapped.nh = p->nx;
            cm_conv_direct(&swapped, env);
        }
        return;
    }
    size_t span = SPAN_WORK / p->nh / CM_TILE * CM_TILE;
    span = span > 0 ? span : CM_TILE;
    task task = {p, span, (p->w.ny + span - 1) / span, 1};
    if (task.nspan == 1) {
        span = p->w.ny;
        task.cols = 1 + SPAN_WORK / (p->nh * span);
    }
    size_t nitem = (p->ncol + task.cols - 1) / task.cols * task.nspan;
    double each = ((double)p->nh * (double)span + CM_COLUMN_WORK) * (double)task.cols;
    cm_for_each(nitem, each, span_item, &task, cm_threads(nitem, each, env), env);
}
