/* Convolution by its definition. */
#ifndef CONVMAT_DIRECT_H
#define CONVMAT_DIRECT_H

#include "base/env.h"
#include "convolve/problem.h"

/* Assumes a kernel no longer than the signals, or else takes longer. */
void cm_conv_direct(const cm_problem *p, const cm_env *env);

/* The same for samples that may be anything, with a kernel of any length and of moduli up to
 * max_h. Looks at them just before it needs them. Returns 1 if all are finite, and none has a
 * product that overflows. If not it returns 0: where the kernel is no longer than the signals y
 * is then what it is with 0 for the samples that are not finite, else nothing of use. */
int cm_conv_direct_unmeasured(const cm_problem *p, double max_h, const cm_env *env);

/* Whether so few samples are convolved with as little ado as can be, which is by direct sums:
 * with the kernel no longer than the signal, and the window of a mode. */
int cm_are_few(size_t nx, size_t nh, cm_window w);

/* Convolves one column if it is small. Returns 0, and does nothing, if it is not, or if samples
 * are not finite and moderate. */
int cm_conv_few(const double *x, size_t nx, const double *h, size_t nh, cm_window w, double *y);

#endif
