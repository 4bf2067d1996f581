/* Numbers with an exponent of their own, so that no product over- or underflows. */
#ifndef CONVMAT_SCALED_H
#define CONVMAT_SCALED_H

#include <math.h>
#include <stddef.h>

typedef struct {
    double m;
    int e;
} cm_scaled; /* m 2^e */

static inline cm_scaled cm_scale(double v)
{
    cm_scaled s = {0, 0};
    s.m = frexp(v, &s.e);
    return s;
}

static inline cm_scaled cm_scaled_product(cm_scaled a, cm_scaled b)
{
    return (cm_scaled){a.m * b.m, a.e + b.e};
}

/* y total / weight: where y is a sum over what is present, its mean times the total weight. */
static inline double cm_scaled_up(cm_scaled y, cm_scaled weight, cm_scaled total)
{
    return isfinite(y.m) ? ldexp(y.m / weight.m * total.m, y.e - weight.e + total.e) : y.m;
}

/* The smallest modulus of v that is not 0, if it is below `least`. Products that are too small
 * for all their digits are known by it. */
static inline double cm_smallest(const double *v, size_t n, double least)
{
    for (size_t i = 0; v && i < n; i++) {
        double size = fabs(v[i]);
        if (size > 0 && size < least) /* not fmin(), which keeps R's NA */
            least = size;
    }
    return least;
}

#endif
