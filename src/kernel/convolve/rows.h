/* Where the rows of a block are that a transform reads and writes. */
#ifndef CONVMAT_ROWS_H
#define CONVMAT_ROWS_H

#include "convolve/transform.h"

/* Part of a block: values `before` ... before + n - 1 are at x. */
typedef struct {
    const double *x;
    size_t before, n;
} cm_stretch;

/* The rows of a real block, or of the real or the imaginary parts of a complex one, are given
 * by their number and length. Finds them, with zeros before and after the samples. A row that
 * lies inside the samples is read where it is. zeros is room for a row of zeros, ends[0] and
 * ends[1] for the two rows at the ends of the samples, which are copied. */
void cm_find_samples(cm_row_layout rows, cm_stretch s, double *zeros, double *const ends[2],
                     const double **row);

/* Finds where rows are to go whose values lead ... lead + nt - 1 are outputs: straight to y, or
 * to `ends` where only a part of the row is outputs. Rows without outputs go to `waste`. */
void cm_find_outputs(cm_row_layout rows, size_t lead, size_t nt, double *y, double *waste,
                     double *const ends[2], double **row);

/* Copies the outputs in `ends` to y. */
void cm_copy_ends(cm_row_layout rows, size_t lead, size_t nt, double *y, double *const ends[2],
                  double *const *row);

#endif
