#define _GNU_SOURCE 1 /* MAP_ANONYMOUS */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* ---- what passed ---------------------------------------------------------------- */

int fuzzing;
static long passed, failed;

int expect(int ok, const char *format, ...)
{
    passed += ok != 0;
    if (ok)
        return ok;
    failed++;
    if (failed <= 20) {
        va_list list;
        va_start(list, format);
        vfprintf(stderr, format, list);
        va_end(list);
        fputc('\n', stderr);
    }
    if (fuzzing)
        abort();
    return ok;
}

int report(const char *name)
{
    printf("%s: %ld passed, %ld failed\n", name, passed, failed);
    return failed > 0 || passed == 0;
}

/* ---- memory ----------------------------------------------------------------------- */

/* A slot is memory of `bytes` between two pages without access. It is mapped once, and used
 * again and again. */
typedef struct {
    char *from;
    size_t bytes;
    int used;
} slot;

enum { SLOTS = 4096 };
static slot slots[SLOTS];

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(2);
    }
}

static void map(slot *s, size_t bytes, size_t page)
{
    char *p = mmap(NULL, bytes + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);
    must(p != MAP_FAILED, "mmap");
    must(mprotect(p, page, PROT_NONE) == 0, "mprotect");
    must(mprotect(p + page + bytes, page, PROT_NONE) == 0, "mprotect");
    *s = (slot){p + page, bytes, 0};
}

void *guarded(size_t bytes, side side)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = page;
    while (room < bytes)
        room *= 2;
    slot *s = slots;
    while (s < slots + SLOTS && s->bytes && (s->used || s->bytes != room))
        s++;
    must(s < slots + SLOTS, "no slot is left");
    if (!s->bytes)
        map(s, room, page);
    s->used = 1;
    size_t whole = (bytes + 7) / 8 * 8;
    char *p = side == AT_START ? s->from : s->from + s->bytes - whole;
    memset(p, 0xff, bytes); /* NaN, should it be read unwritten */
    return p;
}

double *guarded_doubles(size_t n, side side)
{
    return guarded(n * sizeof(double), side);
}

void release_guarded(void)
{
    for (slot *s = slots; s < slots + SLOTS && s->bytes; s++)
        s->used = 0;
}

/* ---- the kernel's environment -------------------------------------------------------- */

world here;

static void *give(void *data, size_t bytes)
{
    world *w = data;
    if (++w->nalloc == w->leave_alloc)
        longjmp(w->leave, 1);
    if (w->nblock == w->room) {
        w->room = 2 * w->room + 64;
        must((w->blocks = realloc(w->blocks, w->room * sizeof *w->blocks)) != NULL, "realloc");
    }
    /* of exactly that size, so that the address sanitizer sees what goes past it */
    void *p = malloc(bytes ? bytes : 1);
    must(p != NULL, "malloc");
    memset(p, 0xff, bytes < 4096 ? bytes : 4096); /* NaN, should it be read unwritten */
    w->blocks[w->nblock++] = p;
    w->most = w->nblock > w->most ? w->nblock : w->most;
    return p;
}

static void *mark(void *data)
{
    world *w = data;
    return (void *)(uintptr_t)w->nblock;
}

static void give_back(void *data, void *mark)
{
    world *w = data;
    while (w->nblock > (uintptr_t)mark)
        free(w->blocks[--w->nblock]);
}

double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void look_up(void *data)
{
    world *w = data;
    if (++w->npoll == w->leave_poll)
        longjmp(w->leave, 2);
    double now = processor_seconds();
    w->longest = fmax(w->longest, now - w->last_poll);
    w->last_poll = now;
}

static void progress(void *data, double done)
{
    world *w = data;
    expect(done > 0 && done <= 1, "the progress is %g", done);
    w->progress = done;
}

void begin(world *w)
{
    w->nalloc = w->npoll = w->leave_alloc = w->leave_poll = 0;
    w->longest = w->progress = 0;
    w->most = w->nblock;
    w->last_poll = processor_seconds();
}

void release(world *w)
{
    while (w->nblock)
        free(w->blocks[--w->nblock]);
    free(w->blocks);
    w->blocks = NULL;
    w->room = 0;
}

double na_value;

int is_na(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return isnan(value) && (uint32_t)bits == (uint32_t)NA_BITS;
}

int same_bits(const double *a, const double *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

cm_env env_of(world *w)
{
    return (cm_env){give, mark, give_back, look_up, w, is_na, na_value, 1, progress, 0};
}

const cm_env *env(void)
{
    static cm_env its;
    uint64_t bits = NA_BITS;
    if (!its.alloc) {
        memcpy(&na_value, &bits, sizeof bits);
        its = env_of(&here);
    }
    return &its;
}

/* ---- choices -------------------------------------------------------------------------- */

source generator(uint64_t seed)
{
    source s = {NULL, 0, 88172645463325252ULL ^ seed * 0x9e3779b97f4a7c15ULL};
    if (!s.state)
        s.state = 1;
    random_bits(&s);
    return s;
}

uint64_t random_bits(source *s)
{
    s->state ^= s->state << 13;
    s->state ^= s->state >> 7;
    return s->state ^= s->state << 17;
}

static uint64_t take(source *s, int nbyte)
{
    uint64_t value = 0;
    for (; nbyte > 0 && s->n > 0; nbyte--, s->n--)
        value = value << 8 | *s->bytes++;
    return value;
}

uint64_t draw(source *s, uint64_t n)
{
    if (s->n == 0)
        return (random_bits(s) >> 11) % n;
    return take(s, n <= 256 ? 1 : n <= 65536 ? 2 : 4) % n;
}

double draw_unit(source *s)
{
    return (double)(random_bits(s) >> 11) * 0x1p-53 * 2 - 1;
}

double draw_double(source *s)
{
    uint64_t bits = s->n ? take(s, 8) : random_bits(s);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

size_t draw_size(source *s, size_t n)
{
    static const size_t edges[] = {2,   3,   4,   5,   7,   8,   9,    15,   16,   17,  31,
                                   32,  33,  47,  48,  49,  63,  64,   65,   95,   127, 128,
                                   129, 256, 511, 512, 513, 640, 1023, 1024, 1025, 2049};
    size_t i = (size_t)draw(s, 128);
    if (i < sizeof edges / sizeof *edges && edges[i] <= n)
        return edges[i];
    return 1 + (size_t)draw(s, i < 96 && n > 80 ? 80 : n);
}

/* ---- signals ---------------------------------------------------------------------------- */

static double hostile(source *s)
{
    static const double values[] = {
        0.0,       -0.0,     1.0,     -1.0,    0.1,    DBL_MAX,     DBL_MIN, 0x1p-1074,
        0x1p-1022, 0x1p53,   0x1p52,  1e300,   -1e300, 1e-300,      1e155,   -1e-160,
        1e16,      0x1p-500, 0x1p511, 0x1p512, 1e-170, 0x1.8p-1060, -0.5,    1e17};
    return values[random_bits(s) % (sizeof values / sizeof *values)];
}

double *draw_signal(source *s, size_t n, side side)
{
    double *x = guarded_doubles(n, side);
    uint64_t kind = draw(s, 12);
    double range = (double)draw(s, 60), scale = pow(10, (double)draw(s, 600) - 300);
    size_t rare = 1 + (size_t)draw(s, 200);
    for (size_t i = 0; i < n; i++) {
        double u = draw_unit(s), t = (double)i / (double)n;
        switch (kind) {
        case 0:
            x[i] = u;
            break;
        case 1:
            x[i] = u * pow(10, -range * t);
            break;
        case 2:
            x[i] = u * pow(10, range * t);
            break;
        case 3: /* mostly zeros */
            x[i] = random_bits(s) % rare ? 0 : u;
            break;
        case 4:
            x[i] = rint(u * 100);
            break;
        case 5: /* spikes */
            x[i] = random_bits(s) % rare ? u : u * 1e15;
            break;
        case 6:
            x[i] = u * scale;
            break;
        case 7: /* large whole numbers */
            x[i] = rint(u * ldexp(1, (int)range));
            break;
        case 8:
            x[i] = hostile(s);
            break;
        case 9:
            x[i] = range - 30;
            break;
        case 10: /* a loud half, and silence beside it */
            x[i] = (i / rare % 2 ? 1 : pow(10, -range)) * (1 + u / 2);
            break;
        default: /* any bits at all */
            x[i] = draw_double(s);
            if (!isfinite(x[i]))
                x[i] = u;
        }
    }
    return x;
}

/* ---- levels of instructions -----------------------------------------------------------------
 */

const char *const levels[LEVELS] = {"base", "avx2", "avx512"};

int use_level(int level)
{
    return strcmp(cm_simd_level(levels[level]), levels[level]) == 0;
}
