/* Convolution with everything a user can ask for around it:
 *
 *   1. a boundary other than zero extends the signal by nh - 1 samples;
 *   2. what is not finite is taken out of it;
 *   3. real parts are convolved, four of them for complex numbers;
 *   4. what was taken out is put back into the outputs it belongs to.
 *
 * Step 3 sees the same finite signal whatever is to happen to missing values,
 * so outputs without them have the same bits under every choice. It takes all
 * columns at once that need neither 2 nor 4; or each while it is in the cache.
 *
 * Memory: nx + nh - 1 samples for 1, nx for 2, ny doubles for complex numbers, of
 * each column.
 */
#include <math.h>
#include <string.h>

#include "kernel.h"
#include "convolve/method.h"
#include "base/threads.h"

static double *doubles(size_t n, const cm_env *env)
{
    return env->alloc(env->data, n * sizeof(double));
}

/* x[source of place w.first - (nh - 1) + i] for all i an output needs, of each column. */
static double *extend(const double *x, size_t nx, size_t ncol, size_t nh,
                      const cm_options *options, const cm_env *env)
{
    size_t n = nx + nh - 1;
    double *extended = doubles(n * ncol, env), *to = extended;
    ptrdiff_t from = (ptrdiff_t)options->origin - (ptrdiff_t)(nh - 1);
    for (size_t c = 0; c < ncol; c++, x += nx)
        for (size_t i = 0; i < n; i++)
            *to++ = x[cm_source(from + (ptrdiff_t)i, nx, options->boundary)];
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
 * an FFT does not form products, and a fused multiply-add does not round them. Each sample has
 * a term in some output. */
static void restore_overflow(const double *x, size_t nx, const double *h, size_t nh, double *y,
                             cm_window w, const cm_env *env)
{
    double most_h = cm_survey((cm_samples){h, NULL, nh, 1});
    size_t work = 0, end = w.first + w.ny;
    for (int pass = 0; pass < 2; pass++) { /* first 0 into all of them, then add up */
        for (size_t j = 0; j < nx; j++) {
            if (isfinite(x[j] * most_h))
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
    size_t nx, nh, ncol;
    cm_window w;
    cm_method method;
    double max_x;
    int may_overflow, is_part;
    const cm_env *env;
} task;

static void product(const task *task, const double *x, const double *h, double *y)
{
    size_t nx = task->nx, ny = task->w.ny;
    cm_problem p = {x,  nx, h,           task->nh,     y, task->w, task->ncol,
                    nx, ny, task->max_x, task->is_part};
    const cm_env *env = task->env; /* NULL in a thread, which allocates nothing */
    void *mark = env ? env->mark(env->data) : NULL;
    cm_conv_real(&p, task->method, env);
    if (env)
        env->release(env->data, mark);
    for (size_t c = 0; c < task->ncol && task->may_overflow; c++)
        restore_overflow(x + c * nx, nx, h, task->nh, y + c * ny, task->w, task->env);
}

static void conv_complex(cm_samples x, cm_samples h, cm_output y, task task)
{
    const cm_env quiet = cm_quiet(task.env);
    task.env = &quiet;
    task.is_part = 1;
    product(&task, x.re, h.re, y.re);
    product(&task, x.im ? x.im : x.re, x.im ? h.re : h.im, y.im);
    if (!x.im || !h.im)
        return;
    size_t ny = task.w.ny * task.ncol;
    double *part = doubles(ny, &quiet);
    product(&task, x.im, h.im, part);
    for (size_t t = 0; t < ny; t++)
        y.re[t] -= part[t];
    product(&task, x.re, h.im, part);
    for (size_t t = 0; t < ny; t++)
        y.im[t] += part[t];
}

static void conv_finite(cm_samples x, cm_samples h, cm_output y, const task *task)
{
    if (x.im || h.im)
        conv_complex(x, h, y, *task);
    else
        product(task, x.re, h.re, y.re);
}

/* Columns c ... c + ncol - 1. */
static cm_samples columns(cm_samples x, size_t c, size_t ncol)
{
    return (cm_samples){x.re + c * x.n, x.im ? x.im + c * x.n : NULL, x.n, ncol};
}

static cm_output output(cm_output y, size_t t)
{
    return (cm_output){y.re + t, y.im ? y.im + t : NULL};
}

/* One column with samples that are not finite. */
static void conv_column(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
                        task task)
{
    size_t nat = cm_find_nonfinite(x, NULL),
           *at = task.env->alloc(task.env->data, nat * sizeof *at);
    cm_find_nonfinite(x, at);
    cm_samples finite = {zeroed(x.re, x.n, at, nat, task.env), NULL, x.n, 1};
    if (x.im)
        finite.im = zeroed(x.im, x.n, at, nat, task.env);
    task.ncol = 1;
    task.max_x = cm_survey(finite);
    task.may_overflow = !isfinite(task.max_x * cm_survey(h));
    conv_finite(finite, h, y, &task);
    cm_restore_nonfinite(x, at, nat, h, y, task.w, options, task.env);
}

/* Columns are looked at by several threads. Where sums will do, an item's are convolved at
 * once, while they are in the cache. */
typedef struct {
    cm_samples x;
    const double *h;
    double *y;
    const task *task;
    size_t cols; /* of an item */
    int at_once;
    double max_h, *largest;
} survey;

#define DONE (-1.0) /* in place of the largest modulus of a column */

static void survey_item(void *job, size_t item, int thread, const cm_env *env)
{
    const survey *survey = job;
    size_t from = item * survey->cols, end = from + survey->cols;
    end = end < survey->x.ncol ? end : survey->x.ncol;
    int finite = 1;
    task task = *survey->task;
    (void)thread;
    for (size_t c = from; c < end; c++) {
        double largest = cm_survey(columns(survey->x, c, 1));
        survey->largest[c] = largest;
        task.max_x = largest > task.max_x ? largest : task.max_x;
        finite &= isfinite(largest * survey->max_h) != 0;
    }
    if (!survey->at_once || !finite)
        return;
    cm_env quiet;
    if (env)
        quiet = cm_quiet(env);
    task.ncol = end - from;
    task.env = env ? &quiet : NULL;
    product(&task, survey->x.re + from * survey->x.n, survey->h, survey->y + from * task.w.ny);
    for (size_t c = from; c < end; c++)
        survey->largest[c] = DONE;
}

/* The largest modulus of each column, NaN for those that are not finite, DONE for those that
 * are convolved. */
static const double *survey_columns(survey *job, const cm_env *env)
{
    size_t ny = job->task->w.ny;
    double each = 20 * (double)job->x.n + CM_COLUMN_WORK; /* memory is slower than sums */
    if (job->at_once)
        each += (double)job->task->nh * (double)ny;
    each *= (double)job->cols;
    size_t nitem = (job->x.ncol + job->cols - 1) / job->cols;
    cm_env quiet = cm_quiet(env);
    cm_for_each(nitem, each, survey_item, job, cm_threads(nitem, each, env),
                job->at_once ? env : &quiet);
    return job->largest;
}

/* Is it worth while to convolve columns as they are looked at? Long ones are shared out
 * better by themselves. */
static int may_be_at_once(cm_samples x, cm_samples h, const survey *job, const cm_env *env)
{
    cm_problem p = {x.re, x.n, h.re, h.n, job->y, job->task->w, 1, 0, 0, 0, 0};
    if (x.im || h.im || (env->threads > 1 && x.ncol / job->cols < 4 * (size_t)env->threads))
        return 0;
    return cm_sums_will_do(&p, job->task->method);
}

void cm_conv(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
             const cm_env *env)
{
    cm_window w = cm_mode_window(options->mode, x.n, h.n, options->origin);
    if (options->boundary != CM_ZERO) {
        w.first = h.n - 1;
        x.re = extend(x.re, x.n, x.ncol, h.n, options, env);
        x.im = x.im ? extend(x.im, x.n, x.ncol, h.n, options, env) : NULL;
        x.n += h.n - 1;
    }
    task task = {x.n, h.n, 0, w, options->method, 0, 0, 0, env};
    double one, max_h = cm_survey(h);
    survey job = {x, h.re, y.re, &task, 1 + 50000 / x.n, 0, max_h, &one};
    if (x.ncol > 1) {
        job.at_once = may_be_at_once(x, h, &job, env);
        job.largest = doubles(x.ncol, env);
    }
    const double *largest = survey_columns(&job, env);
    cm_env quiet = cm_quiet(env);
    if (job.at_once) /* all but a few columns are done, and told of */
        task.env = &quiet;
    size_t from = 0, work = 0;
    for (size_t c = 0; c <= x.ncol; c++) {
        cm_work(&work, (size_t)CM_COLUMN_WORK, env);
        if (c < x.ncol && isfinite(largest[c]) && largest[c] != DONE) {
            task.max_x = largest[c] > task.max_x ? largest[c] : task.max_x;
            continue;
        }
        task.ncol = c - from;
        task.may_overflow = !isfinite(task.max_x * max_h);
        if (task.ncol > 0)
            conv_finite(columns(x, from, task.ncol), h, output(y, from * w.ny), &task);
        if (c < x.ncol && largest[c] != DONE) {
            void *mark = env->mark(env->data);
            conv_column(columns(x, c, 1), h, options, output(y, c * w.ny), task);
            env->release(env->data, mark);
        }
        task.max_x = 0;
        from = c + 1;
    }
}
