/* Which way of convolving is the fastest, by costs in nanoseconds measured on an
 * AVX-512 machine of 2023. Only their ratios matter, and those vary less between
 * machines. `make bench` shows what it comes to.
 */
#include "method.h"

#include <math.h>
#include <string.h>

#include "simd.h"

/* Most terms that are added one after the other: see sparse.c. */
#define SPARSE_MOST 16384

/* Number of pairs (j, i) of samples with j + i < k, j < nx and i < nh. */
static double pairs_below(double k, double nx, double nh)
{
    double sum = 0, part[4] = {k, k - nx, k - nh, k - nx - nh};
    for (int i = 0; i < 4; i++)
        if (part[i] > 0)
            sum += (i == 1 || i == 2 ? -1 : 1) * part[i] * (part[i] + 1) / 2;
    return sum;
}

/* Multiply-adds of the outputs of a window. */
static double pairs(size_t nx, size_t nh, cm_window w)
{
    return pairs_below((double)(w.first + w.ny), (double)nx, (double)nh) -
           pairs_below((double)w.first, (double)nx, (double)nh);
}

static double direct_cost(size_t nx, size_t nh, cm_window w)
{
    size_t lanes = cm_current_simd()->lanes, shorter = nx < nh ? nx : nh;
    double each = lanes == 8 ? (shorter < 48 ? 0.055 : 0.026) : lanes == 4 ? 0.055 : 0.16;
    return each * pairs(nx, nh, w) + (double)w.ny + 100;
}

/* A pair of transforms with all that comes before and after, the guard included, in
 * nanoseconds a value, of lengths that FFTW is good at. Beyond the table it grows with log2(n).
 */
static const struct {
    size_t n;
    double each;
} lengths[] = {{256, 4.5},   {512, 4.2},   {640, 4.2},    {1024, 3.9},  {1536, 4.1},
               {2048, 4.2},  {2560, 4.5},  {4096, 4.7},   {5120, 5.3},  {10240, 5.8},
               {20480, 6.9}, {24576, 7.1}, {49152, 8.5},  {65536, 8.5}, {131072, 9.0},
               {262144, 13}, {524288, 17}, {1048576, 21}, {2097152, 26}};

enum { LENGTHS = sizeof lengths / sizeof *lengths };

/* The least even 2^a 3^b 5^c from `least` on, with b < 2 and c < 8. */
static size_t smooth(size_t least)
{
    size_t best = 0;
    for (size_t five = 1, c = 0; c < 8; c++, five *= 5) {
        for (size_t odd = five; odd <= 3 * five; odd *= 3) {
            size_t n = 2 * odd;
            while (n < least)
                n *= 2;
            if (best == 0 || n < best)
                best = n;
        }
    }
    return best;
}

static double fft_cost(size_t n)
{
    int i = 0;
    while (i + 1 < LENGTHS && lengths[i].n < n)
        i++;
    double more = n > lengths[i].n ? log2((double)n / (double)lengths[i].n) : 0;
    return (lengths[i].each + more) * (double)n + 300;
}

/* The best length of the transforms, and the cost of it all. */
static double best_fft(size_t nx, size_t nh, cm_window w, size_t *best)
{
    *best = smooth(cm_fft_whole(nx, nh, w));
    double least = 1.5 * fft_cost(*best);
    for (int i = 0; i < LENGTHS && lengths[i].n < *best; i++) {
        size_t n = lengths[i].n;
        if (n < 2 * nh)
            continue;
        double blocks = ceil((double)w.ny / (double)(n - nh + 1));
        double cost = (blocks + 0.5) * fft_cost(n);
        if (cost < least) {
            least = cost;
            *best = n;
        }
    }
    return least;
}

/* Skipping zeros of x, if there are enough of them. */
static double sparse_cost(const double *x, size_t nx, size_t nh, cm_window w)
{
    const cm_simd *simd = cm_current_simd();
    int some = 0; /* zeros among 64 samples: none means few in all */
    for (size_t i = 0; i < 64; i++)
        some += x[i * (nx / 64)] == 0;
    if (some < 8)
        return INFINITY;
    size_t zeros = simd->count_below(x, nx, 0x1p-1074), rest = nx - zeros;
    if ((rest < nh ? rest : nh) > SPARSE_MOST)
        return INFINITY;
    double span = (double)(nh < w.ny ? nh : w.ny);
    return (double)rest * (20 + span * (simd->lanes == 2 ? 0.4 : 0.15)) + (double)(nx + w.ny);
}

static void trim(const double **x, size_t *nx, const double **h, size_t *nh, cm_window *w)
{
    size_t last = w->first + w->ny - 1; /* terms have j <= last, j > first - nh */
    size_t j0 = w->first >= *nh ? w->first - (*nh - 1) : 0;
    size_t i0 = w->first >= *nx ? w->first - (*nx - 1) : 0;
    size_t j1 = last < *nx ? last + 1 : *nx, i1 = last < *nh ? last + 1 : *nh;
    *x += j0;
    *nx = j1 - j0;
    *h += i0;
    *nh = i1 - i0;
    w->first -= j0 + i0;
}

cm_method cm_choose(const double *x, size_t nx, const double *h, size_t nh, cm_window w,
                    size_t *n, double *cost)
{
    trim(&x, &nx, &h, &nh, &w);
    double direct = direct_cost(nx, nh, w), fft = INFINITY, sparse = INFINITY;
    if (direct > 2000)
        fft = nh <= nx ? best_fft(nx, nh, w, n) : best_fft(nh, nx, w, n);
    if (fmin(direct, fft) > 4000 + 2 * (double)nx)
        sparse = sparse_cost(x, nx, nh, w);
    *cost = fmin(direct, fmin(fft, sparse));
    return *cost == direct ? CM_DIRECT : *cost == fft ? CM_FFT_GUARDED : CM_SPARSE;
}

static void run(const double *x, size_t nx, const double *h, size_t nh, double *y, cm_window w,
                cm_method method, size_t n, const cm_env *env)
{
    int guarded = method == CM_FFT_GUARDED, done = 0;
    if (method == CM_SPARSE) {
        cm_conv_sparse(x, nx, h, nh, y, w, env);
        return;
    }
    if (method != CM_DIRECT) /* F is symmetric in x and h: let h be the shorter */
        done = nh <= nx ? cm_conv_fft(x, nx, h, nh, y, w, n, guarded, env)
                        : cm_conv_fft(h, nh, x, nx, y, w, n, guarded, env);
    if (!done)
        cm_conv_direct(x, nx, h, nh, y, w, env);
}

void cm_conv_real(const double *x, size_t nx, const double *h, size_t nh, double *y,
                  cm_window w, cm_method method, const cm_env *env)
{
    size_t n = 0;
    double cost;
    trim(&x, &nx, &h, &nh, &w);
    if (method == CM_AUTO)
        method = cm_choose(x, nx, h, nh, w, &n, &cost);
    else if (method == CM_FFT || method == CM_FFT_GUARDED)
        nh <= nx ? best_fft(nx, nh, w, &n) : best_fft(nh, nx, w, &n);
    run(x, nx, h, nh, y, w, method, n, env);
}

void cm_conv_part(const double *x, size_t nx, const double *h, size_t nh, double *y,
                  cm_window w, const cm_env *env)
{
    size_t whole_x = nx, whole_h = nh, n = 0;
    double cost;
    trim(&x, &nx, &h, &nh, &w);
    /* an FFT helps only where it sees less of the signal, and so less error */
    int smaller = (double)nx * (double)nh < 0.3 * (double)whole_x * (double)whole_h;
    cm_method method = cm_choose(x, nx, h, nh, w, &n, &cost);
    if (method == CM_FFT_GUARDED && !smaller)
        method = CM_DIRECT;
    run(x, nx, h, nh, y, w, method, n, env);
}
