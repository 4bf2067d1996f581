/* The states of the samples that an output has as terms are found for the array as a signal,
 * see box.c: an output meets all places from its own back to m - 1 before, along each axis, so
 * two copies of the states, shifted, make those of a kernel twice as long.
 *
 * Cost: log2(m1) + log2(m2) + ... operations on bytes for each place.
 */
#include "array/states.h"

#include <math.h>
#include <string.h>

double cm_largest(cm_samples x, int *infinite)
{
    double most = cm_max_modulus(x);
    *infinite = 0;
    if (isfinite(most))
        return most;
    most = 0;
    for (size_t j = 0; j < x.n; j++) {
        double re = fabs(x.re[j]), im = x.im ? fabs(x.im[j]) : 0;
        if (isfinite(re) && re > most)
            most = re;
        if (isfinite(im) && im > most)
            most = im;
        *infinite |= (isinf(re) || isinf(im)) && !isnan(re) && !isnan(im);
    }
    return most;
}

void cm_find_states(cm_samples x, unsigned char *state, const cm_env *env)
{
    size_t work = 0;
    for (size_t j = 0; j < x.n; j++) {
        double re = x.re[j], im = x.im ? x.im[j] : 0;
        state[j] = 0;
        if (isnan(re) || isnan(im))
            state[j] = env->is_na(re) || env->is_na(im) ? CM_NOT_AVAILABLE : CM_NOT_A_NUMBER;
        else if (isinf(re) || isinf(im))
            state[j] = CM_INFINITE;
        cm_work(&work, 1, env);
    }
}

/* to[t] has the states at t and at `back` places before. */
static void join(const unsigned char *state, size_t n, size_t back, unsigned char *to,
                 const cm_env *env)
{
    size_t work = 0;
    memcpy(to, state, back < n ? back : n);
    for (size_t t = back; t < n;) {
        size_t end = n - t < CM_POLL_WORK ? n : t + CM_POLL_WORK;
        cm_work(&work, end - t, env);
        for (; t < end; t++)
            to[t] = state[t] | state[t - back];
    }
}

unsigned char *cm_reached(const cm_box *box, const unsigned char *state, const cm_env *env)
{
    cm_flat flat = cm_flatten(box);
    size_t end = flat.w.first + flat.w.ny, n = flat.nx > end ? flat.nx : end, ny[CM_MOST_AXES];
    unsigned char *at = env->alloc(env->data, n), *next = env->alloc(env->data, n);
    memset(at, 0, n);
    size_t work = 0;
    cm_rows_of row = cm_first_row(box->n, flat.step, box->rank);
    for (size_t r = 0; r < row.nrow; r++, state += box->n[0], cm_next_row(&row)) {
        for (size_t j = 0; j < box->n[0]; j++)
            at[row.at + j] = state[j] & (unsigned char)~CM_INFINITE;
        cm_work(&work, box->n[0], env);
    }
    for (size_t a = 0; a < box->rank; a++) {
        ny[a] = box->w[a].ny;
        for (size_t have = 1, more; have < box->m[a]; have += more) {
            more = box->m[a] - have < have ? box->m[a] - have : have;
            join(at, n, more * flat.step[a], next, env);
            unsigned char *swap = at;
            at = next;
            next = swap;
        }
    }
    unsigned char *to = next; /* outputs take no more places than they do in `at` */
    row = cm_first_row(ny, flat.step, box->rank);
    for (size_t r = 0; r < row.nrow; r++, to += ny[0], cm_next_row(&row)) {
        memcpy(to, at + flat.w.first + row.at, ny[0]);
        cm_work(&work, ny[0], env);
    }
    return next;
}
