/* Convolution by its definition: y[k] = sum_j x[j] h[first + k - j].
 *
 * Outputs are computed a tile at a time, and within it a block of the kernel at a time, by the
 * loops of loops/tile.h. These know nothing of edges: where a tile reaches past the signal they
 * see a copy with zeros around it.
 *
 * Adding m terms left to right has an error of up to m eps / 2 times the sum of their moduli,
 * which is more than 1e-11 of it from m of about 1e5. So sums are made in three stages of at
 * most CM_BLOCK terms each: terms make the sum of a block, sums of blocks are added up, and
 * these sums make y. The error stays below 3 CM_BLOCK eps / 2 = 3.4e-13 of the sum of moduli,
 * up to 1e9 terms.
 *
 * Cost: one multiply-add for every pair (x[j], h[i]) that meets in an output,
 * and a little more at the edges; 40 kB of stack.
 */
#include "convolve/direct.h"

#include <string.h>

#include "base/threads.h"
#include "loops/loops.h"

/* From so many samples of a kernel on tile_long() is faster than tile_short() (bench/costs.c):
 * with AVX-512 and 16 to 1024 samples it does 25 to 43 times 1e9 multiply-adds a second,
 * tile_short() 20 (processors of 2023 and 2024). */
#define LONG_FROM(lanes) ((lanes) == 2 ? 8 : (lanes) + 8)

/* Multiply-adds of an item: some 20 us, much more than it costs to hand it to a thread. */
#define SPAN_WORK 1000000

/* The samples x[from ... from + n - 1], with zeros outside of x. They are copied to `buffer`
 * only if some lie outside; at least one lies inside. */
static const double *padded(const double *x, size_t nx, ptrdiff_t from, size_t n,
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

/* s[t] = the sum of h[j] x[k + t - j] over j from i to end - 1, for t < nt. */
static void block_sums(const double *x, size_t nx, const double *h, size_t i, size_t end,
                       size_t k, size_t nt, double *s, const cm_simd *simd)
{
    double xb[CM_BLOCK + CM_TILE + CM_OVERRUN], hb[CM_BLOCK];
    size_t nh = end - i, rounded = (nh + simd->lanes - 1) / simd->lanes * simd->lanes;
    const double *from = padded(x, nx, (ptrdiff_t)k - (ptrdiff_t)i - (ptrdiff_t)rounded,
                                rounded + nt + CM_OVERRUN, xb);
    if (nh < LONG_FROM(simd->lanes)) {
        simd->tile_short(from + rounded, h + i, nh, s, nt);
        return;
    }
    const double *hi = h + i;
    if (nh < rounded) { /* zeros make it a number of full vectors */
        memcpy(hb, hi, nh * sizeof *hb);
        memset(hb + nh, 0, (rounded - nh) * sizeof *hb);
        hi = hb;
    }
    ptrdiff_t lo = (ptrdiff_t)i - (ptrdiff_t)k; /* where x[0] is, and x[nx] behind it */
    simd->tile_long(from + rounded, hi, nh, s, nt, lo, lo + (ptrdiff_t)nx);
}

/* Adds the sums `from` to those in `to`, and sets them to 0. */
static void add_up(double *from, double *to, size_t nt)
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
    /* the blocks of the kernel in which these outputs have terms; entire blocks, counted from
     * h[0], so that an output has the same bits in whatever tile, and piece of a signal, it is
     */
    size_t k = p->w.first + t0, work = 0,
           i0 = k >= p->nx ? (k - (p->nx - 1)) / CM_BLOCK * CM_BLOCK : 0,
           i1 = (k + nt + CM_BLOCK - 1) / CM_BLOCK * CM_BLOCK;
    i1 = i1 < p->nh ? i1 : p->nh;
    if (i1 - i0 <= CM_BLOCK) {
        block_sums(x, p->nx, p->h, i0, i1, k, nt, s1, simd);
        cm_write_outputs(p, s1, nt, 1, y + t0);
        return;
    }
    memset(s2, 0, sizeof s2);
    memset(y + t0, 0, nt * sizeof *y);
    for (size_t i = i0, nblock = i0 / CM_BLOCK + 1; i < i1; i += CM_BLOCK, nblock++) {
        size_t end = i1 - i < CM_BLOCK ? i1 : i + CM_BLOCK;
        block_sums(x, p->nx, p->h, i, end, k, nt, s1, simd);
        add_up(s1, s2, nt);
        if (nblock % CM_BLOCK == 0)
            add_up(s2, y + t0, nt);
        cm_work(&work, nt * (end - i), env);
    }
    add_up(s2, y + t0, nt);
}

/* How outputs are shared out: an item is a span of outputs of one column, or several entire
 * columns. */
typedef struct {
    const cm_problem *p;
    size_t span, nspan; /* outputs of an item, items of a column */
    size_t cols;        /* columns of an item */
} shares;

static void span_item(void *job, size_t item, int thread, const cm_env *env)
{
    const shares *s = job;
    const cm_problem *p = s->p;
    size_t c = item / s->nspan * s->cols, begin = item % s->nspan * s->span,
           end = p->w.ny - begin < s->span ? p->w.ny : begin + s->span,
           last = p->ncol - c < s->cols ? p->ncol : c + s->cols;
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
    size_t span = SPAN_WORK / p->nh / CM_TILE * CM_TILE;
    span = span > 0 ? span : CM_TILE;
    shares s = {p, span, (p->w.ny + span - 1) / span, 1};
    if (s.nspan == 1) {
        span = p->w.ny;
        s.cols = 1 + SPAN_WORK / (p->nh * span);
    }
    size_t nitem = (p->ncol + s.cols - 1) / s.cols * s.nspan;
    double each = ((double)p->nh * (double)span + CM_COLUMN_WORK) * (double)s.cols;
    cm_for_each(nitem, each, span_item, &s, cm_threads(nitem, each, env), env);
}
