/* Infinite samples are added term by term. Which outputs the missing ones reach is told by
 * their states, see states.c. To scale sums over what is present, its presence is convolved
 * with the kernel, too.
 */
#include "array/restore.h"

#include <math.h>
#include <string.h>

#include "array/exact.h"
#include "array/factors.h"
#include "array/states.h"
#include "base/complex.h"
#include "base/sum.h"

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
static void miss_outside(const cm_part *p, size_t axis, const cm_box *met, double *present)
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
static double *presence(const cm_part *part, const cm_box *met, const ptrdiff_t *offset,
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
static double *present_weight(const cm_part *p, cm_sums *s, const cm_env *env)
{
    ptrdiff_t offset[CM_MOST_AXES];
    cm_box met = all_met(s->box, offset);
    size_t ny = 1;
    for (size_t k = 0; k < met.rank; k++)
        ny *= met.w[k].ny;
    cm_output weight = {cm_doubles(ny, env), NULL};
    s->present = presence(p, &met, offset, env);
    cm_conv_factors(&met, s->present, NULL, s->factor, s->nfactor, NULL,
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

void cm_restore(const cm_part *p, const cm_factor *factor, size_t nfactor, cm_output y,
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
