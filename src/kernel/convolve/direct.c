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
 * Samples that nobody has measured are looked at a tile at a time, and those that are not
 * finite are taken for 0.
 *
 * Cost: one multiply-add for every pair (x[j], h[i]) that meets in an output,
 * and a little more at the edges; 40 kB of stack.
 */
#include "convolve/direct.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "loops/loops.h"

/* From so many samples of a kernel on tile_long() is faster than tile_short() (bench/costs.c):
 * with AVX-512 and 16 to 1024 samples it does 25 to 43 times 1e9 multiply-adds a second,
 * tile_short() 20 (processors of 2023 and 2024). */
#define LONG_FROM(lanes) ((lanes) == 2 ? 8 : (lanes) + 8)

/* Most multiply-adds of a small convolution. With one tile of outputs they cost less than what
 * choice.c compares with transforms, at every level. */
#define SMALL 8192

/* Multiply-adds of an item: some 20 us, much more than it costs to hand it to a thread. */
#define SPAN_WORK 1000000

/* One column, with x and h exchanged if the kernel is longer than the signal. */
typedef struct {
    const double *x, *h;
    size_t nx, nh;
    int clean; /* samples of x that are not finite are taken for 0 */
} column;

/* The samples x[from ... from + n - 1], with zeros outside of x. They are copied to `buffer`
 * only if some lie outside, or have to be made 0; at least one lies inside. */
static const double *padded(const column *c, ptrdiff_t from, size_t n, double *buffer)
{
    const double *x = c->x;
    size_t nx = c->nx;
    if (from >= 0 && (size_t)from + n <= nx && !c->clean)
        return x + from;
    size_t before = from < 0 ? (size_t)-from : 0, start = from > 0 ? (size_t)from : 0;
    size_t have = nx - start;
    if (have > n - before)
        have = n - before;
    memset(buffer, 0, before * sizeof *buffer);
    memcpy(buffer + before, x + start, have * sizeof *buffer);
    memset(buffer + before + have, 0, (n - before - have) * sizeof *buffer);
    if (c->clean)
        cm_copy_finite(x + start, have, buffer + before);
    return buffer;
}

/* s[t] = the sum of h[j] x[k + t - j] over j from i to end - 1, for t < nt. */
static void block_sums(const column *c, size_t i, size_t end, size_t k, size_t nt, double *s,
                       const cm_simd *simd)
{
    double xb[CM_BLOCK + CM_TILE + CM_OVERRUN], hb[CM_BLOCK];
    size_t nh = end - i, rounded = (nh + simd->lanes - 1) / simd->lanes * simd->lanes;
    const double *from = padded(c, (ptrdiff_t)k - (ptrdiff_t)i - (ptrdiff_t)rounded,
                                rounded + nt + CM_OVERRUN, xb);
    if (nh < LONG_FROM(simd->lanes)) {
        simd->tile_short(from + rounded, c->h + i, nh, s, nt);
        return;
    }
    const double *hi = c->h + i;
    if (nh < rounded) { /* zeros make it a number of full vectors */
        memcpy(hb, hi, nh * sizeof *hb);
        memset(hb + nh, 0, (rounded - nh) * sizeof *hb);
        hi = hb;
    }
    ptrdiff_t lo = (ptrdiff_t)i - (ptrdiff_t)k; /* where x[0] is, and x[nx] behind it */
    simd->tile_long(from + rounded, hi, nh, s, nt, lo, lo + (ptrdiff_t)c->nx);
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
static void tile(const cm_problem *p, const column *c, double *y, size_t t0, size_t nt,
                 const cm_env *env)
{
    const cm_simd *simd = cm_current_simd();
    double buffer[CM_LANES + CM_TILE + CM_OVERRUN], s2[CM_TILE], *s1 = buffer + CM_LANES;
    /* the blocks of the kernel in which these outputs have terms; entire blocks, counted from
     * h[0], so that an output has the same bits in whatever tile, and piece of a signal, it is
     */
    size_t k = p->w.first + t0, work = 0,
           i0 = k >= c->nx ? (k - (c->nx - 1)) / CM_BLOCK * CM_BLOCK : 0,
           i1 = (k + nt + CM_BLOCK - 1) / CM_BLOCK * CM_BLOCK;
    i1 = i1 < c->nh ? i1 : c->nh;
    if (i1 - i0 <= CM_BLOCK) {
        block_sums(c, i0, i1, k, nt, s1, simd);
        cm_write_outputs(p, s1, nt, 1, y + t0);
        return;
    }
    memset(s2, 0, sizeof s2);
    memset(y + t0, 0, nt * sizeof *y);
    for (size_t i = i0, nblock = i0 / CM_BLOCK + 1; i < i1; i += CM_BLOCK, nblock++) {
        size_t end = i1 - i < CM_BLOCK ? i1 : i + CM_BLOCK;
        block_sums(c, i, end, k, nt, s1, simd);
        add_up(s1, s2, nt);
        if (nblock % CM_BLOCK == 0)
            add_up(s2, y + t0, nt);
        cm_work(&work, nt * (end - i), env);
    }
    add_up(s2, y + t0, nt);
}

/* ---- samples that nobody has measured ------------------------------------------------- */

/* Whether n samples are finite and have no product with a modulus of up to max_h that
 * overflows. */
static int are_ordinary(const double *x, size_t n, double max_h)
{
    if (max_h <= CM_LARGE && cm_are_moderate(x, n))
        return 1;
    return isfinite(cm_current_simd()->max_modulus(x, n) * max_h) != 0;
}

/* Looks at the samples of a tile from F[k] on, but not again at those before *seen, just before
 * the tile is computed: so they come from memory once. A tile also reads samples just before
 * its own, to multiply them by 0. */
static int look(const column *c, size_t k, size_t nt, double max_h, size_t *seen)
{
    size_t before = c->nh - 1 + CM_LANES, from = k > before ? k - before : 0,
           to = k + nt < c->nx ? k + nt : c->nx;
    if (to <= *seen)
        return 1;
    from = from > *seen ? from : *seen;
    *seen = to;
    return are_ordinary(c->x + from, to - from, max_h);
}

/* ---- sharing out ---------------------------------------------------------------------- */

/* How outputs are shared out: an item is a span of outputs of one column, or several entire
 * columns. */
typedef struct {
    const cm_problem *p;
    size_t span, nspan; /* outputs of an item, items of a column */
    size_t cols;        /* columns of an item */
    double max_h;
    int *ordinary; /* of each thread: all samples so far; NULL if all are known to be */
} shares;

/* Outputs begin ... end - 1 of column c. Returns 0 if a sample is not ordinary. A kernel longer
 * than a signal that is not measured is exchanged with it; but not if the signal is not
 * ordinary, since nothing is put in the place of a sample of h. */
static int run_span(const shares *s, size_t c, size_t begin, size_t end, const cm_env *env)
{
    const cm_problem *p = s->p;
    column its = {p->x + c * p->xstep, p->h, p->nx, p->nh, 0};
    size_t seen = s->ordinary ? 0 : p->nx;
    if (s->ordinary && p->nh > p->nx) { /* F is symmetric in x and h */
        if (!are_ordinary(its.x, its.nx, s->max_h))
            return 0;
        its = (column){p->h, its.x, p->nh, p->nx, 0};
        seen = p->nh;
    }
    for (size_t t = begin; t < end; t += CM_TILE) {
        size_t nt = end - t < CM_TILE ? end - t : CM_TILE;
        its.clean |= !look(&its, p->w.first + t, nt, s->max_h, &seen);
        tile(p, &its, p->y + c * p->ystep, t, nt, env);
    }
    return !its.clean;
}

static void span_item(void *job, size_t item, int thread, const cm_env *env)
{
    const shares *s = job;
    const cm_problem *p = s->p;
    size_t c = item / s->nspan * s->cols, begin = item % s->nspan * s->span,
           end = p->w.ny - begin < s->span ? p->w.ny : begin + s->span,
           last = p->ncol - c < s->cols ? p->ncol : c + s->cols;
    for (; c < last; c++) {
        if (!run_span(s, c, begin, end, env))
            s->ordinary[thread] = 0;
    }
}

/* Returns whether all samples are ordinary, as they are known to be if they are measured. */
static int share_out(const cm_problem *p, int measured, double max_h, const cm_env *env)
{
    size_t nh = measured || p->nh < p->nx ? p->nh : p->nx,
           length = SPAN_WORK / nh / CM_TILE * CM_TILE;
    length = length > 0 ? length : CM_TILE;
    shares s = {p, length, (p->w.ny + length - 1) / length, 1, max_h, NULL};
    if (s.nspan == 1) {
        length = p->w.ny;
        s.cols = 1 + SPAN_WORK / (nh * length);
    }
    size_t nitem = (p->ncol + s.cols - 1) / s.cols * s.nspan;
    double each = ((double)nh * (double)length + CM_COLUMN_WORK) * (double)s.cols;
    int threads = cm_threads(nitem, each, env), one = 1, all = 1;
    if (!measured)
        s.ordinary = threads == 1 ? &one : env->alloc(env->data, (size_t)threads * sizeof one);
    for (int i = 0; i < threads && !measured; i++)
        s.ordinary[i] = 1;
    cm_for_each(nitem, each, span_item, &s, threads, env);
    for (int i = 0; i < threads && !measured; i++)
        all &= s.ordinary[i];
    return all;
}

void cm_conv_direct(const cm_problem *p, const cm_env *env)
{
    share_out(p, 1, 0, env);
}

int cm_conv_direct_unmeasured(const cm_problem *p, double max_h, const cm_env *env)
{
    return share_out(p, 0, max_h, env);
}

/* ---- few samples ---------------------------------------------------------------------- */

int cm_are_few(size_t nx, size_t nh, cm_window w)
{
    return nh <= nx && nx <= SMALL && nx * nh <= SMALL && w.ny <= CM_TILE;
}

int cm_conv_few(const double *x, size_t nx, const double *h, size_t nh, cm_window w, double *y)
{
    if (!cm_are_few(nx, nh, w) || !cm_are_moderate(h, nh) || !cm_are_moderate(x, nx))
        return 0;
    double buffer[CM_LANES + CM_TILE + CM_OVERRUN], *sums = buffer + CM_LANES;
    column c = {x, h, nx, nh, 0};
    block_sums(&c, 0, nh, w.first, w.ny, sums, cm_current_simd());
    memcpy(y, sums, w.ny * sizeof *y);
    return 1;
}
