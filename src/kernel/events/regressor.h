/* The responses to many events. */
#ifndef CONVMAT_REGRESSOR_H
#define CONVMAT_REGRESSOR_H

#include "events/events.h"
#include "events/reach.h"

/* The sum over events, in the order of onsets, at each of nt times in any order. */
void cm_regressor(const cm_model *model, const cm_reach *reach, const cm_events *events,
                  const double *times, size_t nt, int slope, double *y, const cm_env *env);

#endif
