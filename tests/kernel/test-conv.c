/* cm_conv() with all its arguments, and windows of F by each method: sizes around
 * every vector width and block edge at every level of instructions, then cases
 * drawn at random. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convolve/direct.h"
#include "convolve/engine.h"
#include "support.h"

static const size_t sizes[] = {1,  2,  3,  4,  5,  7,  8,  9,   15,  16,  17,  24,
                               25, 31, 32, 33, 63, 64, 65, 511, 512, 513, 576, 577};
static const size_t kernels[] = {1,  2,  3,  7,  8,  9,   15,  16,  17,   31,   32,   33,  47,
                                 48, 49, 63, 64, 65, 127, 129, 512, 1023, 1024, 1025, 1032};
enum { NX = sizeof sizes / sizeof *sizes, NH = sizeof kernels / sizeof *kernels };

static int brief, thorough; /* where each product takes long; where it does not */

static void check_edges(source *s, cm_method method)
{
    for (int i = 0; i < NX * NH; i++) {
        size_t nx = sizes[i % NX], nh = kernels[i / NX];
        if (brief && nx * nh > 40000)
            continue;
        side side = i % 2 ? AT_END : AT_START;
        const double *x = draw_signal(s, nx, side), *h = draw_signal(s, nh, side);
        check_window(x, nx, h, nh, (cm_window){0, nx + nh - 1}, method, "edges");
        check_window(x, nx, h, nh, cm_mode_window(CM_VALID, nx, nh, 0), method, "edges");
        release_guarded();
    }
}

/* Windows of direct sums, and the signal among zeros, have the bits of the whole. */
static void check_pieces(source *s)
{
    static const size_t nx[] = {1, 20, 600, 1700}, nh[] = {1, 9, 20, 1030, 2060};
    for (int i = 0; i < 20; i++) {
        size_t n = nx[i % 4], m = nh[i / 4], ny = n + m - 1;
        const double *x = draw_signal(s, n, AT_END), *h = draw_signal(s, m, AT_START);
        double *y = guarded_doubles(ny, AT_END), *z = guarded_doubles(ny, AT_END),
               *among = guarded_doubles(n + 2 * m, AT_END);
        memset(among, 0, (n + 2 * m) * sizeof *among);
        memcpy(among + m, x, n * sizeof *x);
        cm_problem p = {x, n, h, m, y, {0, ny}, 1, n, ny, 1, 0, 0, NULL, NULL, NULL};
        begin(&here);
        cm_conv_direct(&p, env());
        for (int k = 0; k < 8; k++) {
            size_t t = k < 4 ? (size_t)k * ny / 4 : draw_size(s, ny) - 1;
            size_t nt = k < 2 ? 1 : draw_size(s, ny - t);
            cm_problem piece = {x, n, h, m, z, {t, nt}, 1, n, nt, 1, 0, 0, NULL, NULL, NULL};
            cm_conv_direct(&piece, env());
            expect(same_bits(y + t, z, nt), "outputs %zu ... of %zu x %zu: other bits", t, n,
                   m);
            cm_problem padded = {among, n + 2 * m, h, m, z,    {m + t, nt}, 1,   n + 2 * m,
                                 nt,    1,         0, 0, NULL, NULL,        NULL};
            cm_conv_direct(&padded, env());
            expect(same_bits(y + t, z, nt), "among zeros, %zu ... of %zu x %zu: other bits", t,
                   n, m);
        }
        release(&here);
        release_guarded();
    }
}

/* A sum of more than CM_BLOCK blocks, which direct.c adds up in three stages. */
static void check_longest(source *s)
{
    size_t n = 1024 * 1024 + 1100;
    double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(n, AT_START);
    for (size_t i = 0; i < n; i++) {
        x[i] = 1 + draw_unit(s);
        h[i] = 1 + draw_unit(s);
    }
    double *y = guarded_doubles(3, AT_END);
    long double sum = 0;
    for (size_t i = 0; i < n - 1; i++)
        sum += (long double)x[i] * h[n - 2 - i];
    cm_problem p = {x, n, h, n, y, {n - 2, 3}, 1, n, 3, 2, 0, 0, NULL, NULL, NULL};
    begin(&here);
    cm_conv_direct(&p, env());
    release(&here);
    double off = (double)((y[0] - sum) / sum);
    expect(off < 3.4e-13 && off > -3.4e-13, "a long sum is off by %g", off);
    release_guarded();
}

/* A few outputs of long kernels: items so large that a round has no more of them than there are
 * threads. env->progress is NULL. */
static void check_rounds(source *s)
{
    size_t nx = 50000, nh = 40000, ny = 1500;
    const double *x = draw_signal(s, nx, AT_END), *h = draw_signal(s, nh, AT_START);
    double *y = guarded_doubles(ny, AT_END);
    cm_problem p = {x, nx, h, nh, y, {nh - 1, ny}, 1, nx, ny, 1, 0, 0, NULL, NULL, NULL};
    cm_env silent = *env();
    silent.progress = NULL;
    begin(&here);
    cm_conv_direct(&p, &silent);
    release(&here);
    check_window(x, nx, h, nh, p.w, CM_DIRECT, "rounds");
    double *again = guarded_doubles(ny, AT_END);
    p.y = again;
    cm_conv_direct(&p, env());
    expect(same_bits(y, again, ny), "the bits depend on who is told");
    release_guarded();
}

/* Direct sums of samples that nobody has measured, with one of them wild: as with 0 in its
 * place if it is not finite. */
static void check_wild(cm_problem p, double *x, size_t at, double value)
{
    cm_env many = *env();
    many.threads = threads;
    double before = x[at], *want = guarded_doubles(p.w.ny, AT_END);
    int ordinary = fabs(value) < 1e308;
    x[at] = isfinite(value) ? value : 0;
    double *got = p.y;
    cm_problem q = p.nh > p.nx ? cm_swapped(&p, 0) : p;
    q.y = want;
    cm_conv_direct(&q, env());
    x[at] = value;
    for (int i = 0; i < 2; i++) {
        expect(cm_conv_direct_unmeasured(&p, 5, i ? &many : env()) == ordinary,
               "%g at %zu of %zu is ordinary: %d", value, at, p.nx, !ordinary);
        if (p.nh <= p.nx || ordinary)
            expect(same_bits(got, want, p.w.ny), "%g at %zu of %zu by %zu: other bits", value,
                   at, p.nx, p.nh);
    }
    x[at] = before;
}

static void check_unmeasured(source *s)
{
    static const size_t nx[] = {1, 9, 520, 1700, 30000}, nh[] = {1, 8, 21, 300, 1030};
    static const double values[] = {NAN, INFINITY, 1e308, 0x1p301};
    for (int i = 0; i < 25; i++) {
        size_t n = nx[i % 5], m = nh[i / 5], ny = n + m - 1;
        double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(m, AT_START);
        const size_t places[] = {0,    510, 511, 512, 513, 24575, 24576, draw_size(s, n) - 1,
                                 n - 1};
        for (size_t j = 0; j < n; j++)
            x[j] = draw_unit(s);
        for (size_t j = 0; j < m; j++)
            h[j] = 4 + draw_unit(s);
        cm_problem p = {.x = x, .nx = n, .h = h, .nh = m, .w = {0, ny}, .ncol = 1};
        p.y = guarded_doubles(ny, AT_END);
        begin(&here);
        for (size_t k = 0; k < sizeof places / sizeof *places; k++)
            for (int v = 0; v < 4 && places[k] < n; v++)
                check_wild(p, x, places[k], values[v]);
        release(&here);
        release_guarded();
    }
}

/* Few samples, with what is not finite or not moderate at either end or anywhere, in all modes.
 * Direct sums are the choice for all of them, and have the bits that they have anyway. */
static void check_few(source *s, size_t nx, size_t nh)
{
    static const cm_mode modes[] = {CM_FULL, CM_SAME, CM_CAUSAL, CM_VALID};
    static const double values[] = {NAN, INFINITY, 1e308, 0x1p301, 0x1p-1074, -0.0};
    double *x = draw_signal(s, nx, AT_END), *h = draw_signal(s, nh, AT_START);
    for (int i = 0; i < 4; i++) {
        cm_options o = {modes[i], 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
        cm_window w = cm_mode_window(modes[i], nx, nh, 0);
        cm_problem p = {.x = x, .nx = nx, .h = h, .nh = nh, .w = w, .ncol = 1};
        double *y = guarded_doubles(w.ny, AT_END);
        p.y = guarded_doubles(w.ny, AT_END);
        begin(&here);
        cm_conv_direct(&p, env());
        release(&here);
        if (cm_conv_few(x, nx, h, nh, w, y))
            expect(same_bits(y, p.y, w.ny), "%zu by %zu: other bits", nx, nh);
        expect(!cm_are_few(nx, nh, w) || cm_choose(&p).method == CM_DIRECT,
               "%zu by %zu are few, but not by direct sums", nx, nh);
        check_conv_case(&(conv_case){{x, NULL, nx, 1}, {h, NULL, nh, 1}, o}, "few samples");
        size_t at = draw(s, 3) == 0 ? 0 : draw(s, 2) ? nx - 1 : draw(s, nx);
        double before = x[at];
        x[at] = values[draw(s, 6)];
        check_conv_case(&(conv_case){{x, NULL, nx, 1}, {h, NULL, nh, 1}, o},
                        "few wild samples");
        x[at] = before;
    }
    release_guarded();
}

static void check_all_unmeasured(source s)
{
    check_unmeasured(&s);
    for (size_t i = 0; i < 70 * 70; i += brief ? 13 : 1)
        check_few(&s, 1 + i % 70, 1 + i / 70);
    check_few(&s, 2000, 3); /* more outputs than a tile has */
}

/* Many short columns, which threads convolve as they measure them; some are not finite or
 * overflow, and are put right. Each has the bits that it has by itself. */
static void check_columns(source *s, double *x, size_t nx, size_t ncol, const cm_env *many)
{
    enum { NH = 32 };
    double *h = guarded_doubles(NH, AT_END), *y = guarded_doubles(nx * ncol, AT_END),
           *z = guarded_doubles(nx * ncol, AT_END), *one = guarded_doubles(nx, AT_END);
    cm_options options = {CM_CAUSAL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
    for (size_t i = 0; i < NH; i++)
        h[i] = 4 + draw_unit(s);
    x[nx * 5 + 7] = NAN;
    x[nx * (ncol / 2)] = 1e308;
    x[nx * ncol - 1] = INFINITY;
    begin(&here);
    cm_conv((cm_samples){x, NULL, nx, ncol}, (cm_samples){h, NULL, NH, 1}, &options,
            (cm_output){y, NULL}, env());
    cm_conv((cm_samples){x, NULL, nx, ncol}, (cm_samples){h, NULL, NH, 1}, &options,
            (cm_output){z, NULL}, many);
    expect(same_bits(y, z, nx * ncol), "columns: the bits depend on threads");
    for (size_t i = 0; i < 60; i++) {
        size_t c = i < 20 ? i : i < 40 ? ncol / 2 + i - 30 : ncol + i - 60;
        cm_conv((cm_samples){x + c * nx, NULL, nx, 1}, (cm_samples){h, NULL, NH, 1}, &options,
                (cm_output){one, NULL}, env());
        expect(same_bits(y + c * nx, one, nx), "column %zu has other bits by itself", c);
    }
    release(&here);
}

/* Few columns, where the best may be sums, transforms or skipping zeros. */
static void check_few_columns(source *s)
{
    static const size_t nx[] = {2000, 2000, 3000}, nh[] = {20, 400, 2500};
    for (int i = 0; i < 3; i++) {
        double *x = draw_signal(s, 3 * nx[i], AT_END);
        for (size_t j = nx[i]; j < 2 * nx[i]; j++)
            x[j] = j % 100 ? 0 : 1;
        conv_case c = {.x = {x, NULL, nx[i], 3},
                       .h = {draw_signal(s, nh[i], AT_START), NULL, nh[i], 1},
                       .options = {CM_SAME, 3, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO}};
        check_conv_case(&c, "few columns");
        release_guarded();
    }
}

/* So much work that several threads share it, by each method. */
static void check_threads(source *s)
{
    enum { NX = 20000, NH = 2000, NCOL = 500, FEW = 12000 };
    cm_window w = cm_mode_window(CM_SAME, NX, NH, 0);
    double *x = guarded_doubles(NX * NCOL, AT_END), *h = guarded_doubles(4 * NX, AT_END);
    double *y = guarded_doubles(NX * NCOL, AT_END), *z = guarded_doubles(NX * NCOL, AT_END);
    for (size_t i = 0; i < NX * NCOL; i++)
        x[i] = draw_unit(s);
    for (size_t i = 0; i < 4 * NX; i++)
        h[i] = draw_unit(s);
    cm_problem p = {x, NX, h, NH, y, w, NCOL, NX, NX, 1, 0, 0, NULL, NULL, NULL};
    cm_env many = *env();
    many.threads = threads;
    begin(&here);
    cm_conv_real(&p, CM_FFT_GUARDED, env());
    p.y = z;
    cm_conv_real(&p, CM_FFT_GUARDED, &many);
    release(&here);
    expect(same_bits(y, z, NX * NCOL), "transforms: the bits depend on threads");
    check_window(x, 6 * NX, h, 4 * NX, (cm_window){4 * NX, 6000}, CM_DIRECT, "threads");
    for (size_t i = 0; i < NX * NCOL; i++)
        x[i] = i % (NX * 20 / FEW) ? 0 : 1;
    check_window(x, NX * 20, h, 4 * NX, cm_mode_window(CM_SAME, NX * 20, 4 * NX, 0), CM_SPARSE,
                 "threads");
    for (size_t i = 0; i < NX * NCOL; i++)
        x[i] = draw_unit(s);
    check_columns(s, x, 200, NX * NCOL / 200, &many);
    release_guarded();
}

/* Long transforms, and kernels longer than the signal. */
static void check_large(source *s)
{
    static const size_t nx[] = {40000, 70000, 3000}, nh[] = {30000, 900, 90000};
    for (int i = 0; i < 3; i++) {
        const double *x = draw_signal(s, nx[i], AT_END), *h = draw_signal(s, nh[i], AT_END);
        cm_window w = cm_mode_window(i == 2 ? CM_VALID : CM_FULL, nx[i], nh[i], 0);
        check_window(x, nx[i], h, nh[i], w, CM_AUTO, "large");
        check_window(x, nx[i], h, nh[i], w, CM_FFT_GUARDED, "large");
        release_guarded();
    }
}

/* Complex signals with complex kernels, by complex transforms and by parts; kernels longer than
 * the signal; columns that differ, each with the bits that it has by itself: hostile ones,
 * parts of mostly zeros or zeros alone, products that overflow. */
static void check_complex(source *s)
{
    enum { NCOL = 5 };
    const size_t nx[] = {3000, 200, 700, thorough ? 30000 : 7000, 90};
    static const size_t nh[] = {200, 3000, 650, 900, 70};
    static const cm_mode modes[] = {CM_FULL, CM_SAME, CM_CAUSAL, CM_VALID};
    for (int i = 0; i < 15; i++) {
        size_t n = nx[i % 5], m = nh[i % 5];
        double *re = draw_signal(s, NCOL * n, AT_END), *im = draw_signal(s, NCOL * n, AT_END);
        memset(im + n, 0, n * sizeof *im);
        for (size_t j = 2 * n; j < 3 * n; j++)
            re[j] = j % 500 ? 0 : 3;
        re[3 * n + n / 2] = i % 2 ? 1e308 : 1e200;
        cm_samples x = {re, im, n, NCOL},
                   h = {draw_signal(s, m, AT_START), draw_signal(s, m, AT_END), m, 1};
        cm_options o = {modes[draw(s, 4)], 0, CM_ZERO, CM_NA_PROPAGATE,
                        i % 3 ? CM_AUTO : CM_FFT_GUARDED};
        check_conv_case(&(conv_case){x, h, o}, "complex");
        size_t ny = cm_mode_window(o.mode, n, m, 0).ny;
        cm_output y = {guarded_doubles(NCOL * ny, AT_END), guarded_doubles(NCOL * ny, AT_END)},
                  one = {guarded_doubles(ny, AT_END), guarded_doubles(ny, AT_END)};
        begin(&here);
        cm_conv(x, h, &o, y, env());
        for (size_t c = 0; c < NCOL; c++) {
            cm_conv((cm_samples){re + c * n, im + c * n, n, 1}, h, &o, one, env());
            expect(same_bits(y.re + c * ny, one.re, ny) && same_bits(y.im + c * ny, one.im, ny),
                   "complex column %zu of %zu has other bits by itself", c, n);
        }
        release(&here);
        release_guarded();
    }
}

/* One block so long that its tables are not kept, and several long blocks. */
static void check_longer(source *s)
{
    static const size_t nx[] = {3000000, 600000}, nh[] = {2000000, 30000};
    for (int i = 0; i < 2; i++) {
        double *x = guarded_doubles(nx[i], AT_END), *h = guarded_doubles(nh[i], AT_END);
        for (size_t j = 0; j < nx[i]; j++)
            x[j] = 2 + draw_unit(s);
        for (size_t j = 0; j < nh[i]; j++)
            h[j] = 2 + draw_unit(s);
        cm_window w = cm_mode_window(CM_FULL, nx[i], nh[i], 0);
        check_window(x, nx[i], h, nh[i], w, CM_FFT_GUARDED, "longer");
        release_guarded();
    }
}

/* Lines outside that are Inf - Inf: outputs that reach them are NaN, but NA where there is no
 * weight, neither of samples nor of the line. */
static void check_undefined(void)
{
    const double x[] = {na_value, INFINITY, INFINITY};
    const double h[2][4] = {{0, 0, 0, 1}, {1, 0, 0, 1}};
    cm_options o = {CM_SAME, 3, CM_EXTEND, CM_NA_RENORMALISE, CM_AUTO};
    for (int i = 0; i < 2; i++) {
        double y[3];
        begin(&here);
        cm_conv((cm_samples){x, NULL, 3, 1}, (cm_samples){h[i], NULL, 4, 1}, &o,
                (cm_output){y, NULL}, env());
        release(&here);
        expect(is_na(y[0]) == (i == 0) && isnan(y[0]), "no weight, and a line: %g", y[0]);
        expect(isnan(y[1]) && !is_na(y[1]), "a line of no value: %g", y[1]);
    }
}

int main(int argc, char **argv)
{
    static const cm_method methods[] = {CM_AUTO, CM_DIRECT, CM_FFT_GUARDED, CM_SPARSE};
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    source s = generator(1);
    brief = runs < 1000;
    thorough = runs > 5000;
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level)) {
            printf("test-conv: this machine has no %s\n", levels[level]);
            continue;
        }
        for (int m = 0; m < 4; m++)
            check_edges(&s, methods[m]);
        check_undefined();
        check_all_unmeasured(generator((uint64_t)level));
        check_pieces(&s);
        check_complex(&s);
        if (brief)
            continue;
        check_longest(&s);
        check_rounds(&s);
        check_large(&s);
        check_few_columns(&s);
    }
    cm_simd_level(NULL);
    if (!brief) {
        check_threads(&s);
        check_longer(&s);
    }
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 2);
        check_conv(&one);
    }
    cm_transform_forget();
    return report("test-conv");
}
