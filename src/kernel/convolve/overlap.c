/* Convolution by Fourier transforms of blocks: overlap-save.
 *
 * Transforms (transform.c) convolve a block of n samples of x with the kernel, padded with
 * zeros to n. The last n - nh + 1 of the n values are outputs. The others are wrong, since what
 * goes past the end of a block comes back at its beginning; so blocks overlap by nh - 1
 * samples. Where x and h are both long, all of it is one block.
 *
 * The transforms read rows of samples and write rows of outputs. Most rows are where the
 * samples are, or where outputs are wanted; those at the ends of the signal and of the outputs
 * are pieced together in memory of their own.
 *
 * If samples are so large or small that products might overflow or underflow, the kernel and
 * each block are scaled by powers of two, which is exact, to a largest modulus from 1/2 to 1.
 *
 * What an FFT does to small outputs is in guard.c. Several threads compute blocks, each with
 * arrays of its own, and note the groups of outputs that the guard does not certify: those are
 * doubtful, and the engine computes them again. If all samples are whole numbers the outputs
 * are rounded: where the error is proven to be below 1/2 they are then exact.
 *
 * Cost: for each block two transforms of n, that is 1.5 to 4 ns for each output if n is a few
 * times nh. Memory: n doubles, and for each thread 1.2 to 1.4 n more, or 2.2 to 2.4 n if blocks
 * are scaled.
 */
#include "convolve/overlap.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "convolve/guard.h"
#include "convolve/transform.h"
#include "loops/loops.h"

/* Moduli from 1 / LARGE to LARGE need no scaling. */
#define LARGE 0x1p300

static double *aligned(size_t n, const cm_env *env)
{
    return cm_align(env->alloc(env->data, n * sizeof(double) + CM_ALIGNMENT));
}

/* The e for which the largest modulus is in [1/2, 1) times 2^e; 0 if all are zeros. */
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

/* The arrays of a thread: a spectrum, three rows, and n doubles if blocks are scaled. */
typedef struct {
    double *spectrum, *row[3], *scaled;
    cm_guard *guard;
} workspace;

typedef struct {
    const cm_problem *p;
    size_t n, lead; /* of n values, those from `lead` on are outputs */
    cm_doubts doubts;
    const cm_transform *transform;
    cm_row_layout rows;
    double *kernel; /* its transform */
    int is_scaled, kernel_exponent;
    unsigned char *integers; /* for each column: are all its numbers and the kernel's whole? */
    workspace *workspaces;   /* one for each thread */
} blocks;

/* Part of a block: values `before` ... before + n - 1 are at x. */
typedef struct {
    const double *x;
    size_t before, n;
} stretch;

/* What a row shares with values before ... before + n - 1 of the block: values from ... to - 1
 * of the row. */
typedef struct {
    size_t from, to;
} overlap;

static overlap with_row(const cm_row_layout *rows, size_t j, size_t before, size_t n)
{
    size_t begin = j * rows->n, end = begin + rows->n;
    if (before >= end || before + n <= begin)
        return (overlap){0, 0};
    return (overlap){before > begin ? before - begin : 0,
                     (before + n < end ? before + n : end) - begin};
}

/* Where the rows of a block are, with zeros before and after the samples. A row that lies
 * inside the samples is read where it is. room[0] is for a row of zeros, the others for the two
 * rows at the ends of the samples, which are copied. */
static void find_samples(const cm_row_layout *rows, const stretch *s, double *const room[3],
                         const double **row)
{
    int used = 1, zeroed = 0;
    for (size_t j = 0; j < rows->nrow; j++) {
        overlap o = with_row(rows, j, s->before, s->n);
        const double *x = s->x + (ptrdiff_t)(j * rows->n) - (ptrdiff_t)s->before;
        if (o.from == 0 && o.to == rows->n) {
            row[j] = x;
        } else if (o.from == o.to) {
            if (!zeroed)
                memset(room[0], 0, rows->n * sizeof *room[0]);
            zeroed = 1;
            row[j] = room[0];
        } else {
            double *piece = room[used++];
            memset(piece, 0, o.from * sizeof *piece);
            memcpy(piece + o.from, x + o.from, (o.to - o.from) * sizeof *piece);
            memset(piece + o.to, 0, (rows->n - o.to) * sizeof *piece);
            row[j] = piece;
        }
    }
}

/* Where the rows of nt outputs are to go: straight to y, or to room[1] and room[2] where only a
 * part of the row is outputs. Rows without outputs go to room[0]. */
static void find_outputs(const cm_row_layout *rows, size_t lead, size_t nt, double *y,
                         double *const room[3], double **row)
{
    int used = 1;
    for (size_t j = 0; j < rows->nrow; j++) {
        overlap o = with_row(rows, j, lead, nt);
        if (o.from == 0 && o.to == rows->n)
            row[j] = y + (ptrdiff_t)(j * rows->n) - (ptrdiff_t)lead;
        else
            row[j] = room[o.from == o.to ? 0 : used++];
    }
}

/* Copies the outputs in room[1] and room[2] to y. */
static void copy_ends(const cm_row_layout *rows, size_t lead, size_t nt, double *y,
                      double *const room[3], double *const *row)
{
    for (size_t j = 0; j < rows->nrow; j++) {
        overlap o = with_row(rows, j, lead, nt);
        if (row[j] == room[1] || row[j] == room[2])
            memcpy(y + (ptrdiff_t)(j * rows->n + o.from) - (ptrdiff_t)lead, row[j] + o.from,
                   (o.to - o.from) * sizeof *y);
    }
}

/* The convolution of a block of samples with the kernel: nt outputs into y. */
static void convolve(const blocks *b, const workspace *ws, const stretch *s, size_t nt,
                     double *y, const cm_env *env)
{
    const double *from[CM_MOST_ROWS];
    double *to[CM_MOST_ROWS];
    find_samples(&b->rows, s, ws->row, from);
    find_outputs(&b->rows, b->lead, nt, y, ws->row, to);
    cm_transform_convolve(b->transform, from, b->kernel, ws->spectrum, to, env);
    copy_ends(&b->rows, b->lead, nt, y, ws->row, to);
}

/* The samples of the block whose first output is F[k]: those from k - lead on. */
static stretch samples_of(const blocks *b, const double *x, size_t k)
{
    size_t before = k < b->lead ? b->lead - k : 0;
    size_t start = k + before - b->lead; /* below nx, or F[k] would have no terms */
    size_t have = b->p->nx - start < b->n - before ? b->p->nx - start : b->n - before;
    return (stretch){x + start, before, have};
}

/* Notes which groups of a block are doubtful. The block has nt outputs, to be multiplied by
 * 2^e. Whole numbers are exact, and none doubtful, if the error is below 1/2. If it is not, a
 * group must not only pass: the sums of its moduli must be 2^53 or more, since below that whole
 * numbers should be exact. */
static void doubt(const cm_doubts *d, cm_guard *guard, const stretch *s, int integers,
                  size_t nt, int e, unsigned char *doubtful)
{
    double least = integers ? ldexp(1, 53 - e) : 0;
    int known = cm_guard_measure(guard, s->x, s->before, s->n);
    int exact = known && integers && ldexp(cm_guard_error(guard), e) < 0.5;
    for (size_t g = 0; g * d->group < nt && !exact; g++)
        doubtful[g] = !known || !cm_guard_passes(guard, g, least);
}

static void round_all(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = rint(y[i]) + 0.0; /* not -0, which sums are not */
}

/* Computes a block of a column: scales, lets the guard measure, convolves, scales back and
 * rounds. */
static void block_item(void *job, size_t item, int thread, const cm_env *env)
{
    const blocks *b = job;
    const cm_problem *p = b->p;
    const cm_doubts *d = &b->doubts;
    const workspace *ws = b->workspaces + thread;
    size_t c = item / d->nblock, t = item % d->nblock * d->block,
           nt = p->w.ny - t < d->block ? p->w.ny - t : d->block;
    double *y = p->y + c * p->ystep + t;
    stretch s = samples_of(b, p->x + c * p->xstep, p->w.first + t);
    int e = 0, integers = ws->guard && b->integers[c];
    if (b->is_scaled) {
        e = exponent(s.x, s.n);
        scale(s.x, s.n, -e, ws->scaled);
        s.x = ws->scaled;
        e += b->kernel_exponent;
    }
    if (ws->guard)
        doubt(d, ws->guard, &s, integers, nt, e, d->doubtful + item * d->ngroup);
    convolve(b, ws, &s, nt, y, env);
    if (b->is_scaled)
        scale(y, nt, e, y);
    if (integers)
        round_all(y, nt);
}

/* Transforms the kernel. `scaled` holds its samples, and is written over. */
static void transform_kernel(const blocks *b, double *scaled, const cm_env *env)
{
    const double *from[CM_MOST_ROWS];
    stretch s = {scaled, 0, b->p->nh};
    cm_current_simd()->scale(scaled, s.n, 2 / (double)b->n, scaled);
    find_samples(&b->rows, &s, b->workspaces->row, from);
    cm_transform_kernel(b->transform, from, b->kernel, env);
}

static void set_up_workspaces(blocks *b, int threads, const cm_env *env)
{
    b->workspaces = env->alloc(env->data, (size_t)threads * sizeof *b->workspaces);
    for (int i = 0; i < threads; i++) {
        workspace *ws = b->workspaces + i;
        *ws = (workspace){.spectrum = aligned(cm_transform_size(b->transform), env)};
        for (int r = 0; r < 3; r++)
            ws->row[r] = aligned(b->rows.n, env);
        if (b->is_scaled)
            ws->scaled = aligned(b->n, env);
    }
}

static void set_up_guards(blocks *b, const double *scaled, int threads, const cm_env *env)
{
    for (int i = 0; i < threads; i++)
        b->workspaces[i].guard = cm_guard_new(scaled, b->p->nh, b->n, b->lead, b->p->is_part,
                                              cm_transform_error(b->transform), env);
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

static int is_ordinary(double modulus)
{
    return modulus <= LARGE && modulus >= 1 / LARGE;
}

void cm_conv_overlap(const cm_problem *p, size_t n, cm_doubts *doubts, const cm_env *env)
{
    size_t lead = n >= cm_one_block_length(p->nx, p->nh, p->w) ? p->w.first : p->nh - 1;
    blocks b = {.p = p, .n = n, .lead = lead};
    b.doubts.block = n - lead;
    b.doubts.nblock = (p->w.ny + n - lead - 1) / (n - lead);
    b.transform = cm_transform_new(n, env);
    b.rows = cm_transform_rows(b.transform);
    b.kernel = aligned(cm_transform_size(b.transform), env);
    double max_h = cm_current_simd()->max_modulus(p->h, p->nh);
    b.is_scaled = !is_ordinary(p->max_x) || !is_ordinary(max_h);
    if (b.is_scaled)
        b.kernel_exponent = exponent(p->h, p->nh);
    size_t nitem = b.doubts.nblock * p->ncol;
    double each = 5 * (double)n * log2((double)n); /* as long as so many multiply-adds */
    int threads = cm_threads(nitem, each, env);
    set_up_workspaces(&b, threads, env);
    double *scaled = b.workspaces->spectrum; /* which is not needed yet */
    scale(p->h, p->nh, -b.kernel_exponent, scaled);
    if (doubts) {
        set_up_guards(&b, scaled, threads, env);
        set_up_doubts(&b, env);
    }
    transform_kernel(&b, scaled, env);
    cm_for_each(nitem, each, block_item, &b, threads, env);
    if (doubts)
        *doubts = b.doubts;
}
