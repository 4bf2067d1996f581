/* Arrays: cases drawn at random, and one with more kernel samples than a sum may have. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* Ones by ones, so that each output counts the samples of the kernel. A complex kernel is 1 + i
 * or, where `imaginary`, i. */
static void check_many(int complex, int imaginary)
{
    enum { N = 132, M = 131 };
    cm_array a = {.rank = 2, .nx = {N, N}, .nh = {M, M}, .mode = {CM_VALID, CM_VALID}};
    a.method = CM_DIRECT;
    double *x = guarded_doubles(N * N, AT_END), *zero = guarded_doubles(M * M, AT_END);
    double re[4], im[4];
    for (size_t i = 0; i < N * N; i++)
        x[i] = 1;
    memset(zero, 0, M * M * sizeof *zero);
    cm_samples signal = {x, complex ? x : NULL, N * N, 1};
    cm_factor factor = {imaginary ? zero : x, complex ? x : NULL, CM_MOST_AXES};
    double each_re = imaginary ? -1 : !complex, each_im = imaginary ? 1 : 2;
    begin(&here);
    cm_conv_array(&a, signal, &factor, 1, (cm_output){re, complex ? im : NULL}, env());
    for (size_t t = 0; t < 4; t++) /* (1 + i)^2 = 2 i, (1 + i) i = -1 + i */
        expect(re[t] == each_re * M * M && (!complex || im[t] == each_im * M * M),
               "many: %g is not %g", re[t], each_re * M * M);
    release(&here);
    release_guarded();
}

static size_t ntold;
static double told;

static void tell(void *data, double done)
{
    (void)data;
    expect(done >= told && done <= 1, "progress is %g after %g", done, told);
    told = done;
    ntold++;
}

/* One image of 400 x 1000 tells of its progress while it is at work. */
static void check_progress(int apart)
{
    enum { N1 = 400, N2 = 1000, M = 21 };
    size_t n = (size_t)N1 * N2;
    cm_array a = {.rank = 2, .nx = {N1, N2}, .nh = {M, M}, .mode = {CM_SAME, CM_SAME}};
    double *x = calloc(2 * n, sizeof *x), h[M * M] = {1};
    cm_factor factor[2] = {{h, NULL, apart ? 0 : CM_MOST_AXES}, {h, NULL, 1}};
    cm_env telling = *env();
    telling.progress = tell;
    for (size_t i = 0; i < M * M; i++)
        h[i] = (double)i;
    ntold = 0;
    told = 0;
    begin(&here);
    a.method = CM_DIRECT;
    cm_conv_array(&a, (cm_samples){x, NULL, n, 1}, factor, apart ? 2 : 1,
                  (cm_output){x + n, NULL}, &telling);
    expect(ntold > 3 && told == 1, "told %zu times, at last %g", ntold, told);
    release(&here);
    free(x);
}

static void check_largest(void)
{
    double re[] = {1, -3, 2, INFINITY, NAN, INFINITY}, im[] = {2, -5, 1, NAN, INFINITY, 0};
    int infinite;
    expect(cm_largest((cm_samples){re, im, 2, 1}, &infinite) == 5 && !infinite, "largest");
    expect(cm_largest((cm_samples){re, im, 5, 1}, &infinite) == 5 && !infinite, "missing");
    expect(cm_largest((cm_samples){re, im, 6, 1}, &infinite) == 5 && infinite, "infinite");
    expect(cm_largest((cm_samples){re, NULL, 4, 1}, &infinite) == 3 && infinite, "real");
}

/* Ones of N by N but for the first sample, the one below it and the one right of that, by a
 * kernel of 3 by 3, extended by lines. */
static void extended(double first, double below, double right, cm_na na, const double *h,
                     double *y)
{
    enum { N = 4 };
    double x[N * N];
    for (size_t i = 0; i < N * N; i++)
        x[i] = 1;
    x[0] = first;
    x[1] = below;
    x[N + 1] = right;
    cm_array a = {.rank = 2, .nx = {N, N}, .nh = {3, 3}, .mode = {CM_SAME, CM_SAME}};
    a.origin[0] = a.origin[1] = 1;
    a.boundary[0] = a.boundary[1] = CM_EXTEND;
    a.na = na;
    cm_factor factor = {h, NULL, CM_MOST_AXES};
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, NULL, N * N, 1}, &factor, 1, (cm_output){y, NULL}, env());
    release(&here);
}

/* Lines through what is not finite, along one axis after the other. */
static void check_lines(void)
{
    double ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, one[] = {1, 0, 0, 0, 0, 0, 0, 0, 0}, y[16];
    extended(NAN, 1, 1, CM_NA_PROPAGATE, ones, y);
    expect(isnan(y[0]) && !is_na(y[0]) && y[15] == 9, "a line through NaN: %g", y[0]);
    extended(na_value, 1, 1, CM_NA_PROPAGATE, ones, y);
    expect(is_na(y[0]) && y[15] == 9, "a line through NA: %g", y[0]);
    for (cm_na na = CM_NA_PROPAGATE; na <= CM_NA_RENORMALISE;
         na++) { /* Inf - Inf on the line */
        extended(INFINITY, INFINITY, 1, na, ones, y);
        expect(isnan(y[0]) && !is_na(y[0]) && y[15] == 9, "a line between infinities: %g",
               y[0]);
    }
    /* the only sample with a weight is missing, others are undefined */
    extended(INFINITY, INFINITY, NAN, CM_NA_RENORMALISE, one, y);
    expect(is_na(y[0]), "no weight on a line: %g", y[0]);
}

/* Two by two samples, of which the last one is missing, by a kernel whose other samples are so
 * small that their products with x lack digits: outputs in units. x has `part` times as much
 * for an imaginary part, if that is not 0. */
static void check_tiny(const double *x, double part, const cm_factor *factor, size_t nfactor,
                       cm_mode mode, const double *exact, double unit)
{
    cm_array a = {.rank = 2, .nx = {2, 2}, .nh = {2, 2}, .mode = {mode, mode}};
    double im[4], y[4], yi[4];
    for (size_t i = 0; i < 4; i++)
        im[i] = part * x[i];
    a.na = CM_NA_RENORMALISE;
    a.method = CM_DIRECT;
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, part != 0 ? im : NULL, 4, 1}, factor, nfactor,
                  (cm_output){y, part != 0 ? yi : NULL}, env());
    for (size_t t = 0; t < (mode == CM_VALID ? 1 : 4); t++) {
        expect(y[t] == exact[t] || fabs(y[t] / unit - exact[t]) <= 1e-11 * fabs(exact[t]),
               "tiny: %g is not %g", y[t] / unit, exact[t]);
        if (part != 0)
            expect(yi[t] == part * y[t], "tiny: imaginary %g beside %g", yi[t], y[t]);
    }
    release(&here);
}

static void check_all_tiny(void)
{
    const double s = 0x1p-600, h = 0x1p-500, l = 0x1p600, g = 0x1p-1020;
    double x[] = {3 * s, 5 * s, 9 * s, NAN}, large[] = {3 * l, 5 * l, 9 * l, NAN};
    double all[] = {1, h, h, h}, least[] = {1, g, g, g}, u[] = {1, 0x1p-450};
    cm_factor one = {all, NULL, CM_MOST_AXES}, two[] = {{u, NULL, 0}, {u, NULL, 1}};
    check_tiny(x, 0, &one, 1, CM_VALID, (double[]){17.0 / 3}, s);
    check_tiny(x, 0.5, &one, 1, CM_VALID, (double[]){17.0 / 3}, s);
    check_tiny(x, 0, &one, 1, CM_CAUSAL, (double[]){3, 5, 9, 17.0 / 3}, s);
    check_tiny(x, 0, two, 2, CM_VALID, (double[]){7}, s);
    double first[] = {NAN, 3 * s, 5 * s, 9 * s};
    check_tiny(first, 0, &one, 1, CM_CAUSAL, (double[]){0, 3, 5, 9}, s);
    x[0] = 1; /* beside a product of the usual size no digit is lacking */
    check_tiny(x, 0, &one, 1, CM_CAUSAL, (double[]){1, h, h, 1.0 / 3}, 1);
    x[0] = INFINITY;
    check_tiny(x, 0, &one, 1, CM_VALID, (double[]){INFINITY}, 1);
    one.re = least; /* weights lack digits, or imaginary parts */
    check_tiny(large, 0, &one, 1, CM_VALID, (double[]){17.0 / 3}, l);
    check_tiny(large, 1, &one, 1, CM_VALID, (double[]){17.0 / 3}, l);
    check_tiny(large, 0x1p-600, &one, 1, CM_VALID, (double[]){17.0 / 3}, l);
}

/* A missing sample of many, with threads, and by transforms. */
static void check_large(cm_method method, int threads)
{
    enum { N1 = 2000, N2 = 2100, M = 3 };
    size_t n = (size_t)N1 * N2, wrong = 0;
    cm_array a = {
        .rank = 3, .nx = {N1, N2 / 2, 2}, .nh = {M, M, 1}, .mode = {CM_SAME, CM_SAME, CM_FULL}};
    a.origin[0] = a.origin[1] = 1;
    a.boundary[0] = a.boundary[1] = CM_NEAREST;
    a.na = CM_NA_RENORMALISE;
    a.method = method;
    double *x = calloc(2 * n, sizeof *x), h[M * M] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    cm_env its = *env();
    its.threads = threads;
    for (size_t j = 0; j < n; j++)
        x[j] = 1;
    x[n - 7] = x[5] = NAN;
    cm_factor factor = {h, NULL, CM_MOST_AXES};
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, NULL, n, 1}, &factor, 1, (cm_output){x + n, NULL}, &its);
    for (size_t j = 0; j < n; j++)
        wrong += !(fabs(x[n + j] - 9) <= 1e-9);
    expect(wrong == 0, "%zu means of ones are not 1, %d threads", wrong, threads);
    release(&here);
    free(x);
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_array(&one);
    }
    check_many(0, 0);
    check_many(1, 0);
    check_many(1, 1);
    check_lines();
    check_all_tiny();
    check_large(CM_AUTO, 2);
    check_large(CM_FFT, 1);
    check_progress(0);
    check_progress(1);
    check_largest();
    return report("test-array");
}
