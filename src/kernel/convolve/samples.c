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
