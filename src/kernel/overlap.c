/* Convolution by Fourier transforms of blocks: overlap-save.
 *
 * A block of n samples of x and the kernel, padded with zeros to n, are
 * transformed, multiplied and transformed back. The last n - nh + 1 of the n
 * values are outputs, the others are wrong since the transform takes the block
 * for periodic, and blocks overlap by those. Where x and h are both long the
 * whole is one block.
 *
 * Blocks and kernel are scaled by powers of two to a largest modulus from 1/2 to
 * 1, which is exact, so that nothing overflows and no norm underflows.
 *
 * What an FFT does to small outputs is in guard.c. Groups of outputs that fail
 * there are computed again, by whatever suits them. Whole numbers are rounded
 * where the error is proven to be below 1/2, and then exact.
 *
 * Cost: for each block two transforms of n, that is 4 to 8 ns for each output if
 * n is a few times nh, and memory for 3 n doubles.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fft.h"
#include "guard.h"
#include "kernel.h"
#include "method.h"
#include "simd.h"

/* From here on in place: slower by itself, but it needs a third less memory. */
#define IN_PLACE_FROM 65536

static double *aligned(size_t n, const cm_env *env)
{
    char *p = env->alloc(env->data, n * sizeof(double) + CM_ALIGN);
    return (double *)(p + (CM_ALIGN - (uintptr_t)p % CM_ALIGN) % CM_ALIGN);
}

/* The power of two that takes the largest modulus to [1/2, 1), as exponent; 0 for
 * zeros. */
static int exponent(const double *x, size_t n)
{
    double max = cm_current_simd()->max_abs(x, n);
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

typedef struct {
    const double *x, *h;
    size_t nx, nh, n, lead; /* of n values, those from `lead` on are outputs */
    cm_window w;
    double *y;
    const cm_fft *fft;
    double *work, *spectrum, *kernel; /* of n doubles, or n + 2 */
    int kernel_exponent, whole;
    cm_guard *guard;
    const cm_env *env;
} task;

/* The block whose first output is F[k]: samples k - lead on, scaled. Returns the
 * exponent that was taken off. */
static int fill(const task *task, size_t k)
{
    double *work = task->work;
    size_t n = task->n, before = k < task->lead ? task->lead - k : 0; /* x[0] */
    size_t start = k + before - task->lead; /* below nx, or F[k] would have no terms */
    size_t have = task->nx - start < n - before ? task->nx - start : n - before;
    int e = exponent(task->x + start, have);
    scale(task->x + start, have, -e, work + before);
    memset(work, 0, before * sizeof *work);
    memset(work + before + have, 0, (n - before - have) * sizeof *work);
    return e;
}

/* Computes outputs t ... t + nt - 1 of the window again. */
static void again(const task *task, size_t t, size_t nt)
{
    cm_window part = {task->w.first + t, nt};
    cm_conv_part(task->x, task->nx, task->h, task->nh, task->y + t, part, task->env);
}

/* Groups of the block at output t that are not certain. */
static void check(const task *task, size_t t, size_t nt)
{
    size_t c = cm_guard_group(task->guard), from = 0, failed = 0;
    for (size_t g = 0; g * c < nt; g++) {
        if (cm_guard_passes(task->guard, g)) {
            if (failed)
                again(task, t + from, g * c - from);
            failed = 0;
        } else if (!failed++) {
            from = g * c;
        }
    }
    if (failed)
        again(task, t + from, nt - from);
}

static void block(const task *task, size_t t)
{
    size_t most = task->n - task->lead, left = task->w.ny - t, nt = left < most ? left : most;
    double *y = task->y + t;
    int e = fill(task, task->w.first + t) + task->kernel_exponent;
    if (task->guard)
        cm_guard_look(task->guard, task->work);
    cm_fft_forward(task->fft, task->work, task->spectrum);
    task->env->poll(task->env->data); /* a long transform takes half a second */
    cm_current_simd()->multiply(task->spectrum, task->kernel, task->n / 2 + 1);
    cm_fft_backward(task->fft, task->spectrum, task->work);
    scale(task->work + task->lead, nt, e, y);
    if (!task->guard)
        return;
    if (task->whole && ldexp(cm_guard_error(task->guard), e) < 0.5) {
        for (size_t i = 0; i < nt; i++)
            y[i] = rint(y[i]);
    } else if (task->whole) {
        again(task, t, nt);
    } else {
        check(task, t, nt);
    }
}

size_t cm_fft_whole(size_t nx, size_t nh, cm_window w)
{
    /* no output may be met by F[k + n], and all of x and h must fit */
    size_t n = nx + nh - 1 - w.first, end = w.first + w.ny;
    n = n < end ? end : n;
    return n < nx ? nx : n; /* nh is not the longer */
}

/* The transform of the kernel, divided by n since FFTW does not, into `kernel`. */
static void transform_kernel(const task *task)
{
    int in_place = task->work == task->spectrum;
    double *padded = in_place ? task->kernel : task->work;
    cm_current_simd()->scale(task->kernel, task->nh, 1 / (double)task->n, padded);
    memset(padded + task->nh, 0, (task->n - task->nh) * sizeof *padded);
    cm_fft_forward(task->fft, padded, in_place ? padded : task->spectrum);
    if (!in_place)
        memcpy(task->kernel, task->spectrum, (task->n + 2) * sizeof *padded);
}

int cm_conv_fft(const double *x, size_t nx, const double *h, size_t nh, double *y, cm_window w,
                size_t n, int guarded, const cm_env *env)
{
    size_t lead = n >= cm_fft_whole(nx, nh, w) ? w.first : nh - 1;
    task task = {x, h, nx, nh, n, lead, w, y, NULL, NULL, NULL, NULL, 0, 0, NULL, env};
    int in_place = n >= IN_PLACE_FROM;
    task.work = aligned(n + 2, env);
    task.spectrum = in_place ? task.work : aligned(n + 2, env);
    task.kernel = aligned(n + 2, env);
    task.fft = cm_fft_plan(n, task.work, task.spectrum);
    if (!task.fft)
        return 0; // # nocov
    task.kernel_exponent = exponent(h, nh);
    scale(h, nh, -task.kernel_exponent, task.kernel);
    if (guarded) {
        task.guard = cm_guard_new(task.kernel, nh, n, lead, env);
        task.whole = all_whole(h, nh) && all_whole(x, nx);
    }
    transform_kernel(&task);
    env->poll(env->data);
    for (size_t t = 0; t < w.ny; t += n - lead) {
        block(&task, t);
        env->poll(env->data);
    }
    return 1;
}
