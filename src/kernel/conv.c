/* Convolution with everything a user can ask for around it:
 *
 *   1. a boundary other than zero extends the signal by nh - 1 samples;
 *   2. what is not finite is taken out of it;
 *   3. real parts are convolved, four of them for complex numbers;
 *   4. what was taken out is put back into the outputs it belongs to.
 *
 * Step 3 sees the same finite signal whatever is to happen to missing values,
 * so outputs without them have the same bits under every choice.
 *
 * Memory: nx + nh - 1 samples for 1, nx for 2, ny doubles for complex numbers.
 */
#include <string.h>

#include "kernel.h"
#include "method.h"

static double *doubles(size_t n, const cm_env *env)
{
    return env->alloc(env->data, n * sizeof(double));
}

/* x[source of place w.first - (nh - 1) + i] for all i an output needs. */
static double *extend(const double *x, size_t nx, size_t nh, const cm_options *options,
                      const cm_env *env)
{
    size_t n = nx + nh - 1;
    double *extended = doubles(n, env);
    ptrdiff_t from = (ptrdiff_t)options->origin - (ptrdiff_t)(nh - 1);
    for (size_t i = 0; i < n; i++)
        extended[i] = x[cm_source(from + (ptrdiff_t)i, nx, options->boundary)];
    return extended;
}

/* A copy of x with 0 at the places at[...]. */
static double *zeroed(const double *x, size_t nx, const size_t *at, size_t nat,
                      const cm_env *env)
{
    double *copy = doubles(nx, env);
    memcpy(copy, x, nx * sizeof *copy);
    for (size_t p = 0; p < nat; p++)
        copy[at[p]] = 0;
    return copy;
}

/* y += sign * (x * h), through `part` of w.ny values. */
static void add_product(const double *x, size_t nx, const double *h, size_t nh, double sign,
                        double *y, double *part, cm_window w, cm_method method,
                        const cm_env *env)
{
    cm_conv_real(x, nx, h, nh, part, w, method, env);
    for (size_t t = 0; t < w.ny; t++)
        y[t] += sign * part[t];
}

static void conv_finite(cm_samples x, cm_samples h, cm_output y, cm_window w, cm_method method,
                        const cm_env *env)
{
    cm_conv_real(x.re, x.n, h.re, h.n, y.re, w, method, env);
    if (x.im)
        cm_conv_real(x.im, x.n, h.re, h.n, y.im, w, method, env);
    else if (h.im)
        cm_conv_real(x.re, x.n, h.im, h.n, y.im, w, method, env);
    if (x.im && h.im) {
        double *part = doubles(w.ny, env);
        add_product(x.im, x.n, h.im, h.n, -1, y.re, part, w, method, env);
        add_product(x.re, x.n, h.im, h.n, 1, y.im, part, w, method, env);
    }
}

void cm_conv(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
             const cm_env *env)
{
    cm_window w = cm_mode_window(options->mode, x.n, h.n, options->origin);
    if (options->boundary != CM_ZERO) {
        w.first = h.n - 1;
        x.re = extend(x.re, x.n, h.n, options, env);
        x.im = x.im ? extend(x.im, x.n, h.n, options, env) : NULL;
        x.n += h.n - 1;
    }
    size_t nat = cm_find_nonfinite(x, NULL);
    if (nat == 0) {
        conv_finite(x, h, y, w, options->method, env);
        return;
    }
    size_t *at = env->alloc(env->data, nat * sizeof *at);
    cm_find_nonfinite(x, at);
    cm_samples finite = {zeroed(x.re, x.n, at, nat, env), NULL, x.n};
    if (x.im)
        finite.im = zeroed(x.im, x.n, at, nat, env);
    conv_finite(finite, h, y, w, options->method, env);
    cm_restore_nonfinite(x, at, nat, h, y, w, options, env);
}
