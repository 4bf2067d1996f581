/* What a method gets: finite signals to convolve with one finite kernel. All are real; or all
 * are complex, for transforms and for cm_conv_complex() only. */
#ifndef CONVMAT_PROBLEM_H
#define CONVMAT_PROBLEM_H

#include "base/window.h"

typedef struct {
    const double *x;
    size_t nx;
    const double *h;
    size_t nh;
    double *y;
    cm_window w;
    size_t ncol, xstep, ystep; /* columns; doubles from one to the next in x and in y */
    double max_x;              /* no modulus in x is larger, nor in x_im */
    int unmeasured; /* that is only supposed, and samples that are not finite are taken
                       for 0: see cm_conv_unmeasured() */
    int is_part;    /* of complex numbers, where the errors of two parts add up */
    const double *x_im, *h_im; /* imaginary parts, NULL if all are real */
    double *y_im;
} cm_problem;

/* Moduli from 1 / CM_LARGE to CM_LARGE are ordinary: no product of transforms overflows, and
 * none that counts underflows. */
#define CM_LARGE 0x1p300

/* 0 if the largest modulus is ordinary or 0, and below or above 0 if it is too small or large.
 */
int cm_magnitude(double modulus);

/* Whether n samples are finite, and none is above CM_LARGE. Large ones may be taken for above.
 */
int cm_are_moderate(const double *x, size_t n);

/* Copies n samples, with 0 for those that are not finite. */
void cm_copy_finite(const double *x, size_t n, double *to);

/* Column c by itself. */
cm_problem cm_column(const cm_problem *p, size_t c);

/* The same outputs, without the samples of x and h that are in no term of them. */
void cm_trim(cm_problem *p);
cm_problem cm_trimmed(const cm_problem *p);

/* Column c with x and h exchanged, which gives the same F. max_x is still that of x. */
cm_problem cm_swapped(const cm_problem *p, size_t c);

/* Outputs t ... t + nt - 1 of a problem of one column, with only the samples they need. */
cm_problem cm_part(const cm_problem *p, size_t t, size_t nt);

/* The least length of a cyclic convolution that gives all outputs at once. Such a convolution
 * adds F[k + length] to F[k], which must not happen to an output; and the trimmed x and h must
 * fit. */
size_t cm_one_block_length(size_t nx, size_t nh, cm_window w);

/* Writes nt outputs of a problem, times a factor, to y. */
void cm_write_outputs(const cm_problem *p, const double *outputs, size_t nt, double factor,
                      double *y);

#endif
