/* Finite impulse response: a column for each bin of lags. */
#ifndef CONVMAT_FIR_H
#define CONVMAT_FIR_H

#include "base/env.h"
#include "events/events.h"

/* Adds the responses to y, which has nt rows and a column for each of the nedge - 1 bins.
 * Assumes that events are in the order of onsets and edges increase. `latest` is scratch, one
 * double an event. */
void cm_fir(const cm_events *events, const double *times, size_t nt, const double *edge,
            size_t nedge, double *latest, double *y, const cm_env *env);

#endif
