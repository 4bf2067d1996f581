/* Convolution with everything a user can ask for around it. */
#ifndef CONVMAT_CONV_H
#define CONVMAT_CONV_H

#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* Each signal of x with the one kernel h. y has room for as many windows as x has signals, and
 * an imaginary part if x or h has one. The origin of CM_CAUSAL is 0. */
void cm_conv(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
             const cm_env *env);

#endif
