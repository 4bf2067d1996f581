/* The response to one event of amplitude 1, at many times: all values, or those that count. */
#include "events/single.h"

#include <math.h>
#include <string.h>

#include "base/search.h"

/* One event of amplitude 1, CM_LANES times, to be paired with as many times. */
typedef struct {
    const cm_model *model;
    double onset[CM_LANES], duration[CM_LANES];
} single;

static single prepare_single(const cm_model *model, double onset, double duration)
{
    single event = {.model = model};
    for (int i = 0; i < CM_LANES; i++)
        event.onset[i] = onset, event.duration[i] = duration;
    return event;
}

/* The responses at up to CM_LANES of n times; returns how many. */
static size_t some_responses(const single *event, const double *times, size_t n, double *h,
                             size_t *work, const cm_env *env)
{
    double padded[CM_LANES];
    if (n < CM_LANES) {
        for (size_t i = 0; i < CM_LANES; i++)
            padded[i] = times[i < n ? i : n - 1];
        times = padded;
    } else {
        n = CM_LANES;
    }
    cm_respond(event->model, (cm_pairs){times, event->onset, event->duration}, 0, h);
    cm_work(work, 40 * n * event->model->nterm, env);
    return n;
}

void cm_one_response(const cm_model *model, double onset, double duration, const double *times,
                     size_t nt, double *y, size_t *work, const cm_env *env)
{
    double h[CM_LANES];
    single event = prepare_single(model, onset, duration);
    for (size_t k = 0, n; k < nt; k += n) {
        n = some_responses(&event, times + k, nt - k, h, work, env);
        memcpy(y + k, h, n * sizeof *h);
    }
}

/* Writes responses from times[first] on, up to where all that follow are negligible beside
 * *largest, the largest modulus. Returns where that is. */
static size_t until_negligible(const single *event, cm_reach *reach, const double *times,
                               size_t first, size_t nt, double *y, double *largest,
                               size_t *work, const cm_env *env)
{
    double h[CM_LANES], onset = event->onset[0], duration = event->duration[0];
    *largest = 0;
    for (size_t k = first, n; k < nt; k += n) {
        n = some_responses(event, times + k, nt - k, h, work, env);
        for (size_t i = 0; i < n; i++) {
            double x = times[k + i] - onset - duration;
            if (cm_left(reach, x, duration > 0, duration == 0) <= CM_ADDS_LESS * *largest)
                return k + i;
            y[k + i] = h[i];
            *largest = fmax(*largest, fabs(h[i]));
        }
    }
    return nt;
}

size_t cm_sparse_response(const cm_model *model, cm_reach *reach, double onset, double duration,
                          const double *times, size_t nt, double *scratch, int *at,
                          double *value, size_t *work, const cm_env *env)
{
    size_t first = cm_first_from(times, nt, onset), kept = 0;
    double largest;
    single event = prepare_single(model, onset, duration);
    size_t last =
        until_negligible(&event, reach, times, first, nt, scratch, &largest, work, env);
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
