/* Convolution of finite signals by whatever method. */
#ifndef CONVMAT_ENGINE_H
#define CONVMAT_ENGINE_H

#include "base/env.h"
#include "convolve/choice.h"
#include "convolve/problem.h"

/* All methods but CM_FFT keep the promise of guard.h. */
void cm_conv_real(const cm_problem *p, cm_method method, const cm_env *env);

/* The same for a complex problem. No product of a modulus of x and one of h may overflow. */
void cm_conv_complex(const cm_problem *p, cm_method method, const cm_env *env);

/* What becomes of columns that nobody has measured, whose samples may be anything. */
typedef enum {
    CM_NOT_CONVOLVED, /* nothing of use in y */
    CM_WITH_ZEROS,    /* with 0 for samples that are not finite; products may overflow */
    CM_CONVOLVED      /* all samples are finite, and no product overflows */
} cm_attempt;

/* Convolves columns that nobody has measured if direct sums are the method, or if there is one
 * column, guarded transforms are the method, and its samples turn out to be ordinary (see
 * CM_LARGE). They are measured as they are needed, so that a long signal is read from memory
 * once. The kernel has moduli up to max_h. The problem is trimmed. */
cm_attempt cm_conv_unmeasured(cm_problem *p, cm_method method, double max_h, const cm_env *env);

/* A trimmed problem by a plan that is not CM_SPARSE, doubtful outputs again included. */
void cm_conv_planned(const cm_problem *p, const cm_plan *plan, const cm_env *env);

#endif
