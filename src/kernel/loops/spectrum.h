/* Products of spectra, for transforms of real values by complex ones; see convolve/fft.c. */

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
INLINE void factors_of(const double *b, const double *to_b, complexes twiddle, double *factors)
{
    complexes g = load_complex(b), gm = load_mirrored(to_b), sum = plus(g, gm),
              diff = minus(g, gm), turned = times(twiddle, diff), less = minus(diff, turned),
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

SIMD_TARGET static void factors(const double *b, size_t N, const cm_twiddles *twiddles,
                                size_t from, size_t to, double *factors)
{
    for (size_t k = from; k < to; k += W, factors += 6 * W) {
        const double *fine = twiddles->fine + (k - 1) % twiddles->nfine * 2,
                     *c = twiddles->coarse + (k - 1) / twiddles->nfine * 2;
        complexes coarse = {(vec){0} + c[0], (vec){0} + c[1]},
                  twiddle = times(load_complex(fine), coarse);
        const double *from_b = b + 2 * k, *to_b = b + 2 * (N - k + 1);
        double rest[2][2 * W] = {{0}};
        if (k + W > to) { /* less than vectors */
            size_t n = 2 * (to - k), bytes = n * sizeof *b;
            memcpy(rest[0], from_b, bytes);
            memcpy(rest[1] + 2 * W - n, to_b - n, bytes);
            from_b = rest[0], to_b = rest[1] + 2 * W;
        }
        factors_of(from_b, to_b, twiddle, factors);
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
