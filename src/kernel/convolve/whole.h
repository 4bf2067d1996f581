/* Whole numbers by transforms. Where the error of an output is below 1/2, rounding makes it
 * exact. */
#ifndef CONVMAT_WHOLE_H
#define CONVMAT_WHOLE_H

#include "base/env.h"
#include "convolve/problem.h"

/* Of a problem: which columns are whole numbers, as the kernel is; what a block of samples of
 * modulus 1 has for an error; and the unit of upper halves, 0 where samples are not split. */
typedef struct {
    unsigned char *column; /* a flag for each */
    double error_of_ones, unit;
} cm_whole;

/* may_split: there may be halves, if blocks can need them and they can be exact. */
cm_whole cm_find_whole(const cm_problem *p, double error_of_ones, int may_split,
                       const cm_env *env);

/* Whether the halves of a block are exact, whose samples would have outputs with this error. */
int cm_halves_are_exact(const cm_whole *whole, double error);

#endif
