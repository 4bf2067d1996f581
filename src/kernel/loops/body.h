/* Loops over consecutive doubles on vectors of SIMD_LANES doubles.
 *
 * The files simd-*.c set SIMD_LANES, SIMD_GROUP, SIMD_TARGET and SIMD_LEVEL and
 * include this. The vectors are those of gcc and clang, so that the code is plain
 * C, but for one instruction, and a debugger steps through it.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"
#ifdef CM_X86
#include <immintrin.h>
#endif
#include "loops/loops.h"

#define W SIMD_LANES
#define INLINE static inline __attribute__((always_inline)) SIMD_TARGET

typedef double vec __attribute__((vector_size(8 * W), aligned(8), may_alias));
typedef long long ivec __attribute__((vector_size(8 * W), aligned(8), may_alias));

INLINE vec load(const double *p)
{
    return *(const vec *)p;
}

INLINE void store(double *p, vec v)
{
    *(vec *)p = v;
}

/* Bits of b where the mask is set, else of a. */
INLINE vec choose(ivec mask, vec a, vec b)
{
    return (vec)(((ivec)b & mask) | ((ivec)a & ~mask));
}

INLINE vec modulus(vec v)
{
    ivec all = {0};
    return (vec)((ivec)v & (all + 0x7fffffffffffffffLL));
}

INLINE double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Lanes of two vectors, those of b counted on from those of a. */
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* The halves, quarters and eighths of a vector change places. */
#if SIMD_LANES == 8
#define HALVES(v) SHUFFLE(v, v, 4, 5, 6, 7, 0, 1, 2, 3)
#define QUARTERS(v) SHUFFLE(v, v, 2, 3, 0, 1, 6, 7, 4, 5)
#define EIGHTHS(v) SHUFFLE(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#elif SIMD_LANES == 4
#define HALVES(v) SHUFFLE(v, v, 2, 3, 0, 1)
#define QUARTERS(v) SHUFFLE(v, v, 1, 0, 3, 2)
#else
#define HALVES(v) SHUFFLE(v, v, 1, 0)
#endif

/* Of all lanes: their sum, the greatest, the sum of whole numbers. */
#define SUM(a, b) (a) + (b)
#define GREATER(a, b) choose((b) > (a), a, b)
#if SIMD_LANES == 8
#define FOLD(v, f) v = f(v, HALVES(v)), v = f(v, QUARTERS(v)), v = f(v, EIGHTHS(v))
#elif SIMD_LANES == 4
#define FOLD(v, f) v = f(v, HALVES(v)), v = f(v, QUARTERS(v))
#else
#define FOLD(v, f) v = f(v, HALVES(v))
#endif

INLINE double lanes_sum(vec v)
{
    FOLD(v, SUM);
    return v[0];
}

INLINE unsigned long long lanes_count(ivec v)
{
    FOLD(v, SUM);
    return (unsigned long long)v[0];
}

#include "loops/tile.h"

SIMD_TARGET static cm_moduli moduli(const double *x, size_t n, double around)
{
    vec sum[2] = {0}, sumsq[2] = {0}, off[2] = {0};
    size_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
#pragma GCC unroll 2
        for (int g = 0; g < 2; g++) {
            vec v = load(x + i + g * W), a = modulus(v);
            sum[g] += a;
            sumsq[g] += v * v;
            off[g] += modulus(a - around);
        }
    }
    cm_moduli m = {lanes_sum(sum[0] + sum[1]), lanes_sum(sumsq[0] + sumsq[1]),
                   lanes_sum(off[0] + off[1])};
    for (; i < n; i++) {
        m.sum += fabs(x[i]);
        m.sumsq += x[i] * x[i];
        m.off += fabs(fabs(x[i]) - around);
    }
    return m;
}

SIMD_TARGET static size_t count_below(const double *x, size_t n, double bound)
{
    ivec mask = {0};
    size_t i = 0;
    for (; i + W <= n; i += W)
        mask -= modulus(load(x + i)) < bound; /* true is -1 */
    size_t count = lanes_count(mask);
    for (; i < n; i++)
        count += fabs(x[i]) < bound;
    return count;
}

SIMD_TARGET static double survey(const double *x, size_t n)
{
    vec most[4] = {0}, nan[4] = {0}; /* x - x is 0 or NaN */
    size_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) {
            vec v = load(x + i + g * W), a = modulus(v);
            most[g] = GREATER(most[g], a);
            nan[g] += v - v;
        }
    }
    for (; i < n && n >= W; i += W) {
        vec v = load(x + (i + W <= n ? i : n - W)), a = modulus(v); /* some of it again */
        most[0] = GREATER(most[0], a);
        nan[0] += v - v;
    }
    vec all = GREATER(GREATER(most[0], most[1]), GREATER(most[2], most[3])),
        sums = nan[0] + nan[1] + (nan[2] + nan[3]);
    FOLD(all, GREATER);
    FOLD(sums, SUM);
    double max = all[0], sum = sums[0];
    for (; i < n; i++) { /* less than a vector */
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

/* Past the caches, which saves reading a line first. Lines have 64 bytes. */
#ifdef CM_X86
#if SIMD_LANES == 8
#define WRITE_PAST(p, v) _mm512_stream_pd(p, (__m512d)(v))
#elif SIMD_LANES == 4
#define WRITE_PAST(p, v) _mm256_stream_pd(p, (__m256d)(v))
#else
#define WRITE_PAST(p, v) _mm_stream_pd(p, (__m128d)(v))
#endif
#else
#define WRITE_PAST(p, v) store(p, v)
#endif

SIMD_TARGET static void stream(const double *x, size_t n, double factor, double *y)
{
    size_t i = (64 - (uintptr_t)y % 64) % 64 / sizeof *y;
    i = i < n ? i : n;
    scale(x, i, factor, y);
    for (; i + 8 <= n; i += 8) {
#pragma GCC unroll 4
        for (int g = 0; g < 8; g += W)
            WRITE_PAST(y + i + g, factor * load(x + i + g));
    }
    scale(x + i, n - i, factor, y + i);
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

/* Complex numbers, W of them, are in two vectors in memory, here in two others, by parts, in
 * the order that is quick: every second part, as they lie, is one of each vector in turn. The
 * lanes for it are their own inverse. MIRRORED are those for complex numbers in reverse, of
 * which BACK is the inverse. */
#if SIMD_LANES == 8
#define PARTS(i) i, 8 + i, 2 + i, 10 + i, 4 + i, 12 + i, 6 + i, 14 + i
#define MIRRORED(i) 14 + i, 6 + i, 12 + i, 4 + i, 10 + i, 2 + i, 8 + i, i
#define BACK(i) 6 + i, 14 + i, 4 + i, 12 + i, 2 + i, 10 + i, i, 8 + i
#elif SIMD_LANES == 4
#define PARTS(i) i, 4 + i, 2 + i, 6 + i
#define MIRRORED(i) 6 + i, 2 + i, 4 + i, i
#define BACK(i) 2 + i, 6 + i, i, 4 + i
#else
#define PARTS(i) i, 2 + i
#define MIRRORED(i) 2 + i, i
#define BACK(i) i, 2 + i
#endif

typedef struct {
    vec re, im;
} complexes;

INLINE complexes load_complex(const double *p)
{
    vec a = load(p), b = load(p + W);
    return (complexes){SHUFFLE(a, b, PARTS(0)), SHUFFLE(a, b, PARTS(1))};
}

/* The conjugates of those before p, in reverse. */
INLINE complexes load_mirrored(const double *p)
{
    vec a = load(p - 2 * W), b = load(p - W);
    return (complexes){SHUFFLE(a, b, MIRRORED(0)), -SHUFFLE(a, b, MIRRORED(1))};
}

INLINE void store_complex(double *p, complexes z)
{
    store(p, SHUFFLE(z.re, z.im, PARTS(0)));
    store(p + W, SHUFFLE(z.re, z.im, PARTS(1)));
}

INLINE void store_mirrored(double *p, complexes z)
{
    vec im = -z.im;
    store(p - 2 * W, SHUFFLE(z.re, im, BACK(1)));
    store(p - W, SHUFFLE(z.re, im, BACK(0)));
}

INLINE complexes times(complexes a, complexes b)
{
    return (complexes){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

INLINE complexes plus(complexes a, complexes b)
{
    return (complexes){a.re + b.re, a.im + b.im};
}

INLINE complexes minus(complexes a, complexes b)
{
    return (complexes){a.re - b.re, a.im - b.im};
}

/* Of W pairs: what Z[k] and conj Z[N-k] are multiplied by, as three times W complex numbers. */
INLINE void factors_of(const double *b, const double *to_b, complexes turn, double *factors)
{
    complexes g = load_complex(b), gm = load_mirrored(to_b), sum = plus(g, gm),
              diff = minus(g, gm), turned = times(turn, diff), less = minus(diff, turned),
              more = plus(diff, turned);
    sum = plus(sum, sum);
    complexes out[3] = {plus(sum, less), minus(sum, less), more};
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++) {
        store(factors + 2 * i * W, out[i].re);
        store(factors + (2 * i + 1) * W, out[i].im);
    }
}

INLINE void multiply_pairs(double *a, double *to_a, const double *factors)
{
    complexes u = load_complex(a), v = load_mirrored(to_a), f[3];
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++)
        f[i] = (complexes){load(factors + 2 * i * W), load(factors + (2 * i + 1) * W)};
    store_complex(a, plus(times(f[0], u), times(f[2], v)));
    store_mirrored(to_a, minus(times(f[1], v), times(f[2], u)));
}

SIMD_TARGET static void factors(const double *b, size_t N, const cm_turns *turns, size_t from,
                                size_t to, double *factors)
{
    for (size_t k = from; k < to; k += W, factors += 6 * W) {
        const double *fine = turns->fine + (k - 1) % turns->nfine * 2,
                     *c = turns->coarse + (k - 1) / turns->nfine * 2;
        complexes coarse = {(vec){0} + c[0], (vec){0} + c[1]},
                  turn = times(load_complex(fine), coarse);
        const double *from_b = b + 2 * k, *to_b = b + 2 * (N - k + 1);
        double rest[2][2 * W] = {{0}};
        if (k + W > to) { /* less than vectors */
            size_t n = 2 * (to - k), bytes = n * sizeof *b;
            memcpy(rest[0], from_b, bytes);
            memcpy(rest[1] + 2 * W - n, to_b - n, bytes);
            from_b = rest[0], to_b = rest[1] + 2 * W;
        }
        factors_of(from_b, to_b, turn, factors);
    }
}

SIMD_TARGET static void multiply(double *a, size_t N, size_t from, size_t to,
                                 const double *factors)
{
    size_t k = from;
    for (; k + W <= to; k += W, factors += 6 * W)
        multiply_pairs(a + 2 * k, a + 2 * (N - k + 1), factors);
    if (k < to) { /* less than vectors */
        double rest[2][2 * W] = {{0}}, *to_a = a + 2 * (N - k + 1);
        size_t n = 2 * (to - k), bytes = n * sizeof *a, at = 2 * W - n;
        memcpy(rest[0], a + 2 * k, bytes);
        memcpy(rest[1] + at, to_a - n, bytes);
        multiply_pairs(rest[0], rest[1] + 2 * W, factors);
        memcpy(a + 2 * k, rest[0], bytes);
        memcpy(to_a - n, rest[1] + at, bytes);
    }
}

#define TABLE_(level) cm_simd_##level
#define TABLE(level) TABLE_(level)
#define STRING_(level) #level
#define STRING(level) STRING_(level)

const cm_simd TABLE(SIMD_LEVEL) = {
    STRING(SIMD_LEVEL), W,      tile_short, tile_long, moduli,
    count_below,        survey, scale,      stream,    factors,
    multiply,           strip,
};
