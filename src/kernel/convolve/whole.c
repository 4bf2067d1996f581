/* Whole numbers in halves.
 *
 * Outputs of whole numbers are rounded: where the error is proven to be below 1/2 they are then
 * exact. Where it is not, as for audio of 24 bits, each sample of a block is split in two,
 * x = unit high + low, with whole numbers of half as many bits. Both halves are convolved by
 * themselves, with errors below 1/2, and rounded. They are exact then, and so is their sum but
 * for its one rounding, which leaves whole numbers up to 2^53 as they are.
 *
 * The lower halves are up to unit / 2, which is chosen so that their error is below 1/2
 * whatever they are. The error of the upper halves is that of the samples divided by the unit,
 * and of what rounding adds to them, which is up to 1/2 each.
 *
 * The loops over samples are in loops/rounding.h.
 */
#include "convolve/whole.h"

#include <math.h>

#include "loops/loops.h"

/* What the error of a half must stay below: less than 1/2, as this is computed, too. */
#define EXACT 0.49

static int all_whole(const double *re, const double *im, size_t n)
{
    const cm_simd *simd = cm_current_simd();
    return simd->all_whole(re, n) && (!im || simd->all_whole(im, n));
}

cm_whole cm_find_whole(const cm_problem *p, double error_of_ones, int may_split,
                       const cm_env *env)
{
    cm_whole whole = {env->alloc(env->data, p->ncol), error_of_ones, 0};
    int kernel = all_whole(p->h, p->h_im, p->nh), any = 0;
    for (size_t c = 0; c < p->ncol; c++) {
        size_t at = c * p->xstep;
        whole.column[c] = kernel && all_whole(p->x + at, p->x_im ? p->x_im + at : NULL, p->nx);
        any |= whole.column[c];
    }
    if (any && may_split && error_of_ones * p->max_x >= 0.5)
        whole.unit = ldexp(1, (int)floor(log2(EXACT / error_of_ones)) + 1);
    return whole;
}

int cm_halves_are_exact(const cm_whole *whole, double error)
{
    return whole->unit > 0 && error / whole->unit + whole->error_of_ones / 2 < EXACT;
}
