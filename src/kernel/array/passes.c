/* Kernels of one axis each. The samples that share their place on an axis are a line, of as
 * many samples as all axes before it have; a pass along the axis makes each line of outputs a
 * sum of m lines:
 *
 *     y[k] = sum_i h[i] x[first + k - i].
 *
 * Memory is slower than sums: a pass over a large array takes several times as long to read and
 * write it as to add up nine terms. So x is read once, by the first pass, which writes y; the
 * others are done in y, in place. As many passes as fit are done on a piece of the array while
 * it is in the cache; the rest go over all of y, some columns at a time.
 *
 * In place: some lines at a time are copied to a buffer, together with those outside that a
 * boundary puts there. A line is written when all lines up to it have been copied; what a
 * boundary puts behind the last line is copied before any is written.
 *
 * Where an axis has more or less outputs than samples passes go from array to array instead.
 * The last axis comes first then, and only some lines of outputs along it are made at a time,
 * which all other passes are done on before the next: so the arrays between passes are small.
 *
 * Terms are added one after the other, as in sparse.c: the error of a pass, relative to the sum
 * of the moduli, is up to m eps / 2.
 */
#include "array/passes.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "array/edges.h"
#include "base/threads.h"
#include "convolve/samples.h"
#include "convolve/sparse.h"
#include "loops/loops.h"

/* Samples of a piece of which several passes are done at once: 1.6 MB, for the second-level
 * cache; measured by bench/arrays/arrays.R. */
#define PIECE 200000

/* Samples of what is made at a time where passes go from array to array: 16 MB. */
#define SLAB 2000000

/* Smaller pieces are put together up to here. */
#define LEAST_PIECE 32768

/* Columns that are taken at a time, which are fewer with long kernels, and samples in the
 * buffer: at least twice those that a sum takes. */
enum { COLUMNS = 512, LEAST_COLUMNS = CM_STRIP, BUFFER = 16384 };

/* What a sample costs beside its sums, in multiply-adds; what it costs to be looked at; and
 * samples that are looked at as one item. */
#define SAMPLE_WORK 20
#define LOOK_WORK 20
#define LOOK_AT 50000

/* A pass along an axis of n places, with `run` samples at each. */
typedef struct {
    size_t n, run, ny, m;
    const double *h;
    size_t before, after;      /* places outside that outputs meet */
    const cm_sources *outside; /* of the places before and behind; NULL for zeros */
    size_t stride, room;       /* of lines in the buffer; lines that it has room for */
    const size_t *at;          /* i stride */
} pass;

/* Passes of all pieces, or one of all columns. */
typedef struct {
    const pass *passes;
    size_t npass;
    const double *x;
    double *y;
    size_t nx;        /* samples of all */
    size_t piece;     /* samples of an item; 0 if an item is a tile of columns */
    size_t first, ny; /* outputs along the axis, if an item is a tile of columns */
    size_t from;      /* the item from which on items are done */
    double *buffer;   /* of all threads, this much for each */
    size_t each;
    double growth;          /* 0 where samples need not be looked at */
    atomic_int *not_finite; /* has any been found? */
    double told;            /* the part of the work that progress was told of */
} stage;

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- one pass ------------------------------------------------------------------------ */

/* Lines from ... to - 1 of those that outputs meet, which begin at the first place outside; w
 * samples of each. `behind` has those behind the last. */
static void copy_lines(const pass *p, const double *x, size_t w, const double *behind,
                       size_t from, size_t to, double *lines)
{
    size_t l = from;
    for (; l < p->before; l++, lines += p->stride) /* a first sum meets all of them */
        cm_line_of(x, p->run, w, p->outside ? p->outside + l : NULL, lines);
    size_t end = lesser(p->before + p->n, to);
    if (l < end) {
        x += (l - p->before) * p->run;
        if (w == p->run) {
            memcpy(lines, x, (end - l) * w * sizeof *x);
            lines += (end - l) * w;
            l = end;
        }
        for (; l < end; l++, x += p->run, lines += p->stride)
            memcpy(lines, x, w * sizeof *x);
    }
    if (l < to) {
        behind += (l - p->before - p->n) * p->stride;
        memcpy(lines, behind, (to - l) * p->stride * sizeof *lines);
    }
}

/* n lines of outputs, w of each, from the lines in the buffer. */
static void add_lines(const pass *p, const double *lines, size_t n, size_t w, double *y)
{
    const cm_simd *simd = cm_current_simd();
    size_t count = n, width = w;
    if (w == p->run) /* one after the other, here and there */
        count = 1, width = n * w;
    for (size_t l = 0; l < count; l++, y += p->run) {
        size_t k = (l + p->m - 1) * p->stride, t = 0;
        for (; t + CM_STRIP <= width; t += CM_STRIP)
            simd->strip(lines, p->at, p->h, p->m, k + t, y + t, 0);
        if (t < width) {
            double last[CM_STRIP];
            simd->strip(lines, p->at, p->h, p->m, k + t, last, 0);
            memcpy(y + t, last, (width - t) * sizeof *y);
        }
    }
}

/* Outputs from `first` on, ny of them, of some columns, w of them, at one place on all later
 * axes. y may be x if these are all. */
static void pass_columns(const pass *p, const double *x, size_t w, size_t first, size_t ny,
                         double *y, double *buffer, size_t *work, const cm_env *env)
{
    double *behind = buffer + p->room * p->stride + CM_STRIP;
    for (size_t i = 0; i < p->after; i++)
        cm_line_of(x, p->run, w, p->outside ? p->outside + p->before + i : NULL,
                   behind + i * p->stride);
    size_t have = 0, next = first, more = p->m - 1;
    for (size_t k = 0, n; k < ny; k += n) {
        n = lesser(p->room - more, ny - k);
        copy_lines(p, x, w, behind, next, first + k + n + more, buffer + have * p->stride);
        next = first + k + n + more;
        add_lines(p, buffer, n, w, y + k * p->run);
        if (k + n < ny)
            memmove(buffer, buffer + n * p->stride, more * p->stride * sizeof *buffer);
        have = more;
        cm_work(work, n * w * p->m, env);
    }
}

/* ---- items --------------------------------------------------------------------------- */

static int is_finite(const stage *s, const double *x, size_t n)
{
    if (s->growth == 0)
        return 1;
    if (atomic_load(s->not_finite))
        return 0;
    if (isfinite(cm_max_modulus((cm_samples){x, NULL, n, 1}) * s->growth))
        return 1;
    atomic_store(s->not_finite, 1);
    return 0;
}

static void look_item(void *job, size_t item, int thread, const cm_env *env)
{
    const stage *s = job;
    size_t at = item * LOOK_AT;
    (void)thread, (void)env;
    is_finite(s, s->x + at, lesser(LOOK_AT, s->nx - at));
}

/* All passes of a piece, the first from x to y and the others in y. */
static void piece_item(void *job, size_t item, int thread, const cm_env *env)
{
    const stage *s = job;
    size_t at = (s->from + item) * s->piece, n = lesser(s->piece, s->nx - at), work = 0;
    const double *x = s->x + at;
    double *y = s->y + at / s->passes->n * s->passes->ny;
    double *buffer = s->buffer + (size_t)thread * s->each;
    if (!is_finite(s, x, n))
        return;
    for (size_t f = 0; f < s->npass; f++) {
        const pass *p = s->passes + f;
        size_t block = p->n * p->run, nblock = n / block;
        for (size_t b = 0; b < nblock; b++)
            for (size_t c = 0; c < p->run; c += p->stride)
                pass_columns(p, x + b * block + c, lesser(p->stride, p->run - c), 0, p->ny,
                             y + b * p->ny * p->run + c, buffer, &work, env);
        n = nblock * p->ny * p->run;
        x = y;
    }
}

static void column_item(void *job, size_t item, int thread, const cm_env *env)
{
    const stage *s = job;
    const pass *p = s->passes;
    size_t ntile = (p->run + p->stride - 1) / p->stride, i = s->from + item, b = i / ntile,
           c = i % ntile * p->stride, work = 0;
    pass_columns(p, s->x + b * p->n * p->run + c, lesser(p->stride, p->run - c), s->first,
                 s->ny, s->y + b * s->ny * p->run + c, s->buffer + (size_t)thread * s->each,
                 &work, env);
}

/* Looks at all samples, unless that was done. */
static void look(stage *s, const cm_env *env)
{
    size_t nitem = s->growth == 0 ? 0 : (s->nx + LOOK_AT - 1) / LOOK_AT;
    double each = (double)LOOK_WORK * LOOK_AT;
    cm_env quiet = cm_quiet(env);
    cm_for_each(nitem, each, look_item, s, cm_threads(nitem, each, env), &quiet);
}

/* Runs a stage, which begins with pass f of npass, up to its end or a sample that is not
 * finite. */
static void run_stage(stage *s, size_t f, size_t npass, const cm_env *env)
{
    const pass *p = s->passes;
    double each = 0;
    size_t nitem, taken = s->piece;
    if (s->piece) {
        nitem = (s->nx + s->piece - 1) / s->piece;
    } else {
        look(s, env);
        nitem = s->nx / (p->n * p->run) * ((p->run + p->stride - 1) / p->stride);
        taken = lesser(p->n, s->ny + p->m - 1) * lesser(p->run, p->stride);
    }
    for (size_t i = 0; i < s->npass; i++)
        each += (double)taken * (double)(p[i].m + SAMPLE_WORK);
    int threads = cm_threads(nitem, each, env);
    cm_env quiet = cm_quiet(env);
    size_t batch = (size_t)((threads > 1 ? 2e9 : CM_POLL_WORK) / each) + 1, n;
    for (s->from = 0; s->from < nitem && !atomic_load(s->not_finite); s->from += n) {
        n = lesser(batch, nitem - s->from);
        cm_for_each(n, each, s->piece ? piece_item : column_item, s, threads, &quiet);
        if (atomic_load(s->not_finite))
            return;
        double done = (double)(s->from + n) / (double)nitem;
        s->told = ((double)f + done * (double)s->npass) / (double)npass;
        cm_tell(s->told, env);
    }
}

/* ---- all passes ------------------------------------------------------------------------ */

/* Do all axes but that of the first kernel keep their sizes? */
static int keeps_sizes(const cm_box *box, const cm_factor *factor, size_t nfactor)
{
    for (size_t f = 1; f < nfactor; f++)
        if (box->n[factor[f].axis] != box->w[factor[f].axis].ny)
            return 0;
    return 1;
}

/* h times 2^e, into `to` if that is not NULL. Returns 0 if digits get lost. */
static int scaled(const double *h, size_t m, int e, double *to)
{
    int exact = 1;
    for (size_t i = 0; i < m; i++) {
        double value = ldexp(h[i], e);
        exact &= isfinite(value) && ldexp(value, -e) == h[i];
        if (to)
            to[i] = value;
    }
    return exact;
}

/* The first kernel has the scale of all, so that no product has less digits than that with all
 * kernels. Where the last one comes first it takes the scale: this exponent. */
static int exponent(const double *h, size_t m)
{
    int e = 0;
    frexp(cm_max_modulus((cm_samples){h, NULL, m, 1}), &e);
    return e;
}

static int may_reorder(const cm_box *box, const cm_factor *factor, size_t nfactor)
{
    const cm_factor *last = factor + nfactor - 1;
    int e = exponent(factor->re, box->m[factor->axis]);
    return scaled(factor->re, box->m[factor->axis], -e, NULL) &&
           scaled(last->re, box->m[last->axis], e, NULL);
}

/* The kernels with the last one first. */
static void reorder(const cm_box *box, const cm_factor *factor, size_t nfactor,
                    cm_factor *order, const cm_env *env)
{
    const cm_factor *last = factor + nfactor - 1;
    size_t m0 = box->m[factor->axis], m1 = box->m[last->axis];
    double *re0 = cm_doubles(m0, env), *re1 = cm_doubles(m1, env);
    int e = exponent(factor->re, m0);
    scaled(factor->re, m0, -e, re0);
    scaled(last->re, m1, e, re1);
    order[0] = (cm_factor){re1, NULL, last->axis};
    memcpy(order + 1, factor, (nfactor - 1) * sizeof *order);
    order[1].re = re0;
}

int cm_may_pass(const cm_box *box, const cm_boundary *boundary, const cm_factor *factor,
                size_t nfactor, cm_method method)
{
    if (method != CM_AUTO && method != CM_DIRECT)
        return 0;
    for (size_t f = 0; f < nfactor; f++) {
        size_t a = factor[f].axis, m = box->m[a];
        if (factor[f].im || m > CM_SPARSE_MOST ||
            (m > box->n[a] && (!boundary || boundary[a] == CM_ZERO)))
            return 0;
    }
    return keeps_sizes(box, factor, nfactor) || may_reorder(box, factor, nfactor);
}

/* What stands at the places outside that outputs meet. */
static const cm_sources *sources_outside(const pass *p, cm_boundary boundary, const cm_env *env)
{
    size_t count = p->before + p->after;
    if (boundary == CM_ZERO || count == 0)
        return NULL;
    cm_sources *outside = env->alloc(env->data, count * sizeof *outside);
    for (size_t i = 0; i < p->before; i++)
        outside[i] = cm_sources_of((ptrdiff_t)i - (ptrdiff_t)p->before, p->n, boundary);
    for (size_t i = 0; i < p->after; i++)
        outside[p->before + i] = cm_sources_of((ptrdiff_t)(p->n + i), p->n, boundary);
    return outside;
}

static pass new_pass(const cm_box *box, size_t run, cm_boundary boundary,
                     const cm_factor *factor, const cm_env *env)
{
    size_t a = factor->axis, n = box->n[a], m = box->m[a];
    cm_window w = box->w[a];
    pass p = {.n = n, .run = run, .ny = w.ny, .m = m, .h = factor->re};
    p.before = m - 1 - w.first;
    p.after = w.first + w.ny > n ? w.first + w.ny - n : 0;
    p.outside = sources_outside(&p, boundary, env);
    size_t columns = larger(2 * BUFFER / m / CM_STRIP * CM_STRIP, LEAST_COLUMNS);
    p.stride = lesser(run, lesser(columns, COLUMNS));
    p.room = lesser(larger(2 * m, BUFFER / p.stride), w.ny + m - 1);
    size_t *at = env->alloc(env->data, m * sizeof *at);
    for (size_t i = 0; i < m; i++)
        at[i] = i * p.stride;
    p.at = at;
    return p;
}

/* n doubles that begin with a cache line. */
static double *aligned(size_t n, const cm_env *env)
{
    double *memory = cm_doubles(n + CM_LANES, env);
    return memory + (64 - (uintptr_t)memory % 64) % 64 / sizeof *memory;
}

/* The next stage: pass f, and those after it that fit the same pieces. */
static stage next_stage(const pass *passes, size_t npass, size_t f, int in_place, stage s)
{
    const pass *p = passes + f;
    size_t unit = p->n * p->run; /* samples that no pass goes beyond */
    s.passes = p;
    s.npass = 1;
    s.first = 0, s.ny = p->ny;
    for (; in_place && f + s.npass < npass; s.npass++) {
        size_t next = p[s.npass].n * p[s.npass].run / p->ny * p->n;
        if (larger(unit, next) > PIECE)
            break;
        unit = next;
    }
    s.piece = unit > PIECE ? 0 : unit * (LEAST_PIECE / unit + 1);
    return s;
}

/* The passes in the order of the kernels. The sizes after the last go to n; returns the most
 * samples between two passes for each place on the axes from `axis` on. */
static size_t new_passes(const cm_box *box, const cm_boundary *boundary,
                         const cm_factor *factor, size_t nfactor, size_t axis, pass *passes,
                         stage *s, size_t *n, const cm_env *env)
{
    size_t most = 0;
    memcpy(n, box->n, sizeof box->n);
    for (size_t f = 0; f < nfactor; f++) {
        size_t a = factor[f].axis;
        passes[f] =
            new_pass(box, cm_count(n, a), boundary ? boundary[a] : CM_ZERO, factor + f, env);
        size_t need = (passes[f].room + passes[f].after) * passes[f].stride + CM_STRIP;
        s->each = larger(s->each, (need + CM_LANES - 1) / CM_LANES * CM_LANES);
        n[a] = passes[f].ny;
        if (f + 1 < nfactor)
            most = larger(most, cm_count(n, axis));
    }
    s->buffer = aligned(s->each * (size_t)env->threads, env);
    return most;
}

/* All passes over all of the array, in y. */
static void pass_in_place(stage *s, const pass *passes, size_t npass, double *y,
                          const cm_env *env)
{
    for (size_t f = 0; f < npass && !atomic_load(s->not_finite); f += s->npass) {
        *s = next_stage(passes, npass, f, 1, *s);
        s->y = y;
        run_stage(s, f, npass, env);
        s->nx = s->nx / s->passes->n * s->passes->ny;
        s->x = y;
        s->growth = 0;
    }
}

/* ---- from array to array ------------------------------------------------------------- */

/* All passes over s->nx samples at s->x, the first one to `ny` outputs from `first` on. */
static void pass_slab(stage s, const pass *passes, size_t npass, size_t first, size_t ny,
                      double *const between[2], double *y, const cm_env *env)
{
    cm_env quiet = cm_quiet(env);
    for (size_t f = 0; f < npass; f++) {
        s = next_stage(passes, npass, f, 0, s);
        if (f == 0 && ny < s.ny)
            s.first = first, s.ny = ny, s.piece = 0;
        s.y = f + 1 == npass ? y : between[f % 2];
        run_stage(&s, f, npass, &quiet);
        s.nx = s.nx / s.passes->n * s.ny;
        s.x = s.y;
    }
}

/* All passes, the last axis first: some outputs along it at a time, or all of several blocks,
 * of which each has all places on the axes up to that. For each place on it there are up to
 * `slice` samples between passes, and ny in y. */
static void pass_slabs(stage *s, const pass *passes, size_t npass, size_t slice, size_t ny,
                       double *y, const cm_env *env)
{
    size_t block = passes->n * passes->run, nblock = s->nx / block, nline = passes->ny,
           lines = lesser(larger(SLAB / slice, 1), nline),
           blocks = lines < nline ? 1 : lesser(larger(SLAB / slice / nline, 1), nblock);
    double *between[2] = {cm_doubles(blocks * lines * slice, env), NULL};
    if (npass > 2)
        between[1] = cm_doubles(blocks * lines * slice, env);
    const double *x = s->x;
    look(s, env);
    s->growth = 0;
    for (size_t b = 0, nb; b < nblock && !atomic_load(s->not_finite); b += nb) {
        nb = lesser(blocks, nblock - b);
        s->x = x + b * block;
        s->nx = nb * block;
        for (size_t k = 0, n; k < nline; k += n) {
            n = lesser(lines, nline - k);
            pass_slab(*s, passes, npass, k, n, between, y, env);
            y += nb * n * ny;
            s->told =
                ((double)b + (double)nb * (double)(k + n) / (double)nline) / (double)nblock;
            cm_tell(s->told, env);
        }
    }
}

double cm_conv_passes(const cm_box *box, const cm_boundary *boundary, const double *x,
                      const cm_factor *factor, size_t nfactor, double growth, double *y,
                      const cm_env *env)
{
    void *mark = env->mark(env->data);
    pass passes[CM_MOST_AXES];
    cm_factor order[CM_MOST_AXES];
    size_t n[CM_MOST_AXES];
    atomic_int not_finite = 0;
    stage s = {.x = x, .growth = growth, .not_finite = &not_finite};
    s.nx = cm_count(box->n, box->rank);
    if (keeps_sizes(box, factor, nfactor)) {
        new_passes(box, boundary, factor, nfactor, 0, passes, &s, n, env);
        pass_in_place(&s, passes, nfactor, y, env);
    } else {
        size_t last = factor[nfactor - 1].axis;
        reorder(box, factor, nfactor, order, env);
        size_t slice = new_passes(box, boundary, order, nfactor, last, passes, &s, n, env);
        pass_slabs(&s, passes, nfactor, slice, cm_count(n, last), y, env);
    }
    env->release(env->data, mark);
    return s.told;
}
