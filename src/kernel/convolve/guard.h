/* Which outputs of an FFT are certain to be accurate. */
#ifndef CONVMAT_GUARD_H
#define CONVMAT_GUARD_H

#include "base/env.h"

/* The promise of ?conv: no output y[k] is off by more than this times B[k], the sum of the
 * moduli of its terms. */
#define CM_PROMISE 1e-11

typedef struct cm_guard cm_guard;

/* A guard for blocks of n samples and a kernel h of nh. Of the n values that a block gives,
 * those from `lead` on are outputs, lead < nh; output t is the sum of h[i] x[lead + t - i].
 * is_part: samples are parts of complex numbers. Assumes that no output is off by more than
 * `error` times the 2-norm of the block times that of the kernel. */
cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, int is_part,
                       double error, const cm_env *env);

/* Measures a block: `before` zeros, samples x[0] ... x[nx - 1], and zeros up to n. What follows
 * is about this block. Returns 0 if the samples are not all zeros but so small that their
 * squares underflow: then nothing is certain. Else returns 1. */
int cm_guard_measure(cm_guard *guard, const double *x, size_t before, size_t nx);

/* The 2-norm of the block; infinite or NaN if samples are not finite or too large. */
double cm_guard_norm(const cm_guard *guard);

/* A bound of the error of every output of the block. */
double cm_guard_error(const cm_guard *guard);

/* The 2-norm of the kernel. */
double cm_guard_norm_h(const cm_guard *guard);

/* How many outputs a group has. */
size_t cm_guard_group(const cm_guard *guard);

/* 1 if it is certain that all outputs of group g keep the promise, and that the sum of the
 * moduli of the terms of each is at least `least`. Else 0: the group is doubtful. */
int cm_guard_passes(const cm_guard *guard, size_t g, double least);

/* The same for n outputs whose sums of moduli are known, each to within cm_guard_error(). */
int cm_guard_passes_sizes(const cm_guard *guard, const double *size, size_t n, double least);

#endif
