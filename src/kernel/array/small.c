/* Direct sums of an array by a small kernel of all axes. Rows are the samples along the first
 * axis: a row of outputs is a sum over rows of the array, each convolved with a row of the
 * kernel. Boundaries along other axes say which rows these are; rows of zeros are left out.
 *
 * CM_ROWS neighbours along the second axis are computed at once, as most of their rows are the
 * same: a strip of each stays in registers until all rows have been added. Rows are read where
 * they lie; only for strips that reach past the ends of rows are they copied, with what the
 * boundary along the first axis puts there.
 *
 * Terms are added one after the other, as in sparse.c, in an order that depends on nothing but
 * the kernel: weights of 0, for rows that only the neighbours have, change nothing.
 *
 * Cost: (m2 + CM_ROWS - 1) / m2 multiply-adds for each sample of the kernel, of which twice as
 * many are done in a second as in sparse.c; x is read once and y written once.
 */
#include "array/small.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/threads.h"
#include "convolve/samples.h"
#include "convolve/sparse.h"
#include "loops/loops.h"

/* Outputs of a row that are computed before the next rows: they fit the first-level cache, what
 * they need of x the second. */
enum { TILE = 1024 };

/* Multiply-adds of an item, see direct.c. */
#define ITEM_WORK 1000000

/* From so many outputs on they are written past the caches, as in problem.c. */
#define WRITE_PAST_FROM 32768

/* What a sample costs beside its sums, in multiply-adds. */
#define SAMPLE_WORK 20

/* Samples of a kernel up to which nothing is faster, by times of images of 1000 x 1000. */
#define FEW(lanes) ((lanes) == 8 ? 300 : (lanes) == 4 ? 150 : 60)

/* Of a thread. */
typedef struct {
    const double **row, **weight; /* rows of x, and their weights in rows of outputs */
    const double **end;           /* copies of their ends, which lie in `ends` */
    double *ends;
} workspace;

typedef struct {
    const cm_box *box;
    const cm_boundary *boundary;
    const double *x;
    double *y;
    size_t nx, ny;
    size_t nouter;       /* kernel samples on the third axis and those behind it */
    size_t nrow;         /* rows that outputs have for each of these */
    double *weights;     /* for each row, m1 times CM_ROWS */
    size_t span, nspan;  /* places on the second axis of an item; items along it */
    size_t ntile, nitem; /* tiles of a row; items */
    size_t from;         /* the item from which on items are done */
    size_t reach;        /* samples of the copy of an end */
    double growth;
    atomic_int *not_finite; /* has any sample been found? */
    workspace *workspaces;
} job;

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- what is where ------------------------------------------------------------------- */

/* Which sample stands at a place of an axis; 0 if there is a zero. */
static int find_sample(const job *s, size_t axis, ptrdiff_t place, size_t *at)
{
    cm_boundary boundary = s->boundary ? s->boundary[axis] : CM_ZERO;
    cm_sources from = cm_sources_of(place, s->box->n[axis], boundary);
    *at = from.at[0];
    return from.n == 1;
}

/* What stands at places from ... from + s->reach - 1 of a row. */
static void copy_end(const job *s, const double *x, ptrdiff_t from, double *to)
{
    ptrdiff_t n = (ptrdiff_t)s->box->n[0], p = from, end = from + (ptrdiff_t)s->reach;
    while (p < end) {
        ptrdiff_t inside = (end < n ? end : n) - p;
        size_t at;
        if (p >= 0 && inside > 0) {
            memcpy(to, x + p, (size_t)inside * sizeof *to);
            p += inside, to += inside;
        } else {
            *to++ = find_sample(s, 0, p++, &at) ? x[at] : 0;
        }
    }
}

/* The rows of x, and their weights, for CM_ROWS rows of outputs: from k2 on along the second
 * axis, and `outer` counts those behind it. Returns how many there are. */
static size_t find_rows(const job *s, size_t outer, size_t k2, const workspace *ws)
{
    const cm_box *box = s->box;
    size_t count = 0;
    for (size_t q = 0; q < s->nouter; q++) {
        size_t k = outer, i = q, step = box->n[0] * box->n[1], from = 0, at;
        int inside = 1;
        for (size_t a = 2; a < box->rank && inside; a++) {
            size_t place = box->w[a].first + k % box->w[a].ny;
            inside = find_sample(s, a, (ptrdiff_t)place - (ptrdiff_t)(i % box->m[a]), &at);
            from += at * step;
            k /= box->w[a].ny;
            i /= box->m[a];
            step *= box->n[a];
        }
        ptrdiff_t place = (ptrdiff_t)(box->w[1].first + k2) - (ptrdiff_t)(box->m[1] - 1);
        for (size_t r = 0; inside && r < s->nrow; r++, place++) {
            if (!find_sample(s, 1, place, &at))
                continue;
            ws->row[count] = s->x + from + at * box->n[0];
            ws->weight[count++] = s->weights + (q * s->nrow + r) * CM_ROWS * box->m[0];
        }
    }
    return count;
}

/* ---- sums ------------------------------------------------------------------------------ */

/* Outputs t ... t + CM_STRIP - 1 of CM_ROWS rows. */
static void strip(const job *s, const workspace *ws, size_t nrow, size_t t, double *out)
{
    const cm_simd *simd = cm_current_simd();
    const cm_box *box = s->box;
    ptrdiff_t k = (ptrdiff_t)(box->w[0].first + t), back = (ptrdiff_t)box->m[0] - 1;
    if (k >= back && k + CM_STRIP <= (ptrdiff_t)box->n[0]) {
        simd->sum_rows(ws->row, ws->weight, nrow, box->m[0], k, out, TILE);
        return;
    }
    for (size_t r = 0; r < nrow; r++)
        copy_end(s, ws->row[r], k - back, ws->ends + r * s->reach);
    simd->sum_rows(ws->end, ws->weight, nrow, box->m[0], back, out, TILE);
}

/* Outputs t0 ... t0 + n - 1 of rows k2 ... end - 1. */
static void tile(const job *s, const workspace *ws, size_t outer, size_t k2, size_t end,
                 size_t t0, size_t n)
{
    const cm_simd *simd = cm_current_simd();
    const cm_window *w = s->box->w;
    double out[CM_ROWS * TILE];
    for (; k2 < end; k2 += CM_ROWS) {
        size_t nrow = find_rows(s, outer, k2, ws);
        for (size_t t = 0; t < n; t += CM_STRIP)
            strip(s, ws, nrow, t0 + t, out + t);
        for (size_t j = 0; j < lesser(CM_ROWS, end - k2); j++) {
            double *y = s->y + (outer * w[1].ny + k2 + j) * w[0].ny + t0;
            (s->ny >= WRITE_PAST_FROM ? simd->stream : simd->scale)(out + j * TILE, n, 1, y);
        }
    }
}

/* Looks at the item's share of x. */
static int is_finite(const job *s, size_t item)
{
    size_t each = s->nx / s->nitem + 1, from = lesser(item * each, s->nx),
           n = lesser(each, s->nx - from);
    if (atomic_load(s->not_finite))
        return 0;
    if (isfinite(cm_max_modulus((cm_samples){s->x + from, NULL, n, 1}) * s->growth))
        return 1;
    atomic_store(s->not_finite, 1);
    return 0;
}

static void sum_item(void *data, size_t next, int thread, const cm_env *env)
{
    const job *s = data;
    const cm_window *w = s->box->w;
    size_t item = s->from + next, t0 = item % s->ntile * TILE,
           k2 = item / s->ntile % s->nspan * s->span, outer = item / s->ntile / s->nspan;
    (void)env;
    if (is_finite(s, item))
        tile(s, s->workspaces + thread, outer, k2, lesser(k2 + s->span, w[1].ny), t0,
             lesser(TILE, w[0].ny - t0));
}

/* ---- all of it ----------------------------------------------------------------------- */

int cm_is_small(const cm_box *box, const cm_boundary *boundary, const cm_factor *factor,
                cm_method method)
{
    if (factor->im || box->rank < 2 || box->m[1] < 2 ||
        (method != CM_AUTO && method != CM_DIRECT))
        return 0;
    for (size_t a = 0; boundary && a < box->rank; a++)
        if (boundary[a] == CM_EXTEND && box->m[a] > 1)
            return 0;
    double count = (double)cm_count(box->m, box->rank), ny = (double)box->w[0].ny;
    double m2 = (double)box->m[1], more = (m2 + CM_ROWS - 1) / m2,
           strips = ceil(ny / CM_STRIP) * CM_STRIP / ny;
    return method == CM_DIRECT ? count <= CM_SPARSE_MOST
                               : count * more * strips <= FEW(cm_current_simd()->lanes);
}

/* The weights of all rows: row r of s->nrow has in row j of outputs those of row j + m2 - 1 - r
 * of the kernel. */
static double *row_weights(const job *s, const double *h, const cm_env *env)
{
    size_t m1 = s->box->m[0], m2 = s->box->m[1];
    double *weights = cm_doubles(s->nouter * s->nrow * m1 * CM_ROWS, env), *to = weights;
    for (size_t q = 0; q < s->nouter; q++, h += m1 * m2)
        for (size_t r = 0; r < s->nrow; r++)
            for (size_t i = 0; i < m1; i++)
                for (size_t j = 0; j < CM_ROWS; j++) {
                    size_t i2 = j + m2 - 1 - r; /* wraps where it is below */
                    *to++ = i2 < m2 ? h[i2 * m1 + i] : 0;
                }
    return weights;
}

static void set_up_workspaces(job *s, int threads, const cm_env *env)
{
    size_t n = s->nouter * s->nrow;
    s->workspaces = env->alloc(env->data, (size_t)threads * sizeof *s->workspaces);
    for (int i = 0; i < threads; i++) {
        workspace *ws = s->workspaces + i;
        ws->row = env->alloc(env->data, 3 * n * sizeof *ws->row);
        ws->weight = ws->row + n, ws->end = ws->weight + n;
        ws->ends = cm_doubles(n * s->reach, env);
        for (size_t r = 0; r < n; r++)
            ws->end[r] = ws->ends + r * s->reach;
    }
}

/* Shares outputs out. Returns the multiply-adds of an item. */
static double share_out(job *s)
{
    const cm_box *box = s->box;
    size_t outer = 1, most = (box->w[1].ny + CM_ROWS - 1) / CM_ROWS;
    double each = (double)cm_count(box->m, box->rank) + SAMPLE_WORK;
    each *= CM_ROWS * (double)lesser(TILE, box->w[0].ny);
    size_t some = lesser((size_t)(ITEM_WORK / each) + 1, most);
    s->span = some * CM_ROWS;
    s->nspan = (box->w[1].ny + s->span - 1) / s->span;
    s->ntile = (box->w[0].ny + TILE - 1) / TILE;
    for (size_t a = 2; a < box->rank; a++)
        outer *= box->w[a].ny;
    s->nitem = outer * s->nspan * s->ntile;
    s->ny = outer * box->w[0].ny * box->w[1].ny;
    return each * (double)some;
}

/* Runs all items, or those up to a sample that is not finite. Returns what progress was told.
 */
static double run(job *s, double each, int threads, const cm_env *env)
{
    cm_env quiet = cm_quiet(env);
    double told = 0;
    size_t batch = (size_t)((threads > 1 ? 2e9 : CM_POLL_WORK) / each) + 1;
    for (size_t n; s->from < s->nitem; s->from += n) {
        n = lesser(batch, s->nitem - s->from);
        cm_for_each(n, each, sum_item, s, threads, &quiet);
        if (atomic_load(s->not_finite))
            break;
        told = (double)(s->from + n) / (double)s->nitem;
        cm_tell(told, env);
    }
    return told;
}

double cm_conv_small(const cm_box *box, const cm_boundary *boundary, const double *x,
                     const double *h, double *y, const cm_env *env)
{
    void *mark = env->mark(env->data);
    atomic_int not_finite = 0;
    size_t nh = cm_count(box->m, box->rank);
    job s = {.box = box, .boundary = boundary, .x = x, .y = y, .not_finite = &not_finite};
    s.nx = cm_count(box->n, box->rank);
    s.nouter = cm_count(box->m + 2, box->rank - 2);
    s.nrow = box->m[1] + CM_ROWS - 1;
    s.reach = CM_STRIP + box->m[0] - 1;
    for (size_t i = 0; i < nh; i++)
        s.growth += fabs(h[i]);
    double each = share_out(&s);
    int threads = cm_threads(s.nitem, each, env);
    s.weights = row_weights(&s, h, env);
    set_up_workspaces(&s, threads, env);
    double told = run(&s, each, threads, env);
    env->release(env->data, mark);
    return told;
}
