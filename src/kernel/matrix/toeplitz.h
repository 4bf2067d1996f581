/* Convolution matrices by their entries: dense ones, and single entries. */
#ifndef CONVMAT_TOEPLITZ_H
#define CONVMAT_TOEPLITZ_H

#include "base/env.h"
#include "base/window.h"

/* The matrix A[r, c] = h[first + r - c], 0 outside h. A boundary other than zero adds, for
 * each place p outside the signal that has c as a source, h[first + r - p] times its weight;
 * those places are place[start[c]] ... place[start[c + 1] - 1], increasing. */
typedef struct {
    const double *h;
    size_t nh, width; /* doubles an entry: 1 real, 2 complex */
    size_t first, nrow, ncol;
    cm_boundary boundary;
    const size_t *start; /* NULL for CM_ZERO, and if places are not listed */
    const ptrdiff_t *place;
    const double *weight; /* of each place; NULL if all are 1 */
} cm_matrix;

/* The matrix of a mode, origin and boundary for signals of n samples. Places are not listed, so
 * it is only good for cm_entry(). */
cm_matrix cm_matrix_of(const double *h, size_t nh, size_t width, size_t n,
                       const cm_options *options);

/* The same with its places listed, in env's memory. */
cm_matrix cm_conv_matrix(const double *h, size_t nh, size_t width, size_t n,
                         const cm_options *options, const cm_env *env);

/* The transpose of the full matrix: n rows, row i with h from column i on. */
cm_matrix cm_shifted_kernels(const double *h, size_t nh, size_t width, size_t n,
                             const cm_env *env);

/* All entries into A, column by column. `zeroed`: A holds zeros already. */
void cm_dense(const cm_matrix *matrix, double *A, int zeroed, const cm_env *env);

/* The shifted kernels, row i times x[i], into A: nx rows and nx + nh - 1 columns. `zeroed` as
 * for cm_dense(). */
void cm_shifted_scaled(const double *x, size_t nx, const double *h, size_t nh, size_t width,
                       double *A, int zeroed, const cm_env *env);

/* The entry of row r and column c, `width` doubles, with the same bits as in cm_dense().
 * Returns of how many terms it is the sum. */
size_t cm_entry(const cm_matrix *matrix, size_t r, size_t c, double *entry);

/* How many rows place p reaches, from *r0 on. */
size_t cm_place_rows(const cm_matrix *matrix, ptrdiff_t p, size_t *r0);

/* Adds what the places outside the signal bring to column c. lost[] holds what the sums have
 * rounded off; it is 0 before and after. Both have nrow entries. */
void cm_add_outside(const cm_matrix *matrix, size_t c, double *column, double *lost,
                    size_t *work, const cm_env *env);

#endif
