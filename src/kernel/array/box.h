/* A convolution of arrays as one of signals: Kronecker's substitution. */
#ifndef CONVMAT_BOX_H
#define CONVMAT_BOX_H

#include "base/env.h"
#include "base/window.h"
#include "convolve/conv.h"

/* The most axes of an array. */
#define CM_MOST_AXES 8

/* Sizes along each axis of an array of n samples, a kernel of m, and the window of their full
 * convolution that is wanted. The first axis varies fastest. */
typedef struct {
    size_t rank, n[CM_MOST_AXES], m[CM_MOST_AXES];
    cm_window w[CM_MOST_AXES];
} cm_box;

/* The product of the first `rank` sizes. */
size_t cm_count(const size_t *n, size_t rank);

/* Arrays as signals: sample (j1, j2, ...) of any of them stands at j1 step[0] + j2 step[1] +
 * ... Steps are so long that what runs over the end of an axis lands on no output. */
typedef struct {
    size_t step[CM_MOST_AXES + 1];
    size_t nx, nh; /* samples of the signals */
    cm_window w;   /* from the first output to the last */
} cm_flat;

cm_flat cm_flatten(const cm_box *box);

/* The places of the rows of an array, or of several, which are one axis more: for each row, in
 * turn, where it begins in a signal. */
typedef struct {
    size_t rank, nrow, at;
    const size_t *n, *step;
    size_t index[CM_MOST_AXES + 1];
} cm_rows_of;

cm_rows_of cm_first_row(const size_t *n, const size_t *step, size_t rank);
void cm_next_row(cm_rows_of *rows);

/* Convolves finite arrays x with a finite kernel h, into y. CM_DIRECT means sums by whatever
 * loops; they and CM_AUTO keep the promise. Memory beside x and y: as much again, if arrays
 * have zeros between their rows as signals. */
void cm_conv_box(const cm_box *box, const double *xre, const double *xim, const double *hre,
                 const double *him, cm_method method, cm_output y, const cm_env *env);

#endif
