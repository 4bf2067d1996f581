/* Measures what the constants of the kernel say, and prints them in the form the source has:
 *
 *   costs of a multiply-add and of transforms, and from where the long form of direct sums is
 *   the faster                                     convolve/choice.c, convolve/direct.c
 *   from where a second thread pays                base/threads.c
 *   from where results are written past the caches convolve/problem.c
 *   how good the choice is over a grid of sizes    convolve/choice.c
 *   what whole numbers take that must be exact     convolve/whole.c
 *
 *   make costs          all of it, some minutes; the machine should have nothing else to do
 *   costs SECTION...    sums, transforms, threads, writing, grid, whole
 *
 * Times are the least of several, in processor time of this thread but for threads.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "convolve/choice.h"
#include "convolve/direct.h"
#include "convolve/engine.h"
#include "convolve/overlap.h"
#include "convolve/sparse.h"
#include "loops/loops.h"
#include "support.h"

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A thing to time: how it is run, and what with. */
typedef struct {
    void (*run)(const void *data);
    const void *data;
} work;

/* Nanoseconds of one run: the least of `rounds` rounds of at least `least` seconds each. */
static double time_of(work w, clockid_t clock, int rounds, double least)
{
    double best = INFINITY;
    long runs = 1;
    for (int r = 0; r < rounds; r++) {
        for (;;) {
            double t = seconds(clock);
            for (long i = 0; i < runs; i++)
                w.run(w.data);
            t = seconds(clock) - t;
            if (t >= least) {
                best = fmin(best, t / (double)runs);
                break;
            }
            runs *= 2;
        }
    }
    return 1e9 * best;
}

static double cpu_ns(work w)
{
    return time_of(w, CLOCK_THREAD_CPUTIME_ID, 5, 2e-3);
}

static double *normal(size_t n)
{
    static source s;
    if (!s.state)
        s = generator(7);
    double *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++) { /* a sum of uniform numbers is near enough */
        x[i] = 0;
        for (int k = 0; k < 6; k++)
            x[i] += draw_unit(&s);
    }
    return x;
}

/* ---- memory as ffi-scratch.c has it: kept, and so mostly in the caches ----------------- */

static struct {
    char *memory;
    size_t used, size;
} room;

static void *give(void *data, size_t bytes)
{
    (void)data;
    bytes = (bytes + 63) / 64 * 64;
    if (bytes > room.size - room.used) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    room.used += bytes;
    return room.memory + room.used - bytes;
}

static void *mark(void *data)
{
    (void)data;
    return room.memory + room.used;
}

static void take_back(void *data, void *to)
{
    (void)data;
    room.used = to ? (size_t)((char *)to - room.memory) : 0;
}

static void poll(void *data)
{
    (void)data;
}

static cm_env scratch;

static void make_scratch(void)
{
    room.size = (size_t)1 << 30;
    room.memory = malloc(room.size);
    scratch = (cm_env){.alloc = give,
                       .mark = mark,
                       .release = take_back,
                       .poll = poll,
                       .is_na = is_na,
                       .threads = 1};
}

/* ---- one convolution by one plan ------------------------------------------------ */

typedef struct {
    cm_problem p;
    cm_plan plan;
} job;

static void run_job(const void *data)
{
    const job *j = data;
    cm_doubts doubts;
    take_back(NULL, NULL);
    if (j->plan.method == CM_DIRECT)
        cm_conv_direct(&j->p, &scratch);
    else if (j->plan.method == CM_SPARSE) {
        cm_nonzeros x = cm_find_nonzeros(j->p.x, j->p.nx, j->plan.nonzero, &scratch);
        cm_conv_sparse(&j->p, &x, &scratch);
    } else
        cm_conv_overlap(&j->p, j->plan.length, &doubts, &scratch);
}

static cm_problem problem(double *x, size_t nx, double *h, size_t nh, double *y)
{
    cm_problem p = {.x = x, .nx = nx, .h = h, .nh = nh, .y = y, .ncol = 1, .max_x = 6};
    p.w = (cm_window){0, nx + nh - 1};
    return p;
}

static double ns_of(cm_problem p, cm_plan plan)
{
    job j = {p, plan};
    return cpu_ns((work){run_job, &j});
}

/* A plan, the least of its times, and how many runs make a round. "auto", which chooses its
 * plan in every run, is one. */
typedef struct {
    cm_plan plan;
    double ns;
    long runs;
} way;

static void run_way(const cm_problem *p, const way *w)
{
    take_back(NULL, NULL);
    if (w->plan.method == CM_AUTO || w->plan.method == CM_DIRECT)
        cm_conv_real(p, w->plan.method, &scratch);
    else
        cm_conv_planned(p, &w->plan, &scratch);
}

/* One round of a way. */
static void time_way(const cm_problem *p, way *w)
{
    double t = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (long i = 0; i < w->runs; i++)
        run_way(p, w);
    t = 1e9 * (seconds(CLOCK_THREAD_CPUTIME_ID) - t) / (double)w->runs;
    w->ns = fmin(w->ns, t);
    w->runs = t > 5e5 ? 1 : (long)(5e5 / t) + 1;
}

/* ---- sums ------------------------------------------------------------------------ */

static void sums(void)
{
    enum { NX = 20000 };
    static const size_t lengths[] = {2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 64, 200, 1000};
    double *x = normal(NX), *h = normal(NX), *y = normal(2 * NX);
    printf("\ndirect sums, ns a multiply-add, by the length of the kernel\n        ");
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        printf("%8zu", lengths[i]);
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        printf("\n%-8s", levels[level]);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            cm_problem p = problem(x, NX, h, lengths[i], y);
            double ns = ns_of(p, (cm_plan){.method = CM_DIRECT});
            printf("%8.3f", (ns - 100) / ((double)NX * (double)lengths[i]));
        }
    }
    printf("\n\nsums that skip zeros, ns a multiply-add, all included, 1 sample in 50\n");
    for (size_t i = 0; i < NX; i++)
        x[i] = i % 50 ? 0 : x[i];
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        cm_problem p = problem(x, NX, h, 320, y);
        cm_plan plan = {.method = CM_SPARSE, .nonzero = NX / 50};
        printf("%-8s%8.3f\n", levels[level], ns_of(p, plan) / (NX / 50 * (320.0 + CM_STRIP)));
    }
    free(x), free(h), free(y);
}

/* ---- transforms ----------------------------------------------------------------------- */

/* Those ns of a convolution that do not depend on the length, as in choice.c. */
#define AGAIN 1000.0

/* Convolutions in blocks of n with kernels of n / 4: with reading, guard and writing, and what
 * is computed again. */
typedef struct {
    size_t n, nh, nblock, nx;
    double ns;
} length;

enum { OCTAVES = 14, KINDS = 3 };

static length new_length(int kind, int octave)
{
    static const size_t first[KINDS] = {128, 384, 640};
    length l = {.n = first[kind] << octave, .ns = INFINITY};
    l.nh = l.n / 4;
    l.nblock = l.n < 100000 ? 400000 / l.n + 2 : 3;
    l.nx = l.nblock * (l.n - l.nh + 1) - l.nh + 1;
    return l;
}

static void time_length(length *l, double *x, double *h, double *y)
{
    cm_problem p = problem(x, l->nx, h, l->nh, y);
    way w = {{CM_FFT_GUARDED, l->n, 0, 0, 0}, INFINITY, 1};
    for (int r = 0; r < 2; r++)
        time_way(&p, &w); /* the first tells how many runs make a round */
    double ns = w.ns - AGAIN;
    l->ns = fmin(l->ns, ns / (((double)l->nblock + 0.5) * (double)l->n));
}

/* All lengths in turn, several times. */
static void transforms(void)
{
    length all[KINDS][OCTAVES];
    size_t most = new_length(2, OCTAVES - 1).nx + new_length(2, OCTAVES - 1).nh;
    double *x = normal(most), *h = normal(most), *y = normal(most);
    printf("\ntransforms of 128, 384 and 640 times a power of two with all around them, ns a "
           "value\n");
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        for (int r = 0; r < 5; r++)
            for (int k = 0; k < KINDS; k++)
                for (int o = 0; o < OCTAVES; o++) {
                    if (r == 0)
                        all[k][o] = new_length(k, o);
                    if (r < 2 || o < OCTAVES - 3)
                        time_length(&all[k][o], x, h, y);
                }
        printf("%s\n", levels[level]);
        for (int k = 0; k < KINDS; k++)
            for (int o = 0; o < OCTAVES; o++)
                printf("%s%.2f%s", o ? ", " : "    {", all[k][o].ns,
                       o == OCTAVES - 1 ? "},\n" : "");
    }
    free(x), free(h), free(y);
}

/* ---- threads ---------------------------------------------------------------------------- */

/* Wall time by two threads over that by one, the median of pairs in turn. */
static void two_threads(void)
{
    enum { PAIRS = 15 };
    cm_env one = *env(), two = *env();
    one.threads = 1, two.threads = 2;
    printf("\ntime by two threads over that by one, direct sums with 500 samples\n");
    for (size_t nx = 50000; nx <= 6400000; nx *= 2) {
        double *x = normal(nx), *h = normal(500), *y = normal(nx + 500), ratio[PAIRS];
        cm_problem p = problem(x, nx, h, 500, y);
        for (int i = 0; i < PAIRS; i++) {
            double t[3];
            t[0] = seconds(CLOCK_MONOTONIC);
            cm_conv_direct(&p, &one);
            t[1] = seconds(CLOCK_MONOTONIC);
            cm_conv_direct(&p, &two);
            t[2] = seconds(CLOCK_MONOTONIC);
            ratio[i] = (t[2] - t[1]) / (t[1] - t[0]);
            for (int j = i; j > 0 && ratio[j] < ratio[j - 1]; j--) {
                double swap = ratio[j];
                ratio[j] = ratio[j - 1], ratio[j - 1] = swap;
            }
        }
        printf("    %.0e multiply-adds: %.2f\n", (double)nx * 500, ratio[PAIRS / 2]);
        free(x), free(h), free(y);
    }
}

/* ---- writing ------------------------------------------------------------------------------
 */

typedef struct {
    void (*write)(const double *x, size_t n, double factor, double *y);
    const double *x;
    double *y;
    size_t n, room, at;
} writing;

/* Into memory that has left the caches since it was used last. */
static void run_writing(const void *data)
{
    writing *w = (writing *)(uintptr_t)data;
    w->write(w->x, w->n, 1, w->y + w->at);
    w->at = w->at + 2 * w->n < w->room ? w->at + w->n : 0;
}

static void write_past(void)
{
    enum { ROOM = 16000000 };
    const cm_simd *simd = cm_current_simd();
    double *x = normal(262144), *y = normal(ROOM);
    printf("\ntime of writing past the caches over that through them, %s\n", simd->level);
    for (size_t n = 1024; n <= 262144; n *= 2) {
        writing w = {simd->scale, x, y, n, ROOM, 0};
        double through = cpu_ns((work){run_writing, &w});
        w.write = simd->stream;
        printf("    %zu: %.2f\n", n, cpu_ns((work){run_writing, &w}) / through);
    }
    free(x), free(y);
}

/* ---- the choice ---------------------------------------------------------------------- */

enum { MOST_WAYS = 64, ROUNDS = 6 };

/* Sums and transforms of all lengths, but for those that must take far too long. */
static int find_ways(size_t nx, size_t nh, way *ways)
{
    static const size_t odd[] = {8, 10, 12};
    int n = 0;
    ways[n++] = (way){{.method = CM_AUTO}, INFINITY, 1};
    if (nh < 1000)
        ways[n++] = (way){{.method = CM_DIRECT}, INFINITY, 1};
    for (size_t two = 16; two * 8 < 4 * (nx + nh); two *= 2)
        for (int i = 0; i < 3; i++) {
            size_t length = two * odd[i];
            if (length % 128 == 0 && length >= nh + nh / 4 &&
                (length < 50 * nh || length < 5000))
                ways[n++] = (way){{CM_FFT_GUARDED, length, 0, 0, 0}, INFINITY, 1};
        }
    return n;
}

static double least(const way *ways, int n)
{
    double ns = INFINITY;
    for (int i = 0; i < n; i++)
        ns = fmin(ns, ways[i].ns);
    return ns;
}

/* Times all ways in turn, so that a noisy moment falls on all, and leaves out those that turn
 * out to be slow. */
static int time_ways(const cm_problem *p, way *ways, int n)
{
    for (int i = 0; i < n; i++)
        run_way(p, ways + i); /* tables */
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < n; i++)
            time_way(p, ways + i);
        double most = (r == 0 ? 10 : r == 1 ? 2 : 1.3) * least(ways, n);
        int few = 1;
        for (int i = 1; i < n; i++)
            if (ways[i].ns <= most)
                ways[few++] = ways[i];
        n = few;
    }
    return n;
}

/* The time of "auto" over that of the best of all ways. */
static double regret(size_t nx, size_t nh)
{
    double *x = normal(nx), *h = normal(nh), *y = normal(nx + nh);
    cm_problem p = problem(x, nx, h, nh, y);
    way ways[MOST_WAYS], *best = ways + 1;
    int n = time_ways(&p, ways, find_ways(nx, nh, ways));
    for (int i = 1; i < n; i++)
        best = ways[i].ns < best->ns ? ways + i : best;
    double ratio = ways->ns / best->ns;
    cm_plan plan = cm_choose(&p);
    if (ratio > 1.1)
        printf("    nx %zu nh %zu: %.2f by %zu; %zu is better (0: sums)\n", nx, nh, ratio,
               plan.method == CM_DIRECT ? 0 : plan.length, best->plan.length);
    free(x), free(h), free(y);
    return ratio;
}

static void grid(void)
{
    printf("\ntime of \"auto\" over that of the best method, where above 1.1\n");
    for (int level = 0; level < LEVELS; level++) {
        double worst = 0, all = 0;
        int count = 0, above = 0;
        if (!use_level(level))
            continue;
        printf("%s\n", levels[level]);
        for (double nx = 64; nx < 4e6; nx *= 1.8) {
            for (double nh = 16; nh <= nx; nh *= 1.8) {
                double r = regret((size_t)nx, (size_t)nh);
                worst = fmax(worst, r), all += log(r), count++, above += r > 1.15;
            }
        }
        printf("    %d sizes: geometric mean %.3f, worst %.2f, %d above 1.15\n", count,
               exp(all / count), worst, above);
    }
}

/* ---- whole numbers ---------------------------------------------------------------------- */

/* The least time of a convolution with all around it, of normal numbers times 2^bits, rounded,
 * plus `more`. */
typedef struct {
    int bits;
    double more, *x, *h, ns;
} numbers;

static void make_numbers(numbers *w, const double *x, size_t nx, const double *h, size_t nh)
{
    w->x = malloc(nx * sizeof *w->x), w->h = malloc(nh * sizeof *w->h), w->ns = INFINITY;
    for (size_t i = 0; i < nx; i++)
        w->x[i] = rint(ldexp(x[i] / sqrt(2), w->bits)) + w->more;
    for (size_t i = 0; i < nh; i++)
        w->h[i] = rint(ldexp(h[i] / sqrt(2), w->bits)) + w->more;
}

static void time_numbers(numbers *w, size_t nx, size_t nh, double *y)
{
    double t = seconds(CLOCK_THREAD_CPUTIME_ID);
    take_back(NULL, NULL);
    cm_conv((cm_samples){w->x, NULL, nx, 1}, (cm_samples){w->h, NULL, nh, 1},
            &(cm_options){.mode = CM_FULL}, (cm_output){y, NULL}, &scratch);
    w->ns = fmin(w->ns, 1e9 * (seconds(CLOCK_THREAD_CPUTIME_ID) - t));
}

/* The time of whole numbers of 24 and of 16 bits over that of 24 bits and one half, which need
 * not be exact, by turns. The aim is at most 1.5. */
static void whole(void)
{
    static const size_t sizes[][2] = {{100000, 200},   {100000, 2000},  {1000000, 500},
                                      {1000000, 2000}, {100000, 10000}, {1000000, 100000}};
    printf("\ntime of whole numbers over that of the same and one half\n");
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        printf("%s\n", levels[level]);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            size_t nx = sizes[i][0], nh = sizes[i][1];
            double *x = normal(nx), *h = normal(nh), *y = normal(nx + nh);
            numbers w[] = {{21, 0.5, 0, 0, 0}, {21, 0, 0, 0, 0}, {13, 0, 0, 0, 0}};
            for (int k = 0; k < 3; k++)
                make_numbers(w + k, x, nx, h, nh);
            for (int r = 0; r < 3 * (nx < 1000000 ? 100 : 15); r++)
                time_numbers(w + r % 3, nx, nh, y);
            printf("    nx %zu nh %zu: 24 bits %.2f, 16 bits %.2f\n", nx, nh, w[1].ns / w[0].ns,
                   w[2].ns / w[0].ns);
            for (int k = 0; k < 3; k++)
                free(w[k].x), free(w[k].h);
            free(x), free(h), free(y);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } sections[] = {{"sums", sums},           {"transforms", transforms},
                    {"threads", two_threads}, {"writing", write_past},
                    {"grid", grid},           {"whole", whole}};
    env();
    make_scratch();
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        int wanted = argc == 1;
        for (int a = 1; a < argc; a++)
            wanted |= strcmp(argv[a], sections[i].name) == 0;
        if (wanted) {
            cm_simd_level(NULL);
            sections[i].run();
        }
    }
    return 0;
}
