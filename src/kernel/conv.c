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
#include <math.h>
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

/* Outputs with a product that overflows are what the infinite products make of them:
 * an FFT does not form products, and a fused multiply-add does not round them. */
static void restore_overflow(const double *x, size_t nx, const double *h, size_t nh, double *y,
                             cm_window w, const cm_env *env)
{
    double most_h = cm_survey((cm_samples){h, NULL, nh});
    size_t work = 0, end = w.first + w.ny;
    for (int pass = 0; pass < 2; pass++) { /* first 0 into all of them, then add up */
        for (size_t j = 0; j < nx && j < end; j++) {
            if (isfinite(x[j] * most_h) || j + nh <= w.first)
                continue;
            size_t k0 = j > w.first ? j : w.first, k1 = j + nh < end ? j + nh : end;
            for (size_t k = k0; k < k1; k++) {
                double product = x[j] * h[k - j], *yk = y + (k - w.first);
                if (isinf(product))
                    *yk = pass == 0 ? 0 : *yk + copysign(INFINITY, product);
            }
            cm_work(&work, k1 - k0, env);
        }
    }
}

/* How real parts are convolved: all the same way. */
typedef struct {
    size_t nx, nh;
    cm_window w;
    cm_method method;
    int may_overflow;
    const cm_env *env;
} task;

static void product(const task *task, const double *x, const double *h, double *y)
{
    cm_conv_real(x, task->nx, h, task->nh, y, task->w, task->method, task->env);
    if (task->may_overflow)
        restore_overflow(x, task->nx, h, task->nh, y, task->w, task->env);
}

static void conv_finite(cm_samples x, cm_samples h, cm_output y, const task *task)
{
    product(task, x.re, h.re, y.re);
    if (x.im)
        product(task, x.im, h.re, y.im);
    else if (h.im)
        product(task, x.re, h.im, y.im);
    if (x.im && h.im) {
        double *part = doubles(task->w.ny, task->env);
        product(task, x.im, h.im, part);
        for (size_t t = 0; t < task->w.ny; t++)
            y.re[t] -= part[t];
        product(task, x.re, h.im, part);
        for (size_t t = 0; t < task->w.ny; t++)
            y.im[t] += part[t];
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
    double largest = cm_survey(x);
    int may_overflow = !isfinite(largest * cm_survey(h));
    task task = {x.n, h.n, w, options->method, may_overflow, env};
    if (isfinite(largest)) {
        conv_finite(x, h, y, &task);
        return;
    }
    size_t nat = cm_find_nonfinite(x, NULL), *at = env->alloc(env->data, nat * sizeof *at);
    cm_find_nonfinite(x, at);
    cm_samples finite = {zeroed(x.re, x.n, at, nat, env), NULL, x.n};
    if (x.im)
        finite.im = zeroed(x.im, x.n, at, nat, env);
    conv_finite(finite, h, y, &task);
    cm_restore_nonfinite(x, at, nat, h, y, w, options, env);
}
