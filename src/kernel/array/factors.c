/* Small kernels of all axes are for small.c, others for box.c. Kernels of one axis each are for
 * passes.c where it can do them; the others are passes along one axis after the other.
 *
 * Passes add their errors. All are direct sums, unless told otherwise, so that these are far
 * below the promise for each: terms of a partial sum are products whose moduli add up to no
 * more than those of the whole.
 */
#include "array/factors.h"

#include <string.h>

#include "array/edges.h"
#include "array/passes.h"
#include "array/small.h"

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

double cm_try_small(const cm_box *box, const cm_boundary *boundary, const double *re,
                    const double *im, const cm_factor *factor, cm_method method, cm_output y,
                    const cm_env *env)
{
    const cm_env quiet = cm_quiet(env);
    if (!cm_is_small(box, boundary, factor, method) ||
        (im && cm_conv_small(box, boundary, im, factor->re, y.im, &quiet) < 1))
        return 0;
    return cm_conv_small(box, boundary, re, factor->re, y.re, env);
}

void cm_conv_factors(const cm_box *box, const double *re, const double *im,
                     const cm_factor *factor, size_t nfactor, const cm_array *edges,
                     cm_method method, cm_output y, const cm_env *env)
{
    void *mark = env->mark(env->data);
    const cm_boundary *boundary = edges ? edges->boundary : NULL;
    if (factor->axis == CM_MOST_AXES) {
        cm_env rest = *env;
        double done = cm_try_small(box, NULL, re, im, factor, method, y, env);
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
