/* Convolution by Fourier transforms of blocks: overlap-save.
 *
 * A block of n samples of x and the kernel, padded with zeros to n, are
 * transformed, multiplied and transformed back. The last n - nh + 1 of the n
 * values are outputs, the others are wrong since the transform takes the block
 * for periodic, and blocks overlap by those. Where x and h are both long the
 * whole is one block.
 *
 * The kernel is scaled by a power of two to a largest modulus from 1/2 to 1, and so
 * are blocks of samples so large or small that their squares would overflow or
 * underflow. That is exact.
 *
 * What an FFT does to small outputs is in guard.c. Blocks are computed by several
 * threads, each with arrays of its own, and say which groups of outputs fail there.
 * Those are computed again afterwards, by whatever suits them. Whole numbers are
 * rounded where the error is proven to be below 1/2, and then exact.
 *
 * Cost: for each block two transforms of n, that is 3 to 6 ns for each output if
 * n is a few times nh, and memory for up to 2.5 n doubles and 2 n more for each thread.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "convolve/fft.h"
#include "convolve/guard.h"
#include "kernel.h"
#include "convolve/method.h"
#include "base/threads.h"
#include "loops/loops.h"

/* From here on in place: slower by itself, but it needs a third less memory. */
#define IN_PLACE_FROM 4194304

/* For so many blocks, and transforms that leave room in a cache for them, the kernel's
 * factors are worth making: 1.03 times as fast on AVX-512, 1.09 on AVX2, 1.12 on SSE2. */
#define FACTORS_FROM 8
#define FACTORS_TO 40960

/* Samples up to here, and not all below its inverse, need no scaling. */
#define LARGE 0x1p300

static double *aligned(size_t n, const cm_env *env)
{
    char *p = env->alloc(env->data, n * sizeof(double) + CM_ALIGN);
    return (double *)(p + (CM_ALIGN - (uintptr_t)p % CM_ALIGN) % CM_ALIGN);
}

/* The power of two that takes the largest modulus to [1/2, 1), as exponent; 0 for
 * zeros. */
static int exponent(const double *x, size_t n)
{
    double max = cm_current_simd()->survey(x, n);
    int e = 0;
    if (max > 0)
        frexp(max, &e);
    return e;
}

/* y = x 2^e, in steps as 2^e itself may overflow or underflow: e is up to 2048. */
static void scale(const double *x, size_t n, int e, double *y)
{
    const cm_simd *simd = cm_current_simd();
    if (e > -1000 && e < 1000) {
        simd->scale(x, n, ldexp(1, e), y);
    } else {
        simd->scale(x, n, ldexp(1, e / 3), y);
        simd->scale(y, n, ldexp(1, e / 3), y);
        simd->scale(y, n, ldexp(1, e - e / 3 * 2), y);
    }
}

static int all_whole(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != rint(x[i]))
            return 0;
    return 1;
}

/* What a thread works on: `work` and `spectrum` of n doubles, or one array for both. */
typedef struct {
    double *work, *spectrum;
    cm_guard *guard;
} desk;

typedef struct {
    const cm_problem *p;
    size_t n, lead;        /* of n values, those from `lead` on are outputs */
    size_t nblock;         /* of a column */
    size_t group, ngroup;  /* outputs that fail together, groups of a block */
    unsigned char *failed; /* for each group of each block */
    const cm_fft *fft;
    double *kernel, *factors; /* its transform, and what multiplies by it if there are blocks */
    int kernel_exponent, extreme;
    unsigned char *whole; /* for each column: are all numbers whole? */
    desk *desks;
} task;

/* Fills the array for the block whose value 0 is F[k]: samples k - lead on, times
 * 2^-e. If asked to, chooses e, and returns it. */
static int fill(const task *task, const double *x, size_t k, int scaled, double *work)
{
    size_t n = task->n, before = k < task->lead ? task->lead - k : 0; /* x[0] */
    size_t start = k + before - task->lead; /* below nx, or F[k] would have no terms */
    size_t have = task->p->nx - start < n - before ? task->p->nx - start : n - before;
    int e = scaled ? exponent(x + start, have) : 0;
    if (scaled)
        scale(x + start, have, -e, work + before);
    else
        memcpy(work + before, x + start, have * sizeof *work);
    memset(work, 0, before * sizeof *work);
    memset(work + before + have, 0, (n - before - have) * sizeof *work);
    return e;
}

static void check(const task *task, const desk *desk, int whole, size_t nt, int e,
                  unsigned char *failed)
{
    if (whole)
        memset(failed, ldexp(cm_guard_error(desk->guard), e) >= 0.5, task->ngroup);
    for (size_t g = 0; g * task->group < nt && !whole; g++)
        failed[g] = !cm_guard_passes(desk->guard, g);
}

/* The nt outputs of a block, times 2^e, into y. */
static void put(const task *task, double *outputs, size_t nt, int e, int whole, double *y)
{
    if (whole || e <= -1000 || e >= 1000) {
        scale(outputs, nt, e, outputs);
        e = 0;
    }
    for (size_t i = 0; i < nt && whole; i++)
        outputs[i] = rint(outputs[i]) + 0.0; /* not -0, which sums are not */
    cm_put(task->p, outputs, nt, ldexp(1, e), y);
}

static void block_item(void *job, size_t item, int thread, const cm_env *env)
{
    const task *task = job;
    const cm_problem *p = task->p;
    const desk *desk = task->desks + thread;
    size_t c = item / task->nblock, most = task->n - task->lead, t = item % task->nblock * most,
           nt = p->w.ny - t < most ? p->w.ny - t : most;
    const double *x = p->x + c * p->xstep;
    double *y = p->y + c * p->ystep + t;
    int e = fill(task, x, p->w.first + t, task->extreme, desk->work);
    if (desk->guard && !cm_guard_look(desk->guard, desk->work)) {
        e = fill(task, x, p->w.first + t, 1, desk->work);
        cm_guard_look(desk->guard, desk->work);
    }
    e += task->kernel_exponent;
    cm_fft_forward(task->fft, desk->work, desk->spectrum);
    if (env)
        env->poll(env->data); /* a long transform takes half a second */
    cm_fft_multiply(task->fft, desk->spectrum, task->kernel, task->factors);
    cm_fft_backward(task->fft, desk->spectrum, desk->work);
    int whole = desk->guard && task->whole[c];
    if (desk->guard)
        check(task, desk, whole, nt, e, task->failed + item * task->ngroup);
    put(task, desk->work + task->lead, nt, e, whole, y);
}

static void mend_part(const cm_problem *p, size_t from, size_t to, const cm_env *env)
{
    void *mark = env->mark(env->data);
    cm_conv_part(p, from, to - from, env);
    env->release(env->data, mark);
}

/* The outputs of groups that failed, again: those next to each other at once, but no
 * more than a block, as an FFT of less of the signal has less error. */
static void mend(const task *task, size_t c, const cm_env *env)
{
    const cm_problem p = cm_column(task->p, c);
    const unsigned char *failed = task->failed + c * task->nblock * task->ngroup;
    size_t most = task->n - task->lead, from = 0, to = 0;
    for (size_t b = 0; b < task->nblock; b++) {
        for (size_t g = 0; g < task->ngroup; g++) {
            size_t t = b * most + g * task->group, end = t + task->group;
            if (!failed[b * task->ngroup + g])
                continue;
            end = end > (b + 1) * most ? (b + 1) * most : end;
            if (t != to || to - from >= most) {
                if (to > from)
                    mend_part(&p, from, to, env);
                from = t;
            }
            to = end > p.w.ny ? p.w.ny : end;
        }
    }
    if (to > from)
        mend_part(&p, from, to, env);
}

size_t cm_fft_whole(size_t nx, size_t nh, cm_window w)
{
    /* no output may be met by F[k + n], and all of x and h must fit: they have no sample
     * that no output needs */
    size_t n = nx + nh - 1 - w.first, end = w.first + w.ny;
    return n < end ? end : n;
}

/* The transform of the kernel, divided by what the others multiply by, into `kernel`. */
static void transform_kernel(const task *task)
{
    const desk *desk = task->desks;
    size_t nh = task->p->nh;
    double *padded = desk->work == desk->spectrum ? task->kernel : desk->work;
    cm_current_simd()->scale(task->kernel, nh, 0.5 / (double)task->n, padded);
    memset(padded + nh, 0, (task->n - nh) * sizeof *padded);
    cm_fft_forward(task->fft, padded, task->kernel);
    if (task->factors)
        cm_fft_factors(task->fft, task->kernel, task->factors);
}

static void set_up_desks(task *task, int threads, int guarded, const cm_env *env)
{
    size_t n = task->n;
    task->desks = env->alloc(env->data, (size_t)threads * sizeof *task->desks);
    for (int i = 0; i < threads; i++) {
        desk *desk = task->desks + i;
        desk->work = aligned(n, env);
        desk->spectrum = n >= IN_PLACE_FROM ? desk->work : aligned(n, env);
        desk->guard = NULL;
        if (guarded)
            desk->guard = cm_guard_new(task->kernel, task->p->nh, n, task->lead,
                                       task->p->is_part ? 0.7e-11 : 0.99e-11, env);
    }
}

static void all_blocks(task *task, int guarded, const cm_env *env)
{
    const cm_problem *p = task->p;
    size_t n = task->n, nitem = task->nblock * p->ncol;
    double each = 14 * (double)n * log2((double)n); /* as long as so many multiply-adds */
    int threads = cm_threads(nitem, each, env);
    set_up_desks(task, threads, guarded, env);
    task->fft = cm_fft_plan(n, task->desks->work, task->desks->spectrum);
    if (!task->fft) // # nocov
        return;     // # nocov
    if (guarded) {
        int whole = all_whole(p->h, p->nh);
        task->whole = env->alloc(env->data, p->ncol);
        for (size_t c = 0; c < p->ncol; c++)
            task->whole[c] = whole && all_whole(p->x + c * p->xstep, p->nx);
        task->group = cm_guard_group(task->desks->guard);
        task->ngroup = (n - task->lead + task->group - 1) / task->group;
        task->failed = env->alloc(env->data, nitem * task->ngroup);
        memset(task->failed, 0, nitem * task->ngroup);
    }
    if (nitem >= FACTORS_FROM && n <= FACTORS_TO)
        task->factors = aligned(cm_fft_nfactor(task->fft), env);
    transform_kernel(task);
    env->poll(env->data);
    cm_for_each(nitem, each, block_item, task, threads, env);
    cm_env quiet = cm_quiet(env);
    for (size_t c = 0; guarded && c < p->ncol; c++)
        mend(task, c, &quiet);
}

int cm_conv_fft(const cm_problem *p, size_t n, int guarded, const cm_env *env)
{
    size_t lead = n >= cm_fft_whole(p->nx, p->nh, p->w) ? p->w.first : p->nh - 1;
    size_t nblock = (p->w.ny + n - lead - 1) / (n - lead);
    task task = {.p = p, .n = n, .lead = lead, .nblock = nblock};
    task.extreme = !(p->max_x <= LARGE && p->max_x >= 1 / LARGE);
    task.kernel_exponent = exponent(p->h, p->nh);
    task.kernel = aligned(n, env);
    scale(p->h, p->nh, -task.kernel_exponent, task.kernel);
    all_blocks(&task, guarded, env);
    return task.fft != NULL;
}
