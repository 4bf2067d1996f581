/* Outputs that have samples which are not finite as terms. */
#ifndef CONVMAT_RESTORE_H
#define CONVMAT_RESTORE_H

#include "array/array.h"
#include "array/part.h"
#include "base/env.h"
#include "convolve/samples.h"

/* Puts outputs y of a part right, which were computed with 0 for its samples with a state. */
void cm_restore(const cm_part *p, const cm_factor *factor, size_t nfactor, cm_output y,
                const cm_env *env);

#endif
