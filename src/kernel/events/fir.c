/* Finite impulse response: one column for each bin of lags.
 *
 * The response in the bin [a, b) is that of a function which is 1 there and 0 elsewhere. At the
 * time x after its start, a box of height 1 and duration d gives the length that [x - d, x] and
 * [a, b] have in common. An impulse of area 1 gives 1 while a <= x < b.
 *
 * Decimal times are seldom exact in binary. So for an impulse, times count as equal if they are
 * closer than SLACK times the narrowest bin, or than a few roundings of t. All bins have the
 * same tolerance, so that each lag lies in one bin only.
 *
 * Cost: one overlap for each bin and each pair of an event and a time that is not past the last
 * edge.
 */
#include "events/fir.h"

#include <float.h>
#include <math.h>

#include "base/search.h"

#define SLACK 1e-8

static double overlap(double x, double d, double a, double b, double slack)
{
    if (d == 0)
        return x >= a - slack && x < b - slack;
    if (x - d >= a && x <= b)
        return d;
    return fmax(0, fmin(x, b) - fmax(x - d, a));
}

void cm_fir(const cm_events *events, const double *times, size_t nt, const double *edge,
            size_t nedge, double *latest, double *y, const cm_env *env)
{
    size_t work = 0;
    double narrowest = HUGE_VAL;
    for (size_t i = 0; i + 1 < nedge; i++)
        narrowest = fmin(narrowest, edge[i + 1] - edge[i]);
    for (size_t e = 0; e < events->n; e++) {
        latest[e] = events->onset[e] + events->duration[e];
        if (e > 0)
            latest[e] = fmax(latest[e], latest[e - 1]);
    }
    for (size_t k = 0; k < nt; k++) {
        double t = times[k], slack = fmax(SLACK * narrowest, 4 * DBL_EPSILON * fabs(t));
        size_t begun = cm_first_above(events->onset, events->n, t - edge[0] + slack);
        for (size_t e = begun; e-- > 0 && t - latest[e] <= edge[nedge - 1];) {
            double x = t - events->onset[e];
            for (size_t i = 0; i + 1 < nedge; i++)
                y[i * nt + k] += events->amplitude[e] *
                                 overlap(x, events->duration[e], edge[i], edge[i + 1], slack);
            cm_work(&work, 4 * nedge, env);
        }
        cm_work(&work, 20, env);
    }
}
