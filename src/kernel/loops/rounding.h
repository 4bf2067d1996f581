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

SIMD_TARGET static void round_small(double *y, size_t n)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(y + i, NEAREST_SMALL(load(y + i)));
    for (; i < n; i++)
        y[i] = NEAREST_SMALL(y[i]);
}

/* Four stretches of so many samples are read at a time, and samples so far ahead are asked for:
 * a long signal is in no cache yet. */
enum { STRETCH = 32, FAR_AHEAD = 1024 };

SIMD_TARGET static double whole_squares(const double *x, size_t n)
{
    vec squares[4] = {0};
    ivec off = {0};
    double sum = 0;
    size_t i = 0;
    for (; i + 4 * STRETCH <= n; i += 4 * STRETCH) {
        for (const double *at = x + i; at < x + i + STRETCH; at += W) {
#pragma GCC unroll 4
            for (int g = 0; g < 4; g++) {
                __builtin_prefetch(at + g * STRETCH + FAR_AHEAD);
                vec v = load(at + g * STRETCH);
                off |= NEAREST_SMALL(v) != v;
                squares[g] += v * v;
            }
        }
    }
    for (; i < n; i++) {
        off[0] |= NEAREST_SMALL(x[i]) != x[i];
        sum += x[i] * x[i];
    }
    sum += lanes_sum(squares[0] + squares[1] + (squares[2] + squares[3]));
    return lanes_count(off) == 0 ? sum : NAN;
}

INLINE cm_squares fold_onto(const double *x, size_t n, double unit, double modulus,
                            double *rest, int empty)
{
    vec of_x[4] = {0}, of_rest[4] = {0};
    ivec off = {0};
    double part = 1 / modulus;
    cm_squares sum = {0, 0};
    size_t i = 0;
    for (; i + 4 * STRETCH <= n; i += 4 * STRETCH) {
        double *to = rest + i;
        for (const double *at = x + i; at < x + i + STRETCH; at += W, to += W) {
#pragma GCC unroll 4
            for (int g = 0; g < 4; g++) {
                __builtin_prefetch(at + g * STRETCH + FAR_AHEAD);
                vec v = load(at + g * STRETCH), r = v;
                off |= NEAREST_SMALL(v) != v;
                of_x[g] += v * v;
                if (!empty)
                    r += unit * load(to + g * STRETCH);
                r -= modulus * NEAREST_SMALL(part * r);
                of_rest[g] += r * r;
                store(to + g * STRETCH, r);
            }
        }
    }
    for (; i < n; i++) {
        double v = x[i], r = empty ? v : v + unit * rest[i];
        off[0] |= NEAREST_SMALL(v) != v;
        sum.x += v * v;
        rest[i] = r -= modulus * NEAREST_SMALL(part * r);
        sum.rest += r * r;
    }
    sum.x += lanes_count(off) == 0 ? lanes_sum(of_x[0] + of_x[1] + (of_x[2] + of_x[3])) : NAN;
    sum.rest += lanes_sum(of_rest[0] + of_rest[1] + (of_rest[2] + of_rest[3]));
    return sum;
}

SIMD_TARGET static cm_squares fold(const double *x, size_t n, double unit, double modulus,
                                   double *rest)
{
    return unit == 0 ? fold_onto(x, n, unit, modulus, rest, 1)
                     : fold_onto(x, n, unit, modulus, rest, 0);
}

/* Numbers below 2^48 are rounded to multiples of 1/8 by adding this and taking it away again;
 * between the two the last three bits tell the eighths. */
#define TO_EIGHTHS 0x1.8p49

INLINE int unfold_onto(const double *rest, size_t n, double unit, double *const *y, int count)
{
    ivec bits = {0};
    double part = 1 / unit;
    size_t i = 0, far = 0;
    for (; i + W <= n; i += W) {
        vec at = load(rest + i) + TO_EIGHTHS, r = at - TO_EIGHTHS;
        bits |= (ivec)at;
#pragma GCC unroll 4
        for (int j = 0; j < count; j++) {
            at = part * (r - load(y[j] + i)) + TO_EIGHTHS;
            bits |= (ivec)at;
            vec q = at - TO_EIGHTHS;
            store(y[j] + i, r - unit * q);
            r = q;
        }
    }
    for (; i < n; i++) {
        double r = (rest[i] + TO_EIGHTHS) - TO_EIGHTHS;
        far += r != NEAREST_SMALL(r);
        for (int j = 0; j < count; j++) {
            double q = (part * (r - y[j][i]) + TO_EIGHTHS) - TO_EIGHTHS;
            far += q != NEAREST_SMALL(q);
            y[j][i] = r - unit * q;
            r = q;
        }
    }
    return lanes_count(bits & 7) + far == 0;
}

SIMD_TARGET static int unfold(const double *rest, size_t n, double unit, double *const *y,
                              int count)
{
    if (count == 2)
        return unfold_onto(rest, n, unit, y, 2);
    if (count == 3)
        return unfold_onto(rest, n, unit, y, 3);
    return unfold_onto(rest, n, unit, y, count);
}
