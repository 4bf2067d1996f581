/* Whole numbers by transforms. Where the error of an output is below 1/2, rounding makes it
 * exact; where it is not, remainders may. */
#ifndef CONVMAT_WHOLE_H
#define CONVMAT_WHOLE_H

#include "base/env.h"
#include "convolve/problem.h"

/* The most blocks whose remainders share a transform. */
enum { CM_MOST_TOGETHER = 4 };

/* Of a problem: which columns seem to be of whole numbers, as the kernel is; how many blocks
 * may share a transform of remainders, 0 where no block needs any; and their unit. The modulus
 * is the unit to the power of `together`. */
typedef struct {
    unsigned char *column; /* a flag for each */
    size_t together;
    double unit;
    double rounded; /* the error of an output times this is for its division by a unit, too */
} cm_whole;

/* Whether n real samples, or n complex ones, are all whole. im may be NULL. */
int cm_all_whole(const double *re, const double *im, size_t n);

/* The 2-norm of whole numbers, by the sum of their squares; NaN if there is none, as not all
 * are whole, or if they are too large for remainders. */
double cm_whole_norm(double squares);

/* The sum of the squares of n samples, or NaN if not all are whole. im may be NULL. */
double cm_whole_squares(const double *re, const double *im, size_t n);

/* norm_h is the 2-norm of the kernel. `error` is a bound for blocks of `length` doubles,
 * relative to their norms; of complex numbers these are norms of lower bounds, as the guard has
 * them. */
cm_whole cm_find_whole(const cm_problem *p, double error, double norm_h, size_t length,
                       const cm_env *env);

/* The unit to the power n. */
double cm_power_of_unit(const cm_whole *whole, size_t n);

/* The power of the unit that outputs with such an error need; 0 if none is enough. */
size_t cm_power_needed(const cm_whole *whole, double error);

/* Whether outputs with such an error that are close to whole numbers are known by them. */
int cm_rounds(double error);

#endif
