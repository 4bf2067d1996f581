/* Convolution by Fourier transforms of blocks: overlap-save.
 *
 * A block of n samples of x and the kernel, padded with zeros to n, are
 * transformed, multiplied and transformed back. The last n - nh + 1 of the n
 * values are outputs; the others are wrong since the transform takes the block
 * for periodic, so blocks overlap by as many. Where x and h are both long, all
 * of it is one block.
 *
 * The kernel is scaled by a power of two to a largest modulus from 1/2 to 1, and so
 * are blocks of samples so large or small that their squares would overflow or
 * underflow. That is exact.
 *
 * What an FFT does to small outputs is in guard.c. Blocks are computed by several
 * threads, each with arrays of its own, which note the groups of outputs that the guard
 * does not certify; the engine computes those again. Whole numbers are rounded: where the error
 * is proven to be below 1/2 they are then exact.
 *
 * Cost: for each block two transforms of n, that is 3 to 6 ns for each output if
 * n is a few times nh, and memory for up to 2.5 n doubles and 2 n more for each thread.
 */
#include "convolve/overlap.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/threads.h"
#include "convolve/fft.h"
#include "convolve/guard.h"
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
    double max = cm_current_simd()->max_modulus(x, n);
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

static int all_integers(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != rint(x[i]))
            return 0;
    return 1;
}

/* The arrays of a thread: n doubles each, or one array for both. */
typedef struct {
    double *work, *spectrum;
    cm_guard *guard;
} workspace;

typedef struct {
    const cm_problem *p;
    size_t n, lead; /* of n values, those from `lead` on are outputs */
    cm_doubts doubts;
    const cm_fft *fft;
    double *kernel, *factors; /* its transform, and what multiplies by it if there are blocks */
    int kernel_exponent;
    int extreme;             /* samples need scaling */
    unsigned char *integers; /* for each column: are all its numbers and the kernel's whole? */
    workspace *workspaces;   /* one for each thread */
} blocks;

/* Fills the array for the block whose value 0 is F[k]: samples k - lead on, times
 * 2^-e. If asked to, chooses e, and returns it. */
static int fill(const blocks *b, const double *x, size_t k, int scaled, double *work)
{
    size_t n = b->n, before = k < b->lead ? b->lead - k : 0; /* x[0] */
    size_t start = k + before - b->lead; /* below nx, or F[k] would have no terms */
    size_t have = b->p->nx - start < n - before ? b->p->nx - start : n - before;
    int e = scaled ? exponent(x + start, have) : 0;
    if (scaled)
        scale(x + start, have, -e, work + before);
    else
        memcpy(work + before, x + start, have * sizeof *work);
    memset(work, 0, before * sizeof *work);
    memset(work + before + have, 0, (n - before - have) * sizeof *work);
    return e;
}

/* Notes which groups of a block of nt outputs, times 2^e, are doubtful. Whole numbers are exact
 * if the error is below 1/2; where it is not, they need only be so up to a sum of moduli of
 * 2^53. */
static void doubt(const cm_doubts *d, const cm_guard *guard, int integers, size_t nt, int e,
                  unsigned char *doubtful)
{
    double least = integers ? ldexp(1, 53 - e) : 0;
    int exact = integers && ldexp(cm_guard_error(guard), e) < 0.5;
    for (size_t g = 0; g * d->group < nt && !exact; g++)
        doubtful[g] = !cm_guard_passes(guard, g, least);
}

/* The nt outputs of a block, times 2^e, into y. */
static void write_block(const blocks *b, double *outputs, size_t nt, int e, int integers,
                        double *y)
{
    if (integers || e <= -1000 || e >= 1000) {
        scale(outputs, nt, e, outputs);
        e = 0;
    }
    for (size_t i = 0; i < nt && integers; i++)
        outputs[i] = rint(outputs[i]) + 0.0; /* not -0, which sums are not */
    cm_write_outputs(b->p, outputs, nt, ldexp(1, e), y);
}

static void block_item(void *job, size_t item, int thread, const cm_env *env)
{
    const blocks *b = job;
    const cm_problem *p = b->p;
    const cm_doubts *d = &b->doubts;
    const workspace *ws = b->workspaces + thread;
    size_t c = item / d->nblock, t = item % d->nblock * d->block,
           nt = p->w.ny - t < d->block ? p->w.ny - t : d->block;
    const double *x = p->x + c * p->xstep;
    double *y = p->y + c * p->ystep + t;
    int e = fill(b, x, p->w.first + t, b->extreme, ws->work);
    if (ws->guard && !cm_guard_measure(ws->guard, ws->work)) {
        e = fill(b, x, p->w.first + t, 1, ws->work);
        cm_guard_measure(ws->guard, ws->work);
    }
    e += b->kernel_exponent;
    cm_fft_forward(b->fft, ws->work, ws->spectrum);
    if (env)
        env->poll(env->data); /* a long transform takes half a second */
    cm_fft_multiply(b->fft, ws->spectrum, b->kernel, b->factors);
    cm_fft_backward(b->fft, ws->spectrum, ws->work);
    int integers = ws->guard && b->integers[c];
    if (ws->guard)
        doubt(d, ws->guard, integers, nt, e, d->doubtful + item * d->ngroup);
    write_block(b, ws->work + b->lead, nt, e, integers, y);
}

/* The transform of the kernel, divided by what the others multiply by, into `kernel`. */
static void transform_kernel(const blocks *b)
{
    const workspace *ws = b->workspaces;
    size_t nh = b->p->nh;
    double *padded = ws->work == ws->spectrum ? b->kernel : ws->work;
    cm_current_simd()->scale(b->kernel, nh, 0.5 / (double)b->n, padded);
    memset(padded + nh, 0, (b->n - nh) * sizeof *padded);
    cm_fft_forward(b->fft, padded, b->kernel);
    if (b->factors)
        cm_fft_factors(b->fft, b->kernel, b->factors);
}

static void set_up_workspaces(blocks *b, int threads, int guarded, const cm_env *env)
{
    size_t n = b->n;
    b->workspaces = env->alloc(env->data, (size_t)threads * sizeof *b->workspaces);
    for (int i = 0; i < threads; i++) {
        workspace *ws = b->workspaces + i;
        ws->work = aligned(n, env);
        ws->spectrum = n >= IN_PLACE_FROM ? ws->work : aligned(n, env);
        ws->guard = NULL;
        if (guarded)
            ws->guard = cm_guard_new(b->kernel, b->p->nh, n, b->lead, b->p->is_part, env);
    }
}

static void set_up_doubts(blocks *b, const cm_env *env)
{
    const cm_problem *p = b->p;
    cm_doubts *d = &b->doubts;
    int integers = all_integers(p->h, p->nh);
    b->integers = env->alloc(env->data, p->ncol);
    for (size_t c = 0; c < p->ncol; c++)
        b->integers[c] = integers && all_integers(p->x + c * p->xstep, p->nx);
    d->group = cm_guard_group(b->workspaces->guard);
    d->ngroup = (d->block + d->group - 1) / d->group;
    size_t n = d->nblock * p->ncol * d->ngroup;
    d->doubtful = env->alloc(env->data, n);
    memset(d->doubtful, 0, n);
}

/* Returns 0 if there is no such transform. */
static int all_blocks(blocks *b, int guarded, const cm_env *env)
{
    size_t n = b->n, nitem = b->doubts.nblock * b->p->ncol;
    double each = 14 * (double)n * log2((double)n); /* as long as so many multiply-adds */
    int threads = cm_threads(nitem, each, env);
    set_up_workspaces(b, threads, guarded, env);
    b->fft = cm_fft_plan(n, b->workspaces->work, b->workspaces->spectrum);
    if (!b->fft)  // # nocov
        return 0; // # nocov
    if (guarded)
        set_up_doubts(b, env);
    if (nitem >= FACTORS_FROM && n <= FACTORS_TO)
        b->factors = aligned(cm_fft_nfactor(b->fft), env);
    transform_kernel(b);
    env->poll(env->data);
    cm_for_each(nitem, each, block_item, b, threads, env);
    return 1;
}

int cm_conv_overlap(const cm_problem *p, size_t n, cm_doubts *doubts, const cm_env *env)
{
    size_t lead = n >= cm_one_block_length(p->nx, p->nh, p->w) ? p->w.first : p->nh - 1;
    blocks b = {.p = p, .n = n, .lead = lead};
    b.doubts.block = n - lead;
    b.doubts.nblock = (p->w.ny + n - lead - 1) / (n - lead);
    b.extreme = !(p->max_x <= LARGE && p->max_x >= 1 / LARGE);
    b.kernel_exponent = exponent(p->h, p->nh);
    b.kernel = aligned(n, env);
    scale(p->h, p->nh, -b.kernel_exponent, b.kernel);
    int done = all_blocks(&b, doubts != NULL, env);
    if (doubts)
        *doubts = b.doubts;
    return done;
}
