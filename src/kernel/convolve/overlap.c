/* Convolution by Fourier transforms of blocks: overlap-save.
 *
 * Transforms (transform.c) convolve a block of n samples of x with the kernel, padded with
 * zeros to n. The last n - nh + 1 of the n values are outputs. The others are wrong, since what
 * goes past the end of a block comes back at its beginning; so blocks overlap by nh - 1
 * samples. Where x and h are both long, all of it is one block.
 *
 * The transforms read rows of samples and write rows of outputs; see rows.h.
 *
 * Complex signals with a complex kernel are transformed as they are: n / 2 complex samples take
 * the place of n real ones. The guard knows real samples only, and is given lower bounds of the
 * moduli. All parts of a complex number are scaled alike.
 *
 * If samples are so large or small that products might overflow or underflow, the kernel and
 * each block are scaled by powers of two, which is exact, to a largest modulus from 1/2 to 1.
 *
 * In a signal that nobody has measured, the guard finds the samples that are not finite. Their
 * block is copied, with 0 for them; the caller puts them back.
 *
 * What an FFT does to small outputs is in guard.c. Several threads compute blocks, each with
 * arrays of its own, and note the groups of outputs that the guard does not certify: those are
 * doubtful, and the engine computes them again.
 *
 * If all samples are whole numbers the outputs are rounded. Where that does not make them exact
 * the remainders of samples are convolved, too, those of several blocks together; see whole.c.
 *
 * Where most of a real kernel is zeros, or many zeros stand among the samples, the moduli of
 * each block are convolved with those of the kernel: that tells the guard all it must know.
 *
 * Cost: for each block two transforms of n, or four with moduli, that is 1.5 to 4 ns for each
 * output if n is a few times nh. Memory: n doubles, and for each thread 1.2 to 1.4 n more,
 * or 2.2 to 2.4 n if blocks are scaled, and up to 3.4 n, and n for the kernel, if there may be
 * remainders.
 */
#include "convolve/overlap.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "convolve/guard.h"
#include "convolve/rows.h"
#include "convolve/samples.h"
#include "convolve/transform.h"
#include "convolve/whole.h"
#include "loops/loops.h"

/* What the guard is given of complex samples is at least 0.9237 of their moduli, so that norms
 * are up to 1 / 0.9237 times as large, and products of two norms up to this. */
#define NORMS 1.1721

static double *aligned(size_t n, const cm_env *env)
{
    return cm_align(env->alloc(env->data, n * sizeof(double) + CM_ALIGNMENT));
}

/* The e for which x is in [1/2, 1) times 2^e; 0 for 0. */
static int exponent(double x)
{
    int e = 0;
    if (x > 0)
        frexp(x, &e);
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

/* Signals are real or complex, which is 1 or 2 arrays for the parts. */
enum { PARTS = 2 };

/* The samples of a block: values `before` ... before + n - 1. */
typedef struct {
    const double *part[PARTS];
    size_t before, n;
} samples;

/* Outputs of a group where the sums of their moduli are known: as many as sums that skip zeros
 * compute at a time. */
#define SMALL_GROUP CM_STRIP

/* The arrays of a thread: a spectrum, a row of zeros, two rows for the ends of each part, and
 * if they are needed scaled samples or remainders, outputs of remainders, moduli or lower
 * bounds of these, and sums of the moduli of outputs. */
typedef struct {
    double *spectrum, *zeros, *ends[2 * PARTS], *changed, *rest, *moduli, *sizes;
    cm_guard *guard;
    double largest; /* norm of the blocks so far; infinite or NaN if one is not ordinary */
    double *filled; /* a block with 0 for samples that are not finite; NULL if all are */
    int holes;      /* there has been such a block */
} workspace;

typedef struct {
    const cm_problem *p;
    size_t n, lead; /* of n samples, those from `lead` on are outputs */
    int parts;      /* n times parts is the length of the transforms */
    cm_doubts doubts;
    const cm_transform *transform;
    cm_row_layout rows; /* of a part */
    double *kernel;     /* its transform */
    double *absolute;   /* that of its moduli, if so many are zeros that cells say nothing */
    int is_scaled, kernel_exponent;
    cm_whole whole;
    size_t together;        /* blocks of an item of work */
    double *remainders;     /* the transform of those of the kernel, if they may be needed */
    double norm_remainders; /* and their 2-norm */
    workspace *workspaces;  /* one for each thread */
} blocks;

/* A bound of the errors of transforms, relative to the norms that the guard is given. */
static double relative_error(const blocks *b)
{
    double error = cm_transform_error(b->transform);
    return b->parts == 2 ? error * NORMS : error;
}

/* How many items of work a column is. */
static size_t count_items(const blocks *b)
{
    return (b->doubts.nblock + b->together - 1) / b->together;
}

/* The convolution of a block of samples with a kernel: nt outputs into each part of y. */
static void convolve_with(const blocks *b, const double *kernel, const workspace *ws,
                          const samples *s, size_t nt, double *const y[PARTS],
                          const cm_env *env)
{
    const double *from[CM_MOST_ROWS];
    double *to[CM_MOST_ROWS];
    for (int i = 0; i < b->parts; i++) {
        size_t first = (size_t)i * b->rows.nrow;
        cm_stretch part = {s->part[i], s->before, s->n};
        cm_find_samples(b->rows, part, ws->zeros, ws->ends + 2 * i, from + first);
        cm_find_outputs(b->rows, b->lead, nt, y[i], ws->zeros, ws->ends + 2 * i, to + first);
    }
    cm_transform_convolve(b->transform, from, kernel, ws->spectrum, to, env);
    for (int i = 0; i < b->parts; i++)
        cm_copy_ends(b->rows, b->lead, nt, y[i], ws->ends + 2 * i,
                     to + (size_t)i * b->rows.nrow);
}

static void convolve(const blocks *b, const workspace *ws, const samples *s, size_t nt,
                     double *const y[PARTS], const cm_env *env)
{
    convolve_with(b, b->kernel, ws, s, nt, y, env);
}

/* The sum of the moduli of each output of a block, into ws->sizes. */
static void convolve_moduli(const blocks *b, const workspace *ws, const samples *s, size_t nt,
                            const cm_env *env)
{
    double *const sizes[PARTS] = {ws->sizes, NULL};
    samples moduli = {{ws->moduli, NULL}, s->before, s->n};
    for (size_t i = 0; i < s->n; i++)
        ws->moduli[i] = fabs(s->part[0][i]);
    convolve_with(b, b->absolute, ws, &moduli, nt, sizes, env);
}

/* The samples of the block of column c whose first output is F[k]: those from k - lead on. */
static samples samples_of(const blocks *b, size_t c, size_t k)
{
    const cm_problem *p = b->p;
    size_t before = k < b->lead ? b->lead - k : 0;
    size_t start = k + before - b->lead; /* below nx, or F[k] would have no terms */
    size_t have = p->nx - start < b->n - before ? p->nx - start : b->n - before;
    start += c * p->xstep;
    return (samples){{p->x + start, p->x_im ? p->x_im + start : NULL}, before, have};
}

/* Scales a block, and returns the exponent that its outputs are to be multiplied by. */
static int scale_block(const blocks *b, const workspace *ws, samples *s)
{
    const cm_simd *simd = cm_current_simd();
    double max = simd->max_modulus(s->part[0], s->n);
    if (b->parts == 2)
        max = fmax(max, simd->max_modulus(s->part[1], s->n));
    int e = exponent(max);
    for (int i = 0; i < b->parts; i++) {
        double *scaled = ws->changed + (size_t)i * b->n;
        scale(s->part[i], s->n, -e, scaled);
        s->part[i] = scaled;
    }
    return e + b->kernel_exponent;
}

/* Whether all blocks of a thread so far were finite and not too large. */
static int may_go_on(const workspace *ws)
{
    return ws->largest <= CM_LARGE;
}

static void note_norm(workspace *ws, double norm)
{
    if (!(norm <= ws->largest))
        ws->largest = norm;
}

/* Lets the guard measure a block. */
static int measure(const blocks *b, const workspace *ws, const samples *s)
{
    const double *x = s->part[0];
    if (b->parts == 2) {
        cm_current_simd()->lower_moduli(s->part[0], s->part[1], s->n, ws->moduli);
        x = ws->moduli;
    }
    return cm_guard_measure(ws->guard, x, s->before, s->n);
}

/* A block that is being computed: of nt outputs, to be multiplied by 2^e. */
typedef struct {
    samples given, s; /* as they are, and as they are transformed */
    size_t nt;
    double *y[PARTS];
    unsigned char *doubtful; /* a flag for each group of outputs */
    size_t first;            /* of the outputs, in F */
    int e;
    int whole;    /* samples and kernel are whole numbers, or seem to be */
    int certain;  /* all of them are */
    int known;    /* the guard has measured it */
    double error; /* of the outputs when they are multiplied */
    size_t power; /* of the unit that remainders must have, 0 if they are of no use */
} block;

/* Neighbouring blocks of a column that wait for remainders. */
typedef struct {
    block its[CM_MOST_TOGETHER];
    size_t n;
    int folded;     /* the remainders of these blocks, and no others, are in ws->changed */
    double squares; /* and this is the sum of their squares */
} batch;

/* Block t of a column. */
static block block_at(const blocks *b, const workspace *ws, size_t c, size_t t)
{
    const cm_problem *p = b->p;
    const cm_doubts *d = &b->doubts;
    size_t first = t * d->block, at = c * p->ystep + first;
    block its = {.given = samples_of(b, c, p->w.first + first),
                 .nt = p->w.ny - first < d->block ? p->w.ny - first : d->block,
                 .y = {p->y + at, p->y_im ? p->y_im + at : NULL},
                 .first = p->w.first + first};
    its.s = its.given;
    if (ws->guard) {
        its.doubtful = d->doubtful + (c * d->nblock + t) * d->ngroup;
        its.whole = b->whole.column[c];
    }
    return its;
}

/* ---- the guard -------------------------------------------------------------------- */

/* Puts 0 in the place of samples of a block that are not finite. */
static void fill(workspace *ws, block *its)
{
    cm_copy_finite(its->given.part[0], its->given.n, ws->filled);
    its->given.part[0] = its->s.part[0] = ws->filled;
    ws->holes = 1;
}

/* Lets the guard look at a block. Returns 0 if it is not ordinary though that was supposed:
 * then nothing is to be computed. */
static int examine(const blocks *b, workspace *ws, block *its)
{
    const samples *s = &its->given;
    its->known = measure(b, ws, &its->s);
    if (ws->filled && !isfinite(cm_guard_norm(ws->guard))) {
        fill(ws, its);
        its->known = measure(b, ws, &its->s);
    }
    note_norm(ws, cm_guard_norm(ws->guard));
    its->error = ldexp(cm_guard_error(ws->guard), its->e);
    its->whole = its->certain || (its->whole && cm_all_whole(s->part[0], s->part[1], s->n));
    return !b->p->unmeasured || may_go_on(ws);
}

/* Outputs so near to the ends of F, as a part of a block, have few terms, and are soon computed
 * again: by the samples and the part of the kernel that they need. */
#define NEAR (1.0 / 8)

/* Whether outputs from t on of a block are such. */
static int is_near_end(const blocks *b, const block *its, size_t t)
{
    size_t k = its->first + t, last = b->p->nx + b->p->nh - 1 - k;
    return (double)(k < last ? k : last) < NEAR * (double)b->n;
}

/* Notes which groups of a block are doubtful. With `remainders` it returns 1 as soon as one is
 * that is not near an end. Outputs of whole numbers are not only to pass: the sums of their
 * moduli must be 2^53 or more, since below that whole numbers should be exact. */
static int doubt(const blocks *b, const workspace *ws, const block *its, int remainders,
                 const cm_env *env)
{
    double least = its->whole ? ldexp(1, 53 - its->e) : 0;
    size_t group = b->doubts.group;
    if (its->known && b->absolute)
        convolve_moduli(b, ws, &its->s, its->nt, env);
    for (size_t t = 0, g = 0; t < its->nt; t += group, g++) {
        size_t n = its->nt - t < group ? its->nt - t : group;
        int passes = its->known &&
                     (b->absolute ? cm_guard_passes_sizes(ws->guard, ws->sizes + t, n, least)
                                  : cm_guard_passes(ws->guard, g, least));
        its->doubtful[g] = !passes;
        if (remainders && !passes && !is_near_end(b, its, t))
            return 1;
    }
    return 0;
}

/* Whether the guard asks for remainders, which make outputs exact. If not, the doubtful groups
 * are noted. */
static int needs_remainders(const blocks *b, const workspace *ws, const block *its,
                            const cm_env *env)
{
    int whole = its->known && its->whole;
    if (whole && its->error < 0.5) /* exact when rounded */
        return 0;
    return doubt(b, ws, its, whole && its->power > 0, env);
}

/* ---- whole numbers by remainders ------------------------------------------------ */

/* The same as fold() for n samples of 0. Returns the sum of the squares. */
static double fold_zeros(size_t n, double unit, double *rest)
{
    const cm_simd *simd = cm_current_simd();
    if (unit == 0)
        memset(rest, 0, n * sizeof *rest);
    else
        simd->scale(rest, n, unit, rest);
    return simd->whole_squares(rest, n);
}

/* Puts the remainders of a block, by the modulus, below those that are in ws->changed. With a
 * unit of 0 these are forgotten. */
static cm_squares fold_block(const blocks *b, const workspace *ws, const samples *s,
                             double unit, double modulus)
{
    cm_squares sum = {0, 0};
    for (int i = 0; i < b->parts; i++) {
        double *from = ws->changed + (size_t)i * b->n, *rest = from + s->before,
               *end = rest + s->n;
        cm_squares part = cm_current_simd()->fold(s->part[i], s->n, unit, modulus, rest);
        sum.x += part.x;
        sum.rest += part.rest + fold_zeros(s->before, unit, from) +
                    fold_zeros(b->n - s->before - s->n, unit, end);
    }
    return sum;
}

/* Folds n blocks, and returns the sum of the squares. */
static double fold_blocks(const blocks *b, const workspace *ws, const block *its, size_t n,
                          double unit)
{
    double modulus = unit, squares = 0;
    for (size_t j = 0; j < n; j++, modulus *= unit)
        squares = fold_block(b, ws, &its[j].given, j ? unit : 0, modulus).rest;
    return squares;
}

/* Whether the outputs of a block become exact without a guard: by rounding, or by remainders
 * that several blocks share, into which it is folded at once. */
static int needs_no_guard(const blocks *b, workspace *ws, batch *wait, block *its)
{
    const samples *s = &its->given;
    const cm_whole *whole = &b->whole;
    cm_squares squares = {0, 0};
    if (whole->together > 1)
        squares = fold_block(b, ws, s, wait->n ? whole->unit : 0,
                             cm_power_of_unit(whole, wait->n + 1));
    else
        squares.x = cm_whole_squares(s->part[0], s->part[1], s->n);
    double norm = cm_whole_norm(squares.x);
    its->certain = !isnan(squares.x);
    its->error = relative_error(b) * cm_guard_norm_h(ws->guard) * norm;
    its->power = cm_power_needed(whole, its->error);
    int shares = its->power > 0 && 2 * its->power <= whole->together;
    wait->folded &= its->error >= 0.5 && its->power == 1 && shares;
    wait->squares = squares.rest;
    if (!(its->error < 0.5 || shares))
        return 0;
    note_norm(ws, norm);
    return 1;
}

/* Makes the outputs of n blocks exact, whose remainders are in ws->changed. A bound for the
 * errors of those is given. If outputs do not prove it, they are doubtful. */
static void correct(const blocks *b, const workspace *ws, const block *its, size_t n,
                    double unit, double error, const cm_env *env)
{
    const cm_simd *simd = cm_current_simd();
    size_t nt = its[n - 1].nt, all = its->nt; /* the first block may be the last of a column */
    double *const outputs[PARTS] = {ws->rest, ws->rest + (b->parts - 1) * (ptrdiff_t)nt};
    samples rest = {{ws->changed, ws->changed + b->n}, 0, b->n};
    int exact = cm_rounds(error);
    convolve_with(b, b->remainders, ws, &rest, nt, outputs, env);
    for (int i = 0; i < b->parts; i++) {
        double *y[CM_MOST_TOGETHER], *more[CM_MOST_TOGETHER]; /* what the first does not have */
        for (size_t j = 0; j < n; j++) {
            y[j] = its[n - 1 - j].y[i];
            more[j] = y[j] + all;
        }
        exact &= simd->unfold(outputs[i], all, unit, y, (int)n);
        exact &= simd->unfold(outputs[i] + all, nt - all, unit, more, (int)n - 1);
    }
    for (size_t j = 0; j < n; j++)
        memset(its[j].doubtful, !exact, b->doubts.ngroup);
}

/* How many of n blocks may share a transform, and the power of the unit that they need. */
static size_t count_together(const blocks *b, const block *its, size_t n, size_t *power)
{
    size_t some = 1;
    *power = its->power;
    for (; some < n; some++) {
        size_t most = its[some].power > *power ? its[some].power : *power;
        if ((some + 1) * most > b->whole.together)
            break;
        *power = most;
    }
    return some;
}

/* Makes the outputs of blocks that wait exact, with as few transforms as possible. */
static void correct_by_remainders(const blocks *b, const workspace *ws, batch *wait,
                                  const cm_env *env)
{
    double each = relative_error(b) * b->norm_remainders;
    const block *its = wait->its, *end = its + wait->n;
    for (size_t some, power; its < end; its += some, wait->folded = 0) {
        some = count_together(b, its, (size_t)(end - its), &power);
        double unit = cm_power_of_unit(&b->whole, power),
               squares = wait->folded ? wait->squares : fold_blocks(b, ws, its, some, unit);
        if (!cm_rounds(each * sqrt(squares)) & (some > 1)) /* one block less always does */
            squares = fold_blocks(b, ws, its, --some, unit);
        correct(b, ws, its, some, unit, each * sqrt(squares), env);
    }
}

/* ---- an item of work ------------------------------------------------------------------- */

/* Computes a block: scales, looks at it, by the guard if need be, convolves, scales back and
 * rounds. Returns whether the outputs wait for remainders, and are not rounded. */
static int run_block(const blocks *b, workspace *ws, batch *wait, block *its, const cm_env *env)
{
    int remainders = 0;
    its->e = b->is_scaled ? scale_block(b, ws, &its->s) : 0;
    if (its->whole && !b->is_scaled && needs_no_guard(b, ws, wait, its)) {
        remainders = its->error >= 0.5;
    } else if (ws->guard) {
        if (!examine(b, ws, its))
            return 0;
        remainders = needs_remainders(b, ws, its, env);
    }
    convolve(b, ws, &its->s, its->nt, its->y, env);
    for (int i = 0; i < b->parts && !remainders; i++) {
        if (b->is_scaled)
            scale(its->y[i], its->nt, its->e, its->y[i]);
        if (its->whole && its->error < 0.5)
            cm_current_simd()->round_small(its->y[i], its->nt);
        else if (its->whole)
            cm_current_simd()->round_all(its->y[i], its->nt);
    }
    return remainders;
}

/* Computes neighbouring blocks of a column, whose remainders may share transforms: the last one
 * first. */
static void blocks_item(void *job, size_t item, int thread, const cm_env *env)
{
    const blocks *b = job;
    workspace *ws = b->workspaces + thread;
    size_t items = count_items(b), c = item / items, from = item % items * b->together,
           to = from + b->together < b->doubts.nblock ? from + b->together : b->doubts.nblock;
    batch wait; /* its blocks are set one by one */
    wait.n = 0, wait.folded = 1, wait.squares = 0;
    while (to > from) {
        block *its = wait.its + wait.n;
        if (b->p->unmeasured && !may_go_on(ws))
            return;
        *its = block_at(b, ws, c, --to);
        wait.n += (size_t)run_block(b, ws, &wait, its, env);
    }
    correct_by_remainders(b, ws, &wait, env);
}

/* ---- what blocks share ----------------------------------------------------------------- */

/* Transforms a kernel. `scaled` holds its samples, and is written over. */
static void transform_kernel(const blocks *b, double *scaled, double *kernel, const cm_env *env)
{
    const double *from[CM_MOST_ROWS];
    const workspace *ws = b->workspaces;
    size_t nh = b->p->nh;
    cm_current_simd()->scale(scaled, (size_t)b->parts * nh,
                             2 / (double)(b->n * (size_t)b->parts), scaled);
    for (int i = 0; i < b->parts; i++) {
        cm_stretch part = {scaled + (size_t)i * nh, 0, nh};
        cm_find_samples(b->rows, part, ws->zeros, ws->ends + 2 * i,
                        from + (size_t)i * b->rows.nrow);
    }
    cm_transform_kernel(b->transform, from, kernel, env);
}

/* If a real kernel or signals have many zeros, of which cells know only how many there are: the
 * transform of the moduli of the kernel, and room for those of blocks.
 */
static void set_up_moduli(blocks *b, const double *scaled, int threads, const cm_env *env)
{
    size_t nh = b->p->nh;
    if (b->parts == 2)
        return;
    b->doubts.few = cm_current_simd()->count_below(scaled, nh, 0x1p-1074) > nh / 2;
    if (!b->doubts.few && !cm_has_gaps(b->p->x, b->p->nx))
        return;
    b->absolute = aligned(cm_transform_size(b->transform), env);
    for (int i = 0; i < threads; i++) {
        b->workspaces[i].moduli = aligned(b->n, env);
        b->workspaces[i].sizes = aligned(b->doubts.block, env);
    }
    double *moduli = b->workspaces->moduli;
    for (size_t i = 0; i < nh; i++)
        moduli[i] = fabs(scaled[i]);
    transform_kernel(b, moduli, b->absolute, env);
}

static void set_up_workspaces(blocks *b, int threads, const cm_env *env)
{
    b->workspaces = env->alloc(env->data, (size_t)threads * sizeof *b->workspaces);
    for (int i = 0; i < threads; i++) {
        workspace *ws = b->workspaces + i;
        *ws = (workspace){.spectrum = aligned(cm_transform_size(b->transform), env)};
        ws->zeros = aligned(b->rows.n, env);
        for (int r = 0; r < 2 * b->parts; r++)
            ws->ends[r] = aligned(b->rows.n, env);
    }
}

/* The guards of all threads. `scaled` has the samples of the kernel. */
static void set_up_guards(blocks *b, const double *scaled, int threads, const cm_env *env)
{
    const double *h = scaled;
    size_t nh = b->p->nh;
    for (int i = 0; i < threads; i++) {
        workspace *ws = b->workspaces + i;
        if (b->parts == 2) {
            ws->moduli = aligned(b->n, env);
            cm_current_simd()->lower_moduli(scaled, scaled + nh, nh, ws->moduli);
            h = ws->moduli;
        }
        ws->guard = cm_guard_new(h, nh, b->n, b->lead, b->p->is_part, relative_error(b), env);
    }
}

/* Whether outputs may be whole numbers, as far as the first samples tell that are finite. */
static int may_be_whole(const cm_problem *p)
{
    for (size_t i = 0; i < 64; i++) /* nobody leaves a short signal unmeasured */
        if (isfinite(p->x[i]) && p->x[i] != rint(p->x[i]))
            return 0;
    return cm_all_whole(p->h, NULL, p->nh);
}

/* Room for blocks without their samples that are not finite. A single block need not be filled:
 * it is measured before anything is computed. Nor is anything where moduli are convolved, or
 * where what is missing might hide whole numbers. */
static void set_up_filled(blocks *b, int threads, const cm_env *env)
{
    const cm_problem *p = b->p;
    if (!p->unmeasured || b->doubts.nblock == 1 || b->absolute || may_be_whole(p))
        return;
    for (int i = 0; i < threads; i++)
        b->workspaces[i].filled = aligned(b->n, env);
}

/* Room for blocks that are scaled, or for their remainders. */
static void set_up_changed(blocks *b, int threads, const cm_env *env)
{
    size_t parts = (size_t)b->parts;
    for (int i = 0; i < threads && (b->is_scaled || b->whole.together > 0); i++) {
        workspace *ws = b->workspaces + i;
        ws->changed = aligned(parts * b->n, env);
        ws->rest = b->whole.together > 0 ? aligned(parts * b->doubts.block, env) : NULL;
    }
}

/* The transform of the remainders of the kernel, of which `scaled` has the samples. */
static void set_up_remainders(blocks *b, const double *scaled, const cm_env *env)
{
    if (b->whole.together == 0)
        return;
    size_t n = (size_t)b->parts * b->p->nh;
    double *rest = b->workspaces->changed,
           modulus = cm_power_of_unit(&b->whole, b->whole.together);
    b->norm_remainders = sqrt(cm_current_simd()->fold(scaled, n, 0, modulus, rest).rest);
    b->remainders = aligned(cm_transform_size(b->transform), env);
    transform_kernel(b, rest, b->remainders, env);
}

static void set_up_doubts(blocks *b, const cm_env *env)
{
    cm_doubts *d = &b->doubts;
    d->group = b->absolute ? SMALL_GROUP : cm_guard_group(b->workspaces->guard);
    d->ngroup = (d->block + d->group - 1) / d->group;
    size_t n = d->nblock * b->p->ncol * d->ngroup;
    d->doubtful = env->alloc(env->data, n);
    memset(d->doubtful, 0, n);
}

/* The length of blocks, where outputs begin in them, and how many there are. */
static blocks plan_blocks(const cm_problem *p, size_t length)
{
    int parts = p->x_im ? 2 : 1;
    size_t n = length / (size_t)parts,
           lead = n >= cm_one_block_length(p->nx, p->nh, p->w) ? p->w.first : p->nh - 1;
    blocks b = {.p = p, .n = n, .lead = lead, .parts = parts, .together = 1};
    b.doubts.block = n - lead;
    b.doubts.nblock = (p->w.ny + n - lead - 1) / (n - lead);
    return b;
}

/* The kernel in the spectrum of the first thread, which is not needed yet: scaled, its parts
 * one behind the other. */
static double *scaled_kernel(blocks *b)
{
    const cm_simd *simd = cm_current_simd();
    const cm_problem *p = b->p;
    double *scaled = b->workspaces->spectrum, max = simd->max_modulus(p->h, p->nh);
    if (p->h_im)
        max = fmax(max, simd->max_modulus(p->h_im, p->nh));
    b->is_scaled = cm_magnitude(p->max_x) != 0 || cm_magnitude(max) != 0;
    b->kernel_exponent = b->is_scaled ? exponent(max) : 0;
    scale(p->h, p->nh, -b->kernel_exponent, scaled);
    if (p->h_im)
        scale(p->h_im, p->nh, -b->kernel_exponent, scaled + p->nh);
    return scaled;
}

/* Whether all blocks of a problem were as supposed: finite, not too large, and one of them not
 * too small. Its largest sample has a square of 1 / n of the block's or more. */
static int are_ordinary(const blocks *b, int threads)
{
    double largest = 0;
    for (int i = 0; i < threads; i++) {
        if (!may_go_on(b->workspaces + i))
            return 0;
        largest = fmax(largest, b->workspaces[i].largest);
    }
    return largest >= sqrt((double)b->n) / CM_LARGE;
}

int cm_conv_overlap(const cm_problem *p, size_t length, cm_doubts *doubts, const cm_env *env)
{
    blocks b = plan_blocks(p, length);
    b.transform = cm_transform_new(length, env);
    b.rows = cm_transform_rows(b.transform);
    b.rows.nrow /= (size_t)b.parts;
    b.kernel = aligned(cm_transform_size(b.transform), env);
    double each = 5 * (double)length * log2((double)length); /* in multiply-adds */
    int threads = cm_threads(b.doubts.nblock * p->ncol, each, env);
    set_up_workspaces(&b, threads, env);
    double *scaled = scaled_kernel(&b);
    if (p->unmeasured && b.is_scaled)
        return 0;
    if (doubts) {
        set_up_guards(&b, scaled, threads, env);
        set_up_moduli(&b, scaled, threads, env);
        set_up_doubts(&b, env);
        set_up_filled(&b, threads, env);
        b.whole = cm_find_whole(p, relative_error(&b), cm_guard_norm_h(b.workspaces->guard),
                                length, env);
        b.whole.together = b.is_scaled ? 0 : b.whole.together;
        b.together = b.whole.together > 1 ? b.whole.together : 1;
    }
    set_up_changed(&b, threads, env);
    set_up_remainders(&b, scaled, env);
    transform_kernel(&b, scaled, b.kernel, env);
    size_t nitem = count_items(&b) * p->ncol;
    double work = each * (double)b.together;
    cm_for_each(nitem, work, blocks_item, &b, nitem > 1 ? threads : 1, env);
    for (int i = 0; i < threads; i++)
        b.doubts.holes |= b.workspaces[i].holes;
    if (doubts)
        *doubts = b.doubts;
    return !p->unmeasured || are_ordinary(&b, threads);
}
