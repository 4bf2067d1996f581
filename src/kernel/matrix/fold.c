/* The transpose of a boundary. A boundary extends a signal x of n samples to places
 * origin - (nh - 1) ... origin + n - 1: e[p] is the sum of weight x[source] over the sources of
 * p, mostly a single one with weight 1. The transpose adds each place to its sources:
 *
 *     y[c] = sum of weight e[p] over all places p with source c.
 *
 * The transpose of a convolution with a boundary is the full convolution with the reversed
 * kernel, and then this. A sample may be the source of up to nh places, so the sums are
 * compensated.
 *
 * Cost: n + nh - 1 additions, n doubles of memory.
 */
#include "matrix/fold.h"

#include <string.h>

#include "base/sum.h"

/* Adds a term, but NA stays NA: of NA + NaN hardware may keep either. */
static void add(double term, double *sum, double *lost, const cm_env *env)
{
    if (isnan(*sum) && env->is_na(*sum))
        return;
    cm_add(term, sum, lost);
    if (isnan(term) && env->is_na(term))
        *sum = term;
}

void cm_fold(const double *e, size_t n, size_t nh, size_t width, size_t origin,
             cm_boundary boundary, double *y, const cm_env *env)
{
    size_t before = nh - 1 - origin, ny = n * width, work = 0; /* places before the signal */
    double *lost = env->alloc(env->data, ny * sizeof *lost);
    memset(lost, 0, ny * sizeof *lost);
    memcpy(y, e + before * width, ny * sizeof *y);
    for (size_t outside = 0; outside < nh - 1; outside++) {
        size_t i = outside < before ? outside : outside + n;
        cm_sources s = cm_sources_of((ptrdiff_t)i - (ptrdiff_t)before, n, boundary);
        for (size_t d = 0; d < (size_t)s.n * width; d++) {
            double term = e[i * width + d % width], weight = s.weight[d / width];
            size_t c = s.at[d / width] * width + d % width;
            add(weight == 1 || isnan(term) ? term : weight * term, y + c, lost + c, env);
        }
        cm_work(&work, 1, env);
    }
    for (size_t t = 0; t < ny; t++)
        y[t] = cm_total(y[t], lost[t]);
}
