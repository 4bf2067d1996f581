/* A convolution of arrays. Finite samples with real kernels of one axis each are for passes.c,
 * those with a small kernel of all axes for small.c, which take next to no memory. All else
 * goes, in the order of its steps:
 *
 *   1. Last axes on which the kernel has one sample are taken some slices at a time; where one
 *      of them is large, some outputs along the last axis with a kernel: a slab.
 *   2. Boundaries other than zero extend the array along each axis by m - 1 samples.
 *   3. Samples that are not finite are taken out.
 *   4. The rest is convolved, by one kernel or by one along each axis in turn.
 *   5. Outputs that have samples which are not finite as terms are put right.
 *
 * Passes along axes add their errors. All are direct sums, unless told otherwise, so that these
 * are far below the promise for each: terms of a partial sum are products whose moduli add up
 * to no more than those of the whole.
 *
 * Memory, for what is taken at a time: for step 2 the extended array, for step 3 x and a byte a
 * sample, for step 4 up to two more arrays and what transforms take, for step 5 two and two
 * bytes a sample. A slab has a few 100,000 outputs, or where that is more, 3 (m - 1) slices.
 */
#include "array/array.h"

#include <math.h>
#include <string.h>

#include "array/edges.h"
#include "array/exact.h"
#include "array/passes.h"
#include "array/small.h"
#include "array/states.h"
#include "base/complex.h"
#include "base/sum.h"

/* Samples of several slices that are taken at a time: they fit the second-level cache. With
 * threads, enough work for all. */
#define SLICES_AT_ONCE 100000
#define SLICES_WITH_THREADS 1000000

/* An array of up to so many samples is taken whole; of a larger one so many at a time. */
#define WHOLE 1300000
#define SLAB 700000

/* Room for what is taken at a time: so many bytes a sample, and no more than this. What is not
 * used of it costs nothing. */
#define EACH_SAMPLE 128
#define MOST_ROOM 100000000

/* What is taken at a time: an array, or a slab of it, whose axis has no boundary any more. */
typedef struct {
    cm_array a;
    cm_box box;
    cm_field x;                                       /* with states if some are not 0 */
    size_t before[CM_MOST_AXES], after[CM_MOST_AXES]; /* places outside that are missing */
} part;

/* ---- 4. kernels one after the other ------------------------------------------------- */

/* The box of a pass along one axis of an array of n. */
static cm_box one_axis(const cm_box *box, const size_t *n, size_t axis)
{
    cm_box pass = {.rank = box->rank};
    for (size_t a = 0; a < box->rank; a++) {
        pass.n[a] = n[a];
        pass.m[a] = a == axis ? box->m[a] : 1;
        pass.w[a] = a == axis ? box->w[a] : (cm_window){0, n[a]};
    }
    return pass;
}

/* Passes that cm_conv_passes() does not do: through transforms, or with complex kernels, or
 * very long ones. Along axes of `edges`, if it is not NULL, the array is extended before its
 * pass. */
static void pass_by_pass(const cm_box *box, const double *re, const double *im,
                         const cm_factor *factor, size_t nfactor, const cm_array *edges,
                         cm_method method, cm_output y, const cm_env *env)
{
    size_t n[CM_MOST_AXES], most = 0, nbetween = nfactor > 2 ? 2 : nfactor - 1;
    int complex = im != NULL;
    memcpy(n, box->n, sizeof n);
    for (size_t f = 0; f < nfactor; f++) {
        n[factor[f].axis] = box->w[factor[f].axis].ny;
        complex |= factor[f].im != NULL;
        if (f + 1 < nfactor)
            most = cm_count(n, box->rank) > most ? cm_count(n, box->rank) : most;
    }
    cm_output between[2] = {y, y};
    for (size_t f = 0; f < nbetween; f++)
        between[f] = (cm_output){cm_doubles(most, env), complex ? cm_doubles(most, env) : NULL};
    cm_env quiet = cm_quiet(env);
    memcpy(n, box->n, sizeof n);
    for (size_t f = 0; f < nfactor; f++) {
        void *mark = env->mark(env->data);
        size_t axis = factor[f].axis;
        cm_box pass = one_axis(box, n, axis);
        cm_field x = {re, im, NULL};
        if (edges && edges->boundary[axis] != CM_ZERO) {
            x = cm_extended(x, pass.n, pass.rank, axis, box->m[axis] - 1 - edges->origin[axis],
                            edges->origin[axis], edges->boundary[axis], env);
            pass.w[axis].first = box->m[axis] - 1;
        }
        cm_output to = f + 1 < nfactor ? between[f % 2] : y;
        if (!im && !factor[f].im)
            to.im = NULL;
        cm_conv_box(&pass, x.re, x.im, factor[f].re, factor[f].im,
                    method == CM_AUTO ? CM_DIRECT : method, to, nfactor > 1 ? &quiet : env);
        re = to.re;
        im = to.im;
        n[axis] = box->w[axis].ny;
        cm_tell((double)(f + 1) / (double)nfactor, env);
        env->release(env->data, mark);
    }
}

/* A small kernel of all axes. Returns 1; or less, and nothing of use in y, if it is something
 * else, or a product might not be finite: the part of the work that progress was told of. */
static double conv_small(const cm_box *box, const cm_boundary *boundary, const double *re,
                         const double *im, const cm_factor *factor, cm_method method,
                         cm_output y, const cm_env *env)
{
    const cm_env quiet = cm_quiet(env);
    if (!cm_is_small(box, boundary, factor, method) ||
        (im && cm_conv_small(box, boundary, im, factor->re, y.im, &quiet) < 1))
        return 0;
    return cm_conv_small(box, boundary, re, factor->re, y.re, env);
}

/* Finite samples with all kernels. */
static void conv_factors(const cm_box *box, const double *re, const double *im,
                         const cm_factor *factor, size_t nfactor, const cm_array *edges,
                         cm_method method, cm_output y, const cm_env *env)
{
    void *mark = env->mark(env->data);
    const cm_boundary *boundary = edges ? edges->boundary : NULL;
    if (factor->axis == CM_MOST_AXES) {
        cm_env rest = *env;
        double done = conv_small(box, NULL, re, im, factor, method, y, env);
        rest.before += (1 - env->before) * done;
        if (done < 1)
            cm_conv_box(box, re, im, factor->re, factor->im, method, y, &rest);
    } else if (cm_may_pass(box, boundary, factor, nfactor, method)) {
        cm_conv_passes(box, boundary, re, factor, nfactor, 0, y.re, env);
        if (im)
            cm_conv_passes(box, boundary, im, factor, nfactor, 0, y.im, env);
    } else {
        pass_by_pass(box, re, im, factor, nfactor, edges, method, y, env);
    }
    env->release(env->data, mark);
}

/* ---- 2. boundaries ---------------------------------------------------------------------- */

/* By how much a straight line through samples can pass the largest. */
static double growth(const cm_array *a)
{
    double by = 1;
    for (size_t k = 0; k < a->rank; k++)
        if (a->boundary[k] == CM_EXTEND)
            by *= 2 * (double)a->nh[k];
    return by;
}

static int any_missing_outside(const cm_array *a)
{
    for (size_t k = 0; k < a->rank; k++)
        if (a->boundary[k] == CM_MISSING && a->nh[k] > 1)
            return 1;
    return 0;
}

static cm_box box_of(const cm_array *a)
{
    cm_box box = {.rank = a->rank};
    for (size_t k = 0; k < a->rank; k++) {
        box.n[k] = a->nx[k];
        box.m[k] = a->nh[k];
        box.w[k] = cm_mode_window(a->mode[k], a->nx[k], a->nh[k], a->origin[k]);
    }
    return box;
}

/* Extends a part to all samples that outputs need. Of several factors each extends the array
 * along its own axis, if all samples are finite: returns 1 then. */
static int extend(part *p, size_t nfactor, const cm_env *env)
{
    const cm_array *a = &p->a;
    if (nfactor > 1 && !p->x.state)
        return 1;
    for (size_t k = 0; k < a->rank; k++) {
        if (a->boundary[k] == CM_ZERO || a->nh[k] == 1)
            continue;
        p->x = cm_extended(p->x, p->box.n, a->rank, k, a->nh[k] - 1 - a->origin[k],
                           a->origin[k], a->boundary[k], env);
        p->box.w[k].first = a->nh[k] - 1;
    }
    return 0;
}

/* ---- 3. samples that are not finite ---------------------------------------------------- */

static const double *without(const double *x, const unsigned char *state, size_t n,
                             const cm_env *env)
{
    if (!x)
        return NULL;
    double *copy = cm_doubles(n, env);
    size_t work = 0;
    for (size_t j = 0; j < n; j++) {
        copy[j] = state[j] ? 0 : x[j];
        cm_work(&work, 1, env);
    }
    return copy;
}

/* ---- 5. putting them back ---------------------------------------------------------------- */

/* Adds the terms of the infinite sample x to outputs. `at` is its place on each axis. */
static void add_infinite(const cm_box *box, const double x[2], const size_t *at,
                         const cm_factor *h, cm_output y, size_t *work, const cm_env *env)
{
    size_t nh = cm_count(box->m, box->rank), i[CM_MOST_AXES] = {0};
    for (size_t p = 0; p < nh; p++) {
        size_t to = 0;
        int inside = 1;
        for (size_t a = box->rank; a-- > 0;) {
            size_t k = at[a] + i[a] - box->w[a].first; /* wraps where it is below */
            inside &= k < box->w[a].ny;
            to = to * box->w[a].ny + k;
        }
        if (inside && !y.im) {
            y.re[to] += x[0] * h->re[p];
        } else if (inside) {
            double b[2] = {h->re[p], h->im ? h->im[p] : 0}, product[2];
            cm_multiply(x, b, product);
            y.re[to] += product[0];
            y.im[to] += product[1];
        }
        for (size_t a = 0; a < box->rank && ++i[a] == box->m[a]; a++)
            i[a] = 0;
        cm_work(work, 4 * box->rank, env);
    }
}

static void restore_infinite(const cm_box *box, cm_field x, const cm_factor *h, cm_output y,
                             const cm_env *env)
{
    size_t n = cm_count(box->n, box->rank), at[CM_MOST_AXES] = {0}, work = 0;
    for (size_t j = 0; j < n; j++) {
        double value[2] = {x.re[j], x.im ? x.im[j] : 0};
        if (x.state[j] & CM_INFINITE)
            add_infinite(box, value, at, h, y, &work, env);
        for (size_t a = 0; a < box->rank && ++at[a] == box->n[a]; a++)
            at[a] = 0;
        cm_work(&work, 4, env);
    }
}

/* The box of all places that outputs meet, of which `offset` lie before the array along each
 * axis: below 0 where places of the array are not met. */
static cm_box all_met(const cm_box *box, ptrdiff_t *offset)
{
    cm_box met = *box;
    for (size_t a = 0; a < box->rank; a++) {
        met.n[a] = box->w[a].ny + box->m[a] - 1;
        met.w[a].first = box->m[a] - 1;
        offset[a] = (ptrdiff_t)(box->m[a] - 1) - (ptrdiff_t)box->w[a].first;
    }
    return met;
}

/* Samples outside along this axis are missing, wherever they lie on the others. */
static void miss_outside(const part *p, size_t axis, const cm_box *met, double *present)
{
    size_t after = p->after[axis], before = p->before[axis];
    size_t run = cm_count(met->n, axis), line = run * met->n[axis];
    size_t nline = cm_count(met->n + axis + 1, met->rank - axis - 1);
    for (size_t l = 0; l < nline; l++, present += line) {
        memset(present, 0, before * run * sizeof *present);
        memset(present + line - after * run, 0, after * run * sizeof *present);
    }
}

/* 1 at all places that outputs meet, and 0 where a sample is missing. */
static double *presence(const part *part, const cm_box *met, const ptrdiff_t *offset,
                        const cm_env *env)
{
    const cm_box *box = &part->box;
    size_t n = cm_count(box->n, box->rank), nmet = cm_count(met->n, box->rank);
    double *present = cm_doubles(nmet, env);
    size_t at[CM_MOST_AXES] = {0}, work = 0;
    for (size_t p = 0; p < nmet; p++) {
        present[p] = 1;
        cm_work(&work, 1, env);
    }
    for (size_t k = 0; k < box->rank; k++)
        if (part->before[k] + part->after[k] > 0)
            miss_outside(part, k, met, present);
    for (size_t j = 0; j < n; j++) {
        size_t to = 0;
        int inside = CM_IS_MISSING(part->x.state[j]);
        for (size_t k = box->rank; k-- > 0 && inside;) {
            size_t place = at[k] + (size_t)offset[k]; /* wraps where it is below */
            inside = place < met->n[k];
            to = to * met->n[k] + place;
        }
        if (inside)
            present[to] = 0;
        for (size_t k = 0; k < box->rank && ++at[k] == box->n[k]; k++)
            at[k] = 0;
        cm_work(&work, 4, env);
    }
    return present;
}

/* For each output the sum of the kernel over what is present, of which `s` is told. A transform
 * without its guard would hide a sum that is 0. */
static double *present_weight(const part *p, cm_sums *s, const cm_env *env)
{
    ptrdiff_t offset[CM_MOST_AXES];
    cm_box met = all_met(s->box, offset);
    size_t ny = 1;
    for (size_t k = 0; k < met.rank; k++)
        ny *= met.w[k].ny;
    cm_output weight = {cm_doubles(ny, env), NULL};
    s->present = presence(p, &met, offset, env);
    conv_factors(&met, s->present, NULL, s->factor, s->nfactor, NULL,
                 p->a.method == CM_FFT ? CM_FFT_GUARDED : p->a.method, weight, env);
    return weight.re;
}

static cm_scaled total_weight(const cm_sums *s)
{
    cm_scaled total = {1, 0};
    for (size_t f = 0; f < s->nfactor; f++) {
        size_t axis = s->factor[f].axis,
               n = axis == CM_MOST_AXES ? cm_count(s->box->m, s->box->rank) : s->box->m[axis];
        double sum = 0, lost = 0;
        for (size_t i = 0; i < n; i++)
            cm_add(s->factor[f].re[i], &sum, &lost);
        total = cm_scaled_product(total, cm_scale(cm_total(sum, lost)));
    }
    return total;
}

static void set_output(cm_output y, size_t t, double value)
{
    y.re[t] = value;
    if (y.im)
        y.im[t] = value;
}

/* What scaling up takes: the weights of outputs, and of all samples of the kernel. */
typedef struct {
    cm_sums sums;
    double *weight, tiny;
    cm_scaled total;
} weights;

static int lacks_digits(const weights *w, cm_output y, size_t t)
{
    double re = fabs(y.re[t]), im = y.im ? fabs(y.im[t]) : INFINITY;
    return isfinite(re) && (re < w->tiny || im < w->tiny || w->weight[t] < w->tiny);
}

/* Scales output t up to the total weight; NA if all of its weight is missing. */
static void renormalise(const weights *w, cm_output y, size_t t, double na, size_t *work,
                        const cm_env *env)
{
    cm_exact_sums s = {cm_scale(y.re[t]), {0, 0}, cm_scale(w->weight[t])};
    if (y.im)
        s.im = cm_scale(y.im[t]);
    if (lacks_digits(w, y, t)) {
        s = cm_sum_exactly(&w->sums, t);
        cm_work(work, 20 * cm_count(w->sums.box->m, w->sums.box->rank), env);
    }
    if (s.weight.m == 0) {
        set_output(y, t, na);
        return;
    }
    y.re[t] = cm_scaled_up(s.re, s.weight, w->total);
    if (y.im)
        y.im[t] = cm_scaled_up(s.im, s.weight, w->total);
}

/* One output that has samples of this state as terms. */
static void restore_output(cm_na na, unsigned char state, cm_output y, size_t t,
                           const weights *w, size_t *work, const cm_env *env)
{
    if (na == CM_NA_PROPAGATE) {
        set_output(y, t, state & CM_NOT_AVAILABLE ? env->na : NAN);
        return;
    }
    int none = 0;
    if (na == CM_NA_RENORMALISE && CM_IS_MISSING(state)) {
        renormalise(w, y, t, env->na, work, env);
        none = env->is_na(y.re[t]);
    }
    if ((state & CM_UNDEFINED) && !none)
        set_output(y, t, NAN);
}

static void restore(const part *p, const cm_factor *factor, size_t nfactor, cm_output y,
                    const cm_env *env)
{
    const cm_box *box = &p->box;
    cm_field x = p->x;
    restore_infinite(box, x, factor, y, env);
    const unsigned char *reached = cm_reached(box, x.state, env);
    weights w = {.sums = {box, x, factor, nfactor, NULL}};
    size_t ny = 1, work = 0;
    if (p->a.na == CM_NA_RENORMALISE) {
        w.weight = present_weight(p, &w.sums, env);
        w.total = total_weight(&w.sums);
        w.tiny = cm_too_small(&w.sums);
    }
    for (size_t k = 0; k < box->rank; k++)
        ny *= box->w[k].ny;
    for (size_t t = 0; t < ny; t++) {
        if (reached[t])
            restore_output(p->a.na, reached[t], y, t, &w, &work, env);
        cm_work(&work, 1, env);
    }
}

/* ---- all of it ------------------------------------------------------------------------ */

static void conv_part(part *p, const cm_factor *factor, size_t nfactor, cm_output y,
                      const cm_env *env)
{
    int later = extend(p, nfactor, env);
    size_t n = cm_count(p->box.n, p->box.rank);
    const double *re = p->x.re, *im = p->x.im;
    void *mark = env->mark(env->data);
    if (p->x.state) {
        re = without(re, p->x.state, n, env);
        im = without(im, p->x.state, n, env);
    }
    conv_factors(&p->box, re, im, factor, nfactor, later ? &p->a : NULL, p->a.method, y, env);
    env->release(env->data, mark);
    cm_env quiet = cm_quiet(env);
    if (p->x.state)
        restore(p, factor, nfactor, y, &quiet);
}

/* Are all samples there, and finite, also on lines through them? */
static int is_finite(const part *p, double growth)
{
    size_t n = cm_count(p->box.n, p->box.rank);
    for (size_t k = 0; k < p->box.rank; k++)
        if (p->before[k] + p->after[k] > 0)
            return 0;
    return isfinite(cm_max_modulus((cm_samples){p->x.re, p->x.im, n, 1}) * growth) != 0;
}

/* Notes what is missing outside along each axis that has a boundary. */
static void note_missing(part *p)
{
    const cm_array *a = &p->a;
    for (size_t k = 0; k < a->rank; k++)
        if (a->boundary[k] == CM_MISSING) {
            p->after[k] = a->origin[k];
            p->before[k] = a->nh[k] - 1 - a->origin[k];
        }
}

static unsigned char *states(cm_field x, size_t n, const cm_env *env)
{
    unsigned char *state = env->alloc(env->data, n);
    cm_find_states((cm_samples){x.re, x.im, n, 1}, state, env);
    return state;
}

static void conv_slices(const cm_array *a, cm_samples x, const cm_factor *factor,
                        size_t nfactor, cm_output y, const cm_env *env)
{
    void *mark = env->mark(env->data);
    part p = {.a = *a, .box = box_of(a), .x = {x.re, x.im, NULL}};
    note_missing(&p);
    if (!is_finite(&p, growth(a)))
        p.x.state = states(p.x, x.n, env);
    conv_part(&p, factor, nfactor, y, env);
    env->release(env->data, mark);
}

/* ---- 1. slabs and slices ----------------------------------------------------------------- */

/* The samples that a slab needs, from place `from` on along the last axis: a part of x, or
 * gathered where some lie outside; with their states if any is not finite. */
static void take_samples(part *p, const cm_array *a, cm_field x, ptrdiff_t from,
                         const cm_env *env)
{
    size_t axis = a->rank - 1, n = a->nx[axis], count = p->box.n[axis],
           run = cm_count(a->nx, axis);
    cm_boundary boundary = a->boundary[axis];
    int gather = from < 0 || from + (ptrdiff_t)count > (ptrdiff_t)n;
    if (gather)
        p->x = cm_gathered(x, run, n, from, count, boundary, env);
    else
        p->x = (cm_field){x.re + (size_t)from * run, x.im ? x.im + (size_t)from * run : NULL,
                          NULL};
    if (is_finite(p, growth(a)))
        return;
    if (gather)
        p->x.state = cm_gathered_states(x, p->x, run, n, from, count, boundary, env);
    else
        p->x.state = states(p->x, count * run, env);
}

/* Outputs from `first` on, ny of them, along the last axis. */
static void conv_slab(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
                      size_t first, size_t ny, cm_output y, const cm_env *env)
{
    void *mark = env->mark(env->data);
    part p = {.a = *a, .box = box_of(a)};
    size_t axis = a->rank - 1, more = a->nh[axis] - 1;
    ptrdiff_t end = (ptrdiff_t)a->nx[axis],
              from = (ptrdiff_t)(p.box.w[axis].first + first) - (ptrdiff_t)more,
              to = from + (ptrdiff_t)(ny + more);
    size_t before = from < 0 ? (size_t)-from : 0, after = to > end ? (size_t)(to - end) : 0;
    note_missing(&p);
    if (a->boundary[axis] == CM_MISSING)
        p.before[axis] = before, p.after[axis] = after;
    p.box.w[axis] = (cm_window){more, ny};
    if (a->boundary[axis] == CM_ZERO) {
        p.box.w[axis].first -= before;
        from += (ptrdiff_t)before;
        to -= (ptrdiff_t)after;
    }
    p.a.boundary[axis] = CM_ZERO;
    p.box.n[axis] = p.a.nx[axis] = (size_t)(to - from);
    take_samples(&p, a, (cm_field){x.re, x.im, NULL}, from, env);
    conv_part(&p, factor, nfactor, y, env);
    env->release(env->data, mark);
}

static size_t outputs(const cm_array *a, size_t rank)
{
    size_t ny = 1;
    for (size_t k = 0; k < rank; k++)
        ny *= cm_mode_window(a->mode[k], a->nx[k], a->nh[k], a->origin[k]).ny;
    return ny;
}

/* How many outputs along the last axis, of ny, are taken at a time: few enough for the memory,
 * and enough that the m - 1 slices before them, which are gone over again, do not matter. That
 * costs less by passes. */
static size_t lines_at_once(const cm_array *a, size_t ny, size_t nfactor)
{
    size_t slice = 1, last = a->rank - 1, more = a->nh[last] - 1,
           lines = (nfactor > 1 ? 2 : 3) * more + 1;
    for (size_t k = 0; k < last; k++)
        slice *= a->nx[k] + a->nh[k] - 1;
    if (slice * (a->nx[last] + more) <= WHOLE)
        return ny;
    if (SLAB / slice > lines + more)
        lines = SLAB / slice - more;
    size_t times = (ny + lines - 1) / lines;
    return (ny + times - 1) / times;
}

static cm_output output(cm_output y, size_t t)
{
    return (cm_output){y.re + t, y.im ? y.im + t : NULL};
}

/* Slice after slice, some outputs along the last axis of each at a time. */
static void conv_slabs(const cm_array *a, cm_samples x, size_t nslice, size_t lines,
                       const cm_factor *factor, size_t nfactor, cm_output y, const cm_env *env)
{
    size_t each = cm_count(a->nx, a->rank), run = outputs(a, a->rank - 1),
           ny = outputs(a, a->rank) / run, t = 0;
    cm_env quiet = cm_quiet(env);
    for (size_t s = 0; s < nslice; s++)
        for (size_t k = 0, n; k < ny; k += n) {
            n = ny - k < lines ? ny - k : lines;
            cm_samples slice = {x.re + s * each, x.im ? x.im + s * each : NULL, each, 1};
            conv_slab(a, slice, factor, nfactor, k, n, output(y, t * run), &quiet);
            t += n;
            cm_tell((double)t / ((double)ny * (double)nslice), env);
        }
}

/* Slices, at_once at a time. */
static void conv_some_slices(const cm_array *a, cm_samples x, size_t nslice, size_t at_once,
                             const cm_factor *factor, size_t nfactor, cm_output y,
                             const cm_env *env)
{
    cm_array some = *a;
    size_t each = cm_count(a->nx, a->rank), ny = outputs(a, a->rank), axis = some.rank++;
    some.mode[axis] = CM_FULL, some.origin[axis] = 0, some.boundary[axis] = CM_ZERO;
    some.nh[axis] = 1;
    cm_env quiet = cm_quiet(env);
    for (size_t s = 0, n; s < nslice; s += n) {
        n = nslice - s < at_once ? nslice - s : at_once;
        some.nx[axis] = n;
        cm_samples slices = {x.re + s * each, x.im ? x.im + s * each : NULL, n * each, 1};
        conv_slices(&some, slices, factor, nfactor, output(y, s * ny), &quiet);
        cm_tell((double)(s + n) / (double)nslice, env);
    }
}

/* Last axes on which the kernel has one sample are slices. Where not all is done at once, all
 * that is done uses the same memory. */
static void conv_some(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
                      cm_output y, const cm_env *env)
{
    cm_array some = *a;
    size_t nslice = 1, last = factor[nfactor - 1].axis;
    if (last == CM_MOST_AXES)
        last = 0;
    while (some.rank > last + 1 && some.nh[some.rank - 1] == 1)
        nslice *= some.nx[--some.rank];
    size_t each = cm_count(some.nx, some.rank),
           ny = outputs(&some, some.rank) / outputs(&some, some.rank - 1),
           lines = lines_at_once(&some, ny, nfactor),
           at_once = (env->threads > 1 ? SLICES_WITH_THREADS : SLICES_AT_ONCE) / each + 1;
    cm_arena arena;
    cm_env own = *env;
    if (lines < ny) {
        own = cm_with_arena(&arena, MOST_ROOM, env);
        conv_slabs(&some, x, nslice, lines, factor, nfactor, y, &own);
    } else if (nslice > 1) {
        size_t room = EACH_SAMPLE * at_once * each;
        if (nslice > at_once)
            own = cm_with_arena(&arena, room < MOST_ROOM ? room : MOST_ROOM, env);
        conv_some_slices(&some, x, nslice, at_once, factor, nfactor, y, &own);
    } else {
        conv_slices(&some, x, factor, nfactor, y, env);
        cm_tell(1, env);
    }
}

/* By how much the moduli after some of the passes can pass the largest of x. */
static double growth_of_passes(const cm_array *a, const cm_factor *factor, size_t nfactor)
{
    double product = growth(a);
    for (size_t f = 0; f < nfactor; f++) {
        double sum = 0;
        for (size_t i = 0; i < a->nh[factor[f].axis]; i++)
            sum += hypot(factor[f].re[i], factor[f].im ? factor[f].im[i] : 0);
        product *= fmax(1, sum);
    }
    return product;
}

/* Products of passes stay below this. */
#define LARGE 0x1p1000

/* One kernel for each axis, and all samples finite and not too large. Returns 1; or less, and
 * nothing of use in y, if it is something else: the part of the work that progress was told of.
 */
static double conv_at_once(const cm_array *a, cm_samples x, const cm_factor *factor,
                           size_t nfactor, double grows, cm_output y, const cm_env *env)
{
    cm_box box = box_of(a);
    if (any_missing_outside(a) || !cm_may_pass(&box, a->boundary, factor, nfactor, a->method))
        return 0;
    const cm_env quiet = cm_quiet(env);
    grows *= 0x1p1023 / LARGE * 2; /* so that what is too large is infinite */
    if (x.im &&
        cm_conv_passes(&box, a->boundary, x.im, factor, nfactor, grows, y.im, &quiet) < 1)
        return 0;
    return cm_conv_passes(&box, a->boundary, x.re, factor, nfactor, grows, y.re, env);
}

int cm_conv_array(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
                  cm_output y, const cm_env *env)
{
    cm_env rest = *env;
    if (factor->axis != CM_MOST_AXES) {
        double grows = growth_of_passes(a, factor, nfactor);
        rest.before = conv_at_once(a, x, factor, nfactor, grows, y, env);
        if (rest.before == 1)
            return 1;
        int infinite;
        if (!(cm_largest(x, &infinite) * grows < LARGE) || infinite)
            return 0;
    } else if (!any_missing_outside(a)) {
        cm_box box = box_of(a);
        rest.before = conv_small(&box, a->boundary, x.re, x.im, factor, a->method, y, env);
        if (rest.before == 1)
            return 1;
    }
    conv_some(a, x, factor, nfactor, y, &rest);
    return 1;
}
