/* The on/off model of neural activity on a regular grid. */
#ifndef CONVMAT_NEURAL_H
#define CONVMAT_NEURAL_H

#include "base/env.h"
#include "events/events.h"

/* Adds the events, in any order, to y, whose point k < n is at the time start + k step. Times
 * closer than `slack` steps count as equal. covers[e] becomes 1 if event e adds to any point,
 * else 0. */
void cm_neural(const cm_events *events, double start, double step, double slack, size_t n,
               double *y, int *covers, const cm_env *env);

/* Whether n >= 2 times increase, each within `rounding` of its point on the regular grid from
 * the first time to the last. */
int cm_on_grid(const double *times, size_t n, double rounding, const cm_env *env);

#endif
