/* One tile of outputs of direct convolution.
 *
 * y[t] = sum_i h[i] x[t - i], t < nt, i < nh.
 *
 * Assumes that x can be read from nh samples, in whole vectors, before x[0] to CM_OVERRUN after
 * x[nt - 1]; that y has room for a vector before y[0] and for CM_OVERRUN values after its nt;
 * and for tile_long() that zeros after h[nh - 1] make h a number of whole vectors.
 */

/* The last r doubles of `before`, then the first W - r of `now`. r is a constant once the loop
 * around the call is unrolled. */
#ifdef __clang__
#if SIMD_LANES == 8
#define LANES(l) l, l + 1, l + 2, l + 3, l + 4, l + 5, l + 6, l + 7
#define CASES LATER(1) LATER(2) LATER(3) LATER(4) LATER(5) LATER(6) LATER(7)
#elif SIMD_LANES == 4
#define LANES(l) l, l + 1, l + 2, l + 3
#define CASES LATER(1) LATER(2) LATER(3)
#else
#define LANES(l) l, l + 1
#define CASES LATER(1)
#endif
#define LATER(r)                                                                               \
    case r:                                                                                    \
        return __builtin_shufflevector(before, now, LANES(W - r));
INLINE vec later(vec before, vec now, int r)
{
    switch (r) {
        CASES
    default:
        return now;
    }
}
#else
INLINE vec later(vec before, vec now, int r)
{
    ivec lanes;
    for (int l = 0; l < W; l++)
        lanes[l] = W - r + l;
    return __builtin_shuffle(before, now, lanes);
}
#endif

/* Short kernels: one load of x, seldom aligned, for each multiply-add. */
enum { RUN = 8 };

SIMD_TARGET static void tile_short(const double *x, const double *h, size_t nh, double *y,
                                   size_t nt)
{
    for (size_t t = 0; t < nt; t += RUN * W) {
        vec sum[RUN] = {0};
        const double *xt = x + t;
        for (size_t i = 0; i < nh; i++, xt--) {
#pragma GCC unroll 8
            for (int g = 0; g < RUN; g++)
                sum[g] += h[i] * load(xt + g * W);
        }
#pragma GCC unroll 8
        for (int g = 0; g < RUN; g++)
            store(y + t + g * W, sum[g]);
    }
}

/* Long kernels: with i = W q + r, each load of x serves the W samples of h with the same q. For
 * each r there is a sum, whose values belong to outputs r later than the vector of x:
 *
 *     sum_r[p] = sum_q h[W q + r] x[p - W q],   y[t] = sum_r sum_r[t - r].
 *
 * Each sample of h serves GROUP vectors at once. Where all of these lie outside of
 * x[lo ... hi - 1], they are zeros, and left out. */
enum { GROUP = SIMD_GROUP };

SIMD_TARGET static void tile_long(const double *x, const double *h, size_t nh, double *y,
                                  size_t nt, ptrdiff_t lo, ptrdiff_t hi)
{
    ptrdiff_t nq = (ptrdiff_t)(nh + W - 1) / W;
    vec before[W] = {0};                             /* the sums of the vector before these */
    for (size_t p = 0; p < nt + W; p += GROUP * W) { /* x[-W ...] and later reach y[0] */
        vec sum[GROUP][W] = {0};
        ptrdiff_t at = (ptrdiff_t)p - W, q = at < hi ? 0 : (at - hi) / W + 1,
                  end = at + GROUP * W <= lo ? 0 : (at + GROUP * W - 1 - lo) / W + 1;
        end = end < nq ? end : nq;
        const double *xp = x + at - q * W, *hq = h + q * W;
        for (const double *to = h + end * W; hq < to; xp -= W, hq += W) {
#pragma GCC unroll 8
            for (int r = 0; r < W; r++) {
                sum[0][r] += hq[r] * load(xp);
                sum[1][r] += hq[r] * load(xp + W);
#if SIMD_GROUP == 3
                sum[2][r] += hq[r] * load(xp + 2 * W);
#endif
            }
        }
        vec out[GROUP] = {0};
#pragma GCC unroll 8
        for (int r = 0; r < W; r++) {
            out[0] += later(before[r], sum[0][r], r);
            out[1] += later(sum[0][r], sum[1][r], r);
#if SIMD_GROUP == 3
            out[2] += later(sum[1][r], sum[2][r], r);
#endif
            before[r] = sum[GROUP - 1][r];
        }
#pragma GCC unroll 3
        for (int g = 0; g < GROUP; g++)
            store(y + p - W + g * W, out[g]);
    }
}
