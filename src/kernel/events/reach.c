/* How large a response can still be at the time x after the end of an event: upper bounds on a
 * grid of x. They are sums over the terms of the model, with |w| the modulus of a weight:
 *
 *   - the response to a box is at most |w| Q;
 *   - its slope is at most |w| times the largest density from x on;
 *   - the response to an impulse is at most that, too;
 *   - its slope is at most that over the scale, from the peak on; before the peak no bound is
 *     taken.
 *
 * A bound is computed when it is asked for first.
 *
 * Cost: a gamma function for each term and bound, and in all at most half a millisecond.
 */
#include "events/reach.h"

#include <float.h>
#include <math.h>

#include "base/cell.h"

void cm_prepare_reach(cm_reach *reach, const cm_model *model, int slope)
{
    double longest = 0;
    for (size_t i = 0; i < model->nterm; i++)
        longest = fmax(longest, model->term[i].scale);
    /* no x of the grid may overflow */
    reach->step = fmin(longest / (CM_NREACH - 1) * CM_CELLS_END, DBL_MAX / CM_NREACH);
    reach->model = model;
    reach->slope = slope;
    for (size_t j = 0; j < CM_NREACH; j++)
        reach->box[j] = reach->impulse[j] = NAN;
}

/* The most that the density of a term is from z on, z in scales, times the modulus of its
 * weight. */
static double highest(const cm_term *term, double z)
{
    double peak = term->shape - 1, w = fabs(term->weight);
    return w * term->own.gammas.math->density(fmax(z, peak), term->shape) / term->scale;
}

static double box_left(const cm_term *term, double z, int slope)
{
    if (slope)
        return highest(term, z);
    return fabs(term->weight) * term->own.gammas.math->tail(z, term->shape, 1);
}

static double impulse_left(const cm_term *term, double z, int slope)
{
    if (!slope)
        return highest(term, z);
    return z < term->shape - 1 ? HUGE_VAL : highest(term, z) / term->scale;
}

/* The bound at point j of the grid, from bound[j] if it is there. */
static double left_at(const cm_reach *reach, size_t j, double *bound,
                      double (*left)(const cm_term *term, double z, int slope))
{
    if (!isnan(bound[j]))
        return bound[j];
    double sum = 0, x = (double)j * reach->step;
    for (size_t i = 0; i < reach->model->nterm; i++) {
        const cm_term *term = reach->model->term + i;
        sum += left(term, x / term->scale, reach->slope);
    }
    /* room for the rounding of these bounds and of the polynomials */
    return bound[j] = 1.001 * sum;
}

double cm_left(cm_reach *reach, double x, double height, double area)
{
    double place = x / reach->step, boxes = 0, impulses = 0;
    size_t j = !(place > 0) ? 0 : place >= CM_NREACH - 1 ? CM_NREACH - 1 : (size_t)place;
    if (height > 0)
        boxes = height * left_at(reach, j, reach->box, box_left);
    if (area > 0)
        impulses = area * left_at(reach, j, reach->impulse, impulse_left);
    return boxes + impulses;
}
