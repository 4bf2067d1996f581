/* Convolution of a block of samples with a kernel, by Fourier transforms. */
#ifndef CONVMAT_TRANSFORM_H
#define CONVMAT_TRANSFORM_H

#include "base/env.h"

/* For blocks of `length` real samples, or of half as many complex ones. */
typedef struct cm_transform cm_transform;

/* `length` is 128, 384 or 640 times a power of two. To be called in the thread that called the
 * kernel. It stays until cm_transform_forget(), or as long as env's memory. */
const cm_transform *cm_transform_new(size_t length, const cm_env *env);

/* Rows of samples. Row j is places j n ... j n + n - 1 of the first half of the real samples,
 * or of the real parts; row R + j is the same places of the second half, or of the imaginary
 * parts. Rows may be anywhere, which saves copying a block together. */
enum { CM_MOST_ROWS = 16 };

typedef struct {
    size_t n, nrow; /* places of a row; number of rows, 2 R */
} cm_row_layout;

cm_row_layout cm_transform_rows(const cm_transform *t);

/* Doubles in a spectrum, at an address that cm_align() gives. */
size_t cm_transform_size(const cm_transform *t);
double *cm_align(void *memory);
enum { CM_ALIGNMENT = 64 }; /* bytes */

/* The transform of a kernel, divided by length / 2 before. */
void cm_transform_kernel(const cm_transform *t, const double *const *rows, double *kernel,
                         const cm_env *env);

/* The convolution of a block with a kernel, where t^(length / 2) = i: that is, real samples
 * that run past the end come back at the beginning with their sign changed, complex ones times
 * i. z is room for a spectrum. `out` may be the same rows. A long transform uses as many
 * threads as env allows, and polls; env may be NULL. */
void cm_transform_convolve(const cm_transform *t, const double *const *rows,
                           const double *kernel, double *z, double *const *out,
                           const cm_env *env);

/* E / (||x|| ||h||), where E bounds the error of each output of a block; see
 * vignettes/articles/numerics.Rmd. */
double cm_transform_error(const cm_transform *t);

/* Gives back the tables that are kept. */
void cm_transform_forget(void);

#endif
