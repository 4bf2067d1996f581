/* Whole numbers by their remainders.
 *
 * Outputs of whole numbers are rounded: where the error E is proven to be below 1/2 they are
 * then exact. Where it is not, as for audio of 24 bits, it is some ten to some thousand. So an
 * output is known as soon as it is known modulo a unit u somewhat above E. For that the
 * remainders of x and h do, which are small enough for a transform to be exact when rounded; so
 * small that it has room for several blocks a, b, c:
 *
 *     samples      a + u b + u^2 c                   modulo u^3, from -u^3 / 2 to u^3 / 2
 *     kernel       h                                 modulo u^3
 *     outputs      s = a * h + u b * h + u^2 c * h   modulo u^3
 *
 * Modulo u that is a * h. So a * h is the number nearest to a's own outputs that differs from s
 * by a multiple of u. What it differs by is (b * h) u + (c * h) u^2 modulo u^3: divided by u
 * that is the s of b and c. Only results of 2^53 and more are rounded.
 *
 * How many blocks share a transform: as many as can while u is above E and the error of s below
 * 1. Both bounds are far above what errors are, and outputs tell so: a number within D of a
 * whole one, and within E of the true one, has found it if D + E < 1, as any other is at least
 * 1 - D away. The loops tell whether all are within D = CLOSE. If not, which has never been
 * seen, the outputs are doubtful.
 *
 * The error of s depends on the norm of the remainders. They are like random numbers mostly, of
 * an rms of ORDINARY times their modulus. Where they are not, fewer blocks share. For a block
 * that is alone in all cases the modulus is right whatever its samples are.
 *
 * Samples and u^3 are below 2^50, so that all sums here are exact. Only the multiple of u that
 * an output differs by is not: it takes a difference, a quotient and a product, each off by
 * 2^-53 of the output at most. Outputs are below 2^47 u, as errors are never bounded by less
 * than 2^-47 of the product of norms.
 *
 * The loops over samples are in loops/rounding.h.
 */
#include "convolve/whole.h"

#include <math.h>

#include "loops/loops.h"

/* Outputs must come so close to what they are taken for; see TO_EIGHTHS in loops/rounding.h.
 * They do: errors have never been seen above 1/18 of their bound, see
 * tests/kernel/test-transform.c. */
#define CLOSE (1.0 / 16)

/* What the error of s may be: less than 1 - CLOSE, as this is computed, too. */
#define PROVEN 0.93

/* The rms of remainders, as a part of their modulus: that of numbers evenly spread is
 * sqrt(1/12), and 1/2 is the most. */
#define ORDINARY 0.295
#define LARGEST 0.5

/* Samples and powers of units are smaller. */
#define MOST 0x1p50

int cm_all_whole(const double *re, const double *im, size_t n)
{
    const cm_simd *simd = cm_current_simd();
    return simd->all_whole(re, n) && (!im || simd->all_whole(im, n));
}

double cm_whole_norm(double squares)
{
    double norm = sqrt(squares);
    return norm < MOST ? norm : NAN;
}

double cm_whole_squares(const double *re, const double *im, size_t n)
{
    const cm_simd *simd = cm_current_simd();
    return simd->whole_squares(re, n) + (im ? simd->whole_squares(im, n) : 0);
}

/* Samples that tell whether a column may be of whole numbers, and how large they are: STRETCHES
 * times FEW, or all. */
enum { STRETCHES = 16, FEW = 64 };

/* The mean square of those doubles of a column, or NaN if they are not whole. */
static double mean_square(const cm_problem *p, size_t c)
{
    size_t at = c * p->xstep, n = p->nx < STRETCHES * FEW ? p->nx : FEW,
           stretches = n < p->nx ? STRETCHES : 1, step = p->nx / stretches;
    double sum = 0;
    for (size_t i = 0; i < stretches; i++, at += step) {
        const double *part[2] = {p->x + at, p->x_im ? p->x_im + at : NULL};
        if (!cm_all_whole(part[0], part[1], n))
            return NAN;
        for (int j = 0; j < 2 && part[j]; j++)
            sum += cm_current_simd()->moduli(part[j], n, 0).sumsq;
    }
    return sum / (double)(n * stretches * (p->x_im ? 2 : 1));
}

/* The largest modulus, which nobody may have measured. To look at all samples of a signal that
 * is much longer than the kernel takes more time than the transform of the kernel's remainders.
 */
static double max_modulus(const cm_problem *p)
{
    if (p->unmeasured && p->nx < 8 * p->nh)
        return cm_current_simd()->max_modulus(p->x, p->nx);
    return p->max_x;
}

/* The unit for so many blocks, of remainders that have less than this modulus. Even, so that
 * products with it are exact up to 2^54. */
static double unit_of(double modulus, size_t together)
{
    return 2 * floor(pow(modulus, 1 / (double)together) / 2);
}

/* Blocks may have errors so much larger than those of their neighbours. */
#define SPREAD 1.03

/* Chooses how many blocks share a transform, and the unit. The modulus is as large as the error
 * of s allows, by the 2-norm of the kernel or by the most that its remainders can have,
 * whichever is more. If errors below 1/2 are expected, no blocks share. */
static void choose_unit(cm_whole *whole, const cm_problem *p, double ones, double norm_h,
                        double expected)
{
    double parts = p->x_im ? 2 : 1, by_norm = PROVEN / (ones * norm_h),
           by_size = sqrt(PROVEN / (ones * sqrt(parts * (double)p->nh)));
    whole->together = expected < 0.5 ? 2 : CM_MOST_TOGETHER + 1;
    do {
        size_t n = --whole->together;
        double most = fmax(by_norm, by_size) / (n > 1 ? ORDINARY : LARGEST);
        whole->unit = unit_of(fmin(most, MOST), n);
    } while (whole->together > 1 && cm_power_needed(whole, SPREAD * expected) != 1);
}

cm_whole cm_find_whole(const cm_problem *p, double error, double norm_h, size_t length,
                       const cm_env *env)
{
    cm_whole whole = {.column = env->alloc(env->data, p->ncol), .rounded = 1 + 0x1p-51 / error};
    int kernel = cm_all_whole(p->h, p->h_im, p->nh), any = 0;
    double most = 0;
    for (size_t c = 0; c < p->ncol; c++) {
        double square = kernel ? mean_square(p, c) : NAN;
        whole.column[c] = !isnan(square);
        any |= whole.column[c];
        most = fmax(most, square); /* not if it is NaN */
    }
    double ones = error * sqrt((double)length); /* of a block of ones, by a kernel of norm 1 */
    if (any && norm_h < MOST && ones * norm_h * max_modulus(p) >= 0.5)
        choose_unit(&whole, p, ones, norm_h, error * norm_h * sqrt(most * (double)length));
    return whole;
}

double cm_power_of_unit(const cm_whole *whole, size_t n)
{
    double power = 1;
    for (size_t i = 0; i < n; i++)
        power *= whole->unit;
    return power;
}

size_t cm_power_needed(const cm_whole *whole, double error)
{
    for (size_t n = 1; n <= whole->together; n++)
        if (whole->rounded * error + 2 < (1 - CLOSE) * cm_power_of_unit(whole, n))
            return n;
    return 0;
}

int cm_rounds(double error)
{
    return error < PROVEN;
}
