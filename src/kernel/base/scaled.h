/* Numbers with an exponent of their own, so that no product over- or underflows. */
#ifndef CONVMAT_SCALED_H
#define CONVMAT_SCALED_H

#include <math.h>

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

#endif
