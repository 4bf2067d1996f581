/* Missing and infinite samples, kept apart from the arithmetic. */
#ifndef CONVMAT_MISSING_H
#define CONVMAT_MISSING_H

#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* How many samples of one signal are not finite; their places go to at[], unless NULL. */
size_t cm_find_nonfinite(cm_samples x, size_t *at);

/* Puts the samples x[at[...]], without which y was computed, back into y, the window w of F.
 * For CM_NA_RENORMALISE h is real, not negative and not 0. */
void cm_restore_nonfinite(cm_samples x, const size_t *at, size_t nat, cm_samples h, cm_output y,
                          cm_window w, const cm_options *options, const cm_env *env);

#endif
