/* Missing and infinite samples, kept apart from the arithmetic. */
#ifndef CONVMAT_MISSING_H
#define CONVMAT_MISSING_H

#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* The samples of one signal that are not finite: how many, and between which indices; and the
 * largest modulus of the others. */
typedef struct {
    size_t n, first, end;
    double most;
} cm_nonfinite;

cm_nonfinite cm_find_nonfinite(cm_samples x);

/* Their indices. */
void cm_list_nonfinite(cm_samples x, const cm_nonfinite *found, size_t *at);

/* Takes y, the window w of F, as computed with 0 for the nat samples x[at[...]], and makes of
 * it what it is with them. For CM_NA_RENORMALISE h must be real and not negative, and not all
 * 0. */
void cm_restore_nonfinite(cm_samples x, const size_t *at, size_t nat, cm_samples h, cm_output y,
                          cm_window w, const cm_options *options, const cm_env *env);

#endif
