/* For tools/long.R: a vector of R that is longer than memory, and a look at all outputs of its
 * convolution. Its samples repeat a pattern, of which there is one copy in memory, and address
 * space for all others. Linux. */
#define _GNU_SOURCE 1 /* memfd_create() */
#include <R.h>
#include <R_ext/Rallocators.h>
#include <Rinternals.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Samples of the pattern: entire pages, and no divisor of 2^31, so that samples 2^31 apart
 * differ. */
#define PERIOD ((size_t)512 * 16411)
#define BYTES (PERIOD * sizeof(double))

static int pattern_file = -1;

/* A whole number for each place in the file. */
static double sample(size_t place)
{
    uint64_t bits = place * 0x9e3779b97f4a7c15ULL;
    bits ^= bits >> 29;
    bits *= 0xbf58476d1ce4e5b9ULL;
    return (double)(bits >> 53) - 1023;
}

static void *mapped(void *at, size_t bytes, int access, int how, int file)
{
    void *p = mmap(at, bytes, access, how | (at ? MAP_FIXED : 0), file, 0);
    if (p == MAP_FAILED)
        Rf_error("no address space for %.0f bytes", (double)bytes);
    return p;
}

static void make_pattern(void)
{
    pattern_file = memfd_create("pattern", 0);
    if (pattern_file < 0 || ftruncate(pattern_file, (off_t)BYTES) != 0)
        Rf_error("no memory for the pattern");
    double *x = mapped(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, pattern_file);
    for (size_t j = 0; j < PERIOD; j++)
        x[j] = sample(j);
    munmap(x, BYTES);
}

/* R writes the head of the vector into it: pages that are written become the process's own. */
static void *give(R_allocator_t *allocator, size_t bytes)
{
    size_t times = (bytes + BYTES - 1) / BYTES;
    (void)allocator;
    char *p =
        mapped(NULL, times * BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    for (size_t i = 0; i < times; i++)
        mapped(p + i * BYTES, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
               pattern_file);
    return p;
}

/* The process ends soon. */
static void take(R_allocator_t *allocator, void *memory)
{
    (void)allocator;
    (void)memory;
}

SEXP long_vector(SEXP n)
{
    R_allocator_t allocator = {give, take, NULL, NULL};
    if (pattern_file < 0)
        make_pattern();
    return Rf_allocVector3(REALSXP, (R_xlen_t)Rf_asReal(n), &allocator);
}

/* How many outputs k = 0, 1 ... of y are not h[0] x[first + k] + h[1] x[first + k - 1] + ... */
SEXP wrong_outputs(SEXP y, SEXP x, SEXP h, SEXP first)
{
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h), from = (size_t)Rf_asReal(first);
    const double *py = REAL(y), *px = REAL(x), *ph = REAL(h);
    double wrong = 0;
    for (size_t t = 0; t < (size_t)XLENGTH(y); t++) {
        size_t k = from + t;
        double sum = 0;
        for (size_t i = k < nx ? 0 : k - nx + 1; i < nh && i <= k; i++)
            sum += ph[i] * px[k - i];
        wrong += py[t] != sum;
    }
    return Rf_ScalarReal(wrong);
}
