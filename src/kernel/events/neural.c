/* The on/off model of neural activity on a regular grid.
 *
 * Grid point k is at the time t = start + k step. A box adds its amplitude to the points with
 * onset <= t < onset + duration; an impulse adds it to the point whose step [t, t + step) holds
 * its onset. Decimal times are seldom exact in binary (0.3 / 0.1 is 2.9999999999999996), so
 * times closer than `slack` steps count as equal.
 *
 * Cost: one addition for every point an event covers.
 */
#include "events/neural.h"

#include <math.h>

/* u as an index into the n points of the grid: 0 before the grid, n past it. u is in steps from
 * the start, and may lie far outside. */
static size_t clamp(double u, size_t n)
{
    return !(u > 0) ? 0 : u >= (double)n ? n : (size_t)u;
}

void cm_neural(const cm_events *events, double start, double step, double slack, size_t n,
               double *y, int *covers, const cm_env *env)
{
    size_t work = 0;
    for (size_t e = 0; e < events->n; e++) {
        double from = events->onset[e] - start, d = events->duration[e];
        double on = from / step, off = (from + d) / step;
        size_t k0, k1;
        if (d > 0) {
            k0 = clamp(ceil(on - slack), n);
            k1 = clamp(ceil(off - slack), n);
        } else {
            double k = floor(on + slack);
            k0 = clamp(k, n);
            k1 = k < 0 || k0 == n ? k0 : k0 + 1;
        }
        covers[e] = k0 < k1;
        for (size_t k = k0; k < k1; k++)
            y[k] += events->amplitude[e];
        cm_work(&work, 1 + k1 - k0, env);
    }
}

int cm_on_grid(const double *times, size_t n, double rounding, const cm_env *env)
{
    double step = (times[n - 1] - times[0]) / (double)(n - 1);
    size_t work = 0;
    for (size_t k = 1; k < n; k++) {
        double off = fabs(times[k] - (times[0] + step * (double)k));
        if (!(times[k] > times[k - 1] && off <= rounding))
            return 0;
        cm_work(&work, 4, env);
    }
    return 1;
}
