/* Writes samples times a factor, through the caches or past them; see loops.h. */
SIMD_TARGET static void scale(const double *x, size_t n, double factor, double *y)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(y + i, factor * load(x + i));
    for (; i < n; i++)
        y[i] = factor * x[i];
}

/* A write past the caches need not read the line first. Lines have 64 bytes. */
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
