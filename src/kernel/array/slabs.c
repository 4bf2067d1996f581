/* How much of an array is taken at a time. Where not all is, whatever is taken uses the same
 * memory.
 */
#include "array/slabs.h"

#include <math.h>

#include "array/edges.h"
#include "array/part.h"
#include "array/states.h"

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

/* Are all samples there, and finite, also on lines through them? */
static int is_finite(const cm_part *p, double growth)
{
    size_t n = cm_count(p->box.n, p->box.rank);
    for (size_t k = 0; k < p->box.rank; k++)
        if (p->before[k] + p->after[k] > 0)
            return 0;
    return isfinite(cm_max_modulus((cm_samples){p->x.re, p->x.im, n, 1}) * growth) != 0;
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
    cm_part p = cm_part_of(a);
    p.x = (cm_field){x.re, x.im, NULL};
    if (!is_finite(&p, cm_growth(a)))
        p.x.state = states(p.x, x.n, env);
    cm_conv_part(&p, factor, nfactor, y, env);
    env->release(env->data, mark);
}

/* The samples that a slab needs, from place `from` on along the last axis: a part of x, or
 * gathered where some lie outside; with their states if any is not finite. */
static void take_samples(cm_part *p, const cm_array *a, cm_field x, ptrdiff_t from,
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
    if (is_finite(p, cm_growth(a)))
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
    cm_part p = cm_part_of(a);
    size_t axis = a->rank - 1, more = a->nh[axis] - 1;
    ptrdiff_t end = (ptrdiff_t)a->nx[axis],
              from = (ptrdiff_t)(p.box.w[axis].first + first) - (ptrdiff_t)more,
              to = from + (ptrdiff_t)(ny + more);
    size_t before = from < 0 ? (size_t)-from : 0, after = to > end ? (size_t)(to - end) : 0;
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
    cm_conv_part(&p, factor, nfactor, y, env);
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
static void conv_some_slabs(const cm_array *a, cm_samples x, size_t nslice, size_t lines,
                            const cm_factor *factor, size_t nfactor, cm_output y,
                            const cm_env *env)
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

/* Last axes on which the kernel has one sample are slices. */
void cm_conv_slabs(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
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
        conv_some_slabs(&some, x, nslice, lines, factor, nfactor, y, &own);
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
