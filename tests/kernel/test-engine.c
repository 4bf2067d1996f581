/* The parts of the engine that no argument of conv() reaches alone: loops for each
 * instruction set, the guard, the choice of a method. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/threads.h"
#include "convolve/choice.h"
#include "convolve/conv.h"
#include "convolve/engine.h"
#include "convolve/guard.h"
#include "convolve/overlap.h"
#include "convolve/transform.h"
#include "loops/loops.h"
#include "support.h"

/* ---- loops ------------------------------------------------------------------------ */

/* Samples with ties, zeros of both signs and, with `wild`, what is not finite. */
static double *samples(source *s, size_t n, side side, int wild)
{
    double *x = guarded_doubles(n, side);
    for (size_t i = 0; i < n; i++)
        x[i] = random_bits(s) % 9 ? rint(draw_unit(s) * 50) / 8 : copysign(0, draw_unit(s));
    if (wild && n)
        x[random_bits(s) % n] = wild == 1 ? INFINITY : wild == 2 ? -INFINITY : NAN;
    return x;
}

static void check_moduli(const cm_simd *simd, const double *x, size_t n)
{
    long double sum = 0, sumsq = 0, capped = 0;
    double most = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fabsl(x[i]);
        sumsq += (long double)x[i] * x[i];
        capped += fminl(fabsl(x[i]), 1.5L);
        most = fmax(most, fabs(x[i]));
        count += fabs(x[i]) < 1.5;
    }
    cm_moduli m = simd->moduli(x, n, 1.5);
    expect(simd->max_modulus(x, n) == most, "max_modulus of %zu at %s", n, simd->level);
    expect(m.sum == (double)sum && m.sumsq == (double)sumsq && m.capped == (double)capped,
           "moduli of %zu at %s", n, simd->level); /* eighths: the sums are exact */
    double bound = simd->square_bound(x, n);       /* the last vector counts twice, perhaps */
    expect(bound >= most * most && bound <= 2 * m.sumsq, "square_bound of %zu at %s", n,
           simd->level);
    expect(simd->count_below(x, n, 1.5) == count, "count_below of %zu at %s", n, simd->level);
}

static void check_four_moduli(source *s, const cm_simd *simd, size_t n)
{
    const double *x[4];
    cm_moduli m[4];
    for (size_t c = 0; c < 4; c++)
        x[c] = samples(s, n, c % 2 ? AT_START : AT_END, 0);
    simd->four_moduli(x, n, 1.5, m);
    for (size_t c = 0; c < 4; c++) { /* eighths, so that sums are exact in any order */
        cm_moduli one = simd->moduli(x[c], n, 1.5);
        expect(m[c].sum == one.sum && m[c].sumsq == one.sumsq && m[c].capped == one.capped,
               "moduli of cell %zu of %zu at %s", c, n, simd->level);
    }
}

/* Bounds that are below the moduli, but not by much. */
static void check_lower_moduli(source *s, const cm_simd *simd, size_t n, side side)
{
    double *re = guarded_doubles(n, side), *im = guarded_doubles(n, side),
           *m = guarded_doubles(n, side);
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        re[i] = cos((double)i) * exp(300 * draw_unit(s));
        im[i] = draw(s, 9) ? re[i] * tan((double)(i + random_bits(s) % 99)) : 0;
    }
    simd->lower_moduli(re, im, n, m);
    for (size_t i = 0; i < n; i++) {
        long double most = hypotl(re[i], im[i]);
        wrong += !(m[i] <= most && m[i] >= 0.9237L * most);
    }
    expect(wrong == 0, "lower_moduli of %zu at %s: %zu wrong", n, simd->level, wrong);
}

static void check_scale(source *s, const cm_simd *simd, size_t n, side side)
{
    const double *x = samples(s, n, side, 0);
    double *y = guarded_doubles(n, side), *z = guarded_doubles(n, side);
    size_t wrong = 0;
    simd->scale(x, n, -0.5, y);
    simd->stream(x, n, -0.5, z);
    for (size_t i = 0; i < n; i++)
        wrong += y[i] != -0.5 * x[i] || z[i] != y[i];
    expect(wrong == 0, "scale or stream of %zu at %s: %zu wrong", n, simd->level, wrong);
}

/* Numbers on both sides of those where they are rounded the other way, and of 2^52. */
static double near_whole(source *s)
{
    static const double more[] = {0, 0, 0, 0.5, -0.5, 0.25, 0x1p-50};
    double x = rint(ldexp(draw_unit(s), (int)draw(s, 60)));
    return (draw(s, 2) ? x : -x) + more[draw(s, 7)];
}

static void check_rounding(source *s, const cm_simd *simd, size_t n, side side)
{
    double *x = guarded_doubles(n, side), *y = guarded_doubles(n, side),
           *z = guarded_doubles(n, side);
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = y[i] = near_whole(s);
        z[i] = fmod(x[i], 0x1p50);
    }
    simd->round_all(y, n);
    simd->round_small(z, n);
    for (size_t i = 0; i < n; i++) {
        wrong += y[i] != rint(x[i]) || (y[i] == 0 && signbit(y[i]));
        wrong += z[i] != rint(fmod(x[i], 0x1p50)) || (z[i] == 0 && signbit(z[i]));
    }
    expect(simd->all_whole(y, n), "%zu rounded numbers are not whole at %s", n, simd->level);
    expect(!isnan(simd->whole_squares(z, n)), "%zu have no squares at %s", n, simd->level);
    if (n) {
        size_t i = draw(s, n);
        y[i] = z[i] = (double)draw(s, 9) + 0.5;
        expect(!simd->all_whole(y, n), "%zu of %zu is whole at %s", i, n, simd->level);
        expect(isnan(simd->whole_squares(z, n)), "%zu of %zu has squares", i, n);
    }
    expect(wrong == 0, "rounding %zu at %s: %zu wrong", n, simd->level, wrong);
}

/* A whole number from -most to most. */
static double draw_whole(source *s, double most)
{
    return rint(most * draw_unit(s));
}

/* Remainders of x + unit rest, and the sums of squares. */
static void check_fold(source *s, const cm_simd *simd, size_t n, side side)
{
    double *x = guarded_doubles(n, side), *y = guarded_doubles(n, side),
           *rest = guarded_doubles(n, side), unit = 2 + 2 * (double)draw(s, 1000),
           modulus = unit * unit, of_x = 0, of_rest = 0, most = ldexp(1, (int)draw(s, 51));
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = draw_whole(s, most);
        y[i] = rest[i] = draw_whole(s, unit / 2);
    }
    cm_squares sum = simd->fold(x, n, unit, modulus, rest);
    for (size_t i = 0; i < n; i++) {
        long long off = (long long)(x[i] + unit * y[i]) - (long long)rest[i];
        wrong += off % (long long)modulus != 0 || fabs(rest[i]) > modulus / 2 + 1 ||
                 rest[i] != rint(rest[i]);
        of_x += x[i] * x[i];
        of_rest += rest[i] * rest[i];
    }
    wrong += fabs(sum.x - of_x) > 1e-12 * of_x || fabs(sum.rest - of_rest) > 1e-12 * of_rest ||
             fabs(simd->whole_squares(x, n) - of_x) > 1e-12 * of_x;
    expect(wrong == 0, "%zu remainders at %s: %zu wrong", n, simd->level, wrong);
    if (n) {
        x[draw(s, n)] += 0.5;
        if (most < 0x1p49)
            expect(isnan(simd->fold(x, n, unit, modulus, rest).x), "half of %zu is whole", n);
    }
}

/* Numbers that are known roughly, some at a time, from what they are modulo a power of a unit.
 */
static void check_unfold(source *s, const cm_simd *simd, size_t n, side side)
{
    enum { MOST = 4 };
    double *x[MOST], *y[MOST], *rest = guarded_doubles(n, side),
                               unit = 4 + 2 * (double)draw(s, 1000);
    int count = 1 + (int)draw(s, MOST);
    size_t wrong = 0, at = n ? draw(s, n) : 0;
    for (int j = 0; j < count; j++) {
        x[j] = guarded_doubles(n, side), y[j] = guarded_doubles(n, side);
        for (size_t i = 0; i < n; i++) {
            x[j][i] = draw(s, 9) ? draw_whole(s, 0x1p49) : 0;
            y[j][i] = x[j][i] + unit / 20 * draw_unit(s);
        }
    }
    for (size_t i = 0; i < n; i++) {
        double modulus = 1;
        rest[i] = 0;
        for (int j = count; j-- > 0;) {
            modulus *= unit;
            rest[i] = fmod(x[j][i] + unit * rest[i], modulus);
        }
        rest[i] += modulus * draw_whole(s, 2) + draw_unit(s) / 17;
    }
    wrong += !simd->unfold(rest, n, unit, y, count);
    for (int j = 0; j < count; j++)
        for (size_t i = 0; i < n; i++)
            wrong += y[j][i] != x[j][i] || (y[j][i] == 0 && signbit(y[j][i]));
    expect(wrong == 0, "%zu unfolded at %s, %d at a time: %zu wrong", n, simd->level, count,
           wrong);
    for (int far = 0; far < 2 && n; far++) {
        for (size_t i = 0; i < n; i++)
            y[0][i] = rest[i] = draw_whole(s, 1000) * unit;
        if (far) /* from a whole number, or from a multiple of the unit */
            rest[at] += draw(s, 2) ? 1.0 / 14 : -0.5;
        else
            y[0][at] += unit / 14 * (draw(s, 2) ? 1 : -1);
        expect(!simd->unfold(rest, n, unit, y, 1), "%zu of %zu is not far off", at, n);
    }
}

/* A tile has just the room around it that loops/tile.h asks for. Some or all of x is zeros;
 * tile_long() is told where the others are. */
static void check_tile(source *s, const cm_simd *simd, size_t nh, size_t nt, side side)
{
    size_t whole = (nh + simd->lanes - 1) / simd->lanes * simd->lanes;
    size_t n = whole + nt + CM_OVERRUN;
    double *x = samples(s, n, side, 0), *h = samples(s, whole, side, 0);
    size_t lo = random_bits(s) % 2 ? 0 : (size_t)draw(s, n),
           hi = lo + (size_t)draw(s, n - lo) + 1;
    for (size_t i = 0; i < n; i++)
        x[i] = i >= lo && i < hi ? x[i] : 0;
    for (size_t i = nh; i < whole; i++)
        h[i] = 0;
    for (int is_long = 0; is_long < 2; is_long++) {
        double *y = guarded_doubles(simd->lanes + nt + CM_OVERRUN, side);
        size_t wrong = 0;
        for (size_t i = 0; i < simd->lanes + nt + CM_OVERRUN; i++)
            y[i] = 3;
        if (is_long)
            simd->tile_long(x + whole, h, nh, y + simd->lanes, nt,
                            (ptrdiff_t)lo - (ptrdiff_t)whole, (ptrdiff_t)hi - (ptrdiff_t)whole);
        else
            simd->tile_short(x + whole, h, nh, y + simd->lanes, nt);
        for (size_t t = 0; t < nt; t++) {
            double sum = 0;
            for (size_t i = 0; i < nh; i++)
                sum += h[i] * x[whole + t - i];
            wrong += y[simd->lanes + t] != sum;
        }
        expect(wrong == 0, "%s tile of %zu outputs, kernel %zu at %s: %zu wrong",
               is_long ? "long" : "short", nt, nh, simd->level, wrong);
    }
}

/* A strip of outputs from scaled kernels, whose places are all within reach of it. */
static void check_strip(source *s, const cm_simd *simd, size_t nh, size_t n, side side)
{
    double *h = samples(s, nh + 2 * CM_STRIP, side, 0) + CM_STRIP, y[CM_STRIP];
    double *value = samples(s, n, side, 0);
    size_t *at = guarded(n * sizeof *at, side), k = nh + (size_t)draw(s, 100), wrong = 0;
    for (size_t i = 0; i < CM_STRIP; i++)
        h[-1 - (ptrdiff_t)i] = h[nh + i] = 0;
    for (size_t i = 0; i < n; i++)
        at[i] = k + 1 - nh + (size_t)draw(s, nh + CM_STRIP - 1);
    memset(y, 0, sizeof y);
    simd->strip(h, at, value, n, k, y, 1);
    for (size_t t = 0; t < CM_STRIP; t++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            if (k + t >= at[i] && k + t - at[i] < nh)
                sum += value[i] * h[k + t - at[i]];
        wrong += y[t] != sum;
    }
    expect(wrong == 0, "a strip of %zu kernels of %zu at %s: %zu wrong", n, nh, simd->level,
           wrong);
}

static void check_loops(source *s)
{
    static const size_t tiles[] = {1, 2, 15, 16, 17, 24, 63, 64, 65, 72, 511, 512};
    const cm_simd *simd = cm_current_simd();
    for (size_t n = 0; n < 150; n++) {
        for (int side = AT_START; side <= AT_END; side++) {
            check_moduli(simd, samples(s, n, side ? AT_END : AT_START, 0), n);
            check_scale(s, simd, n, side ? AT_END : AT_START);
            check_rounding(s, simd, n, side ? AT_END : AT_START);
            check_fold(s, simd, n, side ? AT_END : AT_START);
            check_unfold(s, simd, n, side ? AT_END : AT_START);
            check_lower_moduli(s, simd, n, side ? AT_END : AT_START);
            for (int wild = 1; wild < 4 && n; wild++) {
                const double *x = samples(s, n, AT_END, wild);
                expect(isnan(simd->max_modulus(x, n)) && !isfinite(simd->square_bound(x, n)),
                       "measures of %zu at %s miss what is not finite", n, simd->level);
            }
        }
        release_guarded();
    }
    for (size_t n = 8; n < 150; n += 8)
        check_four_moduli(s, simd, n);
    release_guarded();
    for (size_t nh = 1; nh < 70; nh++) {
        for (size_t n = 0; n < 20; n += 3)
            check_strip(s, simd, nh, n, n % 2 ? AT_END : AT_START);
        for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++)
            check_tile(s, simd, nh, tiles[i], i % 2 ? AT_END : AT_START);
        release_guarded();
    }
}

/* ---- the guard ----------------------------------------------------------------------- */

/* If a group passes, the error must keep the promise for the sum of moduli of each of its
 * outputs. Small samples come in runs of random lengths, and kernels are level or bells. A
 * large sample, which perhaps no output meets, makes the error about as large as is allowed. */
static void check_guard(source *s)
{
    size_t nh = 1 + draw(s, draw(s, 3) ? 1000 : 100), n = 2 * nh + draw(s, 3000);
    size_t lead = draw(s, 2) ? nh - 1 : draw(s, nh), passes = 0, wrong = 0;
    double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(nh, AT_END);
    double low =
        draw(s, 9) ? pow(10, -(double)draw(s, 9)) : 1e-310; /* whose inverse overflows */
    for (size_t i = 0, run = 0, small = 0; i < n; i++, run--) {
        if (run == 0 || run > n) {
            run = 1 + draw(s, draw(s, 2) ? 200 : 30);
            small = draw(s, 3) > 0;
        }
        x[i] = (1 + draw_unit(s) / 2) * (small ? low : 1);
    }
    double width =
        draw(s, 2) ? INFINITY : (double)nh / (double)(2 + draw(s, 30)); /* of a bell */
    for (size_t i = 0; i < nh; i++)
        h[i] = (1 + draw_unit(s) / 2) * (draw(s, 3) ? 1 : low) *
               exp(-pow(((double)i - (double)nh / 2) / width, 2));
    if (draw(s, 20) == 0)
        memset(h, 0, nh * sizeof *h);
    x[draw(s, n)] *= pow(10, 4 * fabs(draw_unit(s)) + 5);
    size_t before = draw(s, 2) ? draw(s, n / 2) : 0, after = draw(s, 2) ? draw(s, n / 2) : 0,
           nx = n - before - after;
    memset(x, 0, before * sizeof *x);
    memset(x + before + nx, 0, after * sizeof *x);
    begin(&here);
    cm_guard *guard = cm_guard_new(h, nh, n, lead, 1, 5e-14, env());
    cm_guard_measure(guard, x + before, before, nx);
    size_t c = cm_guard_group(guard);
    expect(c >= 32 && c % 32 == 0 && c < 160 + 6 * nh, "cells of %zu for %zu", c, nh);
    for (size_t t = 0; t < n - lead; t++) {
        double moduli = 0;
        for (size_t i = 0; i < nh && i <= lead + t; i++)
            moduli += fabs(h[i] * x[lead + t - i]);
        int passed = cm_guard_passes(guard, t / c, 0);
        passes += passed != 0;
        wrong += passed && cm_guard_error(guard) > 0.7001 * CM_PROMISE * moduli;
    }
    expect(wrong == 0, "the guard passes %zu outputs wrongly", wrong);
    release(&here);
    release_guarded();
    static size_t passed_in_all, seen;
    passed_in_all += passes;
    if (++seen == 500) /* a guard that passes nothing is of no use */
        expect(passed_in_all > 0, "the guard has never passed an output");
}

/* The largest error of a single unguarded block, in units of the guard's bound. */
static double bound_used(source *s)
{
    static const size_t lengths[] = {128, 256, 384, 640, 768, 1280, 2048, 2560, 4096, 5120};
    size_t n = lengths[draw(s, 10)], nh = 1 + draw(s, n / 2), nx = nh + draw(s, n - 2 * nh + 1);
    double *x = draw_signal(s, nx, AT_END), *h = draw_signal(s, nh, AT_END);
    double most = 0;
    cm_window w = {0, nx + nh - 1};
    double *y = guarded_doubles(w.ny, AT_END);
    begin(&here);
    const cm_transform *t = cm_transform_new(n, env());
    cm_guard *guard = cm_guard_new(h, nh, n, 0, 1, cm_transform_error(t), env());
    cm_guard_measure(guard, x, 0, nx);
    cm_problem p = {x, nx, h,    nh,   y,
                    w, 1,  nx,   w.ny, cm_max_modulus((cm_samples){x, NULL, nx, 1}),
                    0, 0,  NULL, NULL, NULL};
    cm_conv_overlap(&p, n, NULL, env());
    for (size_t t = 0; t < w.ny; t++) {
        long double sum = 0;
        for (size_t i = t < nx ? 0 : t - nx + 1; i < nh && i <= t; i++)
            sum += (long double)h[i] * x[t - i];
        most = fmax(most, (double)fabsl(y[t] - sum));
    }
    double bound = cm_guard_error(guard);
    release(&here);
    release_guarded();
    return bound > 0x1p-1000 && isfinite(bound) && isfinite(most) ? most / bound : 0;
}

/* The same for complex samples, whose moduli the guard knows within an eighth. */
static double complex_bound_used(source *s)
{
    size_t length = (size_t)256 << draw(s, 5), n = length / 2, nh = 1 + draw(s, n / 2),
           nx = nh + draw(s, n - 2 * nh + 1), ny = nx + nh - 1;
    double *part[6], error = 0, norm_x = 0, norm_h = 0;
    for (int i = 0; i < 4; i++)
        part[i] = draw_signal(s, i < 2 ? nx : nh, AT_END);
    for (int i = 4; i < 6; i++)
        part[i] = guarded_doubles(ny, AT_END);
    cm_problem p = {part[0], nx, part[2], nh, part[4], {0, ny}, 1,      nx,
                    ny,      0,  0,       0,  part[1], part[3], part[5]};
    p.max_x = cm_max_modulus((cm_samples){part[0], part[1], nx, 1});
    begin(&here);
    const cm_transform *t = cm_transform_new(length, env());
    cm_conv_overlap(&p, length, NULL, env());
    for (size_t k = 0; k < ny; k++) {
        long double re = 0, im = 0;
        for (size_t i = k < nx ? 0 : k - nx + 1; i < nh && i <= k; i++) {
            re += (long double)p.h[i] * p.x[k - i] - (long double)p.h_im[i] * p.x_im[k - i];
            im += (long double)p.h[i] * p.x_im[k - i] + (long double)p.h_im[i] * p.x[k - i];
        }
        error = fmax(error, (double)hypotl(p.y[k] - re, p.y_im[k] - im));
    }
    for (size_t j = 0; j < nx; j++)
        norm_x += p.x[j] * p.x[j] + p.x_im[j] * p.x_im[j];
    for (size_t i = 0; i < nh; i++)
        norm_h += p.h[i] * p.h[i] + p.h_im[i] * p.h_im[i];
    double bound = cm_transform_error(t) * sqrt(norm_x) * sqrt(norm_h);
    release(&here);
    release_guarded();
    return bound > 0x1p-1000 && isfinite(bound) && isfinite(error) ? error / bound : 0;
}

/* Hundreds of stretches of outputs are computed again, and need no more memory than one does.
 */
static void check_many_failures(void)
{
    enum { N = 200000, NH = 20000, EACH = 2000 };
    double *x = guarded_doubles(N, AT_END), *h = guarded_doubles(NH, AT_END);
    double *y = guarded_doubles(N, AT_END);
    for (int i = 0; i < N; i++)
        x[i] = (1 + 0.3 * sin(1.3 * i)) * (i % EACH < EACH / 4 ? 1e-10 : 1);
    for (int i = 0; i < NH; i++)
        h[i] = exp(-pow((i - NH / 2) / 20.0, 2)) + 1e-14;
    cm_options o = {CM_CAUSAL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
    begin(&here);
    cm_conv((cm_samples){x, NULL, N, 1}, (cm_samples){h, NULL, NH, 1}, &o, (cm_output){y, NULL},
            env());
    expect(here.nalloc > 200, "nothing fails");
    expect(here.most < 40, "%zu blocks of memory at a time", here.most);
    release(&here);
    release_guarded();
}

/* ---- sparse signals ------------------------------------------------------------------- */

/* Kernels that are copied with zeros around them, and longer ones; samples whose part of the
 * kernel begins anywhere in a strip, ends anywhere in it, or both. */
static void check_sparse(source *s)
{
    static const size_t lengths[] = {1, 2, 63, 64, 65, 200, 4095, 4096, 4097, 6000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t nh = lengths[i], nx = 1 + draw(s, 8000), rare = 1 + draw(s, 300);
        double *x = guarded_doubles(nx, AT_END), *h = draw_signal(s, nh, draw(s, 2));
        for (size_t j = 0; j < nx; j++)
            x[j] = draw(s, rare) ? 0 : draw_unit(s);
        size_t first = draw(s, nx + nh - 1);
        cm_window w = {first, 1 + draw(s, nx + nh - 1 - first)};
        check_window(x, nx, h, nh, w, CM_SPARSE, "sparse signal");
        check_window(h, nh, x, nx, w, CM_AUTO, "sparse kernel");
        release_guarded();
    }
}

/* Zeros are found in the signal and in the kernel, and skipped in whichever it pays. */
static void check_sparse_choice(void)
{
    enum { NX = 100000, NH = 5000 };
    double *x = guarded_doubles(NX, AT_END), *h = guarded_doubles(NH, AT_END);
    for (size_t i = 0; i < NX; i++)
        x[i] = 1 + (double)(i % 7);
    memset(h, 0, NH * sizeof *h);
    h[0] = h[NH - 1] = 1;
    cm_problem p = {.x = x, .nx = NX, .h = h, .nh = NH, .w = {0, NX + NH - 1}, .ncol = 1};
    cm_plan plan = cm_choose(&p);
    expect(plan.method == CM_SPARSE && plan.swapped && plan.nonzero == 2, "zeros of h");
    p = (cm_problem){.x = h, .nx = NH, .h = x, .nh = NX, .w = {0, NX + NH - 1}, .ncol = 1};
    plan = cm_choose(&p);
    expect(plan.method == CM_SPARSE && !plan.swapped && plan.nonzero == 2, "zeros of x");
    release_guarded();
}

/* Complex transforms are chosen, but not if one of the four parts is all zeros. */
static void check_complex_choice(void)
{
    enum { NX = 4000, NH = 300 };
    double *part[4], *y = guarded_doubles(NX + NH - 1, AT_END);
    cm_plan plan;
    for (int zero = 0; zero <= 4; zero++) {
        for (int i = 0; i < 4; i++) {
            size_t n = i < 2 ? NX : NH;
            part[i] = guarded_doubles(n, AT_END);
            for (size_t j = 0; j < n; j++)
                part[i][j] = i == zero ? 0 : 1 + (double)(j % 5);
        }
        cm_problem p = {part[0],     NX, part[2], NH, y,       {0, NX + NH - 1}, 1, NX,
                        NX + NH - 1, 5,  0,       0,  part[1], part[3],          y};
        expect(cm_plan_complex(&p, CM_AUTO, &plan) == (zero == 4), "zeros in part %d", zero);
    }
    release_guarded();
}

/* Kernels of mostly zeros, by transforms: with more samples than may be added one by one, too.
 */
static void check_rare(void)
{
    enum { NX = 170000, NH = 160000, NY = NX + NH - 1, EACH = 8 };
    double *x = guarded_doubles(NX, AT_END), *h = guarded_doubles(NH, AT_END);
    double *y = guarded_doubles(NY, AT_END);
    for (size_t j = 0; j < NX; j++)
        x[j] = 1;
    for (size_t i = 0; i < NH; i++)
        h[i] = i % EACH == 0;
    cm_problem p = {
        .x = x, .nx = NX, .h = h, .nh = NH, .y = y, .w = {0, NY}, .ncol = 1, .max_x = 1};
    begin(&here);
    cm_conv_real(&p, CM_FFT_GUARDED, env());
    size_t wrong = 0;
    for (size_t k = 0; k < NY; k++) { /* how many multiples of EACH are in (k - NX, k] */
        size_t last = k < NH ? k : NH - 1, below = k < NX ? 0 : (k - NX) / EACH + 1;
        wrong += y[k] != (double)(last / EACH + 1 - below);
    }
    expect(wrong == 0, "%zu sums over a kernel of mostly zeros", wrong);
    release(&here);
    release_guarded();
}

/* A signal of which 1 sample in `of` is 0, or all but 1 in -of. Samples are of all sizes in its
 * second half. */
static void draw_gaps(source *s, double *x, size_t n, int of)
{
    for (size_t i = 0; i < n; i++) {
        int hit = draw(s, (size_t)abs(of)) == 0;
        x[i] =
            hit == (of > 0) ? 0 : draw_unit(s) * (i < n / 2 ? 1 : exp2(-(double)draw(s, 40)));
    }
}

/* How many groups of outputs are doubtful, as a part of all. */
static double doubtful_part(const double *x, size_t nx, const double *h, size_t nh, double *y)
{
    cm_problem p = {.x = x, .nx = nx, .h = h, .nh = nh, .y = y, .w = {0, nx}, .ncol = 1};
    cm_doubts d;
    size_t count = 0;
    p.max_x = 1;
    begin(&here);
    cm_conv_overlap(&p, 2048, &d, env());
    for (size_t g = 0; g < d.nblock * d.ngroup; g++)
        count += d.doubtful[g];
    double part = (double)count / (double)(d.nblock * d.ngroup);
    release(&here);
    return part;
}

/* Zeros among the samples are no reason to compute outputs again, and do no harm. */
static void check_gaps(source *s)
{
    static const int parts[] = {10, 4, 3, 2, -3, -10, -40};
    enum { NX = 30000, NH = 400 };
    double *x = guarded_doubles(NX, AT_END), *h = guarded_doubles(NH, AT_END),
           *y = guarded_doubles(NX, AT_END);
    for (size_t i = 0; i < NH; i++)
        h[i] = draw_unit(s);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = 1000 + draw(s, 5000), first = draw(s, 500);
        draw_gaps(s, x, NX, parts[i]);
        check_window(x, n, h, NH, (cm_window){first, n - first}, CM_FFT_GUARDED, "gaps");
        for (size_t j = NX / 2; j < NX; j++) /* no longer of all sizes */
            x[j] = x[j] == 0 ? 0 : draw_unit(s);
        double again = doubtful_part(x, NX, h, NH, y);
        expect(again < 0.1, "gaps %d: %g of the outputs are computed again", parts[i], again);
    }
    release_guarded();
}

/* What has gaps: zeros and what is not finite among other samples, not long runs of them. */
static void check_has_gaps(void)
{
    enum { N = 10000 };
    static const size_t lengths[] = {1, 2, 31, 32, 33, 63, 64, 65, 2047, 2048, 2049, N};
    static const double gaps[] = {0, -0.0, NAN, INFINITY};
    double *x = guarded_doubles(N, AT_END);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t n = lengths[i];
        double *end = x + (N - n);
        for (size_t j = 0; j < n; j++)
            end[j] = 1;
        expect(!cm_has_gaps(end, n), "%zu ones have gaps", n);
        for (size_t j = 0; j < n; j++)
            end[j] = j % 1024 < 512 ? 0 : 1;
        expect(!cm_has_gaps(end, n), "long runs in %zu samples", n);
        for (size_t j = 0; j < n; j++)
            end[j] = j % 3 || j % 2 ? 1 : gaps[j % 4];
        expect(!cm_has_gaps(end, n), "one in six of %zu samples", n);
        for (size_t j = 0; j < n; j++)
            end[j] = (j * j + j) % 7 < 3 ? gaps[j % 4] : 1;
        expect(cm_has_gaps(end, n) == (n >= 32), "three in seven of %zu samples", n);
    }
    release_guarded();
}

/* A column has the bits that it has by itself beside others that have gaps. */
static void check_columns_with_gaps(source *s)
{
    enum { NX = 9000, NH = 300, NY = NX + NH - 1, NCOL = 6 };
    static const int parts[NCOL] = {2, 2, 50, 50, -3, 50};
    double *x = guarded_doubles((size_t)NX * NCOL, AT_END), *h = guarded_doubles(NH, AT_END),
           *y = guarded_doubles((size_t)NY * NCOL, AT_END),
           *alone = guarded_doubles(NY, AT_END);
    for (int c = 0; c < NCOL; c++)
        draw_gaps(s, x + c * NX, NX, parts[c]);
    for (size_t i = 0; i < NH; i++)
        h[i] = draw_unit(s);
    cm_samples all = {x, NULL, NX, NCOL}, kernel = {h, NULL, NH, 1};
    cm_options o = {CM_FULL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_FFT_GUARDED};
    begin(&here);
    cm_conv(all, kernel, &o, (cm_output){y, NULL}, env());
    for (size_t c = 0; c < NCOL; c++) {
        cm_conv(cm_columns(all, c, 1), kernel, &o, (cm_output){alone, NULL}, env());
        expect(same_bits(y + c * NY, alone, NY), "column %zu beside gaps", c);
    }
    release(&here);
    release_guarded();
}

/* Long columns are shared out among threads, with the same bits as one after the other. */
static void check_sparse_columns(void)
{
    enum { NX = 20000, NCOL = 16, NH = 300, NY = NX + NH - 1 };
    double *x = guarded_doubles(NX * NCOL, AT_END), *h = guarded_doubles(NH, AT_END);
    double *y[2];
    cm_env its = *env();
    for (size_t j = 0; j < NX * NCOL; j++)
        x[j] = sin(1.3 * (double)j);
    for (size_t i = 0; i < NH; i++)
        h[i] = i % 3 ? 0 : cos((double)i);
    for (int threads = 1; threads <= 2; threads++) {
        y[threads - 1] = guarded_doubles(NY * NCOL, AT_END);
        cm_problem p = {x,  NX, h, NH, y[threads - 1], {0, NY}, NCOL, NX,
                        NY, 1,  0, 0,  NULL,           NULL,    NULL};
        its.threads = threads;
        begin(&here);
        cm_conv_real(&p, CM_SPARSE_KERNEL, &its);
        release(&here);
    }
    expect(memcmp(y[0], y[1], NY * NCOL * sizeof **y) == 0, "columns by threads");
    release_guarded();
}

/* Complex columns of which some have a part of zeros: each has the bits it has by itself. */
static void check_complex_columns(void)
{
    enum { NX = 4000, NCOL = 3, NH = 300, NY = NX + NH - 1 };
    double *re = guarded_doubles(NX * NCOL, AT_END), *im = guarded_doubles(NX * NCOL, AT_END);
    double *h = guarded_doubles(NH, AT_END), *y[4];
    for (int i = 0; i < 4; i++)
        y[i] = guarded_doubles(NY * NCOL, AT_END);
    for (size_t j = 0; j < NX * NCOL; j++) {
        re[j] = sin(1.3 * (double)j);
        im[j] = j / NX == 1 ? 0 : cos(0.7 * (double)j);
    }
    for (size_t i = 0; i < NH; i++)
        h[i] = exp(-0.01 * (double)i);
    begin(&here);
    cm_problem p = {re, NX, h, NH, y[0], {0, NY}, NCOL, NX, NY, 2, 0, 0, im, h, y[1]};
    cm_conv_complex(&p, CM_AUTO, env());
    for (size_t c = 0; c < NCOL; c++) {
        cm_problem one = {re + c * NX, NX, h,           NH, y[2] + c * NY,
                          {0, NY},     1,  NX,          NY, 2,
                          0,           0,  im + c * NX, h,  y[3] + c * NY};
        cm_conv_complex(&one, CM_AUTO, env());
    }
    for (int part = 0; part < 2; part++)
        expect(memcmp(y[part], y[2 + part], NY * NCOL * sizeof **y) == 0,
               "part %d of complex columns", part);
    release(&here);
    release_guarded();
}

/* A column has the bits that it has by itself, whatever the size of its neighbours. */
static void check_magnitudes(source *s, int complex, cm_method method)
{
    enum { NX = 3000, NH = 300, NY = NX + NH - 1, NCOL = 7 };
    static const double sizes[NCOL] = {1, 0x1p-1050, 0x1p-1010, 1, 0, 0x1p700, 0x1p-1010};
    double *x[2], *h[2], *y[2], *alone[2];
    for (int part = 0; part < 2; part++) {
        x[part] = guarded_doubles((size_t)NX * NCOL, AT_END);
        h[part] = guarded_doubles(NH, AT_END);
        y[part] = guarded_doubles((size_t)NY * NCOL, AT_END);
        alone[part] = guarded_doubles(NY, AT_END);
        for (int i = 0; i < NX * NCOL; i++)
            x[part][i] = draw_unit(s) * sizes[i / NX];
        for (int i = 0; i < NH; i++)
            h[part][i] = draw_unit(s);
    }
    cm_samples all = {x[0], complex ? x[1] : NULL, NX, NCOL},
               kernel = {h[0], complex ? h[1] : NULL, NH, 1};
    cm_output to = {y[0], complex ? y[1] : NULL}, its = {alone[0], complex ? alone[1] : NULL};
    cm_options o = {CM_FULL, 0, CM_ZERO, CM_NA_PROPAGATE, method};
    for (int finite = 0; finite < 2; finite++) {
        begin(&here);
        if (finite)
            cm_conv_finite(all, kernel, (cm_window){0, NY}, method, to, env());
        else
            cm_conv(all, kernel, &o, to, env());
        for (size_t c = 0; c < NCOL; c++) {
            cm_conv(cm_columns(all, c, 1), kernel, &o, its, env());
            for (int part = 0; part <= complex; part++)
                expect(same_bits(y[part] + c * NY, alone[part], NY),
                       "part %d of column %zu beside others, method %d", part, c, (int)method);
        }
        release(&here);
    }
    release_guarded();
}

static double *whole_numbers(source *s, size_t n, int bits)
{
    double *x = guarded_doubles(n, AT_END);
    for (size_t i = 0; i < n; i++)
        x[i] = rint(ldexp(draw_unit(s), bits));
    return x;
}

/* ---- a column that nobody has measured --------------------------------------------------- */

enum { UNMEASURED = 6000 };
static size_t its_kernel;

static double *conv_all(const double *x, const double *h, cm_na na, const cm_env *env)
{
    double *y = guarded_doubles(UNMEASURED + its_kernel - 1, AT_END);
    cm_conv((cm_samples){x, NULL, UNMEASURED, 1}, (cm_samples){h, NULL, its_kernel, 1},
            &(cm_options){.mode = CM_FULL, .na = na}, (cm_output){y, NULL}, env);
    return y;
}

/* The same bits as with samples that are measured first, however large or small they are. */
static void check_same_as_measured(const double *x, const double *h, const char *what)
{
    size_t ny = UNMEASURED + its_kernel - 1;
    double *want = guarded_doubles(ny, AT_END);
    cm_env many = *env();
    many.threads = 3;
    begin(&here);
    cm_conv_finite((cm_samples){x, NULL, UNMEASURED, 1}, (cm_samples){h, NULL, its_kernel, 1},
                   (cm_window){0, ny}, CM_AUTO, (cm_output){want, NULL}, env());
    expect(same_bits(conv_all(x, h, CM_NA_PROPAGATE, env()), want, ny),
           "unmeasured samples: %s", what);
    expect(same_bits(conv_all(x, h, CM_NA_PROPAGATE, &many), want, ny),
           "unmeasured, by threads: %s", what);
    release(&here);
}

/* Outputs without a sample that is not finite are as with 0 in its place. */
static void check_hole(double *x, const double *h, size_t at, double hole)
{
    double before = x[at];
    size_t ny = UNMEASURED + its_kernel - 1;
    cm_env many = *env();
    many.threads = 3;
    x[at] = 0;
    begin(&here);
    const double *want = conv_all(x, h, CM_NA_PROPAGATE, env());
    x[at] = hole;
    const double *y = conv_all(x, h, CM_NA_PROPAGATE, env());
    expect(same_bits(y, conv_all(x, h, CM_NA_PROPAGATE, &many), ny), "a hole, by threads");
    if (isnan(hole))
        expect(same_bits(conv_all(x, h, CM_NA_ZERO, env()), want, ny), "%zu is not as 0", at);
    release(&here);
    x[at] = before;
    size_t wrong = 0;
    for (size_t k = 0; k < ny; k++)
        wrong += k < at || k >= at + its_kernel ? y[k] != want[k] : isfinite(y[k]);
    expect(wrong == 0, "%g at %zu: %zu outputs are wrong", hole, at, wrong);
}

static cm_attempt attempt(cm_problem p, cm_method method)
{
    return cm_conv_unmeasured(&p, method, 3, env());
}

/* Blocks go on with 0 for samples that are not finite, unless samples are large, outputs may be
 * whole numbers, or most of the kernel is zeros. */
static void check_filled(source *s, cm_problem p, double *x, double *h, double *whole)
{
    double before = x[4000];
    cm_problem one = p; /* block */
    one.h = x, one.nh = 4000, one.w.ny = 2000;
    begin(&here);
    expect(attempt(one, CM_AUTO) == CM_CONVOLVED, "a single block is not convolved");
    x[100] = x[4000] = NAN;
    const double *y = conv_all(x, h, CM_NA_ZERO, env());
    x[100] = x[4000] = 0;
    expect(same_bits(y, conv_all(x, h, CM_NA_ZERO, env()), UNMEASURED + its_kernel - 1),
           "two holes are not as 0");
    x[4000] = NAN;
    expect(attempt(p, CM_AUTO) == CM_WITH_ZEROS, "a block is not filled");
    x[10] = 0x1p301;
    expect(attempt(p, CM_AUTO) == CM_NOT_CONVOLVED, "blocks of large samples are filled");
    x[10] = draw_unit(s);
    p.h = whole;
    expect(attempt(p, CM_AUTO) == CM_WITH_ZEROS, "not with whole numbers as a kernel");
    for (size_t i = 0; i < UNMEASURED; i++)
        x[i] = rint(1000 * x[i]);
    expect(attempt(p, CM_AUTO) == CM_NOT_CONVOLVED, "blocks of whole numbers are filled");
    p.h = h;
    for (size_t i = 0; i < p.nh; i++)
        h[i] = i % 15 < 8 ? 0 : h[i];
    expect(attempt(p, CM_AUTO) == CM_NOT_CONVOLVED, "with a kernel of zeros blocks are filled");
    for (size_t i = 0; i < UNMEASURED; i += 8)
        x[i] = NAN;
    expect(attempt(p, CM_AUTO) == CM_NOT_CONVOLVED, "mostly missing");
    release(&here);
    x[4000] = before;
}

static void check_unmeasured(source *s, size_t nh)
{
    its_kernel = nh;
    double *x = guarded_doubles(UNMEASURED, AT_END), *h = guarded_doubles(its_kernel, AT_END),
           *z = guarded_doubles(UNMEASURED, AT_END);
    for (size_t i = 0; i < UNMEASURED; i++)
        x[i] = draw_unit(s);
    for (size_t i = 0; i < its_kernel; i++)
        h[i] = draw_unit(s) + 2;
    cm_problem p = {.x = x, .nx = UNMEASURED, .h = h, .nh = its_kernel, .y = z, .ncol = 1};
    p.w = (cm_window){0, UNMEASURED - its_kernel};
    expect(cm_choose(&p).method == CM_FFT_GUARDED, "there are no transforms");
    begin(&here);
    expect(attempt(p, CM_AUTO) == CM_CONVOLVED, "ordinary samples are measured");
    expect(attempt(p, CM_SPARSE) == CM_NOT_CONVOLVED, "sparse sums of unmeasured samples");
    release(&here);
    check_same_as_measured(x, h, "ordinary");
    static const double factors[] = {1e-300,  1e-200,  0x1p-302, 0x1p-299, 0x1p295,
                                     0x1p300, 0x1p302, 1e200,    1e300};
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
        cm_current_simd()->scale(x, UNMEASURED, factors[f], z);
        check_same_as_measured(z, h, "all scaled");
        cm_current_simd()->scale(x, UNMEASURED, 1, z);
        z[random_bits(s) % UNMEASURED] = factors[f];
        check_same_as_measured(z, h, "one sample");
        cm_current_simd()->scale(h, its_kernel, fmin(factors[f], 1e300), z);
        check_same_as_measured(x, z, "scaled kernel");
    }
    cm_current_simd()->scale(x, UNMEASURED, 1, z);
    memset(z + UNMEASURED / 2, 0, UNMEASURED / 2 * sizeof *z);
    z[UNMEASURED - 1] = 1e-170; /* with squares that underflow, in a block of little else */
    check_same_as_measured(z, h, "a silent half");
    memset(z, 0, UNMEASURED * sizeof *z);
    z[70] = z[2000] = 1;
    check_same_as_measured(z, h, "spikes");
    check_same_as_measured(x, z, "a kernel of spikes");
    p.h = z;
    begin(&here);
    expect(attempt(p, CM_AUTO) == CM_NOT_CONVOLVED, "a kernel of spikes by transforms");
    p.x = z, p.h = h;
    expect(attempt(p, CM_AUTO) == CM_NOT_CONVOLVED, "spikes by transforms");
    release(&here);
    for (size_t i = 0; i < UNMEASURED; i++)
        z[i] = rint(1000 * x[i]);
    check_same_as_measured(z, h, "whole numbers and others");
    double *whole = whole_numbers(s, UNMEASURED, 23);
    check_same_as_measured(z, whole, "whole numbers");
    check_same_as_measured(whole, whole, "whole numbers with remainders");
    cm_window w = {0, UNMEASURED + nh - 1};
    check_window(whole, UNMEASURED, whole, nh, w, CM_AUTO, "whole numbers with remainders");
    memcpy(z, whole, UNMEASURED * sizeof *z);
    z[UNMEASURED - 100] += 0.5;
    check_same_as_measured(z, whole, "whole numbers but for the end");
    check_window(z, UNMEASURED, whole, nh, w, CM_AUTO, "whole numbers but for the end");
    static const size_t places[] = {0, 1, 3001, UNMEASURED - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        check_hole(x, h, places[i], NAN);
        check_hole(x, h, places[i], INFINITY);
    }
    p.x = x, p.h = h;
    if (nh == 200) /* else there is one block */
        check_filled(s, p, x, h, whole);
    release_guarded();
}

/* Whole numbers. Outputs whose terms add up to less than 2^53 are exact. Others are whole, and
 * not computed again if the guard passes them. */
static void check_large_integers(source *s)
{
    enum { NX = 20000, NH = 2000 };
    double *x = guarded_doubles(NX, AT_END), *h = guarded_doubles(NH, AT_END);
    cm_window w = {0, NX + NH - 1};
    cm_doubts doubts;
    double *y = guarded_doubles(w.ny, AT_END);
    for (size_t i = 0; i < NX; i++)
        x[i] = rint(ldexp(draw_unit(s), i < NX / 2 ? 30 : 18));
    for (size_t i = 0; i < NH; i++)
        h[i] = rint(ldexp(draw_unit(s), 24));
    check_window(x, NX, h, NH, w, CM_AUTO, "large whole numbers");
    cm_problem p = {.x = x, .nx = NX, .h = h, .nh = NH, .y = y, .w = w, .ncol = 1, .max_x = 1};
    begin(&here);
    cm_conv_overlap(&p, 8192, &doubts, env());
    size_t sure = 0, n = doubts.nblock * doubts.ngroup;
    for (size_t g = 0; g < n; g++)
        sure += !doubts.doubtful[g];
    expect(sure > n / 4 && sure < n, "%zu of %zu groups are sure", sure, n);
    release(&here);
    release_guarded();
}

/* Whole numbers of 24 bits, as of audio: an error would be above 1/2, but remainders make it
 * good, and no output is doubtful but for some of few terms, at the ends. Outputs are exact
 * where the sums of the moduli of their terms are at most 2^53. Every one of `by` is compared.
 */
static void check_remainders(source *s, size_t nh, size_t length, int complex, int bits,
                             size_t by)
{
    enum { NX = 9000 };
    cm_doubts doubts;
    size_t wrong = 0, doubtful = 0, exact = 0, ny = NX + nh - 1;
    cm_problem p = {.nx = NX, .nh = nh, .w = {0, ny}, .ncol = 1, .max_x = ldexp(1, bits)};
    p.x = whole_numbers(s, NX, bits), p.h = whole_numbers(s, nh, 23);
    p.y = guarded_doubles(ny, AT_END);
    if (complex) {
        p.x_im = whole_numbers(s, NX, bits), p.h_im = whole_numbers(s, nh, 23);
        p.y_im = guarded_doubles(ny, AT_END);
    }
    begin(&here);
    cm_conv_overlap(&p, complex ? 2 * length : length, &doubts, env());
    for (size_t k = 0; k < ny; k += by) {
        size_t t = k % doubts.block, g = k / doubts.block * doubts.ngroup + t / doubts.group;
        if (doubts.doubtful[g]) {
            doubtful += k > length / 8 + doubts.group && ny - k > length / 8 + doubts.group;
            continue;
        }
        long double re = 0, im = 0, moduli = 0; /* exact below 2^64 */
        for (size_t i = k < NX ? 0 : k - NX + 1; i < nh && i <= k; i++) {
            size_t j = k - i;
            re += (long double)p.x[j] * p.h[i];
            moduli += fabsl((long double)p.x[j] * p.h[i]);
            if (complex) {
                re -= (long double)p.x_im[j] * p.h_im[i];
                moduli += hypotl(p.x[j], p.x_im[j]) * hypotl(p.h[i], p.h_im[i]) -
                          fabsl((long double)p.x[j] * p.h[i]);
                im += (long double)p.x[j] * p.h_im[i] + (long double)p.x_im[j] * p.h[i];
            }
        }
        exact += moduli <= 0x1p53;
        wrong +=
            moduli <= 0x1p53 && (p.y[k] != (double)re || (complex && p.y_im[k] != (double)im));
    }
    expect(exact > 0, "no output of %d bits is to be exact", bits);
    expect(doubtful == 0, "%zu outputs of whole numbers of %d bits are doubtful", doubtful,
           bits);
    expect(wrong == 0, "%zu outputs of whole numbers of %d bits are not exact", wrong, bits);
    release(&here);
    release_guarded();
}

/* Whole numbers of a stretch: silence, small ones, 24 bits, the largest, others all the same,
 * or a few that are larger by far. */
static void draw_stretch(source *s, double *x, size_t n)
{
    enum { SILENT, SMALL, LARGE, LARGEST, SAME, SPIKES };
    int kind = (int)draw(s, SPIKES + 1);
    double same = draw_whole(s, 0x1p22);
    for (size_t i = 0; i < n; i++) {
        double large = draw_whole(s, 0x1p23);
        x[i] = kind == SILENT    ? 0
               : kind == SMALL   ? draw_whole(s, 100)
               : kind == LARGE   ? large
               : kind == LARGEST ? 0x1p23 - 1
               : kind == SAME    ? same
                                 : (double)(draw(s, 50) == 0) * 0x1p6 * large;
    }
}

static double *draw_stretches(source *s, size_t n, size_t each)
{
    double *x = guarded_doubles(n, AT_END);
    for (size_t i = 0; i < n; i += each)
        draw_stretch(s, x + i, n - i < each ? n - i : each);
    return x;
}

/* Output k of a column: whether it is the sum, or may be off as the moduli are above 2^53. */
static int is_exact(const cm_problem *p, size_t k)
{
    long long re = 0, im = 0, moduli = 0;
    for (size_t i = k < p->nx ? 0 : k - p->nx + 1; i < p->nh && i <= k; i++) {
        size_t j = k - i;
        long long a = (long long)p->x[j], c = (long long)p->h[i],
                  b = p->x_im ? (long long)p->x_im[j] : 0,
                  d = p->x_im ? (long long)p->h_im[i] : 0;
        re += a * c - b * d;
        im += a * d + b * c;
        moduli += (llabs(a) + llabs(b)) * (llabs(c) + llabs(d));
    }
    return moduli > 1LL << 53 ||
           (p->y[k] == (double)re && (!p->x_im || p->y_im[k] == (double)im));
}

/* Whole numbers of all kinds after each other: blocks that share remainders, or do not, beside
 * blocks that need none. Not all samples need be whole. By threads there are the same bits. */
static void check_shared_remainders(source *s, size_t nh, size_t length, int complex)
{
    enum { NX = 5000, NCOL = 2 };
    size_t ny = NX + nh - 1, wrong = 0, each = 100 + draw(s, 2000);
    cm_plan plan = {.method = CM_FFT_GUARDED, .length = complex ? 2 * length : length};
    cm_problem p = {.nx = NX, .nh = nh, .w = {0, ny}, .ncol = NCOL, .xstep = NX, .ystep = ny};
    double *y[2][2];
    cm_env many = *env();
    many.threads = 3;
    p.x = draw_stretches(s, NX * NCOL, each), p.h = draw_stretches(s, nh, nh);
    if (complex)
        p.x_im = draw_stretches(s, NX * NCOL, each), p.h_im = draw_stretches(s, nh, nh);
    double broken = draw(s, 3) == 0 ? 0.5 : 0; /* the last sample of all */
    ((double *)(uintptr_t)p.x)[NX * NCOL - 1] += broken;
    p.max_x = cm_max_modulus((cm_samples){p.x, p.x_im, NX * NCOL, 1});
    begin(&here);
    for (int i = 0; i < 2; i++) {
        p.y = y[i][0] = guarded_doubles(ny * NCOL, AT_END);
        p.y_im = y[i][1] = complex ? guarded_doubles(ny * NCOL, AT_END) : NULL;
        cm_conv_planned(&p, &plan, i ? &many : env());
    }
    expect(same_bits(y[0][0], y[1][0], ny * NCOL), "shared remainders by threads");
    expect(!complex || same_bits(y[0][1], y[1][1], ny * NCOL), "imaginary ones by threads");
    release(&here);
    for (size_t c = 0; c < NCOL; c++) {
        cm_problem q = cm_column(&p, c);
        size_t end = broken && c == NCOL - 1 ? NX / 2 : ny;
        for (size_t k = draw(s, 3); k < end; k += 3)
            wrong += !is_exact(&q, k);
    }
    expect(wrong == 0, "%zu outputs of stretches of %zu are not exact, nh %zu, complex %d",
           wrong, each, nh, complex);
    release_guarded();
}

/* ---- the choice ---------------------------------------------------------------------------
 */

static void check_choice(source *s)
{
    size_t nx = draw_size(s, 4000), nh = draw_size(s, 4000), first = draw(s, nx + nh - 1);
    cm_window w = {first, 1 + draw(s, nx + nh - 1 - first)};
    const double *x = draw_signal(s, nx, AT_END), *h = draw_signal(s, nh, AT_END);
    cm_problem p = {
        .x = x, .nx = nx, .h = h, .nh = nh, .w = w, .ncol = 1, .xstep = nx, .ystep = w.ny};
    cm_plan plan = cm_choose(&p);
    expect(plan.method == CM_DIRECT || plan.method == CM_FFT_GUARDED ||
               plan.method == CM_SPARSE,
           "method %d is chosen", (int)plan.method);
    expect(plan.cost > 0 && isfinite(plan.cost), "the cost is %g", plan.cost);
    expect(plan.method != CM_FFT_GUARDED || (plan.length > 1 && plan.length % 2 == 0),
           "transforms of %zu", plan.length);
    release_guarded();
}

/* The choice alone, for signals longer than the table of costs, and for zeros that are too few
 * to be worth skipping. */
static void check_long_choice(void)
{
    enum { N = 6000000, HALF = 60000 };
    double *x = guarded_doubles(N, AT_END);
    for (size_t i = 0; i < N; i++)
        x[i] = i % 2 ? 0 : 1;
    cm_problem p = {.x = x, .nx = N, .h = x, .nh = N, .w = {0, 2 * N - 1}, .ncol = 1};
    cm_plan plan = cm_choose(&p);
    expect(plan.method == CM_FFT_GUARDED && plan.length >= 2 * N - 1, "transforms of %zu",
           plan.length);
    p.nx = p.nh = HALF, p.w.ny = 2 * HALF - 1;
    expect(cm_choose(&p).method == CM_FFT_GUARDED, "half zeros are not few");
    release_guarded();
}

static void check_thread_counts(void)
{
    cm_env many = *env();
    expect(cm_threads(10, 1e7, &many) == 1, "threads without leave");
    many.threads = 4;
    expect(cm_threads(10, 1, &many) == 1, "threads for too little work");
    expect(cm_threads(1, 1e9, &many) == 1, "threads for a single item");
    expect(cm_threads(10, 3e9, &many) == 1, "threads for items that must poll");
    int most = cm_threads(10, 2e8, &many), two = cm_threads(2, 2e8, &many);
    expect(most == 4, "%d threads", most);
    expect(two == 2, "%d threads for two items", two);
}

static void check_levels(void)
{
    const char *best = cm_simd_level(NULL);
    expect(strcmp(cm_simd_level("base"), "base") == 0, "the cap `base` gives another level");
    expect(strcmp(cm_simd_level("avx2"), "avx512") != 0, "the cap `avx2` gives AVX-512");
    expect(strcmp(cm_simd_level("unheard of"), best) == 0, "an unknown cap caps");
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 2000;
    source s = generator(1);
    check_levels();
    check_thread_counts();
    check_many_failures();
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        check_sparse(&s);
        check_sparse_choice();
        check_complex_choice();
        check_complex_columns();
        check_sparse_columns();
        check_rare();
        check_gaps(&s);
        check_has_gaps();
        check_columns_with_gaps(&s);
        check_unmeasured(&s, 200);
        check_unmeasured(&s, 800);
        check_large_integers(&s);
        for (int complex = 0; complex < 2; complex++) {
            check_magnitudes(&s, complex, CM_FFT);
            check_magnitudes(&s, complex, CM_FFT_GUARDED);
            check_remainders(&s, 500, 2048, complex, 20, 1);
            check_remainders(&s, 500, 2048, complex, 23, 1);
            check_remainders(&s, 500, 2048, complex, 24, 1);
            check_remainders(&s, 8000, 32768, complex, 18, 97);
            for (long run = 0; run < 4 + runs / 50; run++)
                check_shared_remainders(&s, draw(&s, 2) ? 60 : 200, 512, complex);
        }
    }
    check_long_choice();
    double used = 0;
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        check_loops(&s);
        for (long run = 0; run < runs; run++) {
            check_guard(&s);
            used = fmax(used, bound_used(&s));
            used = fmax(used, complex_bound_used(&s));
            check_choice(&s);
        }
    }
    /* vignettes/articles/numerics.Rmd says how much of the bound is used */
    expect(used <= 1.0 / 10, "an FFT's error is %g of its bound", used);
    printf("test-engine: an FFT's error is at most %.2g of its bound\n", used);
    cm_transform_forget();
    return report("test-engine");
}
