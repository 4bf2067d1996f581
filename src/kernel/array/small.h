/* Direct sums of an array by a kernel of all axes. */
#ifndef CONVMAT_SMALL_H
#define CONVMAT_SMALL_H

#include "array/array.h"
#include "array/box.h"
#include "base/env.h"
#include "base/window.h"

/* Is cm_conv_small() to do it, which takes a kernel of all axes? Only a real kernel with
 * several samples along the second axis, and unless sums are asked for only where nothing else
 * is faster. */
int cm_is_small(const cm_box *box, const cm_boundary *boundary, const cm_factor *factor,
                cm_method method);

/* Convolves a real array with a kernel h of all axes, into y. `boundary` has one for each axis,
 * none of them CM_MISSING or CM_EXTEND; NULL for zeros everywhere. Returns 1; or less, and
 * nothing of use in y, if a product might not be finite: the part of the work that progress was
 * told of.
 *
 * Memory beside x and y: a few times the kernel, and for each thread 0.5 kB for each of its
 * samples behind the first axis, or a few times the kernel. */
double cm_conv_small(const cm_box *box, const cm_boundary *boundary, const double *x,
                     const double *h, double *y, const cm_env *env);

#endif
