/* How large a response can still be at a time after the end of an event. */
#ifndef CONVMAT_REACH_H
#define CONVMAT_REACH_H

#include "events/response.h"

#define CM_NREACH 512
#define CM_ADDS_LESS 1e-17 /* this part of a value may be left out of it */

/* Upper bounds of the responses at any time later than j * step after the end of an event:
 * for boxes of height 1 and for impulses of area 1; NaN where nobody has asked for one yet. */
typedef struct {
    const cm_model *model;
    int slope;
    double step, box[CM_NREACH], impulse[CM_NREACH];
} cm_reach;

/* The model must outlive the result. */
void cm_prepare_reach(cm_reach *reach, const cm_model *model, int slope);

/* The bound for the sum of several events that ended at least x ago, or at any time if x < 0:
 * boxes, the moduli of whose heights have the sum `height`, and impulses, the moduli of whose
 * areas have the sum `area`. */
double cm_left(cm_reach *reach, double x, double height, double area);

#endif
