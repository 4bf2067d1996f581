/* How large a response can still be at the time x after the end of an event: upper bounds on a
 * grid of x. They are sums over the terms of the model, with |w| the modulus of a weight:
 *
 *   - the response to a box is at most |w| Q;
 *   - its slope is at most |w| times the largest density from x on;
 *   - the response to an impulse is at most that, too;
 *   - its slope is at most that over the scale, from the peak on; before the peak no bound is
 *     taken.
 *
 * Cost: two gamma functions for each term and point of the grid, about half a millisecond.
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
    for (size_t j = 0; j < CM_NREACH; j++) {
        double box_left = 0, impulse_left = 0, x = (double)j * reach->step;
        for (size_t i = 0; i < model->nterm; i++) {
            const cm_term *term = model->term + i;
            double z = x / term->scale, peak = term->gamma.shape - 1, w = fabs(term->weight);
            double highest =
                w * term->gamma.math->density(fmax(z, peak), term->gamma.shape) / term->scale;
            box_left += slope ? highest : w * term->gamma.math->tail(z, term->gamma.shape, 1);
            impulse_left += !slope ? highest : z < peak ? HUGE_VAL : highest / term->scale;
        }
        /* room for the rounding of these bounds and of the polynomials */
        reach->box[j] = 1.001 * box_left;
        reach->impulse[j] = 1.001 * impulse_left;
    }
}

double cm_left(const cm_reach *reach, double x, double height, double area)
{
    double place = x / reach->step;
    size_t j = !(place > 0) ? 0 : place >= CM_NREACH - 1 ? CM_NREACH - 1 : (size_t)place;
    double boxes = height > 0 ? height * reach->box[j] : 0;
    return boxes + (area > 0 ? area * reach->impulse[j] : 0);
}
