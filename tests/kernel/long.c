/* Convolutions of more than 2^31 and 2^32 samples, in 1 GB of memory: signals repeat a pattern,
 * all of whose copies share the memory of one, or are pages of zeros that are nowhere; outputs
 * fall into a sink that is mapped again and again, but for some that are kept, around the
 * places where an index of too few bits would go wrong. All numbers are whole, so all kept
 * outputs must be exact.
 *
 *   make -C tests/kernel long      a few minutes; Linux
 */
#define _GNU_SOURCE 1 /* memfd_create() */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "convolve/engine.h"
#include "support.h"

#define BIG ((size_t)1 << 31)

/* Samples of the pattern: entire pages, and no divisor of 2^31, so that samples 2^31 or 2^32
 * apart differ. */
#define PERIOD ((size_t)512 * 16411)
#define SINK ((size_t)1 << 26) /* bytes */
#define KEPT                                                                                   \
    ((size_t)3 * 512) /* outputs before and behind a place that are kept: entire pages */

static const double *pattern;
static int pattern_file, sink_file;

static void *mapped(void *at, size_t bytes, int access, int how, int file)
{
    void *p = mmap(at, bytes, access, how | (at ? MAP_FIXED : 0), file, 0);
    if (p == MAP_FAILED) {
        perror("mmap");
        _exit(2);
    }
    return p;
}

static int memory_file(const char *name, size_t bytes)
{
    int file = memfd_create(name, 0);
    if (file < 0 || ftruncate(file, (off_t)bytes) != 0) {
        perror("memfd_create");
        _exit(2);
    }
    return file;
}

/* Address space for `bytes`, in which a file of `each` bytes stands again and again. */
static char *repeated(size_t bytes, size_t each, int access, int file)
{
    size_t times = (bytes + each - 1) / each;
    char *p =
        mapped(NULL, times * each, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    for (size_t i = 0; i < times; i++)
        mapped(p + i * each, each, access, MAP_SHARED, file);
    return p;
}

static void prepare(source *s)
{
    pattern_file = memory_file("pattern", PERIOD * sizeof(double));
    sink_file = memory_file("sink", SINK);
    double *x =
        mapped(NULL, PERIOD * sizeof *x, PROT_READ | PROT_WRITE, MAP_SHARED, pattern_file);
    for (size_t j = 0; j < PERIOD; j++)
        x[j] = rint(1000 * draw_unit(s)) + 0.0;
    pattern = x;
}

/* ---- signals and outputs ------------------------------------------------------------- */

/* Either repeats the pattern, or has whole numbers at a few places and zeros elsewhere. */
typedef struct {
    double *x;
    size_t n, bytes;
    int nspike; /* -1: the pattern */
    size_t at[16];
} longer;

static longer repeating(size_t n)
{
    longer s = {.n = n, .bytes = n * sizeof(double), .nspike = -1};
    s.x = (double *)(void *)repeated(s.bytes, PERIOD * sizeof(double), PROT_READ, pattern_file);
    return s;
}

static const size_t places[] = {0,           1,           BIG - 1,     BIG,        BIG + 1,
                                BIG + 40000, 2 * BIG - 1, 2 * BIG + 1, 3 * BIG - 7};
enum { PLACES = sizeof places / sizeof *places };

static longer spikes(size_t n)
{
    longer s = {.n = n, .bytes = n * sizeof(double)};
    s.x = mapped(NULL, s.bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    madvise(s.x, s.bytes, MADV_NOHUGEPAGE); /* a page that is only read is the page of zeros */
    for (int i = 0; i <= PLACES; i++) {
        size_t at = i < PLACES ? places[i] : n - 1;
        if (at < n) {
            s.x[at] = i + 1;
            s.at[s.nspike++] = at;
        }
    }
    return s;
}

static void forget(longer *s)
{
    size_t each = PERIOD * sizeof(double);
    munmap(s->x, s->nspike < 0 ? (s->bytes + each - 1) / each * each : s->bytes);
}

/* The sum of an output, by whole numbers. */
static int64_t exact(const longer *x, const double *h, size_t nh, size_t k)
{
    int64_t sum = 0;
    size_t i0 = k < x->n ? 0 : k - x->n + 1, i1 = k < nh ? k : nh - 1;
    if (x->nspike < 0)
        for (size_t i = i0, j = (k - i0) % PERIOD; i <= i1; i++, j = j ? j - 1 : PERIOD - 1)
            sum += (int64_t)h[i] * (int64_t)pattern[j];
    for (int p = 0; p < x->nspike; p++)
        if (x->at[p] <= k && k - x->at[p] < nh)
            sum += (int64_t)h[k - x->at[p]] * (int64_t)x->x[x->at[p]];
    return sum;
}

typedef struct {
    double *y;
    size_t n, bytes;
} outputs;

/* Calls `use` with the ranges of outputs that are kept. */
static void each_kept(const outputs *o, void (*use)(const outputs *, size_t, size_t, void *),
                      void *data)
{
    for (int i = 0; i <= PLACES; i++) {
        size_t at = (i < PLACES ? places[i] : o->n - 1) / 512 * 512;
        if (at >= o->n)
            continue;
        size_t from = at < KEPT ? 0 : at - KEPT, to = at + KEPT < o->n ? at + KEPT : o->n;
        use(o, from, to, data);
    }
}

static void keep(const outputs *o, size_t from, size_t to, void *data)
{
    (void)data;
    mapped(o->y + from, (to - from) * sizeof(double), PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static outputs sink_of(size_t n)
{
    outputs o = {.n = n, .bytes = n * sizeof(double)};
    o.y = (double *)(void *)repeated(o.bytes, SINK, PROT_READ | PROT_WRITE, sink_file);
    each_kept(&o, keep, NULL);
    return o;
}

typedef struct {
    const longer *x;
    const double *h;
    size_t nh, first, wrong, checked;
} comparison;

static void compare(const outputs *o, size_t from, size_t to, void *data)
{
    comparison *c = data;
    for (size_t t = from; t < to; t++) {
        c->wrong += o->y[t] != (double)exact(c->x, c->h, c->nh, c->first + t);
        c->checked++;
    }
}

/* ---- checks ------------------------------------------------------------------------------ */

static const char *const words[] = {"full", "same", "causal", "valid"};

static void check_whole(longer *x, size_t nh, cm_mode mode, cm_method method, source *s)
{
    double *h = guarded_doubles(nh, AT_END);
    for (size_t i = 0; i < nh; i++)
        h[i] = rint(1000 * draw_unit(s));
    cm_options how = {mode, mode == CM_SAME ? nh / 2 : 0, CM_ZERO, CM_NA_PROPAGATE, method};
    cm_window w = cm_mode_window(mode, x->n, nh, how.origin);
    outputs o = sink_of(w.ny);
    cm_env several = *env();
    several.threads = 2;
    double began = processor_seconds();
    begin(&here);
    cm_conv((cm_samples){x->x, NULL, x->n, 1}, (cm_samples){h, NULL, nh, 1}, &how,
            (cm_output){o.y, NULL}, &several);
    release(&here);
    comparison c = {x, h, nh, w.first, 0, 0};
    each_kept(&o, compare, &c);
    expect(c.wrong == 0, "%zu x %zu, %s: %zu of %zu wrong", x->n, nh, words[mode], c.wrong,
           c.checked);
    printf("%zu x %zu, %s, method %d: %zu outputs, %.0f s\n", x->n, nh, words[mode],
           (int)method, c.checked, processor_seconds() - began);
    munmap(o.y, (o.bytes + SINK - 1) / SINK * SINK);
    release_guarded();
}

/* Signal and kernel both longer than 2^31, of which few outputs are wanted; each has 2^31 terms
 * and more. */
static void check_both(size_t nx, size_t nh)
{
    longer x = repeating(nx), h = repeating(nh);
    size_t shorter = nx < nh ? nx : nh, ny = (nx < nh ? nh : nx) - shorter + 1;
    double *y = guarded_doubles(ny, AT_END);
    cm_options how = {CM_VALID, 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
    begin(&here);
    cm_conv((cm_samples){x.x, NULL, nx, 1}, (cm_samples){h.x, NULL, nh, 1}, &how,
            (cm_output){y, NULL}, env());
    release(&here);
    for (size_t t = 0; t < ny; t++) {
        double sum = (double)exact(&x, h.x, nh, shorter - 1 + t);
        expect(y[t] == sum, "%zu x %zu: output %zu is %.17g, not %.17g", nx, nh, t, y[t], sum);
    }
    printf("%zu x %zu, valid: %zu outputs\n", nx, nh, ny);
    forget(&x);
    forget(&h);
    release_guarded();
}

/* A window of F around a place, by each method. */
static void check_windows(longer *x, size_t nh, source *s)
{
    static const cm_method methods[] = {CM_AUTO, CM_DIRECT, CM_FFT_GUARDED};
    enum { NY = 5000 };
    double *h = guarded_doubles(nh, AT_START);
    for (size_t i = 0; i < nh; i++)
        h[i] = rint(1000 * draw_unit(s));
    size_t nf = x->n + nh - 1, wrong = 0;
    for (int i = 0; i <= PLACES; i++) {
        size_t at = i < PLACES ? places[i] : nf, first = at < NY / 2 ? 0 : at - NY / 2;
        if (first >= nf)
            continue;
        size_t ny = nf - first < NY ? nf - first : NY;
        for (int m = 0; m < 3; m++) {
            double *y = guarded_doubles(ny, AT_END);
            cm_problem p = {x->x, x->n, h, nh, y,    {first, ny}, 1,   x->n,
                            ny,   1000, 0, 0,  NULL, NULL,        NULL};
            begin(&here);
            cm_conv_real(&p, methods[m], env());
            release(&here);
            for (size_t t = 0; t < ny; t++)
                wrong += y[t] != (double)exact(x, h, nh, first + t);
        }
    }
    expect(wrong == 0, "windows of %zu x %zu: %zu wrong", x->n, nh, wrong);
    printf("%zu x %zu: windows\n", x->n, nh);
    release_guarded();
}

/* Which sample stands outside of very long signals, and entries of their matrices. */
static void check_places(void)
{
    size_t n = 5 * BIG / 2 + 3;
    ptrdiff_t m = (ptrdiff_t)n;
    for (ptrdiff_t k = 1; k < m; k = 3 * k + 1) {
        const struct {
            cm_boundary boundary;
            ptrdiff_t before,
                after; /* sources of the places k before and k behind the signal */
        } expected[] = {{CM_WRAP, m - k, k - 1},
                        {CM_NEAREST, 0, m - 1},
                        {CM_REFLECT, k - 1, m - k},
                        {CM_MIRROR, k, m - 1 - k}};
        for (int i = 0; i < 4; i++) {
            cm_sources before = cm_sources_of(-k, n, expected[i].boundary),
                       after = cm_sources_of(m - 1 + k, n, expected[i].boundary);
            expect(before.n == 1 && before.at[0] == (size_t)expected[i].before &&
                       after.n == 1 && after.at[0] == (size_t)expected[i].after,
                   "boundary %d: %td steps outside of %zu", (int)expected[i].boundary, k, n);
        }
    }
    const double h[] = {1, 10, 100};
    cm_options how = {CM_FULL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
    cm_matrix full = cm_matrix_of(h, 3, 1, n, &how);
    expect(full.nrow == n + 2 && full.ncol == n, "the matrix has %zu rows", full.nrow);
    for (int i = 0; i <= PLACES; i++) {
        size_t col = i < PLACES ? places[i] : n - 1;
        for (size_t d = 0; d < 5 && col < n; d++) {
            double entry[2];
            if (col + d < 1)
                continue;
            cm_entry(&full, col + d - 1, col, entry);
            expect(entry[0] == (d >= 1 && d <= 3 ? h[d - 1] : 0), "entry %zu, %zu is %g",
                   col + d - 1, col, entry[0]);
        }
    }
}

int main(void)
{
    static const cm_mode modes[] = {CM_FULL, CM_SAME, CM_CAUSAL, CM_VALID};
    source s = generator(9);
    setvbuf(stdout, NULL, _IOLBF, 0);
    prepare(&s);
    check_places();
    longer x = repeating(BIG + 10);
    for (int m = 0; m < 4; m++)
        check_whole(&x, 3, modes[m], CM_AUTO, &s);
    forget(&x);
    x = repeating(3 * BIG + 10);
    check_windows(&x, 3, &s);
    check_windows(&x, 1000, &s);
    check_windows(&x, 20000, &s);
    check_whole(&x, 3, CM_FULL, CM_AUTO, &s);
    check_whole(&x, 500, CM_SAME, CM_AUTO, &s);
    forget(&x);
    x = spikes(3 * BIG + 10);
    check_whole(&x, 1000, CM_FULL, CM_AUTO, &s);
    forget(&x);
    check_both(BIG + 10, BIG + 5);
    check_both(BIG + 5, BIG + 10);
    return report("long");
}
