/* Whole numbers by transforms. Where the error of an output is below 1/2, rounding makes it
 * exact. */
#ifndef CONVMAT_WHOLE_H
#define CONVMAT_WHOLE_H

#include "base/env.h"
#include "convolve/problem.h"

/* Of a problem: which columns begin with whole numbers, as the kernel is; and the unit of
 * remainders, 0 where no block needs them. */
typedef struct {
    unsigned char *column; /* a flag for each */
    double unit;
} cm_whole;

/* Whether n real samples, or n complex ones, are all whole. im may be NULL. */
int cm_all_whole(const double *re, const double *im, size_t n);

/* norm_h is the 2-norm of the kernel. `error` is a bound for blocks of `length` doubles,
 * relative to their norms; of complex numbers these are norms of lower bounds, as the guard has
 * them. */
cm_whole cm_find_whole(const cm_problem *p, double error, double norm_h, size_t length,
                       const cm_env *env);

/* Whether remainders make a block exact whose outputs have this error. */
int cm_unit_suffices(const cm_whole *whole, double error);

#endif
