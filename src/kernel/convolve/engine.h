/* Convolution of finite signals by whatever method. */
#ifndef CONVMAT_ENGINE_H
#define CONVMAT_ENGINE_H

#include "base/env.h"
#include "convolve/choice.h"
#include "convolve/problem.h"

/* All methods but CM_FFT keep the promise of guard.h. env may be NULL, as in a worker thread,
 * only if cm_sizes_choose_sums() is 1 for the problem. */
void cm_conv_real(const cm_problem *p, cm_method method, const cm_env *env);

/* The same for a complex problem. No product of a modulus of x and one of h may overflow. */
void cm_conv_complex(const cm_problem *p, cm_method method, const cm_env *env);

/* A real problem of one column that nobody has measured: its samples may be anything. Returns
 * 0, and nothing of use in y, if they turn out not to be ordinary (see CM_LARGE), or if guarded
 * transforms are not the method. So a long signal is read from memory once, by the guard. */
int cm_conv_unmeasured(const cm_problem *p, cm_method method, const cm_env *env);

/* A trimmed problem by a plan that is not CM_SPARSE, doubtful outputs again included. */
void cm_conv_planned(const cm_problem *p, const cm_plan *plan, const cm_env *env);

#endif
