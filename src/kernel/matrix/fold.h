/* The transpose of a boundary. */
#ifndef CONVMAT_FOLD_H
#define CONVMAT_FOLD_H

#include "base/env.h"
#include "base/window.h"

/* y[c] is the sum of e, times its weight, over all places that have sample c as a source. e has
 * n + nh - 1 entries, y has n, of `width` doubles each: 1 real, 2 complex. */
void cm_fold(const double *e, size_t n, size_t nh, size_t width, size_t origin,
             cm_boundary boundary, double *y, const cm_env *env);

#endif
