/* Signals and results as arrays. */
#ifndef CONVMAT_SAMPLES_H
#define CONVMAT_SAMPLES_H

#include <stddef.h>

/* Real samples, or with `im` complex ones: ncol signals of n samples, one after the other. */
typedef struct {
    const double *re, *im;
    size_t n, ncol;
} cm_samples;

typedef struct {
    double *re, *im;
} cm_output;

/* The largest modulus of a real or imaginary part; NaN if any is not finite. */
double cm_max_modulus(cm_samples x);

/* Columns c ... c + ncol - 1. */
cm_samples cm_columns(cm_samples x, size_t c, size_t ncol);

#endif
