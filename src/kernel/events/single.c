/* The response to one event of amplitude 1, at many times: all values, or those that count. */
#include "events/single.h"

#include <math.h>

#include "base/search.h"

/* The responses to one event of amplitude 1, at all of nt times. */
void cm_one_response(const cm_model *model, double onset, double duration, const double *times,
                     size_t nt, double *y, size_t *work, const cm_env *env)
{
    for (size_t k = 0; k < nt; k++) {
        y[k] = cm_response(model, times[k], onset, duration, 0);
        cm_work(work, 40 * model->nterm, env);
    }
}

/* The same at times in increasing order, without values below 1e-17 of the largest
 * modulus. Returns how many are kept; with `at`, writes their indices and values. */
size_t cm_sparse_response(const cm_model *model, const cm_reach *reach, double onset,
                          double duration, const double *times, size_t nt, double *scratch,
                          int *at, double *value, size_t *work, const cm_env *env)
{
    size_t first = cm_first_from(times, nt, onset), last, kept = 0;
    double largest = 0;
    for (last = first; last < nt; last++) {
        double x = times[last] - onset - duration;
        if (cm_left(reach, x, duration > 0, duration == 0) <= CM_ADDS_LESS * largest)
            break;
        scratch[last] = cm_response(model, times[last], onset, duration, 0);
        largest = fmax(largest, fabs(scratch[last]));
        cm_work(work, 40 * model->nterm, env);
    }
    for (size_t k = first; k < last; k++) {
        if (scratch[k] == 0 || fabs(scratch[k]) <= CM_ADDS_LESS * largest)
            continue;
        if (at) {
            at[kept] = (int)k;
            value[kept] = scratch[k];
        }
        kept++;
    }
    return kept;
}
