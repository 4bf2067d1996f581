/* Whole numbers; see loops.h. */

/* The nearest whole number, as of rint(), which SSE2 has no instruction for: 2^52 and more is
 * whole, and less becomes so when 2^52 is added and taken away again. */
INLINE vec nearest(vec v)
{
    const double from = 0x1p52;
    const vec zero = {0};
    vec a = modulus(v), sum = a + from, near = choose(v < zero, sum - from, from - sum);
    return choose(a < from, v, near) + zero; /* not -0, which sums are not */
}

SIMD_TARGET static int all_whole(const double *x, size_t n)
{
    size_t i = 0;
    while (i + 8 * W <= n) {
        ivec off = {0};
#pragma GCC unroll 8
        for (int g = 0; g < 8; g++, i += W)
            off |= nearest(load(x + i)) != load(x + i);
        if (lanes_count(off) != 0)
            return 0;
    }
    for (; i < n; i++)
        if (x[i] != rint(x[i]))
            return 0;
    return 1;
}

SIMD_TARGET static void round_all(double *y, size_t n)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(y + i, nearest(load(y + i)));
    for (; i < n; i++)
        y[i] = rint(y[i]) + 0.0;
}

/* The same for numbers below 2^51, without a choice. */
INLINE vec nearest_small(vec v)
{
    const double from = 0x1.8p52;
    return (v + from) - from;
}

SIMD_TARGET static void remainders(const double *x, size_t n, double unit, double *rest)
{
    size_t i = 0;
    double part = 1 / unit;
    for (; i + W <= n; i += W)
        store(rest + i, load(x + i) - unit * nearest_small(part * load(x + i)));
    for (; i < n; i++)
        rest[i] = x[i] - unit * rint(part * x[i]);
}

SIMD_TARGET static void make_congruent(double *y, const double *rest, size_t n, double unit)
{
    size_t i = 0;
    double part = 1 / unit;
    for (; i + W <= n; i += W) {
        vec r = nearest_small(load(rest + i));
        store(y + i, unit * nearest_small(part * (load(y + i) - r)) + r);
    }
    for (; i < n; i++) {
        double r = rint(rest[i]);
        y[i] = unit * rint(part * (y[i] - r)) + r + 0.0;
    }
}
