/* convmat for the C and C++ code of other packages.
 *
 * In your package's DESCRIPTION:   LinkingTo: convmat   and   Imports: convmat
 * in its NAMESPACE:                importFrom(convmat, conv)   (so that convmat is loaded)
 * in its C code:                   #include <convmat.h>
 *
 * Nothing is linked: the functions are found in the convmat that is loaded, at their first
 * call.
 *
 * All functions
 *   - are for R's own thread, within a .Call() or the like;
 *   - are re-entrant: they keep no state between calls, and memory they take is R's and is
 * given back when they return;
 *   - read their inputs only, and write all of y, which must not overlap an input;
 *   - return a status. CONVMAT_OK is 0; anything else means that nothing has been written.
 *
 * What may longjmp, as R's own API does: convmat_conv() and convmat_regressor() on an interrupt
 * by the user, which they look for every few milliseconds of work (a loop over short signals
 * should call R_CheckUserInterrupt() itself), and where memory is at an end; and every function
 * at its first call if convmat is not loaded. So hold no lock, and no memory but R's, across a
 * call, or use R_ExecWithCleanup() or R_UnwindProtect(). C++ code must use R_UnwindProtect() if
 * objects with destructors are alive.
 *
 * Versions: functions are added, and those there are stay as they are. CONVMAT_API_VERSION is
 * that of this header, convmat_api_version() that of the convmat which is loaded; compare them
 * when your package is loaded:
 *
 *     if (convmat_api_version() < CONVMAT_API_VERSION)
 *         Rf_error("install a newer convmat");
 */
#ifndef CONVMAT_CLIENT_H
#define CONVMAT_CLIENT_H

#include <stddef.h>

#include <R_ext/Rdynload.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CONVMAT_API_VERSION 1

/* The words of ?conv. */
enum { CONVMAT_FULL, CONVMAT_SAME, CONVMAT_CAUSAL, CONVMAT_VALID };
enum {
    CONVMAT_ZERO,
    CONVMAT_WRAP,
    CONVMAT_NEAREST,
    CONVMAT_REFLECT,
    CONVMAT_MIRROR,
    CONVMAT_MISSING,
    CONVMAT_EXTEND
};
enum { CONVMAT_NA_PROPAGATE, CONVMAT_NA_ZERO, CONVMAT_NA_RENORMALISE };

/* What is wrong. */
enum {
    CONVMAT_OK,
    CONVMAT_BAD_LENGTH, /* no kernel, no model, or one sample where CONVMAT_EXTEND needs two */
    CONVMAT_BAD_OPTION, /* a mode, origin, boundary or na that does not exist or fit the others
                         */
    CONVMAT_BAD_KERNEL, /* not finite, or not one that can be renormalised */
    CONVMAT_BAD_EVENTS, /* not finite, not in the order of onsets, or of negative duration */
    CONVMAT_BAD_MODEL   /* not finite, a shape outside 1 to 1e8, or a scale that is not positive
                         */
};

/* The version of the convmat that is loaded. */
static inline int convmat_api_version(void)
{
    static int (*fun)(void);
    if (!fun)
        fun = (int (*)(void))R_GetCCallable("convmat", "convmat_api_version");
    return fun();
}

/* How many outputs the convolution of nx samples with nh has; 0 if either is 0 or the mode does
 * not exist. */
static inline size_t convmat_length(size_t nx, size_t nh, int mode)
{
    static size_t (*fun)(size_t, size_t, int);
    if (!fun)
        fun = (size_t(*)(size_t, size_t, int))R_GetCCallable("convmat", "convmat_length");
    return fun(nx, nh, mode);
}

/* conv(x, h, mode, origin, boundary, na): convmat_length() outputs to y, each within the
 * promise of ?conv, with the bits that conv() gives. x may hold missing and infinite samples.
 * `origin` is how many samples of h lie before time zero, 0 ... nh - 1: (nh - 1) / 2 is the
 * default of conv() for CONVMAT_SAME; it must be 0 for CONVMAT_CAUSAL, and moves nothing for
 * the others. `threads` is the most to use; the bits are the same for any number. */
static inline int convmat_conv(const double *x, size_t nx, const double *h, size_t nh, int mode,
                               size_t origin, int boundary, int na, int threads, double *y)
{
    typedef int type(const double *, size_t, const double *, size_t, int, size_t, int, int, int,
                     double *);
    static type *fun;
    if (!fun)
        fun = (type *)R_GetCCallable("convmat", "convmat_conv");
    return fun(x, nx, h, nh, mode, origin, boundary, na, threads, y);
}

/* The sum of the responses to n events at each of nt times, to y: regressors(method = "exact")
 * for one type of events. An event of duration 0 is an impulse of area `amplitude`, others are
 * boxes of that height. Onsets must not decrease; times are in any order. The model is a sum of
 * nterm gamma densities with areas weight[i], as of gamma_hrf(). */
static inline int convmat_regressor(const double *onset, const double *duration,
                                    const double *amplitude, size_t n, const double *times,
                                    size_t nt, const double *shape, const double *scale,
                                    const double *weight, size_t nterm, double *y)
{
    typedef int type(const double *, const double *, const double *, size_t, const double *,
                     size_t, const double *, const double *, const double *, size_t, double *);
    static type *fun;
    if (!fun)
        fun = (type *)R_GetCCallable("convmat", "convmat_regressor");
    return fun(onset, duration, amplitude, n, times, nt, shape, scale, weight, nterm, y);
}

#ifdef __cplusplus
}
#endif

#endif
