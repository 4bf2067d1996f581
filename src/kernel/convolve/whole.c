/* Whole numbers by their remainders.
 *
 * Outputs of whole numbers are rounded: where the error is proven to be below 1/2 they are then
 * exact. Where it is not, as for audio of 24 bits, the remainders of x and h by a unit are
 * convolved, too. The unit is a power of two, and remainders are from -unit / 2 to unit / 2.
 * They are so small that their error is below 1/2, and their outputs are exact when rounded.
 * The outputs of x and h differ from these by multiples of the unit. Which multiple it is, the
 * transform of x and h themselves tells if its error is below unit / 2.
 *
 *     outputs by transforms      x * h         within E < unit / 2
 *     the same of remainders     r             exact
 *     result                     r + unit nearest((x * h - r) / unit)
 *
 * That is exact but for its one rounding, which leaves whole numbers up to 2^53 as they are.
 *
 * Outputs whose error is below unit / 2 are below 2^47 units, and so are the samples;
 * remainders whose error is below 1/2 are below 2^47: errors are never bounded by less than
 * 2^-47 of the product of norms.
 *
 * The unit is as large as it may be whatever the samples of x are: by the 2-norm of the kernel,
 * or by the most that its remainders can have, whichever allows more.
 *
 * The loops over samples are in loops/rounding.h.
 */
#include "convolve/whole.h"

#include <math.h>

#include "loops/loops.h"

/* What the error of remainders must stay below: less than 1/2, as this is computed, too. */
#define EXACT 0.49

/* What part of the unit the other error must stay below, with 1 for the rounding of a
 * difference of numbers of up to 2^54. */
#define NEAREST 0.47

/* Up to here a unit is no obstacle to anything. */
#define MOST_UNIT 0x1p52

int cm_all_whole(const double *re, const double *im, size_t n)
{
    const cm_simd *simd = cm_current_simd();
    return simd->all_whole(re, n) && (!im || simd->all_whole(im, n));
}

/* Samples that tell whether a column may be of whole numbers. */
#define FEW 1000

/* The largest modulus, which nobody may have measured. To look at all samples of a signal that
 * is much longer than the kernel takes more time than the transform of the kernel's remainders.
 */
static double max_modulus(const cm_problem *p)
{
    if (p->unmeasured && p->nx < 8 * p->nh)
        return cm_current_simd()->max_modulus(p->x, p->nx);
    return p->max_x;
}

cm_whole cm_find_whole(const cm_problem *p, double error, double norm_h, size_t length,
                       const cm_env *env)
{
    cm_whole whole = {env->alloc(env->data, p->ncol), 0};
    int kernel = cm_all_whole(p->h, p->h_im, p->nh), any = 0;
    size_t few = p->nx < FEW ? p->nx : FEW;
    for (size_t c = 0; c < p->ncol; c++) {
        size_t at = c * p->xstep;
        const double *im = p->x_im ? p->x_im + at : NULL;
        whole.column[c] = kernel && cm_all_whole(p->x + at, im, few);
        any |= whole.column[c];
    }
    double ones = error * sqrt((double)length); /* of a block of ones, by a kernel of norm 1 */
    if (any && ones * norm_h * max_modulus(p) >= 0.5) {
        double parts = p->x_im ? 2 : 1, by_norm = 2 * EXACT / (ones * norm_h),
               by_size = 2 * sqrt(EXACT / (ones * sqrt(parts * (double)p->nh)));
        whole.unit = ldexp(1, (int)floor(log2(fmin(fmax(by_norm, by_size), MOST_UNIT))));
    }
    return whole;
}

int cm_unit_suffices(const cm_whole *whole, double error)
{
    return error + 1 < NEAREST * whole->unit;
}
