/* The passes of the transforms that convolve/transform.c puts together.
 *
 * Numbers are complex, W of them at a time: a vector of real parts, then a vector of imaginary
 * parts. Each lane belongs to a sub-transform of its own, and all lanes do the same with the
 * same twiddles. Only spread() and gather() move numbers from lane to lane.
 *
 * "There" is towards the spectrum, "back" away from it. A pass of radix R has q places. At
 * place k it takes R numbers, q vectors apart, through a butterfly, which is their DFT. Then it
 * multiplies number j of them by the twiddle exp(-2 pi i j k / (R q)). A pass back multiplies
 * by the conjugates first and has a butterfly of conjugates, so that it undoes the pass there
 * but for a factor R.
 */

/* Rows of samples: as many as lanes, but 4 for 2 lanes, which saves a pass. */
enum { ROWS = W == 8 ? 8 : 4, MOST_RADIX = 8 };

typedef double aligned_vec __attribute__((vector_size(8 * W), may_alias));

/* W complex numbers. */
typedef struct {
    vec re, im;
} lanes;

#define UNROLL _Pragma("GCC unroll 8")

/* Asks for the line at p, which will be written, to come to the second-level cache. Outputs are
 * seldom in a cache. A line takes some 100 ns from memory, and a processor waits for 10 to 20
 * of them at a time, so they must be asked for early and a few at a time: spread() and leaf()
 * ask for half of a short block each, and that takes up to a fifth off a convolution. */
#define ASK(p) __builtin_prefetch(p, 1, 2)
enum { LINE = 8 };

/* Exchanges the doubles of each pair: real and imaginary parts that alternate. */
// # nocov start: counters do not tell which of these is compiled
#if SIMD_LANES == 8
#define PARTS_EXCHANGED(v) SHUFFLE(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#elif SIMD_LANES == 4
#define PARTS_EXCHANGED(v) SHUFFLE(v, v, 1, 0, 3, 2)
#else
#define PARTS_EXCHANGED(v) SHUFFLE(v, v, 1, 0)
#endif
// # nocov end

INLINE lanes get(const double *z)
{
    return (lanes){*(const aligned_vec *)z, *(const aligned_vec *)(z + W)};
}

INLINE void set(double *z, lanes a)
{
    *(aligned_vec *)z = a.re;
    *(aligned_vec *)(z + W) = a.im;
}

INLINE lanes add(lanes a, lanes b)
{
    return (lanes){a.re + b.re, a.im + b.im};
}

INLINE lanes subtract(lanes a, lanes b)
{
    return (lanes){a.re - b.re, a.im - b.im};
}

/* a + i b */
INLINE lanes add_i(lanes a, lanes b)
{
    return (lanes){a.re - b.im, a.im + b.re};
}

/* a - i b */
INLINE lanes subtract_i(lanes a, lanes b)
{
    return (lanes){a.re + b.im, a.im - b.re};
}

INLINE lanes multiplied(lanes a, lanes b)
{
    return (lanes){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/* a times the conjugate of b */
INLINE lanes multiplied_back(lanes a, lanes b)
{
    return (lanes){a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}

/* The same complex number in all lanes. SSE2 has no instruction that loads one number into both
 * lanes, so tables for 2 lanes have each of them twice. */
enum { COPIES = W == 2 ? 2 : 1, NUMBER = 2 * COPIES };

INLINE lanes all_lanes(const double *number)
{
    if (COPIES == W)
        return get(number);
    return (lanes){ALL(number[0]), ALL(number[1])};
}

/* ---- butterflies: v[k] = sum of exp(-2 pi i j k / R) v[j], or of the conjugates ------------
 */

INLINE void butterfly2(lanes *v)
{
    lanes a = v[0], b = v[1];
    v[0] = add(a, b);
    v[1] = subtract(a, b);
}

INLINE void butterfly3(lanes *v, int back)
{
    const double half_root3 = 0.86602540378443864676;
    lanes sum = add(v[1], v[2]), diff = subtract(v[1], v[2]),
          mid = {v[0].re - 0.5 * sum.re, v[0].im - 0.5 * sum.im},
          off = {half_root3 * diff.re, half_root3 * diff.im};
    v[0] = add(v[0], sum);
    v[1] = back ? add_i(mid, off) : subtract_i(mid, off);
    v[2] = back ? subtract_i(mid, off) : add_i(mid, off);
}

INLINE void butterfly4(lanes *v, int back)
{
    lanes a = add(v[0], v[2]), b = subtract(v[0], v[2]), c = add(v[1], v[3]),
          d = subtract(v[1], v[3]);
    v[0] = add(a, c);
    v[1] = back ? add_i(b, d) : subtract_i(b, d);
    v[2] = subtract(a, c);
    v[3] = back ? subtract_i(b, d) : add_i(b, d);
}

/* r + a s + b t */
INLINE lanes combine(lanes r, double a, lanes s, double b, lanes t)
{
    return (lanes){r.re + a * s.re + b * t.re, r.im + a * s.im + b * t.im};
}

INLINE void butterfly5(lanes *v, int back)
{
    const double c1 = 0.30901699437494742410, c2 = -0.80901699437494742410,
                 s1 = 0.95105651629515357212, s2 = 0.58778525229247312917;
    const lanes none = {{0}, {0}};
    lanes sum1 = add(v[1], v[4]), diff1 = subtract(v[1], v[4]), sum2 = add(v[2], v[3]),
          diff2 = subtract(v[2], v[3]), mid1 = combine(v[0], c1, sum1, c2, sum2),
          mid2 = combine(v[0], c2, sum1, c1, sum2), off1 = combine(none, s1, diff1, s2, diff2),
          off2 = combine(none, s2, diff1, -s1, diff2);
    v[0] = add(v[0], add(sum1, sum2));
    v[1] = back ? add_i(mid1, off1) : subtract_i(mid1, off1);
    v[4] = back ? subtract_i(mid1, off1) : add_i(mid1, off1);
    v[2] = back ? add_i(mid2, off2) : subtract_i(mid2, off2);
    v[3] = back ? subtract_i(mid2, off2) : add_i(mid2, off2);
}

/* Even and odd places by themselves, then pairs. */
INLINE void butterfly8(lanes *v, int back)
{
    const double root_half = 0.70710678118654752440;
    lanes even[4] = {v[0], v[2], v[4], v[6]}, odd[4] = {v[1], v[3], v[5], v[7]}, o1, o3;
    butterfly4(even, back);
    butterfly4(odd, back);
    o1 = back ? add_i(odd[1], odd[1]) : subtract_i(odd[1], odd[1]); /* turned by an eighth */
    o3 = back ? add_i(odd[3], odd[3]) : subtract_i(odd[3], odd[3]);
    o1 = (lanes){root_half * o1.re, root_half * o1.im};
    o3 = (lanes){root_half * o3.re, root_half * o3.im};
    v[0] = add(even[0], odd[0]);
    v[4] = subtract(even[0], odd[0]);
    v[1] = add(even[1], o1);
    v[5] = subtract(even[1], o1);
    v[2] = back ? add_i(even[2], odd[2]) : subtract_i(even[2], odd[2]);
    v[6] = back ? subtract_i(even[2], odd[2]) : add_i(even[2], odd[2]);
    v[3] = back ? add_i(even[3], o3) : subtract_i(even[3], o3);
    v[7] = back ? subtract_i(even[3], o3) : add_i(even[3], o3);
}

INLINE void butterfly(lanes *v, int radix, int back)
{
    if (radix == 2)
        butterfly2(v);
    else if (radix == 3)
        butterfly3(v, back);
    else if (radix == 4)
        butterfly4(v, back);
    else if (radix == 5)
        butterfly5(v, back);
    else
        butterfly8(v, back);
}

/* ---- passes --------------------------------------------------------------------------------
 */

/* Does `count` places of a pass, the first of which is at z. The twiddles of number j begin at
 * twiddle[(j - 1) * stride]. */
INLINE void pass(double *z, size_t q, size_t count, const double *twiddle, size_t stride,
                 int radix, int back)
{
    for (; count > 0; count--, z += 2 * W, twiddle += NUMBER) {
        lanes v[MOST_RADIX];
        UNROLL for (int j = 0; j < radix; j++)
        {
            v[j] = get(z + 2 * W * q * (size_t)j);
            if (back && j > 0)
                v[j] = multiplied_back(v[j], all_lanes(twiddle + (size_t)(j - 1) * stride));
        }
        butterfly(v, radix, back);
        UNROLL for (int j = 0; j < radix; j++)
        {
            if (!back && j > 0)
                v[j] = multiplied(v[j], all_lanes(twiddle + (size_t)(j - 1) * stride));
            set(z + 2 * W * q * (size_t)j, v[j]);
        }
    }
}

INLINE void pass_of(int radix, double *z, size_t q, size_t count, const double *twiddle,
                    size_t stride, int back)
{
    if (radix == 4)
        pass(z, q, count, twiddle, stride, 4, back);
    else if (radix == 2)
        pass(z, q, count, twiddle, stride, 2, back);
    else if (radix == 3)
        pass(z, q, count, twiddle, stride, 3, back);
    else if (radix == 5)
        pass(z, q, count, twiddle, stride, 5, back);
    else
        pass(z, q, count, twiddle, stride, 8, back);
}

/* All places of a short pass. */
INLINE void whole_pass(const cm_pass *p, double *z, int back)
{
    pass_of(p->radix, z, p->q, p->q, p->twiddle, NUMBER * p->q, back);
}

/* out = n numbers of a table times the number `by`. */
INLINE void turn_all(const double *numbers, size_t n, const double *by, double *out)
{
    // # nocov start: the same of a constant condition
    if (COPIES == W) {
        for (size_t i = 0; i < n; i++, numbers += NUMBER, out += NUMBER)
            set(out, multiplied(get(numbers), get(by)));
        return;
    }
    // # nocov end
    double imaginary[W];
    UNROLL for (int s = 0; s < W; s++)
    {
        imaginary[s] = s % 2 ? by[1] : -by[1];
    }
    for (size_t i = 0; i < 2 * n; i += W) {
        vec a = load(numbers + i);
        store(out + i, by[0] * a + load(imaginary) * PARTS_EXCHANGED(a));
    }
}

/* The twiddles of a long pass are made for so many places at a time. */
enum { SOME = 64 };

/* The twiddles of places k ... k + SOME - 1 of a long pass. */
INLINE void make_twiddles(const cm_pass *p, size_t k, double *twiddle)
{
    const double *fine = p->fine + k % p->nfine * NUMBER,
                 *coarse = p->coarse + k / p->nfine * (size_t)(p->radix - 1) * NUMBER;
    for (int j = 1; j < p->radix; j++) {
        turn_all(fine, SOME, coarse, twiddle);
        fine += p->nfine * NUMBER;
        coarse += NUMBER;
        twiddle += SOME * NUMBER;
    }
}

/* Places from ... to - 1 of a long pass on z; a multiple of SOME of them. */
SIMD_TARGET static void long_pass(const cm_pass *p, double *z, size_t from, size_t to, int back)
{
    double twiddle[(MOST_RADIX - 1) * SOME * NUMBER] __attribute__((aligned(64)));
    for (size_t k = from; k < to; k += SOME) {
        make_twiddles(p, k, twiddle);
        if (back)
            pass_of(p->radix, z + 2 * W * k, p->q, SOME, twiddle, SOME * NUMBER, 1);
        else
            pass_of(p->radix, z + 2 * W * k, p->q, SOME, twiddle, SOME * NUMBER, 0);
    }
}

/* The last pass there, the product with the kernel, and the first pass back, on 4 times W
 * numbers. Asks for half as many doubles as it takes. */
INLINE void leaf(double *z, const double *kernel, const double *ask)
{
    lanes v[4];
    UNROLL for (int i = 0; i < 4 * W; i += LINE)
    {
        ASK(ask + i);
    }
    UNROLL for (int j = 0; j < 4; j++)
    {
        v[j] = get(z + 2 * W * j);
    }
    butterfly4(v, 0);
    UNROLL for (int j = 0; j < 4; j++)
    {
        v[j] = multiplied(v[j], get(kernel + 2 * W * j));
    }
    butterfly4(v, 1);
    UNROLL for (int j = 0; j < 4; j++)
    {
        set(z + 2 * W * j, v[j]);
    }
}

/* leaf() with the pass before it and the pass after it, on 16 times W numbers. */
INLINE void leaf16(double *z, const double *twiddle, const double *kernel, const double *ask)
{
    pass(z, 4, 4, twiddle, 4 * NUMBER, 4, 0);
#pragma GCC unroll 1
    for (int j = 0; j < 4; j++)
        leaf(z + 8 * W * j, kernel + 8 * W * j, ask + 4 * W * j);
    pass(z, 4, 4, twiddle, 4 * NUMBER, 4, 1);
}

SIMD_TARGET static void there_and_back(const cm_pass *p, double *z, const double *kernel,
                                       const double *ask)
{
    if (p->q == 1) {
        leaf(z, kernel, ask);
        return;
    }
    if (p->q == 4 && p->radix == 4) {
        leaf16(z, p->twiddle, kernel, ask);
        return;
    }
    size_t step = 2 * W * p->q;
    whole_pass(p, z, 0);
    for (int j = 0; j < p->radix; j++)
        there_and_back(p + 1, z + step * (size_t)j, kernel + step * (size_t)j,
                       ask + step / 2 * (size_t)j);
    whole_pass(p, z, 1);
}

SIMD_TARGET static void there(const cm_pass *p, double *z)
{
    size_t step = 2 * W * p->q;
    whole_pass(p, z, 0);
    for (int j = 0; j < p->radix && p->q > 1; j++)
        there(p + 1, z + step * (size_t)j);
}

/* ---- from samples to lanes, and back ------------------------------------------------------
 */

/* A step of a transpose: in each square of 2 d rows and 2 d lanes the two blocks of d by d that
 * lie off the diagonal are exchanged. */
#define EXCHANGE(v, part, d)                                                                   \
    UNROLL for (int i = 0; i < W; i++)                                                         \
    {                                                                                          \
        if ((i & d) == 0) {                                                                    \
            vec a = v[i].part, b = v[i + d].part;                                              \
            v[i].part = UPPER##d(a, b);                                                        \
            v[i + d].part = LOWER##d(a, b);                                                    \
        }                                                                                      \
    }

/* Lane s of row j becomes lane j of row s. */
INLINE void transpose(lanes *v)
{
    EXCHANGE(v, re, 1)
    EXCHANGE(v, im, 1)
#if SIMD_LANES >= 4
    EXCHANGE(v, re, 2)
    EXCHANGE(v, im, 2)
#endif
#if SIMD_LANES == 8
    EXCHANGE(v, re, 4)
    EXCHANGE(v, im, 4)
#endif
}

/* The twiddles of row j at places k ... k + W - 1. `coarse`: they are products. */
INLINE lanes row_twiddles(const cm_rows *rows, size_t k, int j, int coarse)
{
    size_t within = coarse ? k % rows->nfine : k;
    lanes fine = get(rows->fine + 2 * (ROWS * within + (size_t)j * W));
    if (!coarse)
        return fine;
    size_t at = k / rows->nfine * ROWS + (size_t)j;
    return multiplied(fine, all_lanes(rows->coarse + at * NUMBER));
}

INLINE void spread_places(const cm_rows *rows, const double *const *samples, double *z,
                          size_t from, size_t to, const double *const *ask, int coarse)
{
    for (size_t k = from; k < to; k += W) {
        lanes v[ROWS];
        UNROLL for (int j = 0; j < ROWS && !coarse; j++)
        {
            ASK(ask[j] + k);
        }
        UNROLL for (int j = 0; j < ROWS; j++)
        {
            v[j] = (lanes){load(samples[j] + k), load(samples[ROWS + j] + k)};
            if (j > 0)
                v[j] = multiplied(v[j], all_lanes(rows->weight + j * NUMBER));
        }
        butterfly(v, ROWS, 0);
        UNROLL for (int j = 0; j < ROWS; j++)
        {
            v[j] = multiplied(v[j], row_twiddles(rows, k, j, coarse));
        }
        UNROLL for (int g = 0; g < ROWS; g += W)
        {
            double *to_z = z + 2 * (rows->n * (size_t)g + W * k);
            transpose(v + g);
            UNROLL for (int s = 0; s < W; s++)
            {
                set(to_z + 2 * W * s, v[g + s]);
            }
        }
    }
}

/* Outputs are asked for so many places before they are written, to come to the first-level
 * cache: the processor does not foresee where 2 ROWS rows are written. */
enum { AHEAD = 16 };

INLINE void gather_places(const cm_rows *rows, const double *z, double *const *samples,
                          size_t from, size_t to, int coarse)
{
    for (size_t k = from; k < to; k += W) {
        lanes v[ROWS];
        UNROLL for (int j = 0; j < ROWS; j++)
        {
            __builtin_prefetch(samples[j] + k + AHEAD, 1);
            __builtin_prefetch(samples[ROWS + j] + k + AHEAD, 1);
        }
        UNROLL for (int g = 0; g < ROWS; g += W)
        {
            const double *from_z = z + 2 * (rows->n * (size_t)g + W * k);
            UNROLL for (int s = 0; s < W; s++)
            {
                v[g + s] = get(from_z + 2 * W * s);
            }
            transpose(v + g);
        }
        UNROLL for (int j = 0; j < ROWS; j++)
        {
            v[j] = multiplied_back(v[j], row_twiddles(rows, k, j, coarse));
        }
        butterfly(v, ROWS, 1);
        UNROLL for (int j = 0; j < ROWS; j++)
        {
            if (j > 0)
                v[j] = multiplied_back(v[j], all_lanes(rows->weight + j * NUMBER));
            store(samples[j] + k, v[j].re);
            store(samples[ROWS + j] + k, v[j].im);
        }
    }
}

SIMD_TARGET static void spread(const cm_rows *rows, const double *const *samples, double *z,
                               size_t from, size_t to, const double *const *ask)
{
    if (rows->coarse)
        spread_places(rows, samples, z, from, to, ask, 1);
    else
        spread_places(rows, samples, z, from, to, ask, 0);
}

SIMD_TARGET static void gather(const cm_rows *rows, const double *z, double *const *samples,
                               size_t from, size_t to)
{
    if (rows->coarse)
        gather_places(rows, z, samples, from, to, 1);
    else
        gather_places(rows, z, samples, from, to, 0);
}
