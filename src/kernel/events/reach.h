/* How much of a response can be left, so long after an event. */
#ifndef CONVMAT_REACH_H
#define CONVMAT_REACH_H

#include "events/response.h"

#define CM_NREACH 512
#define CM_ADDS_LESS 1e-17 /* of a value: what may be left out of it */

/* Upper bounds of the responses at any time later than j * step after the end of an event:
 * for boxes of height 1 and for impulses of area 1. */
typedef struct {
    double step, box[CM_NREACH], impulse[CM_NREACH];
} cm_reach;

void cm_prepare_reach(cm_reach *reach, const cm_model *model, int slope);

/* The bound for events that ended x ago, or later if x < 0: boxes whose heights have moduli of
 * the sum `height`, and impulses of the total area `area`. */
double cm_left(const cm_reach *reach, double x, double height, double area);

#endif
