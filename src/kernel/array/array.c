/* A convolution of arrays. Finite samples with real kernels of one axis each are for passes.c,
 * those with a small kernel of all axes for small.c, which take next to no memory. All else
 * is taken apart by slabs.c. Its steps, of which 2 and 3 are in part.c, 4 in factors.c and 5 in
 * restore.c:
 *
 *   1. Last axes on which the kernel has one sample are taken some slices at a time; where one
 *      of them is large, some outputs along the last axis with a kernel: a slab.
 *   2. Boundaries other than zero extend the array along each axis by m - 1 samples.
 *   3. Samples that are not finite are taken out.
 *   4. The rest is convolved, by one kernel or by one along each axis in turn.
 *   5. Outputs that have samples which are not finite as terms are put right.
 *
 * Memory, for what is taken at a time: for step 2 the extended array, for step 3 x and a byte a
 * sample, for step 4 up to two more arrays and what transforms take, for step 5 two and two
 * bytes a sample. A slab has a few 100,000 outputs, or where that is more, 3 (m - 1) slices.
 */
#include "array/array.h"

#include <math.h>

#include "array/factors.h"
#include "array/part.h"
#include "array/passes.h"
#include "array/slabs.h"
#include "array/states.h"

static int any_missing_outside(const cm_array *a)
{
    for (size_t k = 0; k < a->rank; k++)
        if (a->boundary[k] == CM_MISSING && a->nh[k] > 1)
            return 1;
    return 0;
}

/* By how much the moduli after some of the passes can pass the largest of x. */
static double growth_of_passes(const cm_array *a, const cm_factor *factor, size_t nfactor)
{
    double product = cm_growth(a);
    for (size_t f = 0; f < nfactor; f++) {
        double sum = 0;
        for (size_t i = 0; i < a->nh[factor[f].axis]; i++)
            sum += hypot(factor[f].re[i], factor[f].im ? factor[f].im[i] : 0);
        product *= fmax(1, sum);
    }
    return product;
}

/* Products of passes stay below this. */
#define LARGE 0x1p1000

/* One kernel for each axis, and all samples finite and not too large. Returns 1; or less, and
 * nothing of use in y, if it is something else: the part of the work that progress was told of.
 */
static double conv_at_once(const cm_array *a, cm_samples x, const cm_factor *factor,
                           size_t nfactor, double grows, cm_output y, const cm_env *env)
{
    cm_box box = cm_box_of(a);
    if (any_missing_outside(a) || !cm_may_pass(&box, a->boundary, factor, nfactor, a->method))
        return 0;
    const cm_env quiet = cm_quiet(env);
    grows *= 0x1p1023 / LARGE * 2; /* so that what is too large is infinite */
    if (x.im &&
        cm_conv_passes(&box, a->boundary, x.im, factor, nfactor, grows, y.im, &quiet) < 1)
        return 0;
    return cm_conv_passes(&box, a->boundary, x.re, factor, nfactor, grows, y.re, env);
}

int cm_conv_array(const cm_array *a, cm_samples x, const cm_factor *factor, size_t nfactor,
                  cm_output y, const cm_env *env)
{
    cm_env rest = *env;
    if (factor->axis != CM_MOST_AXES) {
        double grows = growth_of_passes(a, factor, nfactor);
        rest.before = conv_at_once(a, x, factor, nfactor, grows, y, env);
        if (rest.before == 1)
            return 1;
        int infinite;
        if (!(cm_largest(x, &infinite) * grows < LARGE) || infinite)
            return 0;
    } else if (!any_missing_outside(a)) {
        cm_box box = cm_box_of(a);
        rest.before = cm_try_small(&box, a->boundary, x.re, x.im, factor, a->method, y, env);
        if (rest.before == 1)
            return 1;
    }
    cm_conv_slabs(a, x, factor, nfactor, y, &rest);
    return 1;
}
