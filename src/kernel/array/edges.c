/* Boundaries of arrays: all samples with the same place on an axis go together, a row of them
 * for each place on the axes behind it. cm_sources_of() says which of them stand where. */
#include "array/edges.h"

#include <math.h>
#include <string.h>

#include "array/states.h"

void cm_line_of(const double *x, size_t run, size_t n, const cm_sources *s, double *to)
{
    if (!s || s->n == 0)
        memset(to, 0, n * sizeof *to);
    else if (s->n == 2)
        for (size_t i = 0; i < n; i++)
            to[i] = s->weight[0] * x[s->at[0] * run + i] + s->weight[1] * x[s->at[1] * run + i];
    else if (n == 1) /* as in rows: a call would cost more */
        *to = x[s->at[0] * run];
    else
        memcpy(to, x + s->at[0] * run, n * sizeof *to);
}

/* The state of the value (re, im) on a line through two samples. */
static unsigned char state_between(unsigned char a, unsigned char b, double re, double im)
{
    unsigned char both = a | b;
    if (CM_IS_MISSING(both))
        return both & CM_NOT_AVAILABLE ? CM_NOT_AVAILABLE : CM_NOT_A_NUMBER;
    if ((both & CM_UNDEFINED) || isnan(re) || isnan(im))
        return CM_UNDEFINED;
    return isinf(re) || isinf(im) ? CM_INFINITE : 0;
}

static void states_of(const unsigned char *x, size_t run, cm_sources s, const double *re,
                      const double *im, unsigned char *to)
{
    if (s.n == 0)
        memset(to, CM_NOT_AVAILABLE, run);
    else if (s.n == 1)
        memcpy(to, x + s.at[0] * run, run);
    else
        for (size_t i = 0; i < run; i++)
            to[i] = state_between(x[s.at[0] * run + i], x[s.at[1] * run + i], re[i],
                                  im ? im[i] : 0);
}

/* Places along an axis of n, some of which lie outside: `all` of them from `from` on. */
typedef struct {
    ptrdiff_t from;
    size_t all, n, run; /* the run: samples at one place */
    cm_boundary boundary;
} places;

static void find_values(const places *p, const double *x, double *to, size_t *work,
                        const cm_env *env)
{
    for (size_t i = 0, k; i < p->all; i += k) {
        ptrdiff_t place = p->from + (ptrdiff_t)i;
        k = 1;
        if (place >= 0 && (size_t)place < p->n) {
            size_t left = p->n - (size_t)place;
            k = p->all - i < left ? p->all - i : left;
            memcpy(to + i * p->run, x + (size_t)place * p->run, k * p->run * sizeof *to);
        } else {
            cm_sources s = cm_sources_of(place, p->n, p->boundary);
            cm_line_of(x, p->run, p->run, &s, to + i * p->run);
        }
        cm_work(work, k * p->run, env);
    }
}

static void extend_states(const places *p, const unsigned char *x, const double *re,
                          const double *im, unsigned char *to, size_t *work, const cm_env *env)
{
    for (size_t i = 0; i < p->all; i++) {
        cm_sources s = cm_sources_of(p->from + (ptrdiff_t)i, p->n, p->boundary);
        states_of(x, p->run, s, re + i * p->run, im ? im + i * p->run : NULL, to + i * p->run);
        cm_work(work, p->run, env);
    }
}

cm_field cm_extended(cm_field x, size_t *n, size_t rank, size_t axis, size_t before,
                     size_t after, cm_boundary boundary, const cm_env *env)
{
    places p = {-(ptrdiff_t)before, before + n[axis] + after, n[axis], cm_count(n, axis),
                boundary};
    size_t outer = cm_count(n + axis + 1, rank - axis - 1), from = p.n * p.run,
           to = p.all * p.run, work = 0;
    double *re = cm_doubles(to * outer, env), *im = x.im ? cm_doubles(to * outer, env) : NULL;
    unsigned char *state = x.state ? env->alloc(env->data, to * outer) : NULL;
    for (size_t o = 0; o < outer; o++) {
        find_values(&p, x.re + o * from, re + o * to, &work, env);
        if (im)
            find_values(&p, x.im + o * from, im + o * to, &work, env);
        if (state)
            extend_states(&p, x.state + o * from, re + o * to, im ? im + o * to : NULL,
                          state + o * to, &work, env);
    }
    n[axis] = p.all;
    return (cm_field){re, im, state};
}

/* The line at a place of x, which has `run` samples. */
static cm_samples line_at(cm_field x, size_t run, size_t place)
{
    return (cm_samples){x.re + place * run, x.im ? x.im + place * run : NULL, run, 1};
}

cm_field cm_gathered(cm_field x, size_t run, size_t n, ptrdiff_t from, size_t count,
                     cm_boundary boundary, const cm_env *env)
{
    places p = {from, count, n, run, boundary};
    double *re = cm_doubles(count * run, env), *im = x.im ? cm_doubles(count * run, env) : NULL;
    size_t work = 0;
    find_values(&p, x.re, re, &work, env);
    if (im)
        find_values(&p, x.im, im, &work, env);
    return (cm_field){re, im, NULL};
}

unsigned char *cm_gathered_states(cm_field x, cm_field gathered, size_t run, size_t n,
                                  ptrdiff_t from, size_t count, cm_boundary boundary,
                                  const cm_env *env)
{
    unsigned char *state = env->alloc(env->data, count * run), *to = state,
                  *two = env->alloc(env->data, 2 * run);
    size_t work = 0;
    for (size_t i = 0; i < count; i++, to += run) {
        cm_sources s = cm_sources_of(from + (ptrdiff_t)i, n, boundary);
        for (int k = 0; k < s.n; k++) {
            cm_find_states(line_at(x, run, s.at[k]), two + (size_t)k * run, env);
            s.at[k] = (size_t)k;
        }
        cm_samples values = line_at(gathered, run, i);
        states_of(two, run, s, values.re, values.im, to);
        cm_work(&work, 3 * run, env);
    }
    return state;
}
