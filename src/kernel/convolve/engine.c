/* Runs a plan, and computes doubtful outputs again.
 *
 * A complex convolution is one by complex transforms, or four real ones. Doubtful outputs of
 * complex transforms are computed again in either way.
 *
 * Who decides: cm_guard_passes() says of each group of outputs whether it is certain,
 * overlap.c notes the others as doubtful, and mend() here computes those again.
 */
#include "convolve/engine.h"

#include <math.h>

#include "base/threads.h"
#include "convolve/direct.h"
#include "convolve/overlap.h"
#include "convolve/samples.h"
#include "convolve/sparse.h"

/* Doubtful outputs are computed by transforms again only if nx nh of what they need is below
 * this part of the nx nh before; else by sums. Shorter signals have smaller norms, and so a
 * smaller error. */
#define AGAIN_BY_FFT 0.3

static void run_part(const cm_problem *whole, size_t from, size_t to, const cm_env *env);

/* Outputs from ... to - 1 of one column again: by the samples of the kernel that are not 0 if
 * they are given, else by whatever is best. */
static void run_doubtful(const cm_problem *p, size_t from, size_t to, const cm_nonzeros *h,
                         const cm_env *env)
{
    if (!h) {
        run_part(p, from, to, env);
        return;
    }
    void *mark = env->mark(env->data);
    cm_problem q = cm_swapped(p, 0);
    q.w = (cm_window){p->w.first + from, to - from};
    q.y += from;
    cm_conv_sparse(&q, h, env);
    env->release(env->data, mark);
}

/* Computes the doubtful outputs of one column, number c, again: neighbouring groups together,
 * until they have as many outputs as a block. */
static void mend(const cm_problem *p, const cm_doubts *doubts, size_t c, const cm_nonzeros *h,
                 const cm_env *env)
{
    const unsigned char *doubtful = doubts->doubtful + c * doubts->nblock * doubts->ngroup;
    size_t from = 0, to = 0;
    for (size_t b = 0; b < doubts->nblock; b++) {
        size_t block_end = (b + 1) * doubts->block;
        for (size_t g = 0; g < doubts->ngroup; g++) {
            size_t t = b * doubts->block + g * doubts->group, end = t + doubts->group;
            if (!doubtful[b * doubts->ngroup + g])
                continue;
            end = end > block_end ? block_end : end;
            if (t != to || to - from >= doubts->block) {
                if (to > from)
                    run_doubtful(p, from, to, h, env);
                from = t;
            }
            to = end > p->w.ny ? p->w.ny : end;
        }
    }
    if (to > from)
        run_doubtful(p, from, to, h, env);
}

/* Guarded transforms, for a kernel no longer than the signals. */
static cm_attempt run_guarded(const cm_problem *p, size_t length, const cm_env *env)
{
    cm_doubts doubts;
    if (!cm_conv_overlap(p, length, &doubts, env))
        return CM_NOT_CONVOLVED;
    cm_env quiet = cm_quiet(env);
    cm_nonzeros nonzeros, *h = NULL;
    size_t count = doubts.few ? cm_count_nonzero(p->h, p->nh) : 0;
    if (count > 0 && count <= CM_SPARSE_MOST) {
        nonzeros = cm_find_nonzeros(p->h, p->nh, count, env);
        h = &nonzeros;
    }
    for (size_t c = 0; c < p->ncol; c++) {
        cm_problem column = cm_column(p, c);
        column.unmeasured = doubts.holes;
        mend(&column, &doubts, c, h, &quiet);
    }
    return doubts.holes ? CM_WITH_ZEROS : CM_CONVOLVED;
}

/* Guarded transforms of neighbouring columns of a kind, with gaps or without: what a column
 * gives must not depend on its neighbours. */
static void run_kinds(const cm_problem *p, size_t length, const cm_env *env)
{
    const cm_env quiet = cm_quiet(env);
    size_t work = 0;
    for (size_t from = 0, to; from < p->ncol; from = to) {
        cm_problem q = cm_column(p, from);
        int gaps = cm_has_gaps(q.x, q.nx);
        for (to = from + 1; to < p->ncol; to++) {
            cm_work(&work, (size_t)CM_COLUMN_WORK, env);
            if (cm_has_gaps(p->x + to * p->xstep, p->nx) != gaps)
                break;
        }
        q.ncol = to - from;
        void *mark = env->mark(env->data);
        run_guarded(&q, length, q.ncol == p->ncol ? env : &quiet);
        env->release(env->data, mark);
    }
}

/* Direct sums or transforms, for a kernel no longer than the signals. */
static void run_ordered(const cm_problem *p, const cm_plan *plan, const cm_env *env)
{
    if (plan->method == CM_DIRECT)
        cm_conv_direct(p, env);
    else if (plan->method == CM_FFT)
        cm_conv_overlap(p, plan->length, NULL, env);
    else
        run_kinds(p, plan->length, env);
}

void cm_conv_planned(const cm_problem *p, const cm_plan *plan, const cm_env *env)
{
    if (p->nh <= p->nx) {
        run_ordered(p, plan, env);
        return;
    }
    for (size_t c = 0; c < p->ncol; c++) { /* F is symmetric in x and h */
        cm_problem q = cm_swapped(p, c);
        if (plan->method != CM_DIRECT)
            q.max_x = cm_max_modulus((cm_samples){q.x, q.x_im, q.nx, 1});
        run_ordered(&q, plan, env);
    }
}

/* One column, by any plan. */
static void run_column(const cm_problem *p, const cm_plan *plan, const cm_env *env)
{
    if (plan->method != CM_SPARSE) {
        cm_conv_planned(p, plan, env);
        return;
    }
    cm_problem q = plan->swapped ? cm_swapped(p, 0) : *p;
    cm_nonzeros samples = cm_find_nonzeros(q.x, q.nx, plan->nonzero, env);
    cm_conv_sparse(&q, &samples, env);
}

/* One column of real numbers again. Not by transforms of much the same samples. */
static void run_again(const cm_problem *p, int same, const cm_env *env)
{
    cm_plan plan = cm_choose(p);
    if (plan.method == CM_FFT_GUARDED && same)
        plan = cm_choose_sums(p);
    run_column(p, &plan, env);
}

/* How the real parts of a complex convolution are computed: by a method; or again, not by
 * transforms if that would be of the same samples. */
typedef struct {
    cm_method method;
    int again, same;
} way;

/* The product of a part of x and a part of h, into y. */
static void run_real(const cm_problem *complex, const double *x, const double *h, double *y,
                     size_t ystep, way how, const cm_env *env)
{
    void *mark = env->mark(env->data);
    cm_problem p = *complex;
    p.x = x, p.h = h, p.y = y;
    p.x_im = p.h_im = p.y_im = NULL;
    p.ystep = ystep;
    p.is_part = 1;
    if (how.again)
        run_again(&p, how.same, env);
    else
        cm_conv_real(&p, how.method, env);
    env->release(env->data, mark);
}

/* y += sign part, for all columns. */
static void add_part(const cm_problem *p, double *y, double sign, const double *part)
{
    for (size_t c = 0; c < p->ncol; c++, y += p->ystep, part += p->w.ny)
        for (size_t t = 0; t < p->w.ny; t++)
            y[t] += sign * part[t];
}

/* A complex convolution by four real ones. */
static void run_parts(const cm_problem *p, way how, const cm_env *env)
{
    size_t ny = p->w.ny;
    double *part = cm_doubles(ny * p->ncol, env);
    run_real(p, p->x, p->h, p->y, p->ystep, how, env);
    run_real(p, p->x_im, p->h_im, part, ny, how, env);
    add_part(p, p->y, -1, part);
    run_real(p, p->x_im, p->h, p->y_im, p->ystep, how, env);
    run_real(p, p->x, p->h_im, part, ny, how, env);
    add_part(p, p->y_im, 1, part);
}

/* Outputs from ... to - 1 of a problem of one column. */
static void run_part(const cm_problem *whole, size_t from, size_t to, const cm_env *env)
{
    void *mark = env->mark(env->data);
    cm_problem p = cm_part(whole, from, to - from);
    if (p.unmeasured) {
        double *x = cm_doubles(p.nx, env);
        cm_copy_finite(p.x, p.nx, x);
        p.x = x, p.unmeasured = 0;
    }
    double seen = (double)whole->nx * (double)whole->nh;
    int same = (double)p.nx * (double)p.nh >= AGAIN_BY_FFT * seen;
    cm_plan plan;
    if (!p.x_im)
        run_again(&p, same, env);
    else if (!same && cm_plan_complex(&p, CM_AUTO, &plan))
        cm_conv_planned(&p, &plan, env);
    else
        run_parts(&p, (way){CM_AUTO, 1, same}, env);
    env->release(env->data, mark);
}

/* Columns of mostly zeros are run one by one, the columns between them together. If the kernel
 * is mostly zeros all columns are run one by one. */
static void run_apart(const cm_problem *p, cm_plan plan, const cm_env *env)
{
    size_t from = 0;
    int apart = cm_plan_sparse_kernel(p, &plan);
    for (size_t c = 0; c <= p->ncol; c++) {
        cm_problem column = cm_column(p, c), between = cm_column(p, from);
        cm_plan its = plan;
        if (c < p->ncol && !cm_plan_sparse_signal(&column, &its) && !apart)
            continue;
        between.ncol = c - from;
        if (between.ncol > 0)
            cm_conv_planned(&between, &plan, env);
        if (c < p->ncol)
            run_column(&column, &its, env);
        from = c + 1;
    }
}

/* Sums that skip the zeros of each signal, whatever they cost. */
static void run_sparse_signals(const cm_problem *p, const cm_env *env)
{
    for (size_t c = 0; c < p->ncol; c++) {
        void *mark = env->mark(env->data);
        cm_problem q = cm_column(p, c);
        cm_nonzeros x = cm_find_nonzeros(q.x, q.nx, cm_count_nonzero(q.x, q.nx), env);
        cm_conv_sparse(&q, &x, env);
        env->release(env->data, mark);
    }
}

/* What all columns of a problem share. */
typedef struct {
    const cm_problem *p;
    const cm_nonzeros *h;
} shared;

static void sparse_kernel_item(void *job, size_t item, int thread, const cm_env *env)
{
    const shared *s = job;
    cm_problem q = cm_swapped(s->p, item);
    (void)thread;
    void *mark = env ? env->mark(env->data) : NULL; // # nocov: NULL if a processor is free
    cm_conv_sparse(&q, s->h, env);
    if (env) // # nocov: as above
        env->release(env->data, mark);
}

/* Sums that skip the zeros of the kernel. Columns are shared out among threads if they need no
 * memory; a few large ones are better shared out each by itself. */
static void run_sparse_kernel(const cm_problem *p, const cm_env *env)
{
    cm_nonzeros h = cm_find_nonzeros(p->h, p->nh, cm_count_nonzero(p->h, p->nh), env);
    shared s = {p, &h};
    double each = (double)h.n * (double)p->w.ny + CM_COLUMN_WORK;
    int apart = p->nx > CM_SPARSE_PADDED && p->ncol >= 4 * (size_t)env->threads;
    cm_env quiet = cm_quiet(env);
    if (apart)
        cm_for_each(p->ncol, each, sparse_kernel_item, &s, cm_threads(p->ncol, each, env),
                    &quiet);
    for (size_t c = 0; c < p->ncol && !apart; c++)
        sparse_kernel_item(&s, c, 0, p->ncol == 1 ? env : &quiet);
}

void cm_conv_real(const cm_problem *problem, cm_method method, const cm_env *env)
{
    cm_problem p = cm_trimmed(problem);
    cm_plan plan = cm_plan_by_size(&p, method);
    if (method == CM_AUTO && cm_may_be_sparse(&p, &plan)) {
        run_apart(&p, plan, env);
    } else if (method == CM_SPARSE) {
        run_sparse_signals(&p, env);
    } else if (method == CM_SPARSE_KERNEL) {
        run_sparse_kernel(&p, env);
    } else {
        cm_conv_planned(&p, &plan, env);
    }
}

/* Multiply-adds from which one column is tried by transforms without measuring it. */
#define TRY_FROM 1e5

enum { LOOKS = 64 };

/* Whether some samples are mostly finite. With 0 for many it might be better to skip zeros. */
static int looks_finite(const double *x, size_t n)
{
    size_t missing = 0;
    for (size_t i = 0; i < LOOKS; i++)
        missing += !isfinite(x[i * (n / LOOKS)]);
    return 8 * missing < LOOKS;
}

/* Direct sums of columns that nobody has measured. */
static cm_attempt try_sums(const cm_problem *p, double max_h, const cm_env *env)
{
    if (cm_conv_direct_unmeasured(p, max_h, env))
        return CM_CONVOLVED;
    return p->nh > p->nx ? CM_NOT_CONVOLVED : CM_WITH_ZEROS;
}

/* Whether to skip the zeros of one column or of the kernel, or to look for them in several. */
static int is_sparse(const cm_problem *p, const cm_plan *plan)
{
    cm_plan sparse = *plan;
    return cm_may_be_sparse(p, plan) && (p->ncol > 1 || cm_plan_sparse_kernel(p, &sparse) ||
                                         cm_plan_sparse_signal(p, &sparse));
}

cm_attempt cm_conv_unmeasured(cm_problem *p, cm_method method, double max_h, const cm_env *env)
{
    cm_trim(p);
    cm_plan plan = cm_plan_by_size(p, method);
    if (method == CM_AUTO && is_sparse(p, &plan))
        return CM_NOT_CONVOLVED;
    if (plan.method == CM_DIRECT)
        return try_sums(p, max_h, env);
    if (p->ncol > 1 || p->nh > p->nx || plan.method != CM_FFT_GUARDED ||
        (double)p->nx * (double)p->nh < TRY_FROM || !looks_finite(p->x, p->nx))
        return CM_NOT_CONVOLVED;
    p->max_x = CM_LARGE;
    p->unmeasured = 1;
    return run_guarded(p, plan.length, env);
}

void cm_conv_complex(const cm_problem *problem, cm_method method, const cm_env *env)
{
    cm_problem p = cm_trimmed(problem);
    const cm_env quiet = cm_quiet(env);
    for (size_t from = 0, to; from < p.ncol; from = to) { /* neighbours of the same kind */
        cm_problem q = cm_column(&p, from), next;
        cm_plan plan, other;
        int whole = cm_plan_complex(&q, method, &plan);
        for (to = from + 1; to < p.ncol; to++) {
            next = cm_column(&p, to);
            if (cm_plan_complex(&next, method, &other) != whole)
                break;
        }
        q.ncol = to - from;
        if (whole)
            cm_conv_planned(&q, &plan, q.ncol == p.ncol ? env : &quiet);
        else
            run_parts(&q, (way){.method = method}, &quiet);
    }
}
