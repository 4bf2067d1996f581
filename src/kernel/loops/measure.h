/* Measures of consecutive samples; see loops.h. */
SIMD_TARGET static cm_moduli moduli(const double *x, size_t n, double cap)
{
    vec sum[2] = {0}, sumsq[2] = {0}, capped[2] = {0};
    size_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
#pragma GCC unroll 2
        for (int g = 0; g < 2; g++) {
            vec a = modulus(load(x + i + g * W));
            sum[g] += a;
            sumsq[g] += a * a;
            capped[g] += LESSER(ALL(cap), a);
        }
    }
    cm_moduli m = {lanes_sum(sum[0] + sum[1]), lanes_sum(sumsq[0] + sumsq[1]),
                   lanes_sum(capped[0] + capped[1])};
    for (; i < n; i++) {
        m.sum += fabs(x[i]);
        m.sumsq += x[i] * x[i];
        m.capped += fabs(x[i]) < cap ? fabs(x[i]) : cap;
    }
    return m;
}

/* The sums of four vectors, each over its lanes. */
INLINE void four_sums(const vec *v, double *sum)
{
    vec two[2];
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++)
        two[i] = UPPER1(v[2 * i], v[2 * i + 1]) + LOWER1(v[2 * i], v[2 * i + 1]);
#if SIMD_LANES == 2
    store(sum, two[0]);
    store(sum + 2, two[1]);
#else
    double lanes[W];
    vec four = UPPER2(two[0], two[1]) + LOWER2(two[0], two[1]);
#if SIMD_LANES == 8
    four += HALVES(four);
#endif
    store(lanes, four);
    memcpy(sum, lanes, 4 * sizeof *sum);
#endif
}

/* The next four cells are asked for: a long signal is in no cache when the guard measures it.
 */
SIMD_TARGET static void four_moduli(const double *const *x, size_t n, double cap, cm_moduli *m)
{
    vec sum[4] = {0}, sumsq[4] = {0}, capped[4] = {0};
    double sums[3][4];
    for (size_t i = 0; i < n; i += W) {
#pragma GCC unroll 4
        for (size_t c = 0; c < 4; c++) {
            __builtin_prefetch(x[c] + 4 * n + i);
            vec a = modulus(load(x[c] + i));
            sum[c] += a;
            sumsq[c] += a * a;
            capped[c] += LESSER(ALL(cap), a);
        }
    }
    four_sums(sum, sums[0]);
    four_sums(sumsq, sums[1]);
    four_sums(capped, sums[2]);
    for (int c = 0; c < 4; c++)
        m[c] = (cm_moduli){sums[0][c], sums[1][c], sums[2][c]};
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

SIMD_TARGET static double max_modulus(const double *x, size_t n)
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
        vec v = load(x + (i + W <= n ? i : n - W)), a = modulus(v); /* the last W, some twice */
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

SIMD_TARGET static double square_bound(const double *x, size_t n)
{
    vec sum[4] = {0};
    size_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) {
            vec v = load(x + i + g * W);
            sum[g] += v * v;
        }
    }
    for (; i < n && n >= W; i += W) {
        vec v = load(x + (i + W <= n ? i : n - W)); /* the last W, some twice */
        sum[0] += v * v;
    }
    double bound = lanes_sum(sum[0] + sum[1] + (sum[2] + sum[3]));
    for (; i < n; i++) /* less than a vector */
        bound += x[i] * x[i];
    return bound;
}

/* The part of a number in the direction of the nearest multiple of an eighth of a turn is at
 * least cos(pi / 8) of its modulus. 0.707 is a little less than sqrt(1/2), for rounding. */
INLINE vec lower_modulus(vec re, vec im)
{
    vec a = modulus(re), b = modulus(im), between = 0.707 * (a + b);
    return GREATER(GREATER(a, b), between);
}

SIMD_TARGET static void lower_moduli(const double *re, const double *im, size_t n,
                                     double *moduli)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(moduli + i, lower_modulus(load(re + i), load(im + i)));
    for (; i < n; i++) {
        double a = fabs(re[i]), b = fabs(im[i]);
        moduli[i] = larger(larger(a, b), 0.707 * (a + b));
    }
}
