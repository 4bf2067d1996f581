/* Signals and results as arrays. */
#ifndef CONVMAT_SAMPLES_H
#define CONVMAT_SAMPLES_H

#include <stddef.h>

/* ncol columns of n samples each, one after the other; `im` is NULL if they are real. */
typedef struct {
    const double *re, *im;
    size_t n, ncol;
} cm_samples;

typedef struct {
    double *re, *im;
} cm_output;

/* The largest modulus of all real and imaginary parts; NaN if any is not finite. */
double cm_max_modulus(cm_samples x);

/* Columns c ... c + ncol - 1. */
cm_samples cm_columns(cm_samples x, size_t c, size_t ncol);

/* Whether a few of n samples tell that an eighth may be 0, or not finite, for which 0 will be
 * taken. */
int cm_may_have_gaps(const double *x, size_t n);

/* Whether many zeros stand among n samples, as far as some stretches of them tell. Long runs of
 * zeros are no gaps: the guard's cells know them. */
int cm_has_gaps(const double *x, size_t n);

#endif
