/* What is computed
 *
 *   A block of D real samples x is taken for M = D / 2 complex numbers z[j], with the real
 * parts x[j] and the imaginary parts x[j + M]. They are the coefficients of a polynomial in t
 * modulo t^M - i, where i t^j stands for t^(j + M). So the product of two such polynomials is
 * the convolution of the D samples modulo t^D + 1. This is called a right-angle convolution
 * (Crandall and Fagin 1994).
 *
 *   With g = exp(2 pi i / 4M), the numbers z[j] g^j are convolved modulo t^M - 1, that is
 * cyclically. The DFT of a cyclic convolution is the product of two DFTs, number by number.
 * Their order does not matter as long as it is the same in both, so it stays as the passes
 * leave it.
 *
 * The order of the numbers
 *
 *   The M numbers are R rows of n. spread() makes R sub-transforms of them, n numbers each, and
 * gives each sub-transform a lane. For R = 4 rows and W = 4 lanes:
 *
 *       row 0   z[0]   z[1]   z[2] ...           vector   0     1     2   ...  n - 1
 *       row 1   z[n]   z[n+1] ...        --->    lane 0   number 0, 1, 2 ... of sub-transform 0
 *       row 2   z[2n]  ...                       lane 1   number 0, 1, 2 ... of sub-transform 1
 *       row 3   z[3n]  ...                       ...
 *
 *   With more rows than lanes there are several such blocks of n vectors. The passes that
 * follow treat all lanes alike. A pass of radix r splits n vectors into r groups of n / r, each
 * of which is a transform by itself:
 *
 *       n vectors      |...............................................|
 *       radix 3        |...............|...............|...............|
 *       radix 4        |...|...|...|...|
 *                      |...|   and so on, down to 4 vectors
 *
 *   Groups are gone through depth first: a group goes there, to its spectrum, is multiplied by
 * the kernel's, and comes back before the next group is begun. So only the first passes, there
 * and back, use memory beyond the cache. Passes there decimate in frequency; passes back undo
 * them, and so decimate in time.
 *
 * Long transforms
 *
 *   Passes on more than 64 k numbers are long. Threads share out the places of a long pass, and
 * then the groups that it has made; in between there are polls. A table of all twiddles of a
 * long pass would be as large as the data, so each twiddle is the product of two numbers, one
 * from a fine table and one from a coarse table.
 *
 * Tables
 *
 *   Tables are made once and never changed. They are kept until the package is unloaded, and
 * take less than 6 MB for all lengths together. Those of lengths above KEPT are freed when the
 * call ends.
 *
 * Cost: 1 to 2 ns a sample for lengths up to 64 k, see bench/costs.c.
 *
 * Crandall, R. and Fagin, B. (1994) Discrete weighted transforms and large-integer arithmetic.
 * Mathematics of Computation 62, 305-324. doi:10.1090/S0025-5718-1994-1185244-1
 */
#include "convolve/transform.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/threads.h"
#include "loops/loops.h"

enum {
    MOST_PASSES = 24,
    LONG = 65536,      /* complex numbers: 1 MB, the size of many second-level caches */
    FEW_PLACES = 2048, /* up to so many places of a row have a table of all their twiddles */
    NFINE = 256,       /* places of a fine table */
    KEPT = 4194304,    /* the longest transform whose tables are kept */
    LOGARITHMS = 32
};

struct cm_transform {
    size_t length, half;
    size_t lanes, nblock; /* lanes of a vector; blocks of rows.n vectors */
    cm_rows rows;
    int nlong;                 /* passes that are long; they come first */
    cm_pass pass[MOST_PASSES]; /* the last one has q = 1 */
};

/* ---- tables ------------------------------------------------------------------------- */

/* exp(-2 pi i k / n), off by less than 2^-52: angles go up to an eighth of a turn, and 2 pi is
 * the sum of 25 bits and a rest, so that only the division and the addition round. */
static void root(size_t k, size_t n, double z[2])
{
    const double high = 0x1.921fb5p2, low = 0x1.110b4611a6263p-24;
    k %= n;
    size_t quarters = (8 * k / n + 1) / 2;
    double rest = (double)k - (double)quarters * ((double)n / 4),
           angle = rest * high / (double)n + rest * low / (double)n, c = cos(angle),
           s = sin(angle);
    double cosine[5] = {c, -s, -c, s, c}, sine[5] = {s, c, -s, -c, s};
    z[0] = cosine[quarters];
    z[1] = -sine[quarters];
}

/* Doubles of a number in a table: for 2 lanes each part is there twice, see loops/transform.h.
 */
static size_t number_size(size_t lanes)
{
    return lanes == 2 ? 4 : 2;
}

/* Puts the number exp(-2 pi i k / n) at the end of a table, and returns the new end. */
static double *add_root(double *end, size_t lanes, size_t k, size_t n)
{
    double z[2];
    root(k, n, z);
    for (int part = 0; part < 2; part++)
        for (size_t copy = 0; copy < number_size(lanes) / 2; copy++)
            *end++ = z[part];
    return end;
}

/* The twiddles of the first `count` places of a pass. */
static double *add_twiddles(double *end, size_t lanes, const cm_pass *p, size_t count)
{
    for (size_t j = 1; j < (size_t)p->radix; j++)
        for (size_t k = 0; k < count; k++)
            end = add_root(end, lanes, j * k, p->q * (size_t)p->radix);
    return end;
}

static double *add_long_twiddles(double *end, size_t lanes, cm_pass *p)
{
    p->nfine = NFINE;
    p->fine = end;
    p->coarse = end = add_twiddles(end, lanes, p, NFINE);
    for (size_t k = 0; k < p->q; k += NFINE)
        for (size_t j = 1; j < (size_t)p->radix; j++)
            end = add_root(end, lanes, j * k, p->q * (size_t)p->radix);
    return end;
}

static size_t long_twiddles_size(size_t lanes, const cm_pass *p)
{
    return (NFINE + p->q / NFINE) * (size_t)(p->radix - 1) * number_size(lanes);
}

/* The tables of spread(), which multiplies row j by g^(j n), takes the rows through a
 * butterfly, and multiplies number j of place k by exp(-2 pi i j k / M) g^k. As root() has it,
 * g is root -1 of 4 M. */
static double *add_rows(double *end, size_t lanes, size_t R, cm_rows *rows)
{
    size_t M4 = 4 * R * rows->n;
    double z[2];
    rows->fine = end;
    for (size_t k = 0; k < rows->nfine; k += lanes) {
        for (size_t j = 0; j < R; j++, end += 2 * lanes) {
            for (size_t s = 0; s < lanes; s++) {
                root(M4 + (4 * j - 1) * (k + s), M4, z);
                end[s] = z[0];
                end[lanes + s] = z[1];
            }
        }
    }
    rows->weight = end;
    for (size_t j = 0; j < R; j++)
        end = add_root(end, lanes, M4 - j * rows->n, M4);
    rows->coarse = rows->nfine < rows->n ? end : NULL;
    for (size_t k = 0; k < rows->n && rows->coarse; k += rows->nfine)
        for (size_t j = 0; j < R; j++)
            end = add_root(end, lanes, M4 + (4 * j - 1) * k, M4);
    return end;
}

static size_t rows_size(size_t lanes, size_t R, const cm_rows *rows)
{
    size_t coarse = rows->nfine < rows->n ? rows->n / rows->nfine : 0;
    return 2 * R * rows->nfine + (1 + coarse) * R * number_size(lanes);
}

double *cm_align(void *memory)
{
    char *p = memory;
    return (double *)(void *)(p + (CM_ALIGNMENT - (uintptr_t)p % CM_ALIGNMENT) % CM_ALIGNMENT);
}

/* ---- what is kept -------------------------------------------------------------------- */

/* All entries are for one number of lanes, which only tests change. An entry is put here when
 * it is complete. Nothing leaves by longjmp while one is being made, or its memory would be
 * lost. */
static struct {
    size_t lanes;
    void *twiddles[9][LOGARITHMS];          /* of short passes, by radix and log2(q) */
    cm_transform *transform[3][LOGARITHMS]; /* by odd factor and power of 2 */
} kept;

void cm_transform_forget(void)
{
    for (int b = 0; b < LOGARITHMS; b++) {
        for (int i = 0; i < 9; i++)
            free(kept.twiddles[i][b]);
        for (int i = 0; i < 3; i++)
            free(kept.transform[i][b]);
    }
    memset(&kept, 0, sizeof kept);
}

/* The least b with 2^b >= n. */
static int logarithm(size_t n)
{
    int b = 0;
    while ((size_t)1 << b < n)
        b++;
    return b;
}

/* Memory for an entry: to be kept if *keep is 1 and malloc() has some; else from env, and *keep
 * becomes 0. */
static void *new_entry(size_t bytes, int *keep, const cm_env *env)
{
    void *memory = *keep ? malloc(bytes) : NULL;
    *keep = memory != NULL;
    return memory ? memory : env->alloc(env->data, bytes);
}

static const double *short_twiddles(const cm_pass *p, size_t lanes, int *keep,
                                    const cm_env *env)
{
    void **place = &kept.twiddles[p->radix][logarithm(p->q)];
    if (*place)
        return cm_align(*place);
    size_t size = p->q * (size_t)(p->radix - 1) * number_size(lanes) * sizeof(double);
    void *memory = new_entry(size + CM_ALIGNMENT, keep, env);
    add_twiddles(cm_align(memory), lanes, p, p->q);
    *place = *keep ? memory : NULL; // # nocov: there is memory
    return cm_align(memory);
}

/* Radix 3 or 5 comes first, then 8 if the exponent of the power of two is odd, then 4. Eight
 * vectors begin with radix 2, as the last pass is of radix 4. */
static void choose_passes(cm_transform *t)
{
    cm_pass *p = t->pass;
    for (size_t n = t->rows.n; n > 1; p++) {
        int odd = logarithm(n) % 2;
        p->radix = n % 5 == 0 ? 5 : n % 3 == 0 ? 3 : odd && n > 8 ? 8 : odd ? 2 : 4;
        t->nlong += n * t->lanes > LONG;
        n /= (size_t)p->radix;
        p->q = n;
    }
}

/* Room for the transform and its own tables. */
static size_t transform_bytes(const cm_transform *t, size_t R)
{
    size_t size = rows_size(t->lanes, R, &t->rows);
    for (const cm_pass *p = t->pass; p < t->pass + t->nlong; p++)
        size += long_twiddles_size(t->lanes, p);
    return sizeof *t + size * sizeof(double) + CM_ALIGNMENT;
}

/* The transform t, of which the length and the lanes are given, with its tables. It is kept at
 * *place unless place is NULL or there is no memory to keep it. */
static const cm_transform *make(cm_transform t, size_t R, cm_transform **place,
                                const cm_env *env)
{
    int keep = 1;
    t.rows.n = t.half / R;
    t.rows.nfine = t.rows.n > FEW_PLACES ? NFINE : t.rows.n;
    t.nblock = R / t.lanes;
    choose_passes(&t);
    for (cm_pass *p = t.pass + t.nlong; p->radix; p++)
        p->twiddle = short_twiddles(p, t.lanes, &keep, env);
    keep = keep && place; // # nocov: there is memory
    cm_transform *made = new_entry(transform_bytes(&t, R), &keep, env);
    double *end = add_rows(cm_align(made + 1), t.lanes, R, &t.rows);
    for (cm_pass *p = t.pass; p < t.pass + t.nlong; p++)
        end = add_long_twiddles(end, t.lanes, p);
    *made = t;
    if (keep)
        *place = made;
    return made;
}

const cm_transform *cm_transform_new(size_t length, const cm_env *env)
{
    const cm_simd *simd = cm_current_simd();
    cm_transform **place = NULL;
    if (kept.lanes != simd->lanes)
        cm_transform_forget();
    kept.lanes = simd->lanes;
    if (length <= KEPT)
        place = &kept.transform[length % 5 == 0 ? 2 : length % 3 == 0][logarithm(length)];
    if (place && *place)
        return *place;
    cm_transform t = {.length = length, .half = length / 2, .lanes = simd->lanes};
    return make(t, simd->rows, place, env);
}

/* ---- passes ---------------------------------------------------------------------------- */

/* A group of vectors, or all vectors, and what is to be done to them. */
typedef struct {
    const cm_transform *t;
    const cm_pass *pass; /* the next one */
    double *z;
    const double *kernel; /* its spectrum; NULL if the group only goes there */
    int back;
    const double *const *from; /* rows of samples, where all is begun or ended */
    double *const *to;
} group;

enum { PLACES = 1024 }; /* places of an item, a multiple of 64 */

/* Shares out nplace places among threads. A place takes as long as work_each multiply-adds. */
static void for_places(size_t nplace, double work_each, cm_item *item, group *g,
                       const cm_env *env)
{
    size_t nitem = (nplace + PLACES - 1) / PLACES;
    double work = work_each * PLACES;
    cm_for_each(nitem, work, item, g, cm_threads(nitem, work, env), env);
}

static size_t last_place(size_t item, size_t nplace)
{
    return nplace - item * PLACES < PLACES ? nplace : (item + 1) * PLACES;
}

static void row_item(void *job, size_t item, int thread, const cm_env *env)
{
    const group *g = job;
    const cm_rows *rows = &g->t->rows;
    const cm_simd *simd = cm_current_simd();
    (void)thread, (void)env;
    if (g->back)
        simd->gather(rows, g->z, g->to, item * PLACES, last_place(item, rows->n));
    else
        simd->spread(rows, g->from, g->z, item * PLACES, last_place(item, rows->n), g->from);
}

static void pass_item(void *job, size_t item, int thread, const cm_env *env)
{
    const group *g = job;
    (void)thread, (void)env;
    cm_current_simd()->long_pass(g->pass, g->z, item * PLACES, last_place(item, g->pass->q),
                                 g->back);
}

static void run_group(group g, const cm_env *env);

/* Runs group `item` of those that a pass has made, or block `item`. */
static void group_item(void *job, size_t item, int thread, const cm_env *env)
{
    group g = *(const group *)job;
    size_t n = g.pass == g.t->pass ? g.t->rows.n : g.pass[-1].q, at = item * n * 2 * g.t->lanes;
    (void)thread;
    g.z += at;
    g.kernel = g.kernel ? g.kernel + at : NULL;
    run_group(g, env);
}

/* Multiply-adds that take as long as a short transform there and back of n vectors. */
static double group_work(const cm_transform *t, size_t n)
{
    return 10.0 * (double)(2 * t->lanes * n) * log2((double)n);
}

/* Runs the groups of n vectors that a pass has made of g, or the blocks. */
static void run_groups(const group *g, size_t ngroup, size_t n, const cm_env *env)
{
    double work = group_work(g->t, n);
    cm_for_each(ngroup, work, group_item, (void *)g, cm_threads(ngroup, work, env), env);
}

/* Takes a group there from its next pass on and, if there is a kernel, back. */
static void run_group(group g, const cm_env *env)
{
    const cm_simd *simd = cm_current_simd();
    const cm_pass *p = g.pass;
    if (p >= g.t->pass + g.t->nlong) {
        if (g.kernel)
            simd->there_and_back(p, g.z, g.kernel, g.z);
        else
            simd->there(p, g.z);
        return;
    }
    double work = 50.0 * (double)p->radix;
    g.back = 0;
    for_places(p->q, work, pass_item, &g, env);
    group parts = g;
    parts.pass++;
    run_groups(&parts, (size_t)p->radix, p->q, env);
    g.back = 1;
    if (g.kernel)
        for_places(p->q, work, pass_item, &g, env);
}

/* The whole transform: spreads the rows, takes the blocks there and, if there is a kernel,
 * back, and gathers the rows. */
static void run_all(group *g, const cm_env *env)
{
    const cm_transform *t = g->t;
    size_t R = t->nblock * t->lanes;
    double work = 50.0 * (double)R;
    for_places(t->rows.n, work, row_item, g, env);
    run_groups(g, t->nblock, t->rows.n, env);
    g->back = 1;
    if (g->kernel)
        for_places(t->rows.n, work, row_item, g, env);
}

/* The same for a transform of a few places, by one thread and without a poll. Its outputs are
 * asked for: the first half of the rows while the samples are spread, the rest, which mostly
 * lies together, on the way there and back. */
static void run_short(const group *g)
{
    const cm_transform *t = g->t;
    const cm_simd *simd = cm_current_simd();
    size_t n = t->rows.n, R = t->nblock * t->lanes, size = 2 * t->lanes * n;
    if (!g->kernel) {
        simd->spread(&t->rows, g->from, g->z, 0, n, g->from);
        for (size_t i = 0; i < t->nblock; i++)
            simd->there(t->pass, g->z + i * size);
        return;
    }
    simd->spread(&t->rows, g->from, g->z, 0, n, (const double *const *)g->to);
    for (size_t i = 0; i < t->nblock; i++)
        simd->there_and_back(t->pass, g->z + i * size, g->kernel + i * size,
                             g->to[R] + i * size / 2);
    simd->gather(&t->rows, g->z, g->to, 0, n);
}

/* Progress is told of whole blocks, not of the passes of one. */
static void run_quietly(group g, const cm_env *env)
{
    g.pass = g.t->pass;
    if (!g.t->rows.coarse) {
        run_short(&g);
        return;
    }
    if (!env) {
        run_all(&g, NULL);
        return;
    }
    cm_env quiet = cm_quiet(env);
    run_all(&g, &quiet);
}

cm_row_layout cm_transform_rows(const cm_transform *t)
{
    return (cm_row_layout){t->rows.n, 2 * t->nblock * t->lanes};
}

size_t cm_transform_size(const cm_transform *t)
{
    return t->length;
}

void cm_transform_kernel(const cm_transform *t, const double *const *rows, double *kernel,
                         const cm_env *env)
{
    run_quietly((group){.t = t, .z = kernel, .from = rows}, env);
}

void cm_transform_convolve(const cm_transform *t, const double *const *rows,
                           const double *kernel, double *z, double *const *out,
                           const cm_env *env)
{
    run_quietly((group){.t = t, .z = z, .kernel = kernel, .from = rows, .to = out}, env);
}

/* ---- the error ----------------------------------------------------------------------------
 */

/* The errors of the steps in units of eps / 2, as derived in vignettes/articles/numerics.Rmd:
 * of a product with a twiddle from a table, of a product with a twiddle that is a product
 * itself, and of a butterfly. */
#define TWIDDLE 4.3
#define LONG_TWIDDLE 8.6

static double butterfly_error(size_t radix)
{
    return radix == 2 ? 1 : radix == 3 ? 5.3 : radix == 4 ? 2 : radix == 5 ? 7.5 : 5.5;
}

double cm_transform_error(const cm_transform *t)
{
    double error = TWIDDLE + butterfly_error(t->nblock * t->lanes) +
                   (t->rows.coarse ? LONG_TWIDDLE : TWIDDLE);
    for (const cm_pass *p = t->pass; p->radix; p++) {
        double twiddle = p->q == 1 ? 0 : p < t->pass + t->nlong ? LONG_TWIDDLE : TWIDDLE;
        error += butterfly_error((size_t)p->radix) + twiddle;
    }
    return DBL_EPSILON / 2 * (3 * error + 4);
}
