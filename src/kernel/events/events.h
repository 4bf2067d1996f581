/* A table of events, as arrays. */
#ifndef CONVMAT_EVENTS_H
#define CONVMAT_EVENTS_H

#include <stddef.h>

/* n events; onset and duration in seconds. An event of duration d > 0 is a box of height
 * `amplitude` on [onset, onset + d), one of duration 0 an impulse of area `amplitude`. */
typedef struct {
    const double *onset, *duration, *amplitude;
    size_t n;
} cm_events;

#endif
