/* Which outputs of an FFT are certain to be accurate. */
#ifndef CONVMAT_GUARD_H
#define CONVMAT_GUARD_H

#include "base/env.h"

/* The promise of ?conv: no output y[k] is off by more than this times B[k], the sum of the
 * moduli of its terms. */
#define CM_PROMISE 1e-11

typedef struct cm_guard cm_guard;

/* For blocks of n samples and a kernel h of nh. Of the n values that a block gives, those from
 * `lead` on are outputs, output t being the sum of h[i] x[lead + t - i], with lead < nh.
 * is_part: they are parts of complex numbers. No output is off by more than `error` times the
 * 2-norms of the block and the kernel. */
cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, int is_part,
                       double error, const cm_env *env);

/* Measures a block: samples x[0] ... x[nx - 1], `before` zeros before them, and zeros after
 * them. Returns 0 if they are so small that their squares underflow, but not all zeros: then
 * nothing is certain. */
int cm_guard_measure(cm_guard *guard, const double *x, size_t before, size_t nx);

/* A bound of the error of every output of the block. */
double cm_guard_error(const cm_guard *guard);

/* Outputs are certified by groups of so many. */
size_t cm_guard_group(const cm_guard *guard);

/* 1 if all outputs of group g keep the promise, and have at least `least` for the sum of the
 * moduli of their terms; 0 if that is not certain. */
int cm_guard_passes(const cm_guard *guard, size_t g, double least);

#endif
