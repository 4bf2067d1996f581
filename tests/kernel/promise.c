/* The kernel's convolution against long double sums, without R: random lengths,
 * windows and scales, at every level of instructions, by every method. Each array
 * is a block of malloc() of just its size, so that under the address sanitizer a
 * read or write past its end is seen. `make kernel-test` builds and runs it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "kernel.h"
#include "method.h"

static void *blocks[4096];
static size_t nblock;

static void *keep(void *data, size_t bytes)
{
    (void)data;
    if (nblock == sizeof blocks / sizeof *blocks ||
        !(blocks[nblock] = malloc(bytes ? bytes : 1)))
        exit(2);
    return blocks[nblock++];
}

static void release(void)
{
    while (nblock)
        free(blocks[--nblock]);
}

static void poll(void *data)
{
    (void)data;
}

static int is_na(double value)
{
    (void)value;
    return 0;
}

static const cm_env env = {keep, poll, NULL, is_na, NAN};

static unsigned long long state = 88172645463325252ULL;

static unsigned long long random_bits(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static size_t below(size_t n)
{
    return random_bits() % n;
}

static double unit(void)
{
    return (double)(random_bits() >> 11) * 0x1p-53 * 2 - 1;
}

/* Samples of one of several kinds. */
static double *signal(size_t n)
{
    double *x = keep(NULL, n * sizeof *x);
    size_t kind = below(7);
    double range = (double)below(60), scale = pow(10, (double)below(200) - 100);
    for (size_t i = 0; i < n; i++) {
        double u = unit(), t = (double)i / (double)n;
        x[i] = kind == 0   ? u
               : kind == 1 ? u * pow(10, -range * t)
               : kind == 2 ? u * pow(10, range * t)
               : kind == 3 ? (below(50) ? 0 : u)
               : kind == 4 ? rint(u * 100)
               : kind == 5 ? (below(200) ? u : u * 1e15)
                           : u * scale;
    }
    return x;
}

/* The worst error of y in units of the promise. */
static double worst(const double *x, size_t nx, const double *h, size_t nh, const double *y,
                    cm_window w)
{
    double most = 0;
    for (size_t t = 0; t < w.ny; t++) {
        size_t k = w.first + t, i0 = k < nx ? 0 : k - nx + 1, i1 = k < nh ? k : nh - 1;
        long double sum = 0, moduli = 0;
        for (size_t i = i0; i <= i1; i++) {
            long double term = (long double)h[i] * x[k - i];
            sum += term;
            moduli += fabsl(term);
        }
        long double slack = 1e-11L * moduli + 2.0L * (nx < nh ? nx : nh) * 0x1p-1074L;
        double error =
            moduli == 0 ? (y[t] == 0 ? 0 : INFINITY) : (double)(fabsl(y[t] - sum) / slack);
        if (!(error <= most))
            most = error;
    }
    return most;
}

/* The guard by itself: of a group that passes, every output must have a sum of
 * moduli that its error is small against. Low samples come in runs of random
 * lengths, and a large one, which no output may meet, puts the error near to what
 * is allowed. Returns how many outputs were passed wrongly. */
static long guard_wrong(void)
{
    size_t nh = 100 + below(900), n = 2 * nh + below(3000),
           lead = below(2) ? nh - 1 : below(nh);
    double *x = keep(NULL, n * sizeof *x), *h = keep(NULL, nh * sizeof *h);
    double low = pow(10, -(double)below(9));
    for (size_t i = 0, run = 0, small = 0; i < n; i++, run--) {
        if (run == 0 || run > n) {
            run = 1 + below(below(2) ? 200 : 30);
            small = below(3) > 0;
        }
        x[i] = (1 + unit() / 2) * (small ? low : 1);
    }
    for (size_t i = 0; i < nh; i++)
        h[i] = (1 + unit() / 2) * (below(3) ? 1 : low);
    x[below(n)] *= pow(10, 4 * fabs(unit()) + 5);
    cm_guard *guard = cm_guard_new(h, nh, n, lead, &env);
    cm_guard_look(guard, x);
    long wrong = 0;
    size_t c = cm_guard_group(guard);
    for (size_t t = 0; t < n - lead; t++) {
        double moduli = 0;
        for (size_t i = 0; i < nh && i <= lead + t; i++)
            moduli += fabs(h[i] * x[lead + t - i]);
        wrong +=
            cm_guard_passes(guard, t / c) && cm_guard_error(guard) > 1e-11 * 0.7001 * moduli;
    }
    release();
    return wrong;
}

/* The largest error of a single unguarded block, in units of the guard's bound. */
static double bound_used(void)
{
    static const size_t lengths[] = {256, 512, 640, 1000, 1024, 1536, 2048, 2560, 4096, 5120};
    size_t n = lengths[below(10)], nh = 1 + below(n / 2), nx = nh + below(n - 2 * nh + 1);
    double *x = signal(nx), *h = signal(nh), *block = keep(NULL, n * sizeof *block);
    cm_window w = {0, nx + nh - 1};
    double *y = keep(NULL, w.ny * sizeof *y), most = 0;
    memset(block, 0, n * sizeof *block);
    memcpy(block, x, nx * sizeof *block);
    cm_guard *guard = cm_guard_new(h, nh, n, 0, &env);
    cm_guard_look(guard, block);
    cm_conv_fft(x, nx, h, nh, y, w, n, 0, &env);
    for (size_t t = 0; t < w.ny; t++) {
        long double sum = 0;
        for (size_t i = t < nx ? 0 : t - nx + 1; i < nh && i <= t; i++)
            sum += (long double)h[i] * x[t - i];
        most = fmax(most, (double)fabsl(y[t] - sum));
    }
    double bound = cm_guard_error(guard);
    release();
    return bound > 0x1p-1000 && isfinite(bound) ? most / bound : 0;
}

int main(int argc, char **argv)
{
    static const char *levels[] = {"base", "avx2", "avx512"};
    static const cm_method methods[] = {CM_AUTO, CM_DIRECT, CM_FFT_GUARDED, CM_SPARSE};
    long runs = argc > 1 ? atol(argv[1]) : 500, failed = 0;
    double most[4] = {0};
    for (long run = 0; run < runs; run++) {
        unsigned long long seed = state;
        size_t nx = 1 + below(below(8) ? 300 : 6000), nh = 1 + below(below(8) ? 300 : 6000);
        double *x = signal(nx), *h = signal(nh);
        cm_window w = {below(nx + nh - 1), 0};
        w.ny = 1 + below(nx + nh - 1 - w.first);
        double *y = keep(NULL, w.ny * sizeof *y);
        for (int l = 0; l < 3; l++) {
            if (strcmp(cm_simd_level(levels[l]), levels[l]))
                continue;
            for (int m = 0; m < 4; m++) {
                memset(y, 0xff, w.ny * sizeof *y);
                cm_conv_real(x, nx, h, nh, y, w, methods[m], &env);
                double error = worst(x, nx, h, nh, y, w);
                most[m] = error > most[m] ? error : most[m];
                if (!(error <= 1)) {
                    printf(
                        "method %d at %s: %g times the promise; nx %zu nh %zu window %zu + %zu "
                        "state %llu\n",
                        (int)methods[m], levels[l], error, nx, nh, w.first, w.ny, seed);
                    failed++;
                }
            }
        }
        release();
    }
    for (long run = 0; run < runs; run++) {
        long wrong = guard_wrong();
        if (wrong) {
            printf("the guard passes %ld outputs wrongly\n", wrong);
            failed++;
        }
    }
    double used = 0;
    for (long run = 0; run < runs; run++)
        used = fmax(used, bound_used());
    failed += used > 0.05; /* the bound is proven; guard.c says how much of it is used */
    printf("an FFT's error is at most %.2g of its bound\n", used);
    cm_fft_forget();
    printf(
        "worst error in units of the promise: auto %.2g, direct %.2g, fft %.2g, sparse %.2g\n",
        most[0], most[1], most[2], most[3]);
    printf("%ld passed, %ld failed\n", 2 * runs + 1 - failed, failed);
    return failed > 0;
}
