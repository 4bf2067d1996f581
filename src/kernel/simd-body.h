/* Loops over consecutive doubles on vectors of SIMD_LANES doubles.
 *
 * The files simd-*.c set SIMD_LANES, SIMD_GROUP, SIMD_TARGET and SIMD_LEVEL and
 * include this. The vectors are those of gcc and clang, so that the code is plain
 * C and a debugger steps through it.
 */
#include <float.h>
#include <math.h>

#include "simd.h"

#define W SIMD_LANES
#define INLINE static inline __attribute__((always_inline)) SIMD_TARGET

typedef double vec __attribute__((vector_size(8 * W), aligned(8), may_alias));
typedef long long index __attribute__((vector_size(8 * W), aligned(8), may_alias));

INLINE vec load(const double *p)
{
    return *(const vec *)p;
}

INLINE void store(double *p, vec v)
{
    *(vec *)p = v;
}

/* Bits of b where the mask is set, else of a. */
INLINE vec choose(index mask, vec a, vec b)
{
    return (vec)(((index)b & mask) | ((index)a & ~mask));
}

INLINE vec modulus(vec v)
{
    index all = {0};
    return (vec)((index)v & (all + 0x7fffffffffffffffLL));
}

INLINE double larger(double a, double b)
{
    return a > b ? a : b;
}

#include "direct-tile.h"

SIMD_TARGET static cm_moduli moduli(const double *x, size_t n)
{
    vec sum[2] = {0}, sumsq[2] = {0}, least[2];
    cm_moduli m = {0, DBL_MAX, 0};
    size_t i = 0;
    least[0] = least[1] = sum[0] + DBL_MAX;
    for (; i + 2 * W <= n; i += 2 * W) {
#pragma GCC unroll 2
        for (int g = 0; g < 2; g++) {
            vec v = load(x + i + g * W), a = modulus(v);
            sum[g] += a;
            sumsq[g] += v * v;
            least[g] = choose(a < least[g], least[g], a);
        }
    }
    sum[0] += sum[1];
    sumsq[0] += sumsq[1];
    least[0] = choose(least[1] < least[0], least[0], least[1]);
    for (int l = 0; l < W; l++) {
        m.sum += sum[0][l];
        m.sumsq += sumsq[0][l];
        m.least = -larger(-m.least, -least[0][l]);
    }
    for (; i < n; i++) {
        m.sum += fabs(x[i]);
        m.sumsq += x[i] * x[i];
        m.least = -larger(-m.least, -fabs(x[i]));
    }
    return m;
}

INLINE size_t below(const double *x, size_t n, double bound)
{
    index mask = {0};
    size_t count = 0, i = 0;
    for (; i + W <= n; i += W)
        mask -= modulus(load(x + i)) < bound; /* true is -1 */
    for (int l = 0; l < W; l++)
        count += (size_t)mask[l];
    for (; i < n; i++)
        count += fabs(x[i]) < bound;
    return count;
}

SIMD_TARGET static size_t count_below(const double *x, size_t n, double bound)
{
    return below(x, n, bound);
}

/* Counts below 2^16 share the lanes of one vector. */
SIMD_TARGET static void count_quarters(const double *x, size_t n, double bound, double low[4])
{
    index packed = {0};
    unsigned long long sum = 0;
    for (int q = 0; q < 4; q++, x += n / 4) {
        index count = {0};
        for (size_t i = 0; i < n / 4; i += W)
            count -= modulus(load(x + i)) < bound;
        packed += count << (16 * q);
    }
    for (int l = 0; l < W; l++)
        sum += (unsigned long long)packed[l];
    for (int q = 0; q < 4; q++)
        low[q] = (double)(sum >> (16 * q) & 0xffff);
}

SIMD_TARGET static double survey(const double *x, size_t n)
{
    vec most[4] = {0}, nan[4] = {0}; /* x - x is 0 or NaN */
    double max = 0, sum = 0;
    size_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) {
            vec v = load(x + i + g * W), a = modulus(v);
            most[g] = choose(a > most[g], most[g], a);
            nan[g] += v - v;
        }
    }
    for (; i + W <= n; i += W) {
        vec v = load(x + i), a = modulus(v);
        most[0] = choose(a > most[0], most[0], a);
        nan[0] += v - v;
    }
    for (int g = 1; g < 4; g++) {
        most[0] = choose(most[g] > most[0], most[0], most[g]);
        nan[0] += nan[g];
    }
    for (int l = 0; l < W; l++) {
        max = larger(max, most[0][l]);
        sum += nan[0][l];
    }
    for (; i < n; i++) {
        max = larger(max, fabs(x[i]));
        sum += x[i] - x[i];
    }
    return max + sum;
}

SIMD_TARGET static void scale(const double *x, size_t n, double factor, double *y)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(y + i, factor * load(x + i));
    for (; i < n; i++)
        y[i] = factor * x[i];
}

/* As many sums at once as there are registers for. */
enum { SUMS = W == 8 ? 8 : 4 };

SIMD_TARGET static void strip(const double *h, const size_t *at, const double *value, size_t n,
                              size_t k, double *y)
{
    for (size_t t = 0; t < CM_STRIP; t += SUMS * W) {
        vec sum[SUMS];
#pragma GCC unroll 8
        for (int g = 0; g < SUMS; g++)
            sum[g] = (vec){0};
        for (size_t i = 0; i < n; i++) {
            const double *from = h + (ptrdiff_t)(k + t - at[i]);
#pragma GCC unroll 8
            for (int g = 0; g < SUMS; g++)
                sum[g] += value[i] * load(from + g * W);
        }
#pragma GCC unroll 8
        for (int g = 0; g < SUMS; g++)
            store(y + t + g * W, sum[g]);
    }
}

/* The parts of complex numbers change places; the real ones only, twice; the
 * imaginary ones only, twice. */
#ifdef __clang__
#if SIMD_LANES == 8
#define SWAPPED(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#define REAL(v) __builtin_shufflevector(v, v, 0, 0, 2, 2, 4, 4, 6, 6)
#define IMAGINARY(v) __builtin_shufflevector(v, v, 1, 1, 3, 3, 5, 5, 7, 7)
#elif SIMD_LANES == 4
#define SWAPPED(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define REAL(v) __builtin_shufflevector(v, v, 0, 0, 2, 2)
#define IMAGINARY(v) __builtin_shufflevector(v, v, 1, 1, 3, 3)
#else
#define SWAPPED(v) __builtin_shufflevector(v, v, 1, 0)
#define REAL(v) __builtin_shufflevector(v, v, 0, 0)
#define IMAGINARY(v) __builtin_shufflevector(v, v, 1, 1)
#endif
#else
#if SIMD_LANES == 8
#define LANE_NUMBERS 0, 1, 2, 3, 4, 5, 6, 7
#elif SIMD_LANES == 4
#define LANE_NUMBERS 0, 1, 2, 3
#else
#define LANE_NUMBERS 0, 1
#endif
#define SWAPPED(v) __builtin_shuffle(v, (index){LANE_NUMBERS} ^ 1)
#define REAL(v) __builtin_shuffle(v, (index){LANE_NUMBERS} & ~1LL)
#define IMAGINARY(v) __builtin_shuffle(v, (index){LANE_NUMBERS} | 1)
#endif

SIMD_TARGET static void multiply(double *a, const double *b, size_t n)
{
    vec sign = {0};
    for (int l = 0; l < W; l++)
        sign[l] = l % 2 ? 1 : -1;
    size_t i = 0;
    for (; i + W <= 2 * n; i += W) {
        vec u = load(a + i), v = load(b + i);
        store(a + i, u * REAL(v) + sign * SWAPPED(u) * IMAGINARY(v));
    }
    for (; i < 2 * n; i += 2) {
        double re = a[i] * b[i] - a[i + 1] * b[i + 1];
        a[i + 1] = a[i] * b[i + 1] + a[i + 1] * b[i];
        a[i] = re;
    }
}

#define TABLE_(level) cm_simd_##level
#define TABLE(level) TABLE_(level)
#define STRING_(level) #level
#define STRING(level) STRING_(level)

const cm_simd TABLE(SIMD_LEVEL) = {
    STRING(SIMD_LEVEL), W,      tile_short, tile_long, moduli, count_below,
    count_quarters,     survey, scale,      multiply,  strip,
};
