/* What the tests of the kernel and its fuzz targets share: memory between guard
 * pages, an environment that counts and can leave, choices from a fuzzer's bytes or
 * from a generator, signals, and the count of what passed.
 *
 * A check_*() draws one case from a source and holds the kernel against an oracle
 * written from the definitions. Tests call it with a generator, thousands of times
 * and with sizes of their own; fuzz.c calls it with a fuzzer's bytes.
 */
#ifndef CONVMAT_TEST_SUPPORT_H
#define CONVMAT_TEST_SUPPORT_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

/* ---- what passed ------------------------------------------------------------ */

extern int fuzzing; /* if 1, a failure aborts */

/* Counts; prints the words where `ok` is 0. Returns `ok`. */
#ifdef _WIN32
#define PRINTF gnu_printf /* which knows %zu */
#else
#define PRINTF printf
#endif
int expect(int ok, const char *format, ...) __attribute__((format(PRINTF, 2, 3)));

/* Prints "name: N passed, N failed"; what main() returns. */
int report(const char *name);

/* ---- memory ------------------------------------------------------------------- */

typedef enum { AT_START, AT_END } side; /* begins after a guard page, or ends before one */

/* Memory beside a guard page, until release_guarded(). Not for two threads at once. */
void *guarded(size_t bytes, side side);
double *guarded_doubles(size_t n, side side);
void release_guarded(void);

/* ---- the kernel's environment --------------------------------------------------- */

typedef struct {
    size_t nalloc, npoll;           /* calls so far */
    size_t leave_alloc, leave_poll; /* the call, from 1, that leaves; 0 for none */
    jmp_buf leave;
    double last_poll, longest; /* processor seconds; the longest between polls */
    double progress;           /* as it was last told */
    void **blocks;
    size_t nblock, most, room; /* blocks it has, the most since begin() */
} world;

void begin(world *w);    /* zeros the counters */
void release(world *w);  /* frees what the kernel has been given */
cm_env env_of(world *w); /* for one thread */
double processor_seconds(void);

extern world here;       /* the one for a single thread */
const cm_env *env(void); /* and its environment */

#define NA_BITS 0x7ff00000000007a2ULL /* as R has it */
extern double na_value;
int is_na(double value);
int same_bits(const double *a, const double *b, size_t n);

/* ---- choices -------------------------------------------------------------------- */

typedef struct {
    const uint8_t *bytes;
    size_t n;
    uint64_t state;
} source;

source generator(uint64_t seed);
uint64_t random_bits(source *s);       /* the generator's only */
uint64_t draw(source *s, uint64_t n);  /* 0 ... n - 1 */
double draw_unit(source *s);           /* -1 ... 1, from the generator */
double draw_double(source *s);         /* any bits */
size_t draw_size(source *s, size_t n); /* 1 ... n, often near an edge */

/* Samples of one of several kinds, finite, hostile ones included. */
double *draw_signal(source *s, size_t n, side side);

/* ---- levels of instructions ------------------------------------------------------- */

enum { LEVELS = 3 };
extern const char *const levels[LEVELS];
int use_level(int level); /* 0 where the machine does not have it */

/* ---- checks ------------------------------------------------------------------------- */

typedef struct {
    cm_samples x, h;
    cm_options options;
} conv_case;

/* The sample of n that stands at place p under a boundary that repeats samples. */
size_t fold(ptrdiff_t p, size_t n, cm_boundary boundary);

/* The weight that sample c of n has at place p, which may lie outside, under any boundary. */
double weight_at(ptrdiff_t p, size_t n, cm_boundary boundary, size_t c);

extern int threads; /* of the kernel, where it may use more than one */
void check_conv_case(const conv_case *c, const char *what);
/* A window of F by a method, by one thread and by several. */
void check_window(const double *x, size_t nx, const double *h, size_t nh, cm_window w,
                  cm_method method, const char *what);

void check_conv(source *s);
void check_array(source *s);
void check_matrix(source *s);
void check_regressor(source *s);

extern const cm_gamma_math gamma_functions;

#endif
