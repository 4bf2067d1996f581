/* Samples of arrays that are not finite, and the outputs that they reach. */
#ifndef CONVMAT_STATES_H
#define CONVMAT_STATES_H

#include "array/box.h"
#include "base/env.h"
#include "convolve/samples.h"

/* What a sample is if it is not finite. A complex one is missing where either part is.
 * Undefined is NaN on a straight line through samples none of which is missing: Inf - Inf. */
enum { CM_NOT_AVAILABLE = 1, CM_NOT_A_NUMBER = 2, CM_UNDEFINED = 4, CM_INFINITE = 8 };

#define CM_IS_MISSING(state) (((state) & (CM_NOT_AVAILABLE | CM_NOT_A_NUMBER)) != 0)

/* The largest modulus of parts that are finite. *infinite is 1 if a sample is infinite. */
double cm_largest(cm_samples x, int *infinite);

/* The states of n samples, into `state`. */
void cm_find_states(cm_samples x, unsigned char *state, const cm_env *env);

/* The states of the samples that reach each output of a box, all together: CM_INFINITE is left
 * out. */
unsigned char *cm_reached(const cm_box *box, const unsigned char *state, const cm_env *env);

#endif
