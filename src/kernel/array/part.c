/* Extends a part, takes out of it what is not finite, convolves it, and puts outputs right. */
#include "array/part.h"

#include "array/factors.h"
#include "array/restore.h"

double cm_growth(const cm_array *a)
{
    double by = 1;
    for (size_t k = 0; k < a->rank; k++)
        if (a->boundary[k] == CM_EXTEND)
            by *= 2 * (double)a->nh[k];
    return by;
}

cm_box cm_box_of(const cm_array *a)
{
    cm_box box = {.rank = a->rank};
    for (size_t k = 0; k < a->rank; k++) {
        box.n[k] = a->nx[k];
        box.m[k] = a->nh[k];
        box.w[k] = cm_mode_window(a->mode[k], a->nx[k], a->nh[k], a->origin[k]);
    }
    return box;
}

cm_part cm_part_of(const cm_array *a)
{
    cm_part p = {.a = *a, .box = cm_box_of(a)};
    for (size_t k = 0; k < a->rank; k++)
        if (a->boundary[k] == CM_MISSING) {
            p.after[k] = a->origin[k];
            p.before[k] = a->nh[k] - 1 - a->origin[k];
        }
    return p;
}

/* Extends a part to all samples that outputs need. Of several factors each extends the array
 * along its own axis, if all samples are finite: returns 1 then. */
static int extend(cm_part *p, size_t nfactor, const cm_env *env)
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

void cm_conv_part(cm_part *p, const cm_factor *factor, size_t nfactor, cm_output y,
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
    cm_conv_factors(&p->box, re, im, factor, nfactor, later ? &p->a : NULL, p->a.method, y,
                    env);
    env->release(env->data, mark);
    cm_env quiet = cm_quiet(env);
    if (p->x.state)
        cm_restore(p, factor, nfactor, y, &quiet);
}
