/* A convolution, in the order of its steps:
 *
 *   1. A boundary other than zero extends the signal by nh - 1 samples.
 *   2. Every column is measured: is it finite, and how large? Where the sizes alone choose
 *      direct sums, columns that are finite are convolved at once, while they are in the cache.
 *      One long column is not measured before but while it is convolved, as the guard looks at
 *      each block; only if it turns out not to be finite all begins again.
 *   3. Neighbouring finite columns are convolved together. Where only x or h is complex there
 * are two real convolutions. What overflows is put right.
 *   4. A column with samples that are not finite is convolved without them, and they are put
 *      back into the outputs that have them as a term.
 *   5. Where the boundary is a straight line through infinite samples, outputs are put right.
 *
 * Step 3 sees the same finite signal whatever is to happen to missing values, so outputs
 * without them have the same bits under every choice.
 *
 * Memory: nx + nh - 1 samples a column for step 1, nx for step 4, and for complex numbers ny
 * doubles a column.
 */
#include "convolve/conv.h"

#include <math.h>
#include <string.h>

#include "base/search.h"
#include "base/threads.h"
#include "convolve/choice.h"
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
 * does not round them, so y does not have them. */
static void restore_overflow(const setting *s, const double *x, const double *h, double *y)
{
    double most_h = cm_max_modulus((cm_samples){h, NULL, s->nh, 1});
    size_t work = 0, end = s->w.first + s->w.ny;
    for (int pass = 0; pass < 2; pass++) { /* first 0 into all of them, then add up */
        for (size_t j = 0; j < s->nx; j++) {
            if (isfinite(x[j] * most_h))
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
    const cm_env *env = s->env; /* NULL in a worker thread, which allocates nothing */
    cm_problem p = problem(s, x, ncol, max_x, h, y);
    void *mark = env ? env->mark(env->data) : NULL;
    cm_conv_real(&p, s->method, env);
    if (env)
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

/* ---- 2. measuring columns --------------------------------------------------------- */

enum { FINITE, NOT_FINITE, CONVOLVED };

typedef struct {
    unsigned char state;
    double max; /* the largest modulus, if finite */
} column;

/* The job of measuring, whose items are several columns each. */
typedef struct {
    const setting *s;
    cm_samples x;
    const double *h;
    double *y;
    size_t cols; /* of an item */
    int at_once; /* convolve them, too */
    column *column;
} measurement;

/* Measures the columns of an item, and convolves them if that is asked for, all are finite,
 * and no product can overflow. */
static void measure_item(void *job, size_t item, int thread, const cm_env *env)
{
    const measurement *m = job;
    size_t from = item * m->cols, end = from + m->cols;
    end = end < m->x.ncol ? end : m->x.ncol;
    double max_x = 0;
    int finite = 1;
    (void)thread;
    for (size_t c = from; c < end; c++) {
        double max = cm_max_modulus(cm_columns(m->x, c, 1));
        m->column[c] = (column){isfinite(max) ? FINITE : NOT_FINITE, max};
        max_x = max > max_x ? max : max_x;
        finite &= isfinite(max * m->s->max_h) != 0;
    }
    if (!m->at_once || !finite)
        return;
    setting s = *m->s;
    cm_env quiet;
    if (env)
        quiet = cm_quiet(env);
    s.env = env ? &quiet : NULL;
    conv_real(&s, m->x.re + from * m->x.n, end - from, max_x, m->h, m->y + from * s.w.ny);
    for (size_t c = from; c < end; c++)
        m->column[c].state = CONVOLVED;
}

/* Whether to convolve columns as they are measured. Not if they are few for the threads there
 * are: then each column is better shared out among all threads. */
static int may_be_at_once(const measurement *m, cm_samples h, const cm_env *env)
{
    const setting *s = m->s;
    cm_problem p = {
        .x = m->x.re, .nx = s->nx, .h = h.re, .nh = s->nh, .y = m->y, .w = s->w, .ncol = 1};
    if (m->x.ncol == 1 || m->x.im || h.im)
        return 0;
    if (env->threads > 1 && m->x.ncol / m->cols < 4 * (size_t)env->threads)
        return 0;
    return cm_sizes_choose_sums(&p, s->method);
}

static void measure_columns(measurement *m, const cm_env *env)
{
    const setting *s = m->s;
    double each = MEASURE_WORK * (double)s->nx + CM_COLUMN_WORK;
    if (m->at_once)
        each += (double)s->nh * (double)s->w.ny;
    each *= (double)m->cols;
    size_t nitem = (m->x.ncol + m->cols - 1) / m->cols;
    cm_env quiet = cm_quiet(env);
    cm_for_each(nitem, each, measure_item, m, cm_threads(nitem, each, env),
                m->at_once ? env : &quiet);
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

/* One column: convolves it with 0 for the samples that are not finite, and puts these back. */
static void conv_not_finite(const setting *s, cm_samples x, cm_samples h,
                            const cm_options *options, cm_output y)
{
    void *mark = s->env->mark(s->env->data);
    size_t nat = cm_find_nonfinite(x, NULL),
           *at = s->env->alloc(s->env->data, nat * sizeof *at);
    cm_find_nonfinite(x, at);
    cm_samples finite = {zeroed(x.re, x.n, at, nat, s->env), NULL, x.n, 1};
    if (x.im)
        finite.im = zeroed(x.im, x.n, at, nat, s->env);
    conv_finite(s, finite, cm_max_modulus(finite), h, y);
    cm_restore_nonfinite(x, at, nat, h, y, s->w, options, s->env);
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

/* ---- 2 and 3 in one ---------------------------------------------------------------------- */

/* Multiply-adds from which one column is tried without measuring it. */
#define TRY_FROM 1e5

enum { LOOKS = 64 };

/* Whether some samples are finite: those at both ends, which are missing more often than
 * others, and some between. */
static int looks_finite(const double *x, size_t n)
{
    double nan = 0; /* x - x is 0 or NaN */
    for (size_t i = 0; i < LOOKS; i++) {
        size_t at = i * (n / LOOKS);
        nan += (x[at] - x[at]) + (x[n - 1 - at] - x[n - 1 - at]);
    }
    return nan == 0;
}

/* One real column that has not been measured. Returns 1 if it is convolved. */
static int conv_unmeasured(const setting *s, cm_samples x, cm_samples h, cm_output y)
{
    if (x.ncol > 1 || x.im || h.im || s->method == CM_FFT || x.n < LOOKS ||
        (double)x.n * (double)h.n < TRY_FROM || !looks_finite(x.re, x.n))
        return 0;
    void *mark = s->env->mark(s->env->data);
    cm_problem p = problem(s, x.re, 1, 0, h.re, y.re);
    int done = cm_conv_unmeasured(&p, s->method, s->env);
    s->env->release(s->env->data, mark);
    return done;
}

/* ---- all of it ------------------------------------------------------------------------ */

/* Steps 3 and 4: runs of finite columns, and the others one by one. Transforms scale a run by
 * its largest sample, so that columns of one run are of a kind: what a column gives must not
 * depend on its neighbours. */
static void conv_columns(const setting *s, cm_samples x, const column *column, cm_samples h,
                         const cm_options *options, cm_output y)
{
    size_t work = 0;
    for (size_t from = 0, c; from < x.ncol; from = c) {
        double max_x = 0;
        int kind = cm_magnitude(column[from].max);
        for (c = from; c < x.ncol && column[c].state == FINITE; c++) {
            if (cm_magnitude(column[c].max) != kind)
                break;
            max_x = column[c].max > max_x ? column[c].max : max_x;
            cm_work(&work, (size_t)CM_COLUMN_WORK, s->env);
        }
        if (c > from) {
            conv_finite(s, cm_columns(x, from, c - from), max_x, h, output(y, from * s->w.ny));
            continue;
        }
        if (column[c].state == NOT_FINITE)
            conv_not_finite(s, cm_columns(x, c, 1), h, options, output(y, c * s->w.ny));
        c++;
        cm_work(&work, (size_t)CM_COLUMN_WORK, s->env);
    }
}

/* Steps 2 to 4. */
static void conv_measured(setting s, cm_samples x, cm_samples h, const cm_options *options,
                          cm_output y)
{
    const cm_env *env = s.env;
    column one;
    measurement m = {.s = &s, .x = x, .h = h.re, .y = y.re, .column = &one};
    m.cols = 1 + MEASURED_AT_ONCE / x.n;
    m.at_once = may_be_at_once(&m, h, env);
    if (x.ncol > 1)
        m.column = env->alloc(env->data, x.ncol * sizeof *m.column);
    measure_columns(&m, env);
    cm_env quiet = cm_quiet(env);
    if (m.at_once) /* few columns are left, and progress has been told of the others */
        s.env = &quiet;
    conv_columns(&s, x, m.column, h, options, y);
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
    s.max_h = cm_max_modulus(h);
    if (!conv_unmeasured(&s, x, h, y))
        conv_measured(s, x, h, options, y);
    for (size_t c = 0; c < x.ncol && skips_undefined(options); c++)
        restore_undefined(cm_columns(given, c, 1), h.re, h.n, options->origin,
                          output(y, c * w.ny), env);
}

void cm_conv_finite(cm_samples x, cm_samples h, cm_window w, cm_method method, cm_output y,
                    const cm_env *env)
{
    setting s = {.nx = x.n, .nh = h.n, .w = w, .method = method, .env = env};
    s.max_h = cm_max_modulus(h);
    column *columns = env->alloc(env->data, x.ncol * sizeof *columns);
    for (size_t c = 0; c < x.ncol; c++)
        columns[c] = (column){FINITE, cm_max_modulus(cm_columns(x, c, 1))};
    conv_columns(&s, x, columns, h, NULL, y);
}
