/* Convolution against its definition in long double, term by term. */
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "convolve/engine.h"
#include "support.h"

#define PROMISE 1e-11L
#define SMALLEST 0x1p-1074L

/* Unguarded transforms are scaled by the larger part of a complex column. In a part of the
 * smallest numbers every value of a block of 128, and every rounding of it, may lose half a
 * SMALLEST. */
#define UNSCALED (1024 * SMALLEST)
#define MOST_WHOLE 0x1p53L

/* If there are too many products, only each stride-th output is checked. */
static size_t stride(size_t ny, size_t nh, size_t nx)
{
    double work = (double)ny * (double)(nh < nx ? nh : nx), most = fuzzing ? 2e4 : 2e6;
    return work < most ? 1 : (size_t)(work / most) | 1;
}

/* ---- a window of F ------------------------------------------------------------- */

static double error_at(const double *x, size_t nx, const double *h, size_t nh, size_t k,
                       double y)
{
    size_t i0 = k < nx ? 0 : k - nx + 1, i1 = k < nh ? k : nh - 1;
    long double sum = 0, moduli = 0;
    for (size_t i = i0; i <= i1; i++) {
        long double term = (long double)h[i] * x[k - i];
        sum += term;
        moduli += fabsl(term);
    }
    if (moduli > DBL_MAX / 4) /* nothing is promised */
        return 0;
    long double slack = PROMISE * moduli + 2.0L * (nx < nh ? nx : nh) * SMALLEST;
    return moduli == 0 ? (y == 0 ? 0 : INFINITY) : (double)(fabsl(y - sum) / slack);
}

int threads = 3;

static cm_env several(void)
{
    cm_env e = *env();
    e.threads = threads;
    return e;
}

void check_window(const double *x, size_t nx, const double *h, size_t nh, cm_window w,
                  cm_method method, const char *what)
{
    cm_env many = several();
    double *y = guarded_doubles(w.ny, AT_END), *again = guarded_doubles(w.ny, AT_START);
    double most = 0;
    begin(&here);
    cm_problem p = {x, nx, h,    nh,   y,
                    w, 1,  nx,   w.ny, cm_max_modulus((cm_samples){x, NULL, nx, 1}),
                    0, 0,  NULL, NULL, NULL};
    cm_conv_real(&p, method, env());
    p.y = again;
    cm_conv_real(&p, method, &many);
    release(&here);
    for (size_t t = 0, by = stride(w.ny, nh, nx); t < w.ny; t += by) {
        double error = error_at(x, nx, h, nh, w.first + t, y[t]);
        if (!(error <= most))
            most = error;
    }
    expect(most <= 1, "%s: method %d misses the promise by %g: nx %zu nh %zu window %zu + %zu",
           what, (int)method, most, nx, nh, w.first, w.ny);
    expect(same_bits(y, again, w.ny), "%s: method %d: other bits: nx %zu nh %zu", what,
           (int)method, nx, nh);
}

/* ---- all of cm_conv ---------------------------------------------------------------- */

size_t fold(ptrdiff_t p, size_t n, cm_boundary boundary)
{
    ptrdiff_t m = (ptrdiff_t)n;
    while (p < 0 || p >= m) {
        switch (boundary) {
        case CM_WRAP:
            p += p < 0 ? m : -m;
            break;
        case CM_REFLECT:
            p = p < 0 ? -1 - p : 2 * m - 1 - p;
            break;
        case CM_MIRROR:
            p = m == 1 ? 0 : p < 0 ? -p : 2 * (m - 1) - p;
            break;
        default:
            p = p < 0 ? 0 : m - 1;
        }
    }
    return (size_t)p;
}

double weight_at(ptrdiff_t p, size_t n, cm_boundary boundary, size_t c)
{
    ptrdiff_t m = (ptrdiff_t)n, k = p < 0 ? -p : p - (m - 1);
    if (p >= 0 && p < m)
        return (size_t)p == c;
    if (boundary == CM_ZERO || boundary == CM_MISSING)
        return 0;
    if (boundary != CM_EXTEND)
        return fold(p, n, boundary) == c;
    double weight = 0;
    if (c == (p < 0 ? 0 : n - 1))
        weight = (double)(k + 1);
    else if (c == (p < 0 ? 1 : n - 2))
        weight = (double)-k;
    return weight;
}

/* The sum of one output, kept apart by kinds of terms. */
typedef struct {
    long double re, im, moduli;     /* finite ones */
    double over[4], inf_re, inf_im; /* products that overflow, by parts; infinite samples */
    int na, missing, whole;
    long double present, absent; /* weights */
} sums;

/* The modulus of a complex number; squares of doubles fit a long double, however large or
 * small. */
static long double modulus(long double re, long double im)
{
    return im == 0 ? fabsl(re) : re == 0 ? fabsl(im) : sqrtl(re * re + im * im);
}

static int is_whole(double re, double im)
{
    return re == rint(re) && im == rint(im);
}

static cm_samples column(cm_samples x, size_t c)
{
    return (cm_samples){x.re + c * x.n, x.im ? x.im + c * x.n : NULL, x.n, 1};
}

static int missing(cm_samples x, size_t j)
{
    return isnan(x.re[j]) || (x.im && isnan(x.im[j]));
}

static void part(sums *s, int which, double a, double b)
{
    volatile double product = a * b;
    if (isinf(product)) {
        s->over[which] += product;
        return;
    }
    long double term = (long double)a * b;
    if (which < 2)
        s->re += which == 0 ? term : -term;
    else
        s->im += term;
}

static void add_term(sums *s, const conv_case *c, size_t j, size_t i)
{
    cm_samples x = c->x, h = c->h;
    double xr = x.re[j], xi = x.im ? x.im[j] : 0, hr = h.re[i], hi = h.im ? h.im[i] : 0;
    if (missing(x, j)) {
        s->missing++;
        s->na |= is_na(xr) || (x.im && is_na(xi));
        s->absent += hr;
        return;
    }
    s->present += hr;
    if (isinf(xr) || isinf(xi)) {
        if (x.im || h.im) {
            double complex z = __builtin_complex(xr, xi) * __builtin_complex(hr, hi);
            s->inf_re += creal(z);
            s->inf_im += cimag(z);
        } else {
            s->inf_re += xr * hr;
        }
        return;
    }
    s->whole = s->whole && is_whole(xr, xi) && is_whole(hr, hi);
    part(s, 0, xr, hr);
    if (!x.im && !h.im) {
        s->moduli += fabsl((long double)xr * hr);
        return;
    }
    part(s, 1, xi, hi);
    part(s, 2, xr, hi);
    part(s, 3, xi, hr);
    s->moduli += modulus(xr, xi) * modulus(hr, hi);
}

/* The term of a place k steps outside of the straight line through samples e and f. */
static void add_extended(sums *s, const conv_case *c, size_t e, size_t f, double k, size_t i)
{
    cm_samples x = c->x, h = c->h;
    double hr = h.re[i], hi = h.im ? h.im[i] : 0, both[2] = {0, 0};
    if (missing(x, e) || missing(x, f)) {
        const size_t at[] = {e, f};
        for (int j = 0; j < 2; j++)
            s->na |= is_na(x.re[at[j]]) || (x.im && is_na(x.im[at[j]]));
        s->missing++;
        s->absent += hr;
        return;
    }
    s->present += hr;
    long double re[2] = {x.re[e], x.re[f]}, im[2] = {0, 0};
    both[0] = (k + 1) * x.re[e] - k * x.re[f];
    if (x.im) {
        im[0] = x.im[e], im[1] = x.im[f];
        both[1] = (k + 1) * x.im[e] - k * x.im[f];
    }
    if (isnan(both[0]) || isnan(both[1])) { /* Inf - Inf in a part: NaN, as a whole */
        s->inf_re = s->inf_im = NAN;
        return;
    }
    if (!isfinite(both[0]) || !isfinite(both[1])) {
        if (x.im || h.im) {
            double complex z = __builtin_complex(both[0], both[1]) * __builtin_complex(hr, hi);
            s->inf_re += creal(z);
            s->inf_im += cimag(z);
        } else {
            s->inf_re += both[0] * hr;
        }
        s->moduli += isfinite(x.re[e]) && isfinite(x.re[f]) ? INFINITY : 0; /* overflow */
        return;
    }
    s->whole = s->whole && is_whole(both[0], both[1]) && is_whole(hr, hi);
    volatile double product[4] = {both[0] * hr, both[1] * hi, both[0] * hi, both[1] * hr};
    for (int j = 0; j < 4; j++)
        if (isinf(product[j]))
            s->moduli = INFINITY;
    long double a = (k + 1) * re[0] - k * re[1], b = (k + 1) * im[0] - k * im[1];
    s->re += a * hr - b * hi;
    s->im += a * hi + b * hr;
    s->moduli +=
        ((k + 1) * modulus(re[0], im[0]) + k * modulus(re[1], im[1])) * modulus(hr, hi);
}

/* The term of a place outside of the signal. */
static void add_outside(sums *s, const conv_case *c, ptrdiff_t p, size_t i)
{
    size_t n = c->x.n;
    if (c->options.boundary == CM_MISSING) {
        s->na = 1;
        s->missing++;
        s->absent += c->h.re[i];
    } else if (c->options.boundary == CM_EXTEND) {
        if (p < 0)
            add_extended(s, c, 0, 1, (double)-p, i);
        else
            add_extended(s, c, n - 1, n - 2, (double)(p - (ptrdiff_t)(n - 1)), i);
    } else {
        add_term(s, c, fold(p, n, c->options.boundary), i);
    }
}

static sums output_sums(const conv_case *c, cm_window w, size_t t)
{
    sums s = {.whole = 1};
    size_t nx = c->x.n, nh = c->h.n;
    if (c->options.boundary == CM_ZERO) {
        size_t k = w.first + t, i0 = k < nx ? 0 : k - nx + 1, i1 = k < nh ? k : nh - 1;
        for (size_t i = i0; i <= i1; i++)
            add_term(&s, c, k - i, i);
        if (c->options.na == CM_NA_RENORMALISE) /* what stands outside is present */
            for (size_t i = 0; i < nh; i++)
                s.present += i < i0 || i > i1 ? c->h.re[i] : 0;
    } else {
        for (size_t i = 0; i < nh; i++) {
            ptrdiff_t p = (ptrdiff_t)(c->options.origin + t) - (ptrdiff_t)i;
            if (p >= 0 && p < (ptrdiff_t)nx)
                add_term(&s, c, (size_t)p, i);
            else
                add_outside(&s, c, p, i);
        }
    }
    return s;
}

/* Whether y is right: a part of an output that has a term which is not finite. */
static int right_special(double y, double special)
{
    return isnan(special) ? isnan(y) : y == special;
}

/* The promise of an FFT without a guard is relative to this product of the 2-norms of x and h.
 */
static long double norms(const conv_case *c)
{
    long double x = 0, h = 0;
    for (size_t j = 0; j < c->x.n; j++) {
        double re = c->x.re[j], im = c->x.im ? c->x.im[j] : 0;
        if (isfinite(re) && isfinite(im))
            x += (long double)re * re + (long double)im * im;
    }
    for (size_t i = 0; i < c->h.n; i++) {
        h += (long double)c->h.re[i] * c->h.re[i];
        h += c->h.im ? (long double)c->h.im[i] * c->h.im[i] : 0;
    }
    return sqrtl(x) * sqrtl(h) * (1 + sqrtl((long double)c->h.n)); /* a boundary repeats x */
}

static int all_whole(const double *x, size_t n)
{
    for (size_t j = 0; j < n; j++)
        if (isfinite(x[j]) && x[j] != rint(x[j]))
            return 0;
    return 1;
}

/* Whether whole numbers are promised: of sums for each output by itself. Transforms round where
 * all samples are whole, of complex numbers in all parts: an output whose own terms are whole
 * beside others that are not keeps the promise, but may be off by some. */
static int whole_promised(const conv_case *c)
{
    int sums = c->options.method == CM_DIRECT || c->options.method == CM_SPARSE;
    if (sums && !(c->x.im && c->h.im))
        return 1;
    return all_whole(c->x.re, c->x.n) && all_whole(c->h.re, c->h.n) &&
           (!c->x.im || all_whole(c->x.im, c->x.n)) && (!c->h.im || all_whole(c->h.im, c->h.n));
}

static int right(const conv_case *c, const sums *s, double re, const double *im,
                 long double norm)
{
    cm_na na = c->options.na;
    size_t n = c->options.boundary == CM_ZERO && c->x.n < c->h.n ? c->x.n : c->h.n;
    if (s->missing && na == CM_NA_PROPAGATE) {
        if (s->na)
            return is_na(re) && (!im || is_na(*im));
        return isnan(re) && !is_na(re) && (!im || isnan(*im));
    }
    double special[2] = {s->over[0] - s->over[1] + s->inf_re,
                         s->over[2] + s->over[3] + s->inf_im};
    long double moduli = s->moduli, exact_re = s->re, exact_im = s->im;
    long double slack =
        c->options.method == CM_FFT ? PROMISE * norm + UNSCALED : PROMISE * moduli;
    slack += 2.0L * n * SMALLEST;
    if (moduli > DBL_MAX / 4 || slack > DBL_MAX)
        return 1; /* nothing is promised */
    if (s->missing && na == CM_NA_RENORMALISE) {
        long double weight = s->present, total = s->present + s->absent;
        if (weight == 0)
            return is_na(re) && (!im || is_na(*im));
        if (total > DBL_MAX / 4 || moduli / weight > DBL_MAX / 4 ||
            moduli / weight * total > DBL_MAX / 4)
            return 1;
        exact_re *= total / weight;
        exact_im *= total / weight;
        moduli *= total / weight;
        /* of the sum, the weight and the total, whatever is too small for all its digits */
        slack = (c->options.method == CM_FFT ? slack * total / weight : PROMISE * moduli) +
                2.1L * PROMISE * moduli + 2 * SMALLEST;
        if (slack > DBL_MAX / 4)
            return 1;
    } else if (s->whole && c->options.method != CM_FFT && special[0] == 0 && special[1] == 0) {
        int is_exact = re == rint(re) && (moduli > MOST_WHOLE || re == exact_re);
        if (im)
            is_exact &= *im == rint(*im) && (moduli > MOST_WHOLE || *im == exact_im);
        if (!is_exact && whole_promised(c))
            return 0;
    }
    if (special[0] != 0 && !right_special(re, special[0]))
        return 0;
    if (im && special[1] != 0 && !right_special(*im, special[1]))
        return 0;
    long double off_re = special[0] != 0 ? 0 : re - exact_re;
    long double off_im = !im || special[1] != 0 ? 0 : *im - exact_im;
    if (s->moduli == 0 && c->options.method != CM_FFT)
        return off_re == 0 && off_im == 0;
    return modulus(off_re, off_im) <= slack;
}

static cm_output output(size_t ny, int parts, side side)
{
    return (cm_output){guarded_doubles(ny, side), parts ? guarded_doubles(ny, side) : NULL};
}

static void describe(const conv_case *c, char *text, size_t size)
{
    snprintf(text, size,
             "nx %zu x %zu nh %zu%s%s mode %d origin %zu boundary %d na %d method %d at %s",
             c->x.n, c->x.ncol, c->h.n, c->x.im ? " x complex" : "",
             c->h.im ? " h complex" : "", (int)c->options.mode, c->options.origin,
             (int)c->options.boundary, (int)c->options.na, (int)c->options.method,
             cm_simd_level(NULL));
}

/* Outputs without missing samples have the same bits under every choice for them. */
static void check_same_under_na(const conv_case *c, cm_window w, cm_output y, size_t by,
                                const char *misses, const char *what)
{
    conv_case plain = *c;
    plain.options.na = CM_NA_PROPAGATE;
    cm_output p = output(w.ny, y.im != NULL, AT_END);
    cm_conv(plain.x, plain.h, &plain.options, p, env());
    release(&here);
    for (size_t t = 0; t < w.ny; t += by) {
        int same =
            same_bits(y.re + t, p.re + t, 1) && (!y.im || same_bits(y.im + t, p.im + t, 1));
        if (!misses[t] && !same && !isnan(y.re[t])) {
            expect(0, "%s: output %zu has other bits than under propagate", what, t);
            return;
        }
    }
}

/* One column of the result. */
static void check_column(const conv_case *all, size_t col, cm_window w, cm_output y,
                         const char *what)
{
    conv_case one = *all;
    const conv_case *c = &one;
    one.x = column(all->x, col);
    y.re += col * w.ny;
    if (y.im)
        y.im += col * w.ny;
    size_t by = stride(w.ny, c->h.n, c->options.boundary == CM_ZERO ? c->x.n : c->h.n),
           wrong = 0;
    long double norm = c->options.method == CM_FFT ? norms(c) : 0;
    char *misses = guarded(w.ny, AT_END);
    for (size_t t = 0; t < w.ny; t += by) {
        sums s = output_sums(c, w, t);
        misses[t] = s.missing > 0;
        if (right(c, &s, y.re[t], y.im ? y.im + t : NULL, norm))
            continue;
        if (!wrong++)
            expect(0, "%s: output %zu is %.17g%+.17gi, not %.17Lg%+.17Lgi (moduli %Lg)", what,
                   t, y.re[t], y.im ? y.im[t] : 0, s.re, s.im, s.moduli);
    }
    expect(wrong == 0, "%s: column %zu has %zu wrong", what, col, wrong);
    if (c->options.na != CM_NA_PROPAGATE)
        check_same_under_na(c, w, y, by, misses, what);
}

void check_conv_case(const conv_case *c, const char *what)
{
    cm_window w = cm_mode_window(c->options.mode, c->x.n, c->h.n, c->options.origin);
    int parts = c->x.im || c->h.im;
    size_t ny = w.ny * c->x.ncol;
    cm_output y = output(ny, parts, AT_END), again = output(ny, parts, AT_START);
    cm_env many = several();
    begin(&here);
    cm_conv(c->x, c->h, &c->options, y, env());
    if (!fuzzing) { /* fuzzed cases are too small for threads */
        cm_conv(c->x, c->h, &c->options, again, &many);
        expect(same_bits(y.re, again.re, ny) && (!parts || same_bits(y.im, again.im, ny)),
               "%s: other bits", what);
    }
    release(&here);
    for (size_t col = 0; col < c->x.ncol; col++)
        check_column(c, col, w, y, what);
}

/* ---- cases ------------------------------------------------------------------------------ */

/* Puts some of NA, NaN, Inf and -Inf into x. */
static void spoil(source *s, double *x, size_t n)
{
    size_t most = (size_t)draw(s, 4), kinds = 1 + (size_t)draw(s, 4);
    size_t count = most == 0 ? 0 : most == 1 ? 1 : most == 2 ? 3 : n;
    const double values[] = {na_value, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++)
        x[draw(s, n)] = values[(kinds + draw(s, kinds)) % 4];
}

static double *kernel_to_renormalise(source *s, size_t n, side side)
{
    double *h = draw_signal(s, n, side), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += h[i] = fabs(h[i]);
    if (sum == 0)
        h[n / 2] = 1;
    return h;
}

static void draw_case(source *s, size_t nx, size_t nh, side side, conv_case *c)
{
    cm_options *o = &c->options;
    o->na = (cm_na)draw(s, 3);
    o->mode = (cm_mode)draw(s, 4);
    o->method = (cm_method)draw(s, 5);
    int keeps_length = o->mode == CM_SAME || o->mode == CM_CAUSAL;
    o->boundary = keeps_length ? (cm_boundary)draw(s, 7) : CM_ZERO;
    if (o->boundary == CM_EXTEND && nx == 1)
        o->boundary = CM_MISSING;
    o->origin = o->mode == CM_CAUSAL ? 0 : (size_t)draw(s, nh);
    uint64_t parts = draw(s, 8), ncol = draw(s, 4) ? 1 : 1 + draw(s, 4);
    c->x = (cm_samples){draw_signal(s, nx * ncol, side), NULL, nx, ncol};
    if (parts == 1 || parts == 2)
        c->x.im = draw_signal(s, nx * ncol, side);
    spoil(s, (double *)(uintptr_t)c->x.re, nx * ncol);
    if (c->x.im)
        spoil(s, (double *)(uintptr_t)c->x.im, nx * ncol);
    if (o->na == CM_NA_RENORMALISE) {
        c->h = (cm_samples){kernel_to_renormalise(s, nh, side), NULL, nh, 1};
        return;
    }
    c->h = (cm_samples){draw_signal(s, nh, side), NULL, nh, 1};
    if (parts == 2 || parts == 3)
        c->h.im = draw_signal(s, nh, side);
}

static void check_drawn_window(source *s, size_t nx, size_t nh, side side)
{
    static const cm_method methods[] = {CM_AUTO, CM_DIRECT, CM_FFT_GUARDED, CM_SPARSE};
    char what[64];
    cm_method method = methods[draw(s, 4)];
    size_t first = (size_t)draw(s, nx + nh - 1);
    cm_window w = {first, 1 + (size_t)draw(s, nx + nh - 1 - first)};
    const double *x = draw_signal(s, nx, side), *h = draw_signal(s, nh, side);
    snprintf(what, sizeof what, "a window at %s", cm_simd_level(NULL));
    if (method == CM_SPARSE && (nx < nh ? nx : nh) > 16384)
        method = CM_AUTO; /* sums of so many terms do not keep the promise */
    check_window(x, nx, h, nh, w, method, what);
}

void check_conv(source *s)
{
    int level = (int)draw(s, LEVELS);
    if (!use_level(level))
        return;
    s->state ^= draw(s, 256) * 0x9e3779b97f4a7c15ULL;
    uint64_t size = draw(s, 256);
    size_t most = size < 220 ? 40 : size < 254 ? 300 : fuzzing ? 1100 : 2500;
    size_t nx = draw_size(s, most), nh = draw_size(s, most);
    side side = draw(s, 2) ? AT_END : AT_START;
    if (draw(s, 4) == 0) {
        check_drawn_window(s, nx, nh, side);
    } else {
        conv_case c;
        char what[200];
        draw_case(s, nx, nh, side, &c);
        use_level(level);
        if (c.options.method == CM_SPARSE && (nx < nh ? nx : nh) > 16384)
            c.options.method = CM_AUTO;
        describe(&c, what, sizeof what);
        use_level(level);
        check_conv_case(&c, what);
    }
    release_guarded();
}
