/* Convolution of a block of samples with a kernel, by Fourier transforms. */
#ifndef CONVMAT_TRANSFORM_H
#define CONVMAT_TRANSFORM_H

#include "base/env.h"

/* The passes and tables for blocks of `length` real samples, or of half as many complex ones.
 */
typedef struct cm_transform cm_transform;

/* `length` is 128, 384 or 640 times a power of two; which one is best, choice.c says. To be
 * called in the thread that called the kernel, since the tables it keeps are common to all
 * calls. The result stays until cm_transform_forget(), or as long as env's memory. */
const cm_transform *cm_transform_new(size_t length, const cm_env *env);

/* A block is given by its rows. For j < R row j is samples j n ... j n + n - 1 of the first
 * half of a real block, and row R + j those of the second half. Of a complex block, row j is
 * real parts and row R + j imaginary parts. Rows may be anywhere, so a block need not be copied
 * together. */
enum { CM_MOST_ROWS = 16 };

typedef struct {
    size_t n, nrow; /* samples of a row; number of rows, 2 R */
} cm_row_layout;

cm_row_layout cm_transform_rows(const cm_transform *t);

/* Doubles in a spectrum, which must stand at an address that cm_align() gives. */
size_t cm_transform_size(const cm_transform *t);

/* The first multiple of CM_ALIGNMENT from an address on. */
double *cm_align(void *memory);
enum { CM_ALIGNMENT = 64 }; /* bytes */

/* Transforms a kernel whose samples the caller has divided by length / 2. */
void cm_transform_kernel(const cm_transform *t, const double *const *rows, double *kernel,
                         const cm_env *env);

/* Convolves a block with a kernel. What goes past the end of the block comes back at its
 * beginning: real values with their sign changed, complex ones times i. z is room for a
 * spectrum. `out` may be the same rows. A long transform uses as many threads as env allows,
 * and polls; env may be NULL. */
void cm_transform_convolve(const cm_transform *t, const double *const *rows,
                           const double *kernel, double *z, double *const *out,
                           const cm_env *env);

/* A bound for the error of each output of a block, divided by ||x|| ||h||; derived in
 * vignettes/articles/numerics.Rmd. */
double cm_transform_error(const cm_transform *t);

/* Frees the tables that are kept. No transform may be used after that. */
void cm_transform_forget(void);

#endif
