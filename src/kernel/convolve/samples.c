#include "convolve/samples.h"

#include <math.h>

#include "loops/loops.h"

double cm_max_modulus(cm_samples x)
{
    const cm_simd *simd = cm_current_simd();
    size_t n = x.n * x.ncol;
    double re = simd->max_modulus(x.re, n), im = x.im ? simd->max_modulus(x.im, n) : 0;
    return re >= im || isnan(re) ? re : im;
}

cm_samples cm_columns(cm_samples x, size_t c, size_t ncol)
{
    return (cm_samples){x.re + c * x.n, x.im ? x.im + c * x.n : NULL, x.n, ncol};
}

/* ---- zeros among the samples -------------------------------------------------- */

enum { LOOKS = 64, STRETCH = 32 };

/* How many of n samples, `step` apart, are 0 or not finite. */
static size_t count_gaps(const double *x, size_t n, size_t step)
{
    size_t gaps = 0;
    for (size_t i = 0; i < n; i++)
        gaps += (x[i * step] == 0) | !isfinite(x[i * step]);
    return gaps;
}

int cm_may_have_gaps(const double *x, size_t n)
{
    size_t few = n < LOOKS ? n : LOOKS;
    return 8 * count_gaps(x, few, n / few) >= few;
}

/* Whether at least a quarter of a stretch is 0, but not all. */
static int stretch_has_gaps(const double *x)
{
    size_t gaps = count_gaps(x, STRETCH, 1);
    return gaps >= STRETCH / 4 && gaps < STRETCH;
}

int cm_has_gaps(const double *x, size_t n)
{
    size_t looks = n / STRETCH < LOOKS ? n / STRETCH : LOOKS, have = 0;
    if (!cm_may_have_gaps(x, n))
        return 0;
    for (size_t i = 0; i < looks; i++)
        have += stretch_has_gaps(x + i * (n / looks)) != 0;
    return 4 * have > looks;
}
