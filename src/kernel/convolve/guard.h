/* Which outputs of an FFT are certain to be accurate, see guard.c. */
#ifndef CONVMAT_GUARD_H
#define CONVMAT_GUARD_H

#include "kernel.h"

typedef struct cm_guard cm_guard;

/* For blocks of n samples and a kernel h of nh. Of the n values that a block
 * gives, those from `lead` on are outputs, output t being the sum of
 * h[i] x[lead + t - i], with lead < nh. The error may be `promise` times the sum of the moduli.
 */
cm_guard *cm_guard_new(const double *h, size_t nh, size_t n, size_t lead, double promise,
                       const cm_env *env);

/* Takes the moduli of a block of n samples. Returns 0 if they are so small that their
 * squares underflow, when the block must be scaled and looked at again. */
int cm_guard_look(cm_guard *guard, const double *x);

/* A bound of the error of every output of the block. */
double cm_guard_error(const cm_guard *guard);

/* Outputs come in groups. Is the bound small against the sum of the moduli of
 * the terms of every output of group g? */
size_t cm_guard_group(const cm_guard *guard);
int cm_guard_passes(const cm_guard *guard, size_t g);

#endif
