/* A hash over the bits of random convolutions, one line for each instruction set and method:
 * what must not move when code is moved. Compare what `make kernel-bits` prints before and
 * after. Transforms may change their bits with a reason; sums and the sparse path may not.
 *
 *   bits [CASES], 12000 unless given: real and complex, columns, NA, NaN and Inf, every mode,
 *   boundary and choice for missing values, by one thread and by three
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char *const methods[] = {"auto", "direct", "fft", "guarded", "sparse"};
enum { METHODS = sizeof methods / sizeof *methods };

/* FNV-1a, a 64-bit word at a time. NaNs count as NA or NaN, zeros without their sign. */
static uint64_t hash(uint64_t seed, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        double value = y[i] == 0 ? 0 : y[i];
        memcpy(&bits, &value, sizeof bits);
        if (isnan(value))
            bits = is_na(value) ? 1 : 2;
        seed = (seed ^ bits) * 0x100000001b3ULL;
    }
    return seed;
}

/* Mostly ordinary numbers: of hostile ones the bits may depend on the compiler. */
static double *signal(source *s, size_t n)
{
    double *x = guarded_doubles(n, AT_END);
    size_t rare = draw(s, 4) ? 1 : 40, whole = draw(s, 5) == 0;
    for (size_t i = 0; i < n; i++) {
        double u = draw_unit(s) * (draw(s, 50) ? 1 : 1e6);
        x[i] = draw(s, rare) ? 0 : whole ? rint(100 * u) : u;
    }
    return x;
}

static void spoil(source *s, double *x, size_t n)
{
    const double values[] = {na_value, NAN, INFINITY, -INFINITY};
    for (size_t i = draw(s, 3); draw(s, 3) == 0 && i > 0; i--)
        x[draw(s, n)] = values[draw(s, 4)];
}

static size_t size(source *s)
{
    uint64_t kind = draw(s, 100);
    return kind < 60 ? draw_size(s, 300) : kind < 97 ? draw_size(s, 3000) : draw_size(s, 60000);
}

static uint64_t one_case(source *s, cm_method method, uint64_t seed)
{
    size_t nx = size(s), nh = size(s), ncol = draw(s, 4) ? 1 : 1 + draw(s, 4);
    if ((double)nx * (double)nh * (double)ncol > 3e8)
        nh = 1 + nh % 3000;
    double *x = signal(s, nx * ncol), *im = draw(s, 6) ? NULL : signal(s, nx * ncol),
           *h = signal(s, nh), *him = draw(s, 8) ? NULL : signal(s, nh);
    cm_options o = {.mode = (cm_mode)draw(s, 4), .na = (cm_na)draw(s, 3), .method = method};
    if (o.mode == CM_SAME || o.mode == CM_CAUSAL)
        o.boundary = (cm_boundary)draw(s, 5);
    o.origin = o.mode == CM_SAME ? draw(s, nh) : 0;
    spoil(s, x, nx * ncol);
    if (o.na == CM_NA_RENORMALISE) {
        him = NULL;
        for (size_t i = 0; i < nh; i++)
            h[i] = fabs(h[i]) + 0.01;
    }
    cm_window w = cm_mode_window(o.mode, nx, nh, o.origin);
    size_t ny = w.ny * ncol;
    cm_output y = {guarded_doubles(ny, AT_END), NULL};
    if (im || him)
        y.im = guarded_doubles(ny, AT_END);
    cm_env many = *env();
    many.threads = draw(s, 2) ? 3 : 1;
    begin(&here);
    cm_conv((cm_samples){x, im, nx, ncol}, (cm_samples){h, him, nh, 1}, &o, y, &many);
    release(&here);
    seed = hash(seed, y.re, ny);
    seed = y.im ? hash(seed, y.im, ny) : seed;
    release_guarded();
    return seed;
}

int main(int argc, char **argv)
{
    long cases = argc > 1 ? atol(argv[1]) : 12000;
    env();
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        for (int m = 0; m < METHODS; m++) {
            source s = generator(1000);
            uint64_t seed = 0xcbf29ce484222325ULL;
            for (long i = 0; i < cases / METHODS; i++)
                seed = one_case(&s, (cm_method)m, seed);
            printf("%-7s %-8s %016llx\n", levels[level], methods[m], (unsigned long long)seed);
        }
    }
    return 0;
}
