/* A convolution, in the order of its steps:
 *
 *   1. A boundary other than zero extends the signal by nh - 1 samples.
 *   2. Where the sizes choose direct sums, columns are convolved at once, with 0 for samples
 *      that are not finite; so is one long column by transforms, unless samples turn out to be
 *      very large or small. So samples come from memory once.
 *   3. Columns that are left are measured: are they finite, and how large? Neighbouring finite
 *      columns are convolved together. Where only x or h is complex there are two real
 *      convolutions. What overflows is put right.
 *   4. A column with samples that are not finite is convolved without them, and they are put
 *      back into the outputs that have them as a term.
 *   5. Where the boundary is a straight line through infinite samples, outputs are put right.
 *
 * What is convolved is the same finite signal whatever is to happen to missing values: outputs
 * without them have the same bits under every choice.
 *
 * Memory: nx + nh - 1 samples a column for step 1, nx for step 4 unless direct sums were
 * chosen, and for complex numbers ny doubles a column.
 */
#include "convolve/conv.h"

#include <math.h>
#include <string.h>

#include "base/search.h"
#include "base/threads.h"
#include "convolve/choice.h"
#include "convolve/direct.h"
#include "convolve/engine.h"
#include "convolve/missing.h"

/* Samples that are measured as one item of work: they fit the second-level cache. */
#define MEASURED_AT_ONCE 50000

/* Measuring a sample takes as long as so many multiply-adds: memory is slower than sums. */
#define MEASURE_WORK 20

/* What all columns share. */
typedef struct {
    size_t nx, nh;
    cm_window w;
    cm_method method;
    double max_h;
    int is_part; /* signals are parts of complex numbers, see cm_problem */
    const cm_env *env;
} setting;

/* ---- 1. the boundary -------------------------------------------------------- */

/* The sample at place p, outside of x: NA if a source is NA, since arithmetic might make it
 * another NaN. */
static double outside(const double *x, size_t nx, ptrdiff_t p, cm_boundary boundary,
                      const cm_env *env)
{
    cm_sources s = cm_sources_of(p, nx, boundary);
    if (s.n == 0)
        return env->na;
    double sum = s.weight[0] == 1 ? x[s.at[0]] : s.weight[0] * x[s.at[0]];
    if (s.n == 2)
        sum += s.weight[1] * x[s.at[1]];
    if (isnan(sum))
        for (int k = 0; k < s.n; k++)
            sum = env->is_na(x[s.at[k]]) ? env->na : sum;
    return sum;
}

/* Each column with all the samples that an output needs: from place origin - (nh - 1) to
 * origin + nx - 1. */
static double *extend(const double *x, size_t nx, size_t ncol, size_t nh,
                      const cm_options *options, const cm_env *env)
{
    size_t n = nx + nh - 1, before = nh - 1 - options->origin;
    double *extended = cm_doubles(n * ncol, env), *to = extended;
    for (size_t c = 0; c < ncol; c++, x += nx, to += n) {
        for (size_t i = 0; i < before; i++)
            to[i] = outside(x, nx, (ptrdiff_t)i - (ptrdiff_t)before, options->boundary, env);
        memcpy(to + before, x, nx * sizeof *to);
        for (size_t i = before + nx; i < n; i++)
            to[i] = outside(x, nx, (ptrdiff_t)(i - before), options->boundary, env);
    }
    return extended;
}

/* ---- 3. finite columns --------------------------------------------------------- */

/* The result from output t on. */
static cm_output output(cm_output y, size_t t)
{
    return (cm_output){y.re + t, y.im ? y.im + t : NULL};
}

/* Finite samples whose product with a kernel sample overflows. Outputs that have such terms
 * become the sum of these infinities: an FFT does not form products, and a fused multiply-add
 * does not round them, so y does not have them. Other samples may be not finite. */
static void restore_overflow(const setting *s, const double *x, const double *h, double *y)
{
    double most_h = cm_max_modulus((cm_samples){h, NULL, s->nh, 1});
    size_t work = 0, end = s->w.first + s->w.ny;
    for (int pass = 0; pass < 2; pass++) { /* first 0 into all of them, then add up */
        for (size_t j = 0; j < s->nx; j++) {
            if (isfinite(x[j] * most_h) || !isfinite(x[j]))
                continue;
            size_t k0 = j > s->w.first ? j : s->w.first, k1 = j + s->nh < end ? j + s->nh : end;
            for (size_t k = k0; k < k1; k++) {
                double product = x[j] * h[k - j], *yk = y + (k - s->w.first);
                if (isinf(product))
                    *yk = pass == 0 ? 0 : *yk + copysign(INFINITY, product);
            }
            cm_work(&work, s->nh, s->env);
        }
    }
}

static cm_problem problem(const setting *s, const double *x, size_t ncol, double max_x,
                          const double *h, double *y)
{
    return (cm_problem){.x = x,
                        .nx = s->nx,
                        .h = h,
                        .nh = s->nh,
                        .y = y,
                        .w = s->w,
                        .ncol = ncol,
                        .xstep = s->nx,
                        .ystep = s->w.ny,
                        .max_x = max_x,
                        .is_part = s->is_part};
}

/* Real, finite signals with a real kernel; no modulus in x is above max_x. */
static void conv_real(const setting *s, const double *x, size_t ncol, double max_x,
                      const double *h, double *y)
{
    const cm_env *env = s->env;
    cm_problem p = problem(s, x, ncol, max_x, h, y);
    void *mark = env->mark(env->data);
    cm_conv_real(&p, s->method, env);
    env->release(env->data, mark);
    for (size_t c = 0; c < ncol && !isfinite(max_x * s->max_h); c++)
        restore_overflow(s, x + c * s->nx, h, y + c * s->w.ny);
}

/* Two real convolutions if x or h is real, else four. */
static void conv_parts(setting s, cm_samples x, double max_x, cm_samples h, cm_output y)
{
    const cm_env quiet = cm_quiet(s.env);
    s.env = &quiet;
    s.is_part = 1;
    conv_real(&s, x.re, x.ncol, max_x, h.re, y.re);
    conv_real(&s, x.im ? x.im : x.re, x.ncol, max_x, x.im ? h.re : h.im, y.im);
    if (!x.im || !h.im)
        return;
    size_t ny = s.w.ny * x.ncol;
    double *part = cm_doubles(ny, &quiet);
    conv_real(&s, x.im, x.ncol, max_x, h.im, part);
    for (size_t t = 0; t < ny; t++)
        y.re[t] -= part[t];
    conv_real(&s, x.re, x.ncol, max_x, h.im, part);
    for (size_t t = 0; t < ny; t++)
        y.im[t] += part[t];
}

/* Complex signals with a complex kernel. Columns where a product might overflow are apart: what
 * a column gives must not depend on its neighbours. */
static void conv_complex(const setting *s, cm_samples x, double max_x, cm_samples h,
                         cm_output y)
{
    if (isfinite(4 * max_x * s->max_h)) {
        const cm_env *env = s->env;
        cm_problem p = problem(s, x.re, x.ncol, max_x, h.re, y.re);
        p.x_im = x.im, p.h_im = h.im, p.y_im = y.im;
        void *mark = env->mark(env->data);
        cm_conv_complex(&p, s->method, env);
        env->release(env->data, mark);
    } else if (x.ncol == 1) {
        conv_parts(*s, x, max_x, h, y);
    } else {
        for (size_t c = 0; c < x.ncol; c++) {
            cm_samples one = cm_columns(x, c, 1);
            conv_complex(s, one, cm_max_modulus(one), h, output(y, c * s->w.ny));
        }
    }
}

static void conv_finite(const setting *s, cm_samples x, double max_x, cm_samples h, cm_output y)
{
    if (x.im && h.im)
        conv_complex(s, x, max_x, h, y);
    else if (x.im || h.im)
        conv_parts(*s, x, max_x, h, y);
    else
        conv_real(s, x.re, x.ncol, max_x, h.re, y.re);
}

/* ---- measuring columns ------------------------------------------------------------- */

/* The job of measuring, whose items are several columns each: the largest modulus of each
 * column, NaN if a sample is not finite. */
typedef struct {
    cm_samples x;
    size_t cols; /* of an item */
    double *max;
} measurement;

static void measure_item(void *job, size_t item, int thread, const cm_env *env)
{
    const measurement *m = job;
    size_t from = item * m->cols, end = from + m->cols;
    (void)thread;
    (void)env;
    end = end < m->x.ncol ? end : m->x.ncol;
    for (size_t c = from; c < end; c++)
        m->max[c] = cm_max_modulus(cm_columns(m->x, c, 1));
}

static double *measure_columns(cm_samples x, const cm_env *env)
{
    measurement m = {x, 1 + MEASURED_AT_ONCE / x.n, cm_doubles(x.ncol, env)};
    double each = (MEASURE_WORK * (double)x.n + CM_COLUMN_WORK) * (double)m.cols;
    size_t nitem = (x.ncol + m.cols - 1) / m.cols;
    cm_env quiet = cm_quiet(env);
    cm_for_each(nitem, each, measure_item, &m, cm_threads(nitem, each, env), &quiet);
    return m.max;
}

/* ---- 4. columns that are not finite ------------------------------------------------- */

/* A copy of x with 0 at the indices at[...]. */
static double *zeroed(const double *x, size_t nx, const size_t *at, size_t nat,
                      const cm_env *env)
{
    double *copy = cm_doubles(nx, env);
    memcpy(copy, x, nx * sizeof *copy);
    for (size_t p = 0; p < nat; p++)
        copy[at[p]] = 0;
    return copy;
}

/* One column with samples that are not finite. Convolves it with 0 for these, unless that is
 * done, and puts them back. */
static void conv_not_finite(const setting *s, cm_samples x, const cm_nonfinite *found, int done,
                            cm_samples h, const cm_options *options, cm_output y)
{
    void *mark = s->env->mark(s->env->data);
    size_t *at = s->env->alloc(s->env->data, found->n * sizeof *at);
    cm_list_nonfinite(x, found, at);
    if (!done) {
        cm_samples finite = {zeroed(x.re, x.n, at, found->n, s->env), NULL, x.n, 1};
        if (x.im)
            finite.im = zeroed(x.im, x.n, at, found->n, s->env);
        conv_finite(s, finite, found->most, h, y);
    } else if (!isfinite(found->most * s->max_h)) {
        restore_overflow(s, x.re, h.re, y.re);
    }
    cm_restore_nonfinite(x, at, found->n, h, y, s->w, options, s->env);
    s->env->release(s->env->data, mark);
}

/* ---- 5. undefined samples outside ---------------------------------------------------- */

static int is_missing(cm_samples x, size_t j)
{
    return isnan(x.re[j]) || (x.im && isnan(x.im[j]));
}

/* The line through the sample at `end` and the one `next` to it. */
typedef struct {
    cm_samples x;
    size_t end, next;
} line;

/* Whether the line is NaN at i + 1 steps outside, as Inf - Inf is. If so, it is NaN further out
 * as well. */
static int is_undefined(const void *data, size_t i)
{
    const line *l = data;
    double k = (double)(i + 1);
    const double *re = l->x.re, *im = l->x.im;
    return isnan((k + 1) * re[l->end] - k * re[l->next]) ||
           (im && isnan((k + 1) * im[l->end] - k * im[l->next]));
}

/* At how many of n places outside the line is NaN though neither of its samples is. */
static size_t undefined(line l, size_t n)
{
    if (is_missing(l.x, l.end) || is_missing(l.x, l.next))
        return 0;
    return n - cm_first(n, is_undefined, &l);
}

static int has_nonzero(const double *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (h[i] != 0)
            return 1;
    return 0;
}

/* Output t, which meets undefined samples with n samples of h, becomes NaN. It stays NA if it
 * is so for want of any weight, and these have none either. */
static void set_nan(cm_output y, size_t t, const double *h, size_t n, const cm_env *env)
{
    if (env->is_na(y.re[t]) && !has_nonzero(h, n))
        return;
    y.re[t] = NAN;
    if (y.im)
        y.im[t] = NAN;
}

/* Whether step 4 has taken such samples for missing ones, and left them out. */
static int skips_undefined(const cm_options *options)
{
    return options->boundary == CM_EXTEND && options->na != CM_NA_PROPAGATE;
}

/* Outputs that reach an undefined sample become NaN. The first output reaches all places before
 * the signal, with the last samples of h, and each that follows one less; the last output
 * reaches all places behind it, with the first samples of h. */
static void restore_undefined(cm_samples x, const double *h, size_t nh, size_t origin,
                              cm_output y, const cm_env *env)
{
    size_t n = x.n, before = undefined((line){x, 0, 1}, nh - 1 - origin),
           after = undefined((line){x, n - 1, n - 2}, origin);
    for (size_t t = 0; t < before && t < n; t++)
        set_nan(y, t, h + (nh - before + t), before - t, env);
    for (size_t back = 0; back < after && back < n; back++)
        set_nan(y, n - 1 - back, h, after - back, env);
}

/* ---- 2. without measuring ---------------------------------------------------------------- */

static cm_attempt conv_unmeasured(const setting *s, const cm_samples *x, const cm_samples *h,
                                  const cm_output *y)
{
    if (x->im || h->im || s->method == CM_FFT)
        return CM_NOT_CONVOLVED;
    void *mark = s->env->mark(s->env->data);
    cm_problem p = problem(s, x->re, x->ncol, 0, h->re, y->re);
    double max_h = cm_are_moderate(h->re, h->n) ? CM_LARGE : cm_max_modulus(*h);
    cm_attempt done = cm_conv_unmeasured(&p, s->method, max_h, s->env);
    s->env->release(s->env->data, mark);
    return done;
}

/* Puts right what columns that were convolved with zeros have lost. */
static void put_right(const setting *s, cm_samples x, cm_samples h, const cm_options *options,
                      cm_output y)
{
    size_t work = 0;
    for (size_t c = 0; c < x.ncol; c++) {
        cm_samples column = cm_columns(x, c, 1);
        cm_output its = output(y, c * s->w.ny);
        cm_nonfinite found = cm_find_nonfinite(column);
        cm_work(&work, x.n + (size_t)CM_COLUMN_WORK, s->env);
        if (found.n > 0)
            conv_not_finite(s, column, &found, 1, h, options, its);
        else if (!isfinite(found.most * s->max_h))
            restore_overflow(s, column.re, h.re, its.re);
    }
}

/* ---- all of it ------------------------------------------------------------------------ */

/* Steps 3 and 4: runs of finite columns, and the others one by one. max has the largest modulus
 * of each. Transforms scale a run by its largest sample, so that columns of one run are of a
 * kind: what a column gives must not depend on its neighbours. */
static void conv_columns(const setting *s, cm_samples x, const double *max, cm_samples h,
                         const cm_options *options, cm_output y)
{
    size_t work = 0;
    for (size_t from = 0, c; from < x.ncol; from = c) {
        double max_x = 0;
        int kind = cm_magnitude(max[from]);
        for (c = from; c < x.ncol && isfinite(max[c]) && cm_magnitude(max[c]) == kind; c++) {
            max_x = fmax(max_x, max[c]);
            cm_work(&work, (size_t)CM_COLUMN_WORK, s->env);
        }
        if (c > from) {
            conv_finite(s, cm_columns(x, from, c - from), max_x, h, output(y, from * s->w.ny));
            continue;
        }
        cm_nonfinite found = cm_find_nonfinite(cm_columns(x, c, 1));
        conv_not_finite(s, cm_columns(x, c, 1), &found, 0, h, options, output(y, c * s->w.ny));
        c++;
        cm_work(&work, (size_t)CM_COLUMN_WORK, s->env);
    }
}

static int conv_few(const setting *s, const cm_samples *x, const cm_samples *h,
                    const cm_output *y)
{
    return x->ncol == 1 && !y->im && (s->method == CM_AUTO || s->method == CM_DIRECT) &&
           cm_conv_few(x->re, x->n, h->re, h->n, s->w, y->re);
}

/* All steps but the first and the last. */
static void conv_extended(setting *s, const cm_samples *x, const cm_samples *h,
                          const cm_options *options, const cm_output *y)
{
    if (conv_few(s, x, h, y))
        return;
    cm_attempt done = conv_unmeasured(s, x, h, y);
    if (done == CM_CONVOLVED)
        return;
    s->max_h = cm_max_modulus(*h);
    if (done == CM_WITH_ZEROS)
        put_right(s, *x, *h, options, *y);
    else
        conv_columns(s, *x, measure_columns(*x, s->env), *h, options, *y);
}

void cm_conv(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
             const cm_env *env)
{
    cm_window w = cm_mode_window(options->mode, x.n, h.n, options->origin);
    const cm_samples given = x;
    if (options->boundary != CM_ZERO) {
        w.first = h.n - 1;
        x.re = extend(x.re, x.n, x.ncol, h.n, options, env);
        x.im = x.im ? extend(x.im, x.n, x.ncol, h.n, options, env) : NULL;
        x.n += h.n - 1;
    }
    setting s = {.nx = x.n, .nh = h.n, .w = w, .method = options->method, .env = env};
    conv_extended(&s, &x, &h, options, &y);
    for (size_t c = 0; c < x.ncol && skips_undefined(options); c++)
        restore_undefined(cm_columns(given, c, 1), h.re, h.n, options->origin,
                          output(y, c * w.ny), env);
}

void cm_conv_finite(cm_samples x, cm_samples h, cm_window w, cm_method method, cm_output y,
                    const cm_env *env)
{
    setting s = {.nx = x.n, .nh = h.n, .w = w, .method = method, .env = env};
    s.max_h = cm_max_modulus(h);
    conv_columns(&s, x, measure_columns(x, env), h, NULL, y);
}
