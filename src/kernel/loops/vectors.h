/* Vectors of SIMD_LANES doubles, by the extensions of C that gcc and clang have in common.
 * There are no intrinsics but for the larger and the smaller of two, and for the store in
 * loops/write.h, and a debugger steps through the code.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"
#ifdef CM_X86
#include <immintrin.h>
#endif

#define W SIMD_LANES
#define INLINE static inline __attribute__((always_inline)) SIMD_TARGET

typedef double vec __attribute__((vector_size(8 * W), aligned(8), may_alias));
typedef long long ivec __attribute__((vector_size(8 * W), aligned(8), may_alias));
typedef unsigned long long uvec __attribute__((vector_size(8 * W), aligned(8), may_alias));

INLINE vec load(const double *p)
{
    return *(const vec *)p;
}

INLINE void store(double *p, vec v)
{
    *(vec *)p = v;
}

/* A number in all lanes, by the instruction that loads it so. 0 + a would be an addition, which
 * turns -0 into 0. */
// # nocov start: counters do not tell which of these is compiled
#if SIMD_LANES == 8
#define ALL(a) ((vec){(a), (a), (a), (a), (a), (a), (a), (a)})
#elif SIMD_LANES == 4
#define ALL(a) ((vec){(a), (a), (a), (a)})
#else
#define ALL(a) ((vec){(a), (a)})
#endif
// # nocov end

/* The lanes of b where the mask is set, else those of a. */
INLINE vec choose(ivec mask, vec a, vec b)
{
    return (vec)(((ivec)b & mask) | ((ivec)a & ~mask));
}

INLINE ivec choose_whole(ivec mask, ivec a, ivec b)
{
    return (b & mask) | (a & ~mask);
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

/* A vector of the given lanes of a and b; those of b are counted on from those of a. */
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* Exchanges neighbouring halves, quarters or eighths of a vector. */
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

/* Of every 2 d lanes: UPPERd gives the first d of a, then the first d of b; LOWERd the last d
 * of each. */
#if SIMD_LANES == 8
#define UPPER1(a, b) SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define LOWER1(a, b) SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define UPPER2(a, b) SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define LOWER2(a, b) SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define UPPER4(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define LOWER4(a, b) SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#elif SIMD_LANES == 4
#define UPPER1(a, b) SHUFFLE(a, b, 0, 4, 2, 6)
#define LOWER1(a, b) SHUFFLE(a, b, 1, 5, 3, 7)
#define UPPER2(a, b) SHUFFLE(a, b, 0, 1, 4, 5)
#define LOWER2(a, b) SHUFFLE(a, b, 2, 3, 6, 7)
#else
#define UPPER1(a, b) SHUFFLE(a, b, 0, 2)
#define LOWER1(a, b) SHUFFLE(a, b, 1, 3)
#endif

/* The larger and the smaller one of each pair of lanes: a if either is NaN. */
#ifdef CM_X86
#if SIMD_LANES == 8
#define GREATER(a, b) ((vec)_mm512_max_pd((__m512d)(b), (__m512d)(a)))
#define LESSER(a, b) ((vec)_mm512_min_pd((__m512d)(b), (__m512d)(a)))
#elif SIMD_LANES == 4
#define GREATER(a, b) ((vec)_mm256_max_pd((__m256d)(b), (__m256d)(a)))
#define LESSER(a, b) ((vec)_mm256_min_pd((__m256d)(b), (__m256d)(a)))
#else
#define GREATER(a, b) ((vec)_mm_max_pd((__m128d)(b), (__m128d)(a)))
#define LESSER(a, b) ((vec)_mm_min_pd((__m128d)(b), (__m128d)(a)))
#endif
#else
#define GREATER(a, b) choose((b) > (a), a, b)
#define LESSER(a, b) choose((b) < (a), a, b)
#endif

/* FOLD(v, f) leaves f of all lanes in each lane of v; f is SUM or GREATER. */
#define SUM(a, b) (a) + (b)
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
