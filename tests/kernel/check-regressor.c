/* The exact regressors against integrals of the gamma density in long double, by
 * Gauss and Legendre's rule on pieces; sums over events, FIR columns and neural
 * signals against their definitions. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

#include "support.h"

/* What ?regressors promises for each term of each event. */
#define PROMISE 1e-10L

static double tail(double z, double shape, int upper)
{
    return pgamma(z, shape, 1, !upper, 0);
}

static double density(double z, double shape)
{
    return dgamma(z, shape, 1, 0);
}

const cm_gamma_math gamma_functions = {tail, density};

/* ---- one response -------------------------------------------------------------- */

static long double exact_density(long double z, long double shape)
{
    static long double last, log_gamma; /* kept, as it takes longer than all the rest */
    if (z < 0 || (z == 0 && shape > 1))
        return 0;
    if (shape != last) {
        last = shape;
        log_gamma = lgammal(shape);
    }
    return expl((shape - 1) * (z > 0 ? logl(z) : 0) - z - log_gamma);
}

/* Nodes and weights of the rule of ORDER points, by Newton's method. */
enum { ORDER = 16 };
static long double node[ORDER], weight[ORDER];

static void prepare_rule(void)
{
    for (int i = 0; i < ORDER && weight[0] == 0; i++) {
        long double x = cosl(3.14159265358979323846L * (i + 0.75L) / (ORDER + 0.5L)), slope = 0;
        for (int step = 0; step < 20; step++) {
            long double p = 1, before = 0;
            for (int n = 1; n <= ORDER; n++) {
                long double next = ((2 * n - 1) * x * p - (n - 1) * before) / n;
                before = p;
                p = next;
            }
            slope = ORDER * (x * p - before) / (x * x - 1);
            x -= p / slope;
        }
        node[ORDER - 1 - i] = x;
        weight[ORDER - 1 - i] = 2 / ((1 - x * x) * slope * slope);
    }
    /* weight[0] is written last */
}

/* The integral of the density from a to b, which are so close that its logarithm changes
 * little.
 */
static long double piece(long double a, long double b, long double shape)
{
    long double sum = 0, m = (a + b) / 2, r = (b - a) / 2;
    for (int i = 0; i < ORDER; i++)
        sum += weight[i] * exact_density(m + r * node[i], shape);
    return sum * r;
}

/* The integral of the density from a to b, by pieces that grow from a on. At a = 0 a series
 * comes first. The pieces end where nothing is left. */
static long double mass(long double a, long double b, long double shape)
{
    long double sum = 0, top = shape - 1, deviation = sqrtl(shape);
    prepare_rule();
    while (a < b) {
        long double rate = a > 0 ? fabsl(top / a - 1) : 0; /* of the logarithm */
        long double step = fminl(fminl(a / 2, deviation / 2), 2 / rate);
        if (a == 0) { /* z^(shape - 1) (1 - z + ...) below a point where the rest is small */
            long double z = fminl(b, 1e-3L),
                        term = powl(z, shape) * expl(-z - lgammal(shape + 1)), k = shape;
            for (int n = 0; n < 12; n++, term *= z / ++k)
                sum += term;
            a = z;
            continue;
        }
        long double to = fminl(b, a + step), some = piece(a, to, shape);
        sum += some;
        if (a > top && some < 1e-25L * sum)
            break;
        a = to;
    }
    return sum;
}

static long double exact_term(double shape, double scale, long double x, long double d,
                              int slope)
{
    long double u = x / scale, v = (x - d) / scale;
    if (d > 0) /* where shape 1 jumps, the slope is that from the left */
        return slope ? (exact_density(u, shape) - (v > 0 ? exact_density(v, shape) : 0)) / scale
                     : mass(v > 0 ? v : 0, u, shape);
    long double h = exact_density(u, shape) / scale;
    return slope ? (x > 0 ? h * ((shape - 1) / x - 1.0L / scale) : 0) : h;
}

/* The sum of the moduli of the two parts of which a slope is the difference. */
static long double moduli_term(double shape, double scale, long double x, long double d,
                               int slope)
{
    long double u = x / scale, v = (x - d) / scale, h = exact_density(u, shape) / scale;
    if (!slope)
        return fabsl(exact_term(shape, scale, x, d, 0));
    if (d > 0)
        return h + exact_density(v, shape) / scale;
    return x > 0 ? h * ((shape - 1) / x + 1.0L / scale) : 0;
}

typedef struct {
    double shape[3], scale[3], weight[3];
    size_t nterm;
    int slope;
    cm_model model;
} model_case;

/* The response to one event at one time. */
static double response(const cm_model *model, double t, double onset, double d, int slope)
{
    double times[CM_LANES], onsets[CM_LANES], durations[CM_LANES], h[CM_LANES];
    for (int i = 0; i < CM_LANES; i++)
        times[i] = t - i, onsets[i] = onset, durations[i] = d;
    cm_respond(model, (cm_pairs){times, onsets, durations}, slope, h);
    return h[0];
}

static void check_response(const model_case *c, double t, double onset, double d)
{
    double got = response(&c->model, t, onset, d, c->slope);
    long double x = (long double)t - onset, sum = 0, moduli = 0;
    if (x < 0 || (x == 0 && d > 0)) {
        expect(got == 0, "a response of %g before the onset", got);
        return;
    }
    for (size_t i = 0; i < c->nterm; i++) {
        sum += c->weight[i] * exact_term(c->shape[i], c->scale[i], x, d, c->slope);
        moduli += fabsl(c->weight[i]) * moduli_term(c->shape[i], c->scale[i], x, d, c->slope);
    }
    long double slack = PROMISE * moduli + 1e-305L;
    expect(
        fabsl(got - sum) <= slack,
        "the response is %.17g, not %.17Lg (%.3Lg of the promise): t %.17g onset %.17g d %.17g "
        "slope %d terms %zu shape %.17g scale %.17g",
        got, sum, fabsl(got - sum) / slack, t, onset, d, c->slope, c->nterm, c->shape[0],
        c->scale[0]);
}

/* ---- many events ------------------------------------------------------------------ */

static int increasing(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Events in the order of onsets, in 1 / grid parts of a second or with no grid. */
static cm_events draw_events(source *s, size_t n, side side)
{
    static const double grids[] = {1, 2, 10, 1000, 0};
    double *onset = guarded_doubles(n, side), *duration = guarded_doubles(n, side);
    double *amplitude = guarded_doubles(n, side), grid = grids[draw(s, 5)];
    double span = 1 + (double)draw(s, 400), longest = (double)draw(s, 60);
    uint64_t kind = draw(s, 6);
    for (size_t e = 0; e < n; e++) {
        double on = span * fabs(draw_unit(s)), d = longest * fabs(draw_unit(s));
        onset[e] = grid > 0 ? rint(on * grid) / grid : on;
        duration[e] = kind == 0 || (kind == 1 && e % 2) ? 0
                      : kind == 2                       ? d * 1e-3
                      : grid > 0                        ? rint(d * grid) / grid
                                                        : d;
        amplitude[e] = kind == 5  ? draw_unit(s) * pow(10, 12 * draw_unit(s))
                       : kind > 3 ? draw_unit(s)
                                  : 1;
    }
    qsort(onset, n, sizeof *onset, increasing);
    return (cm_events){onset, duration, amplitude, n};
}

static double *draw_times(source *s, size_t n, const cm_events *events, side side)
{
    double *t = guarded_doubles(n, side), step = 0.1 * (double)(1 + draw(s, 30));
    uint64_t kind = draw(s, 4);
    for (size_t k = 0; k < n; k++) {
        t[k] = kind == 0 ? step * (double)k : 500 * draw_unit(s);
        if (kind == 2 && events->n) {
            size_t e = (size_t)(random_bits(s) % events->n);
            t[k] = events->onset[e] + (k % 2 ? events->duration[e] : 0);
        }
        if (kind == 3)
            t[k] *= 5;
    }
    return t;
}

/* The sum against that of the responses one by one: what the tree leaves out is less than 1e-17
 * of it. */
static void check_sum(const model_case *c, cm_reach *reach, const cm_events *events,
                      const double *times, size_t nt, side side)
{
    double *y = guarded_doubles(nt, side);
    size_t wrong = 0;
    cm_regressor(&c->model, reach, events, times, nt, c->slope, y, env());
    for (size_t k = 0; k < nt; k++) {
        long double sum = 0, moduli = 0;
        for (size_t e = 0; e < events->n; e++) {
            double term = events->amplitude[e] * response(&c->model, times[k], events->onset[e],
                                                          events->duration[e], c->slope);
            sum += term;
            moduli += fabsl((long double)term);
        }
        long double slack = 2.5e-16L * fabsl(sum) + 1e-17L * fabsl(sum) +
                            1e-18L * (long double)events->n * moduli + 2e-323L;
        wrong += !(fabsl(y[k] - sum) <= slack);
    }
    expect(wrong == 0, "a regressor has %zu of %zu wrong: %zu events, slope %d", wrong, nt,
           events->n, c->slope);
}

/* Amplitudes near the largest number: terms overflow, the sum only if it is too large. */
static void check_overflow(const model_case *c, cm_reach *reach, const cm_events *events,
                           const double *times, size_t nt, side side)
{
    double *y = guarded_doubles(nt, side), *amplitude = guarded_doubles(events->n, side);
    cm_events large = *events;
    size_t wrong = 0;
    for (size_t e = 0; e < large.n; e++)
        amplitude[e] = 1.7e308 * (events->amplitude[e] > 0.5 || e % 3 == 1 ? 1 : -1);
    large.amplitude = amplitude;
    cm_regressor(&c->model, reach, &large, times, nt, c->slope, y, env());
    for (size_t k = 0; k < nt; k++) {
        long double sum = 0, moduli = 0;
        for (size_t e = 0; e < large.n; e++) {
            sum += amplitude[e] * (long double)response(&c->model, times[k], large.onset[e],
                                                        large.duration[e], c->slope);
            for (size_t i = 0; i < c->nterm; i++) {
                cm_model one = {1, c->model.term + i, NULL};
                long double h =
                    response(&one, times[k], large.onset[e], large.duration[e], c->slope);
                moduli += fabsl(h * amplitude[e]);
            }
        }
        long double slack = 1e-15L * moduli + 2e-323L, most = DBL_MAX;
        wrong += isfinite(y[k]) ? !(fabsl(y[k] - sum) <= slack)
                                : !(y[k] > 0 ? sum + slack >= most : -sum + slack >= most);
    }
    expect(wrong == 0, "a large regressor has %zu of %zu wrong: %zu events, slope %d", wrong,
           nt, large.n, c->slope);
}

/* A sparse column is the dense one without what is below 1e-17 of its largest. */
static void check_sparse(const model_case *c, cm_reach *reach, double onset, double d,
                         double *times, size_t nt, side side)
{
    double *dense = guarded_doubles(nt, side), *value = guarded_doubles(nt, side);
    double *scratch = guarded_doubles(nt, side), largest = 0;
    int *at = guarded(nt * sizeof *at, AT_START);
    size_t work = 0, kept = 0, wrong = 0;
    qsort(times, nt, sizeof *times, increasing);
    cm_one_response(&c->model, onset, d, times, nt, dense, &work, env());
    for (size_t k = 0; k < nt; k++)
        largest = fmax(largest, fabs(dense[k]));
    size_t count = cm_sparse_response(&c->model, reach, onset, d, times, nt, scratch, NULL,
                                      NULL, &work, env());
    size_t n = cm_sparse_response(&c->model, reach, onset, d, times, nt, scratch, at, value,
                                  &work, env());
    for (size_t k = 0; k < nt; k++) {
        if (dense[k] == 0 || fabs(dense[k]) <= 1e-17 * largest)
            continue;
        wrong += kept >= n || at[kept] != (int)k || value[kept] != dense[k];
        kept++;
    }
    expect(wrong == 0 && kept == n && n == count,
           "a sparse response keeps %zu then %zu of %zu, %zu wrong: onset %.17g d %.17g", count,
           n, kept, wrong, onset, d);
}

/* ---- FIR columns ---------------------------------------------------------------------- */

static void check_fir(source *s, const cm_events *events, const double *times, size_t nt,
                      side side)
{
    size_t nedge = 2 + (size_t)draw(s, 6), nbin = nedge - 1, wrong = 0;
    double *edge = guarded_doubles(nedge, side), *y = guarded_doubles(nbin * nt, side);
    double *latest = guarded_doubles(events->n, side), narrowest = HUGE_VAL;
    edge[0] = (double)draw(s, 5) - 2;
    for (size_t i = 1; i < nedge; i++) {
        edge[i] = edge[i - 1] + 0.1 * (double)(1 + draw(s, 40));
        narrowest = fmin(narrowest, edge[i] - edge[i - 1]);
    }
    memset(y, 0, nbin * nt * sizeof *y);
    cm_fir(events, times, nt, edge, nedge, latest, y, env());
    for (size_t i = 0; i < nbin; i++) {
        for (size_t k = 0; k < nt; k++) {
            long double sum = 0, moduli = 0;
            double size = 1 + fabs(times[k]) + fabs(edge[i + 1]);
            long double slack = fmaxl(1e-8L * narrowest, 4 * DBL_EPSILON * fabsl(times[k]));
            for (size_t e = 0; e < events->n; e++) {
                long double x = (long double)times[k] - events->onset[e],
                            d = events->duration[e];
                long double a = edge[i], b = edge[i + 1];
                if (d == 0) {
                    if (fminl(fabsl(x - a + slack), fabsl(x - b + slack)) < 1e-14L * size)
                        goto next; /* either answer will do */
                    sum += x >= a - slack && x < b - slack ? events->amplitude[e] : 0;
                    moduli += fabsl((long double)events->amplitude[e]);
                } else {
                    long double common = fminl(x, b) - fmaxl(x - d, a);
                    sum += common > 0 ? events->amplitude[e] * common : 0;
                    moduli += size * fabsl((long double)events->amplitude[e]);
                }
            }
            wrong += !(fabsl(y[i * nt + k] - sum) <= 1e-14L * moduli);
        next:;
        }
    }
    expect(wrong == 0, "FIR: %zu of %zu wrong", wrong, nbin * nt);
}

/* ---- neural signals --------------------------------------------------------------------- */

static void check_neural(source *s, const cm_events *events, side side)
{
    static const double steps[] = {0.1, 1, 0.5, 2.5, 1e-3};
    double step = steps[draw(s, 5)], start = 10 - (double)draw(s, 30), slack = 1e-8;
    size_t n = 1 + (size_t)draw(s, 300), wrong = 0;
    double *y = guarded_doubles(n, side);
    int *covers = guarded((events->n + 1) * sizeof *covers, AT_START);
    memset(y, 0, n * sizeof *y);
    cm_neural(events, start, step, slack, n, y, covers, env());
    long double sum[300] = {0}, moduli[300] = {0};
    for (size_t e = 0; e < events->n; e++) {
        long double on = ((long double)events->onset[e] - start) / step,
                    d = events->duration[e];
        long double off = on + d / step;
        int meets = 0;
        for (size_t k = 0; k < n; k++) {
            int covered = d > 0 ? k >= on - slack && k < off - slack
                                : on + slack >= k && on + slack < k + 1;
            if (fminl(fabsl(k - on + slack), fabsl(k - off + slack)) < 1e-11L ||
                fminl(fabsl(k - on - slack), fabsl(k + 1 - on - slack)) < 1e-11L)
                return; /* rounding may go either way */
            sum[k] += covered ? events->amplitude[e] : 0;
            moduli[k] += covered ? fabsl((long double)events->amplitude[e]) : 0;
            meets |= covered;
        }
        wrong += covers[e] != meets;
    }
    for (size_t k = 0; k < n; k++)
        wrong += !(fabsl(y[k] - sum[k]) <= 1e-14L * moduli[k]);
    expect(wrong == 0, "a neural signal has %zu wrong: %zu events, start %g step %g n %zu",
           wrong, events->n, start, step, n);
}

/* A grid far from 0 or near it, with one time off by somewhat more or less than is allowed. */
static void check_grid(source *s, side side)
{
    static const double steps[] = {0.1, 1, 2.5, 1e-3};
    double step = steps[draw(s, 4)], start = 10 - (double)draw(s, 30), rounding = 1e-6 * step;
    size_t n = 2 + (size_t)draw(s, 300), at = (size_t)draw(s, (unsigned)n);
    double *times = guarded_doubles(n, side);
    for (size_t k = 0; k < n; k++)
        times[k] = start + step * (double)k;
    expect(cm_on_grid(times, n, rounding, env()), "a grid of %zu times is refused", n);
    int inner = at > 0 && at + 1 < n;
    times[at] += inner ? (draw(s, 2) ? 1.1 : -1.1) * rounding : 0;
    expect(cm_on_grid(times, n, rounding, env()) == !inner, "time %zu of %zu is off", at, n);
    times[at] = NAN;
    expect(!cm_on_grid(times, n, rounding, env()), "time %zu of %zu is missing", at, n);
    times[n - 1] = times[0] = start;
    expect(!cm_on_grid(times, n, rounding, env()), "times %zu do not increase", n);
}

/* ---- cases ----------------------------------------------------------------------------------
 */

static void draw_model(source *s, model_case *c)
{
    static const double shapes[] = {1,  1.5, 2,    6,  7,   9.6, 12,  13,  16,
                                    17, 20,  20.5, 33, 100, 767, 768, 900, 1.0001};
    *c = (model_case){.nterm = 1 + (size_t)draw(s, 3), .slope = (int)draw(s, 2)};
    for (size_t i = 0; i < c->nterm; i++) {
        size_t place = (size_t)draw(s, 24);
        c->shape[i] = place < 18 ? shapes[place] : 1 + 20 * fabs(draw_unit(s));
        c->scale[i] = 0.1 * (double)(1 + draw(s, 30));
        c->weight[i] = i == 0 ? 1 : draw_unit(s);
    }
    c->model =
        cm_prepare_model(c->shape, c->scale, c->weight, c->nterm, &gamma_functions, env());
}

void check_regressor(source *s)
{
    model_case c;
    if (!use_level((int)draw(s, LEVELS)))
        use_level(0);
    s->state ^= draw(s, 256) * 0x9e3779b97f4a7c15ULL;
    side side = draw(s, 2) ? AT_END : AT_START;
    size_t ne = (size_t)draw(s, 4) ? (size_t)draw(s, 40) : (size_t)draw(s, 3);
    cm_events events = draw_events(s, ne, side);
    size_t nt = 1 + (size_t)draw(s, 20);
    double *times = draw_times(s, nt, &events, side);
    begin(&here);
    switch (draw(s, 4)) {
    case 0:
        check_fir(s, &events, times, nt, side);
        break;
    case 1:
        check_neural(s, &events, side);
        check_grid(s, side);
        break;
    case 2:
        draw_model(s, &c);
        for (size_t e = 0; e < ne && e < 3; e++)
            check_response(&c, times[e % nt], events.onset[e], events.duration[e]);
        break;
    default: {
        draw_model(s, &c);
        cm_reach *reach = guarded(sizeof *reach, side);
        cm_prepare_reach(reach, &c.model, c.slope);
        check_sum(&c, reach, &events, times, nt, side);
        check_overflow(&c, reach, &events, times, nt, side);
        if (ne && !c.slope)
            check_sparse(&c, reach, events.onset[0], events.duration[0], times, nt, side);
    }
    }
    cm_simd_level(NULL);
    release(&here);
    release_guarded();
}
