/* Missing and infinite samples, kept apart from the arithmetic.
 *
 * Hardware does not say which payload survives NaN + NaN, and an FFT smears
 * one NaN over everything. So the signal is split into a finite part (0 where
 * x is NA, NaN or infinite), which any algorithm may convolve, and the list of
 * the places taken out. Afterwards those are put back into the outputs whose
 * sum has a term from such a place:
 *
 *   a term NA                             -> NA
 *   a term NaN, 0 * Inf, or Inf and -Inf  -> NaN
 *   else                                  -> the infinity
 *
 * which is what IEEE arithmetic makes of the terms, in any order.
 *
 * Cost: O(nx) to split; O(ny + nat) to spread missing values, and for outputs
 * that meet infinite but no missing samples one multiply-add for each of them.
 */
#include <math.h>

#include "kernel.h"

/* Copies x to `finite` with 0 for what is not finite, the places of which go
 * to at[] (room for all, or NULL to count only). Returns how many there are. */
size_t cm_split_nonfinite(const double *x, size_t nx, double *finite, size_t *at)
{
    size_t nat = 0;
    for (size_t j = 0; j < nx; j++) {
        int ok = isfinite(x[j]);
        if (at && !ok)
            at[nat] = j;
        nat += !ok;
        if (finite)
            finite[j] = ok ? x[j] : 0;
    }
    return nat;
}

/* The sum of the infinite terms of F[k], from the samples at[lo ... hi-1]. */
static double infinite_sum(const double *x, const size_t *at, size_t lo, size_t hi,
                           const double *h, size_t k)
{
    double sum = 0;
    for (size_t p = lo; p < hi && !isnan(sum); p++)
        sum += x[at[p]] * h[k - at[p]];
    return sum;
}

/* Puts the samples x[at[...]] back into y, the window w of F. `na` is the
 * value a missing output gets, `is_na` tells NA from NaN. */
void cm_spread_nonfinite(const double *x, const size_t *at, size_t nat, const double *h,
                         size_t nh, double *y, cm_window w, double na, int (*is_na)(double),
                         const cm_poll *poll)
{
    size_t lo = 0, hi = 0, nna = 0, nnan = 0, work = 0;
    for (size_t t = 0; t < w.ny; t++) {
        size_t k = w.first + t; /* F[k] has terms from samples k - nh + 1 ... k */
        for (; hi < nat && at[hi] <= k; hi++) {
            nna += is_na(x[at[hi]]) != 0;
            nnan += isnan(x[at[hi]]) != 0;
        }
        for (; lo < hi && at[lo] + nh <= k; lo++) {
            nna -= is_na(x[at[lo]]) != 0;
            nnan -= isnan(x[at[lo]]) != 0;
        }
        if (nna) {
            y[t] = na;
        } else if (nnan) {
            y[t] = NAN;
        } else if (lo < hi) {
            y[t] += infinite_sum(x, at, lo, hi, h, k);
            work += hi - lo;
        }
        if (++work > CM_POLL_WORK) {
            poll->call(poll->data);
            work = 0;
        }
    }
}
