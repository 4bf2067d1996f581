/* Hashes over the bits of random results, which must stay the same when code is moved. Compare
 * what `make kernel-bits` prints before and after.
 *
 *   bits [CASES], 12000 unless given
 *
 * One line for each instruction set and method of convolution: real and complex, columns, NA,
 * NaN and Inf, every mode, boundary and choice for missing values, by one thread and by three.
 * Transforms may change their bits with a reason; sums and the sparse path may not.
 *
 * One line for each instruction set and kind of regressor: sums over events, each event by
 * itself, the same without zeros, finite impulse responses, neural signals.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char *const methods[] = {"auto", "direct", "fft", "guarded", "sparse"};
enum { METHODS = sizeof methods / sizeof *methods };

/* FNV-1a, a 64-bit word at a time. All NaNs but NA count as one, and so do 0 and -0. */
static uint64_t hash(uint64_t seed, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        double value = y[i] == 0 ? 0 : y[i];
        memcpy(&bits, &value, sizeof bits);
        if (isnan(value))
            bits = is_na(value) ? 1 : 2;
        seed = (seed ^ bits) * 0x100000001b3ULL;
    }
    return seed;
}

/* Mostly ordinary numbers: results of hostile ones may depend on the compiler. */
static double *signal(source *s, size_t n)
{
    double *x = guarded_doubles(n, AT_END);
    size_t rare = draw(s, 4) ? 1 : 40, whole = draw(s, 5) == 0;
    for (size_t i = 0; i < n; i++) {
        double u = draw_unit(s) * (draw(s, 50) ? 1 : 1e6);
        x[i] = draw(s, rare) ? 0 : whole ? rint(100 * u) : u;
    }
    return x;
}

static void spoil(source *s, double *x, size_t n)
{
    const double values[] = {na_value, NAN, INFINITY, -INFINITY};
    for (size_t i = draw(s, 3); draw(s, 3) == 0 && i > 0; i--)
        x[draw(s, n)] = values[draw(s, 4)];
}

static size_t size(source *s)
{
    uint64_t kind = draw(s, 100);
    return kind < 60 ? draw_size(s, 300) : kind < 97 ? draw_size(s, 3000) : draw_size(s, 60000);
}

static uint64_t one_case(source *s, cm_method method, uint64_t seed)
{
    size_t nx = size(s), nh = size(s), ncol = draw(s, 4) ? 1 : 1 + draw(s, 4);
    if ((double)nx * (double)nh * (double)ncol > 3e8)
        nh = 1 + nh % 3000;
    double *x = signal(s, nx * ncol), *im = draw(s, 6) ? NULL : signal(s, nx * ncol),
           *h = signal(s, nh), *him = draw(s, 8) ? NULL : signal(s, nh);
    cm_options o = {.mode = (cm_mode)draw(s, 4), .na = (cm_na)draw(s, 3), .method = method};
    if (o.mode == CM_SAME || o.mode == CM_CAUSAL)
        o.boundary = (cm_boundary)draw(s, 5);
    o.origin = o.mode == CM_SAME ? draw(s, nh) : 0;
    spoil(s, x, nx * ncol);
    if (o.na == CM_NA_RENORMALISE) {
        him = NULL;
        for (size_t i = 0; i < nh; i++)
            h[i] = fabs(h[i]) + 0.01;
    }
    cm_window w = cm_mode_window(o.mode, nx, nh, o.origin);
    size_t ny = w.ny * ncol;
    cm_output y = {guarded_doubles(ny, AT_END), NULL};
    if (im || him)
        y.im = guarded_doubles(ny, AT_END);
    cm_env many = *env();
    many.threads = draw(s, 2) ? 3 : 1;
    begin(&here);
    cm_conv((cm_samples){x, im, nx, ncol}, (cm_samples){h, him, nh, 1}, &o, y, &many);
    release(&here);
    seed = hash(seed, y.re, ny);
    seed = y.im ? hash(seed, y.im, ny) : seed;
    release_guarded();
    return seed;
}

/* ---- regressors ------------------------------------------------------------------- */

enum { SUMS, EVENTS, ENTRIES, FIR, NEURAL, REGRESSORS };
static const char *const regressors[REGRESSORS] = {"sums", "events", "entries", "fir",
                                                   "neural"};

static int increasing(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double *sorted(source *s, size_t n, double span, double grid)
{
    double *t = guarded_doubles(n, AT_END);
    for (size_t i = 0; i < n; i++)
        t[i] = rint(span * fabs(draw_unit(s)) * grid) / grid;
    qsort(t, n, sizeof *t, increasing);
    return t;
}

/* Boxes from 1e-6 to 100 s and impulses, in 1 / grid parts of a second. */
static cm_events some_events(source *s, double grid)
{
    size_t n = draw(s, 80);
    double *onset = sorted(s, n, 1 + (double)draw(s, 500), grid);
    double *duration = guarded_doubles(n, AT_END), *amplitude = guarded_doubles(n, AT_END);
    uint64_t impulses = draw(s, 4);
    for (size_t e = 0; e < n; e++) {
        duration[e] = draw(s, 4) < impulses ? 0 : pow(10, 4 * draw_unit(s) - 2);
        amplitude[e] = draw(s, 3) ? 1 : draw_unit(s);
    }
    return (cm_events){onset, duration, amplitude, n};
}

static cm_model some_model(source *s)
{
    static const double shapes[] = {1, 1.5, 2, 3, 6, 7, 9.6, 12, 13, 16, 33, 100, 900};
    double shape[3], scale[3], weight[3];
    size_t nterm = 1 + draw(s, 3);
    for (size_t i = 0; i < nterm; i++) {
        shape[i] = shapes[draw(s, sizeof shapes / sizeof *shapes)];
        scale[i] = 0.1 * (double)(1 + draw(s, 20));
        weight[i] = i ? draw_unit(s) : 1;
    }
    return cm_prepare_model(shape, scale, weight, nterm, &gamma_functions, env());
}

static size_t sparse_columns(const cm_model *model, cm_reach *reach, const cm_events *events,
                             const double *times, size_t nt, double *y)
{
    size_t n = 0, work = 0;
    double *scratch = guarded_doubles(nt, AT_END);
    int *at = guarded(nt * sizeof *at, AT_START);
    for (size_t e = 0; e < events->n; e++)
        n += cm_sparse_response(model, reach, events->onset[e], events->duration[e], times, nt,
                                scratch, at, y + n, &work, env());
    return n;
}

static uint64_t one_regressor(source *s, int kind, uint64_t seed)
{
    double grid = (double[]){1, 10, 1000, 1e9}[draw(s, 4)];
    size_t nt = 1 + draw(s, 60), work = 0;
    cm_events events = some_events(s, grid);
    size_t n = nt * (kind == EVENTS || kind == ENTRIES ? events.n : kind == FIR ? 5 : 1);
    double *times = sorted(s, nt, 600, grid), *y = guarded_doubles(n, AT_END);
    int slope = kind == SUMS ? (int)draw(s, 2) : 0;
    cm_reach *reach = guarded(sizeof *reach, AT_END);
    begin(&here);
    cm_model model = some_model(s);
    cm_prepare_reach(reach, &model, slope);
    memset(y, 0, n * sizeof *y);
    switch (kind) {
    case SUMS:
        cm_regressor(&model, reach, &events, times, nt, slope, y, env());
        break;
    case EVENTS:
        for (size_t e = 0; e < events.n; e++)
            cm_one_response(&model, events.onset[e], events.duration[e], times, nt, y + e * nt,
                            &work, env());
        break;
    case ENTRIES:
        n = sparse_columns(&model, reach, &events, times, nt, y);
        break;
    case FIR:
        cm_fir(&events, times, nt, (double[]){-1, 0, 0.1, 2, 5, 20}, 6,
               guarded_doubles(events.n, AT_END), y, env());
        break;
    default:
        cm_neural(&events, 10, 0.1, 1e-8, nt, y,
                  guarded((events.n + 1) * sizeof(int), AT_START), env());
    }
    release(&here);
    seed = hash(seed, y, n);
    release_guarded();
    return seed;
}

int main(int argc, char **argv)
{
    long cases = argc > 1 ? atol(argv[1]) : 12000;
    env();
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        for (int m = 0; m < METHODS; m++) {
            source s = generator(1000);
            uint64_t seed = 0xcbf29ce484222325ULL;
            for (long i = 0; i < cases / METHODS; i++)
                seed = one_case(&s, (cm_method)m, seed);
            printf("%-7s %-8s %016llx\n", levels[level], methods[m], (unsigned long long)seed);
        }
        for (int kind = 0; kind < REGRESSORS; kind++) {
            source s = generator(2000);
            uint64_t seed = 0xcbf29ce484222325ULL;
            for (long i = 0; i < cases / REGRESSORS; i++)
                seed = one_regressor(&s, kind, seed);
            printf("%-7s %-8s %016llx\n", levels[level], regressors[kind],
                   (unsigned long long)seed);
        }
    }
    return 0;
}
