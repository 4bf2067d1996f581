/* Missing and infinite samples, kept apart from the arithmetic.
 *
 * Of NA + NaN hardware may keep either, and an FFT spreads one NaN over all outputs. So samples
 * that are not finite are taken out of the signal, any method convolves the rest, and
 * afterwards the outputs that have a term with such a sample are put right:
 *
 *   propagate    a term NA                             -> NA
 *                a term NaN, 0 * Inf, or Inf and -Inf  -> NaN
 *                else                                  -> the infinity
 *   zero         as if missing samples were 0
 *   renormalise  that, times sum(h) / the sum of h over what is present; where products are too
 *                small for all their digits, they are added up again, with exponents apart
 *
 * `propagate` gives what IEEE arithmetic makes of the terms, in any order, but for NA, which
 * that may make another NaN. A complex sample is missing where one of its parts is.
 *
 * Cost: O(nx + ny); one multiply-add for each infinite term of an output
 * without missing ones; renormalise convolves once more.
 */
#include "convolve/missing.h"

#include <math.h>

#include "base/complex.h"
#include "base/scaled.h"
#include "base/sum.h"
#include "convolve/engine.h"

/* Samples that are measured together before any of them is looked at by itself. */
enum { SEARCHED_AT_ONCE = 512 };

static cm_samples some_of(cm_samples x, size_t from, size_t end)
{
    size_t n = end - from < SEARCHED_AT_ONCE ? end - from : SEARCHED_AT_ONCE;
    return (cm_samples){x.re + from, x.im ? x.im + from : NULL, n, 1};
}

static int is_finite_at(cm_samples x, size_t j)
{
    return isfinite(x.re[j]) && (!x.im || isfinite(x.im[j]));
}

cm_nonfinite cm_find_nonfinite(cm_samples x)
{
    cm_nonfinite found = {0, 0, 0, 0};
    for (size_t from = 0, j; from < x.n; from = j) {
        cm_samples some = some_of(x, from, x.n);
        double max = cm_max_modulus(some);
        j = from + some.n;
        if (isfinite(max)) {
            found.most = fmax(found.most, max);
            continue;
        }
        for (j = from; j < from + some.n; j++) {
            if (is_finite_at(x, j)) {
                max = fmax(fabs(x.re[j]), x.im ? fabs(x.im[j]) : 0);
                found.most = max > found.most ? max : found.most;
                continue;
            }
            found.first = found.n == 0 ? j : found.first;
            found.end = j + 1;
            found.n++;
        }
    }
    return found;
}

void cm_list_nonfinite(cm_samples x, const cm_nonfinite *found, size_t *at)
{
    for (size_t from = found->first, j; from < found->end; from = j) {
        cm_samples some = some_of(x, from, found->end);
        j = from + some.n;
        if (isfinite(cm_max_modulus(some)))
            continue;
        for (j = from; j < from + some.n; j++)
            if (!is_finite_at(x, j))
                *at++ = j;
    }
}

static int sample_na(cm_samples x, size_t j, const cm_env *env)
{
    return env->is_na(x.re[j]) || (x.im && env->is_na(x.im[j]));
}

static int sample_missing(cm_samples x, size_t j)
{
    return isnan(x.re[j]) || (x.im && isnan(x.im[j]));
}

static void set_output(cm_output y, size_t t, double value)
{
    y.re[t] = value;
    if (y.im)
        y.im[t] = value;
}

/* Adds to y[t], which is F[k], the term of the infinite sample j. */
static void add_infinite(cm_samples x, size_t j, cm_samples h, size_t k, cm_output y, size_t t)
{
    if (!y.im) {
        y.re[t] += x.re[j] * h.re[k - j];
        return;
    }
    double a[2] = {x.re[j], x.im ? x.im[j] : 0}, ab[2];
    double b[2] = {h.re[k - j], h.im ? h.im[k - j] : 0};
    cm_multiply(a, b, ab);
    y.re[t] += ab[0];
    y.im[t] += ab[1];
}

/* For each output the sum of those h that meet samples which are not missing: the convolution
 * of h with 1 for these and for all outside x, and 0 for missing ones. *total is that sum where
 * none is missing, computed the same way. CM_FFT is given its guard here, or its error would
 * hide a sum that is 0 or almost 0. */
static double *present_weight(cm_samples x, const size_t *at, size_t nat, cm_samples h,
                              cm_window w, double *total, cm_method method, const cm_env *env)
{
    if (method == CM_FFT)
        method = CM_FFT_GUARDED;
    size_t n = w.ny + h.n - 1; /* place i here is sample i + w.first - (h.n - 1) of x */
    double *present = env->alloc(env->data, n * sizeof *present);
    double *weight = env->alloc(env->data, w.ny * sizeof *weight);
    for (size_t i = 0; i < n; i++)
        present[i] = 1;
    cm_problem p = {
        .x = present, .nx = h.n, .h = h.re, .nh = h.n, .y = total, .ncol = 1, .max_x = 1};
    p.w = (cm_window){h.n - 1, 1};
    cm_conv_real(&p, method, env);
    for (size_t p = 0; p < nat; p++) /* each has a term in some output */
        if (sample_missing(x, at[p]))
            present[at[p] + h.n - 1 - w.first] = 0;
    p.nx = n, p.y = weight, p.w.ny = w.ny;
    cm_conv_real(&p, method, env);
    return weight;
}

/* Scales output t, of which re and im are the sums over what is present, up to the total
 * weight; NA if all of its weight is missing. */
static void renormalise(cm_output y, size_t t, cm_scaled re, cm_scaled im, double weight,
                        double total, double na)
{
    if (weight == 0) {
        set_output(y, t, na);
        return;
    }
    y.re[t] = cm_scaled_up(re, cm_scale(weight), cm_scale(total));
    if (y.im)
        y.im[t] = cm_scaled_up(im, cm_scale(weight), cm_scale(total));
}

/* Whether products of x and h, or h itself, may be too small for all their digits: scaled up,
 * what they lack would show. */
static int may_underflow(cm_samples x, cm_samples h)
{
    double least = cm_smallest(x.im, x.n, cm_smallest(x.re, x.n, 1));
    return least * cm_smallest(h.re, h.n, 1) < 0x1p-1000;
}

/* The sum of h over what is present in F[k]. */
static double exact_weight(cm_samples x, cm_samples h, size_t k)
{
    double sum = 0, lost = 0;
    for (size_t i = 0; i < h.n; i++)
        if (i > k || k - i >= x.n || !sample_missing(x, k - i))
            cm_add(h.re[i], &sum, &lost);
    return cm_total(sum, lost);
}

/* The sum of the terms of F[k] that are present, of x.re or x.im as `part`, in units of
 * 2^e. */
static double sum_at(cm_samples x, const double *part, cm_samples h, size_t k, int e,
                     int *largest)
{
    double sum = 0, lost = 0;
    size_t last = k < x.n ? k : x.n - 1;
    for (size_t j = k < h.n ? 0 : k - h.n + 1; j <= last; j++) {
        cm_scaled a = cm_scale(part[j]), b = cm_scale(h.re[k - j]);
        if (a.m == 0 || b.m == 0 || sample_missing(x, j))
            continue;
        if (a.e + b.e > *largest)
            *largest = a.e + b.e;
        cm_add(ldexp(a.m * b.m, a.e + b.e - e), &sum, &lost);
    }
    return cm_total(sum, lost);
}

/* The same, in units of its largest term. */
static cm_scaled exact_sum(cm_samples x, const double *part, cm_samples h, size_t k)
{
    int largest = -3000;
    sum_at(x, part, h, k, 2000, &largest);
    cm_scaled s = cm_scale(sum_at(x, part, h, k, largest, &largest));
    s.e += largest;
    return s;
}

/* renormalise() for an output whose sum or weight may have too few digits. */
static void renormalise_exactly(cm_samples x, cm_samples h, size_t k, cm_output y, size_t t,
                                double total, double na)
{
    cm_scaled none = {0, 0};
    renormalise(y, t, exact_sum(x, x.re, h, k), y.im ? exact_sum(x, x.im, h, k) : none,
                exact_weight(x, h, k), total, na);
}

void cm_restore_nonfinite(cm_samples x, const size_t *at, size_t nat, cm_samples h, cm_output y,
                          cm_window w, const cm_options *options, const cm_env *env)
{
    cm_na na = options->na;
    double *weight = NULL, total = 0, tiny = 0;
    if (na == CM_NA_RENORMALISE) {
        weight = present_weight(x, at, nat, h, w, &total, options->method, env);
        tiny = may_underflow(x, h) ? (double)h.n * 0x1p-1000 : 0;
    }
    /* the indices of samples that are infinite and not missing */
    size_t *inf = env->alloc(env->data, nat * sizeof *inf), ninf = 0;
    for (size_t p = 0; p < nat; p++)
        if (!sample_missing(x, at[p]))
            inf[ninf++] = at[p];
    /* at[lo ... hi-1] and inf[ilo ... ihi-1] are within reach of the output */
    size_t lo = 0, hi = 0, ilo = 0, ihi = 0, nna = 0, nmissing = 0, work = 0;
    for (size_t t = 0; t < w.ny; t++) {
        size_t k = w.first + t;
        for (; hi < nat && at[hi] <= k; hi++) {
            nna += sample_na(x, at[hi], env) != 0;
            nmissing += sample_missing(x, at[hi]) != 0;
        }
        for (; lo < hi && at[lo] + h.n <= k; lo++) {
            nna -= sample_na(x, at[lo], env) != 0;
            nmissing -= sample_missing(x, at[lo]) != 0;
        }
        while (ihi < ninf && inf[ihi] <= k)
            ihi++;
        while (ilo < ihi && inf[ilo] + h.n <= k)
            ilo++;
        cm_work(&work, 1 + ihi - ilo, env);
        if (lo == hi) { /* none within reach: on to the output that reaches the next one */
            t = (hi < nat ? at[hi] - w.first : w.ny) - 1;
            continue;
        }
        if (na == CM_NA_PROPAGATE && nmissing) {
            set_output(y, t, nna ? env->na : NAN);
            continue;
        }
        for (size_t p = ilo; p < ihi; p++)
            add_infinite(x, inf[p], h, k, y, t);
        if (na != CM_NA_RENORMALISE || !nmissing)
            continue;
        if (ilo == ihi &&
            (fabs(y.re[t]) < tiny || weight[t] < tiny || (y.im && fabs(y.im[t]) < tiny))) {
            cm_work(&work, 4 * h.n, env);
            renormalise_exactly(x, h, k, y, t, total, env->na);
        } else {
            renormalise(y, t, cm_scale(y.re[t]), cm_scale(y.im ? y.im[t] : 0), weight[t], total,
                        env->na);
        }
    }
}
