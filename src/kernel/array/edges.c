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

/* Where along the axis an array is extended, and by what. */
typedef struct {
    size_t n, before, after, run; /* the run: samples at one place */
    cm_boundary boundary;
} edges;

static void extend_values(const edges *e, const double *x, double *to, size_t *work,
                          const cm_env *env)
{
    size_t all = e->before + e->n + e->after;
    for (size_t i = 0; i < all; i++) {
        if (i == e->before) {
            memcpy(to + i * e->run, x, e->n * e->run * sizeof *to);
            cm_work(work, e->n * e->run, env);
            i += e->n;
        }
        if (i < all) {
            cm_sources s =
                cm_sources_of((ptrdiff_t)i - (ptrdiff_t)e->before, e->n, e->boundary);
            cm_line_of(x, e->run, e->run, &s, to + i * e->run);
        }
        cm_work(work, e->run, env);
    }
}

static void extend_states(const edges *e, const unsigned char *x, const double *re,
                          const double *im, unsigned char *to, size_t *work, const cm_env *env)
{
    size_t all = e->before + e->n + e->after;
    for (size_t i = 0; i < all; i++) {
        cm_sources s = cm_sources_of((ptrdiff_t)i - (ptrdiff_t)e->before, e->n, e->boundary);
        states_of(x, e->run, s, re + i * e->run, im ? im + i * e->run : NULL, to + i * e->run);
        cm_work(work, e->run, env);
    }
}

cm_field cm_extended(cm_field x, size_t *n, size_t rank, size_t axis, size_t before,
                     size_t after, cm_boundary boundary, const cm_env *env)
{
    edges e = {n[axis], before, after, cm_count(n, axis), boundary};
    size_t outer = cm_count(n + axis + 1, rank - axis - 1), all = e.before + e.n + e.after;
    size_t from = e.n * e.run, to = all * e.run, work = 0;
    double *re = cm_doubles(to * outer, env), *im = x.im ? cm_doubles(to * outer, env) : NULL;
    unsigned char *state = x.state ? env->alloc(env->data, to * outer) : NULL;
    for (size_t o = 0; o < outer; o++) {
        extend_values(&e, x.re + o * from, re + o * to, &work, env);
        if (im)
            extend_values(&e, x.im + o * from, im + o * to, &work, env);
        if (state)
            extend_states(&e, x.state + o * from, re + o * to, im ? im + o * to : NULL,
                          state + o * to, &work, env);
    }
    n[axis] = all;
    return (cm_field){re, im, state};
}
