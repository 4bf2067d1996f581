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

/* The nearest whole number to one below 2^51, without a choice: of a vector, of a double. */
#define NEAREST_SMALL(v) (((v) + 0x1.8p52) - 0x1.8p52)

/* The nearest whole number to one below 2^51, without a choice: of a vector, of a double. */
#define NEAREST_SMALL(v) (((v) + 0x1.8p52) - 0x1.8p52)

SIMD_TARGET static void round_small(double *y, size_t n)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(y + i, NEAREST_SMALL(load(y + i)));
    for (; i < n; i++)
        y[i] = NEAREST_SMALL(y[i]);
}

SIMD_TARGET static double whole_squares(const double *x, size_t n)
{
    vec squares[4] = {0};
    ivec off = {0};
    double sum = 0;
    size_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) {
            vec v = load(x + i + g * W);
            off |= NEAREST_SMALL(v) != v;
            squares[g] += v * v;
        }
    }
    for (; i < n; i++) {
        off[0] |= NEAREST_SMALL(x[i]) != x[i];
        sum += x[i] * x[i];
    }
    sum += lanes_sum(squares[0] + squares[1] + (squares[2] + squares[3]));
    return lanes_count(off) == 0 ? sum : NAN;
}

SIMD_TARGET static cm_squares fold(const double *x, size_t n, double unit, double modulus,
                                   double *rest)
{
    vec of_x[2] = {0}, of_rest[2] = {0};
    ivec off = {0};
    double part = 1 / modulus;
    cm_squares sum = {0, 0};
    size_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
#pragma GCC unroll 2
        for (int g = 0; g < 2; g++) {
            vec v = load(x + i + g * W), r = v + unit * load(rest + i + g * W);
            off |= NEAREST_SMALL(v) != v;
            of_x[g] += v * v;
            r -= modulus * NEAREST_SMALL(part * r);
            of_rest[g] += r * r;
            store(rest + i + g * W, r);
        }
    }
    for (; i < n; i++) {
        double v = x[i], r = v + unit * rest[i];
        off[0] |= NEAREST_SMALL(v) != v;
        sum.x += v * v;
        rest[i] = r -= modulus * NEAREST_SMALL(part * r);
        sum.rest += r * r;
    }
    sum.x += lanes_count(off) == 0 ? lanes_sum(of_x[0] + of_x[1]) : NAN;
    sum.rest += lanes_sum(of_rest[0] + of_rest[1]);
    return sum;
}

/* Numbers below 2^48 are rounded to multiples of 1/8 by adding this and taking it away again;
 * between the two the last three bits tell the eighths. */
#define TO_EIGHTHS 0x1.8p49

SIMD_TARGET static int round_close(double *y, size_t n)
{
    ivec bits = {0};
    size_t i = 0, count = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) {
            vec at = load(y + i + g * W) + TO_EIGHTHS;
            bits |= (ivec)at;
            store(y + i + g * W, at - TO_EIGHTHS);
        }
    }
    for (; i < n; i++) {
        y[i] = (y[i] + TO_EIGHTHS) - TO_EIGHTHS;
        count += y[i] != NEAREST_SMALL(y[i]);
    }
    return lanes_count(bits & 7) + count == 0;
}

SIMD_TARGET static int unfold(double *rest, size_t n, double unit, double *y)
{
    ivec bits = {0};
    double part = 1 / unit;
    size_t i = 0, count = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) {
            vec r = load(rest + i + g * W), at = part * (r - load(y + i + g * W)) + TO_EIGHTHS,
                q = at - TO_EIGHTHS;
            bits |= (ivec)at;
            store(y + i + g * W, r - unit * q);
            store(rest + i + g * W, q);
        }
    }
    for (; i < n; i++) {
        double r = rest[i], q = (part * (r - y[i]) + TO_EIGHTHS) - TO_EIGHTHS;
        count += q != NEAREST_SMALL(q);
        y[i] = r - unit * q;
        rest[i] = q;
    }
    return lanes_count(bits & 7) + count == 0;
}
