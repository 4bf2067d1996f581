/* The responses to many events. */
#ifndef CONVMAT_REGRESSOR_H
#define CONVMAT_REGRESSOR_H

#include "events/events.h"
#include "events/reach.h"

/* The sum of the responses to all events, or with `slope` of their derivatives, into y at each
 * of nt times. Assumes that events are in the order of onsets; times may be in any order. */
void cm_regressor(const cm_model *model, cm_reach *reach, const cm_events *events,
                  const double *times, size_t nt, int slope, double *y, const cm_env *env);

#endif
