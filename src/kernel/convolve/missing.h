/* Missing and infinite samples, kept apart from the arithmetic. */
#ifndef CONVMAT_MISSING_H
#define CONVMAT_MISSING_H

#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* How many samples of one signal are not finite; their indices go to at[], unless it is NULL.
 */
size_t cm_find_nonfinite(cm_samples x, size_t *at);

/* Takes y, the window w of F, as computed with 0 for the nat samples x[at[...]], and makes of
 * it what it is with them. For CM_NA_RENORMALISE h must be real and not negative, and not all
 * 0. */
void cm_restore_nonfinite(cm_samples x, const size_t *at, size_t nat, cm_samples h, cm_output y,
                          cm_window w, const cm_options *options, const cm_env *env);

#endif
