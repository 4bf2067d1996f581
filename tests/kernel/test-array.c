/* Arrays: cases drawn at random, and one with more kernel samples than a sum may have. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "convolve/sparse.h"
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

/* One image of 400 x 1000 tells of its progress while it is at work, and never of less than
 * before. `last` is its last sample, found out late if it is not finite; with kernels of one
 * axis each an infinite one is refused. */
static void check_progress(int apart, double last)
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
    x[n - 1] = last;
    ntold = 0;
    told = 0;
    begin(&here);
    a.method = CM_DIRECT;
    int done = cm_conv_array(&a, (cm_samples){x, NULL, n, 1}, factor, apart ? 2 : 1,
                             (cm_output){x + n, NULL}, &telling);
    expect(done == !isinf(last), "done: %d", done);
    expect(ntold > 3 && (told == 1) == done, "told %zu times, at last %g", ntold, told);
    expect(!isnan(last) || isnan(x[2 * n - 1]), "a missing sample is lost");
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

/* Rows so long that what is missing is looked for in several pieces, between polls. */
static void check_long_rows(void)
{
    enum { N = 2200000, ROWS = 3 };
    double *x = calloc(2 * (size_t)N * ROWS, sizeof *x), *y = x + (size_t)N * ROWS;
    const double h[] = {1, 1};
    for (size_t i = 0; i < (size_t)N * ROWS; i++)
        x[i] = 1;
    x[N - 1] = na_value;
    cm_array a = {.rank = 2, .nx = {N, ROWS}, .nh = {1, 2}, .mode = {CM_SAME, CM_CAUSAL}};
    a.method = CM_DIRECT;
    cm_factor factor = {h, NULL, CM_MOST_AXES};
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, NULL, (size_t)N * ROWS, 1}, &factor, 1,
                  (cm_output){y, NULL}, env());
    release(&here);
    size_t wrong = 0;
    for (size_t i = 0; i < (size_t)N * ROWS; i++)
        wrong += i % N == N - 1 && i < 2 * (size_t)N ? !is_na(y[i]) : y[i] != (i < N ? 1 : 2);
    expect(wrong == 0, "long rows: %zu are wrong", wrong);
    free(x);
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

/* Kernels of one axis each, by the definition, one axis after the other: whole numbers are
 * exact. */
typedef struct {
    cm_array a;
    cm_factor factor[CM_MOST_AXES];
    size_t nfactor;
} passes;

/* Gives an axis a kernel of m samples and a boundary that takes a result as long as the signal.
 */
static void add_pass(passes *p, size_t axis, size_t m, cm_boundary boundary)
{
    double *h = guarded_doubles(m, AT_END);
    for (size_t i = 0; i < m; i++)
        h[i] = (double)(i * i % 7) - 2;
    p->factor[p->nfactor++] = (cm_factor){h, NULL, axis};
    p->a.nh[axis] = m;
    p->a.mode[axis] = CM_SAME;
    p->a.origin[axis] = m / 3;
    p->a.boundary[axis] = boundary;
}

static passes new_passes(size_t n1, size_t n2, size_t n3)
{
    return (passes){.a = {.rank = 3, .nx = {n1, n2, n3}, .nh = {1, 1, 1}}};
}

static void plain_pass(const cm_array *a, const cm_factor *f, const double *x, double *y)
{
    size_t run = 1, n = a->nx[f->axis], all = a->nx[0] * a->nx[1] * a->nx[2];
    for (size_t k = 0; k < f->axis; k++)
        run *= a->nx[k];
    memset(y, 0, all * sizeof *y);
    for (size_t from = 0; from < all; from += n * run) {
        for (size_t k = 0; k < n * a->nh[f->axis]; k++) {
            size_t at = k % n, i = k / n;
            ptrdiff_t place = (ptrdiff_t)(at + a->origin[f->axis]) - (ptrdiff_t)i;
            cm_sources s = cm_sources_of(place, n, a->boundary[f->axis]);
            for (int j = 0; j < s.n; j++)
                for (size_t c = 0; c < run; c++)
                    y[from + at * run + c] +=
                        f->re[i] * s.weight[j] * x[from + s.at[j] * run + c];
        }
    }
}

static void check_passes(const passes *p, int threads)
{
    size_t n = p->a.nx[0] * p->a.nx[1] * p->a.nx[2], wrong = 0;
    double *x = calloc(4 * n, sizeof *x), *y = x + n, *from = y + n, *to = from + n;
    source s = generator(n);
    for (size_t j = 0; j < n; j++)
        x[j] = from[j] = (double)draw(&s, 9) - 4;
    static int level;
    use_level(level++ % LEVELS);
    cm_env its = *env();
    its.threads = threads;
    begin(&here);
    cm_conv_array(&p->a, (cm_samples){x, NULL, n, 1}, p->factor, p->nfactor,
                  (cm_output){y, NULL}, &its);
    for (size_t f = 0; f < p->nfactor; f++) {
        plain_pass(&p->a, p->factor + f, from, to);
        double *swap = from;
        from = to;
        to = swap;
    }
    for (size_t j = 0; j < n; j++)
        wrong += y[j] != from[j];
    expect(wrong == 0, "passes: %zu of %zu are wrong, %zu x %zu x %zu, %d threads", wrong, n,
           p->a.nx[0], p->a.nx[1], p->a.nx[2], threads);
    release(&here);
    free(x);
}

/* Pieces and columns, at sizes around their edges, with kernels longer than the array. */
static void check_pieces(void)
{
    static const size_t sizes[][3] = {{600, 400, 1}, {64, 40, 9}, {3, 5, 700},
                                      {520, 52, 6},  {1, 40, 37}, {65, 31, 120}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (cm_boundary b = CM_ZERO; b <= CM_EXTEND; b++) {
            const size_t *n = sizes[i];
            passes p = new_passes(n[0], n[1], n[2]), some = p;
            if (b == CM_MISSING)
                continue;
            cm_boundary line = b == CM_EXTEND && n[0] == 1 ? CM_WRAP : b;
            add_pass(&p, 0, n[0] == 1 ? 4 : n[0] < 9 ? 3 : 9, n[0] == 1 ? CM_NEAREST : line);
            add_pass(&p, 1, n[1] < 9 ? 3 : 8, b);
            add_pass(&p, 2, 4, n[2] == 1 ? CM_WRAP : b);
            add_pass(&some, 1, n[1] < 9 ? 2 : 7, b);
            check_passes(&p, 1);
            check_passes(&some, 1);
            release_guarded();
        }
    }
    passes p = new_passes(4, 3, 2);
    add_pass(&p, 0, CM_SPARSE_MOST + 1, CM_NEAREST);
    add_pass(&p, 1, 2, CM_WRAP);
    check_passes(&p, 1);
    p = new_passes(70, 1100, 1);
    add_pass(&p, 0, 1030, CM_REFLECT); /* longer than the axis, and few columns at a time */
    add_pass(&p, 1, 1030, CM_ZERO);
    check_passes(&p, 1);
    p = new_passes(200, 200, 140); /* enough for threads */
    add_pass(&p, 0, 20, CM_MIRROR);
    add_pass(&p, 1, 20, CM_WRAP);
    add_pass(&p, 2, 40, CM_NEAREST);
    check_passes(&p, 3);
    release_guarded();
}

/* Complex kernels, of which the second is real, and their outer product. */
static void check_complex_passes(cm_method method)
{
    enum { N1 = 12, N2 = 10, M1 = 3, M2 = 4 };
    double x[N1 * N2], y[4][N1 * N2], re[M1] = {1, -2, 3}, im[M1] = {2, 0, -1},
                                      own[M2] = {3, 1, -1, 2}, h[2][M1 * M2];
    for (size_t j = 0; j < N1 * N2; j++)
        x[j] = (double)(j * j % 11);
    for (size_t i = 0; i < M1 * M2; i++) {
        h[0][i] = re[i % M1] * own[i / M1];
        h[1][i] = im[i % M1] * own[i / M1];
    }
    cm_array a = {.rank = 2, .nx = {N1, N2}, .nh = {M1, M2}, .mode = {CM_SAME, CM_SAME}};
    a.boundary[0] = CM_NEAREST;
    a.boundary[1] = CM_WRAP;
    a.method = method;
    cm_factor apart[2] = {{re, im, 0}, {own, NULL, 1}}, all = {h[0], h[1], CM_MOST_AXES};
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, NULL, N1 * N2, 1}, apart, 2, (cm_output){y[0], y[1]},
                  env());
    cm_conv_array(&a, (cm_samples){x, NULL, N1 * N2, 1}, &all, 1, (cm_output){y[2], y[3]},
                  env());
    for (size_t j = 0; j < N1 * N2; j++)
        expect(fabs(y[0][j] - y[2][j]) + fabs(y[1][j] - y[3][j]) <= 1e-9,
               "complex passes: %g is not %g", y[0][j], y[2][j]);
    release(&here);
}

/* A sample that is not finite, in a piece and where all columns are one stage. */
static void check_missing_passes(size_t n1, size_t axis, int complex, size_t at)
{
    size_t n = n1 * 700, wrong = 0;
    passes p = new_passes(n1, 700, 1);
    add_pass(&p, axis, 3, CM_NEAREST);
    double *x = calloc(4 * n, sizeof *x), *im = complex ? x + n : NULL, *y = x + 2 * n;
    (complex ? im : x)[at < n ? at : n - 1] = NAN;
    begin(&here);
    cm_conv_array(&p.a, (cm_samples){x, im, n, 1}, p.factor, p.nfactor,
                  (cm_output){y, complex ? y + n : NULL}, env());
    for (size_t j = 0; j < n; j++)
        wrong += !(y[j] == 0);
    expect(wrong == 2 && isnan(y[at < n ? at : n - 1]), "%zu outputs are missing", wrong);
    release(&here);
    release_guarded();
    free(x);
}

/* Slices by one kernel, which are columns, have the bits of each slice by itself. */
static void check_slices(void)
{
    enum { N = 70, SLICES = 6, M = 3 };
    size_t each = (size_t)N * N, n = each * SLICES;
    double *x = calloc(3 * n, sizeof *x), *y = x + n, *own = y + n, h[M * M];
    source s = generator(1);
    for (size_t j = 0; j < n; j++)
        x[j] = draw_unit(&s);
    for (size_t i = 0; i < M * M; i++)
        h[i] = draw_unit(&s);
    cm_array a = {.rank = 3, .nx = {N, N, SLICES}, .nh = {M, M, 1}};
    a.mode[0] = a.mode[1] = CM_SAME;
    a.method = CM_DIRECT;
    cm_factor factor = {h, NULL, CM_MOST_AXES};
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, NULL, n, 1}, &factor, 1, (cm_output){y, NULL}, env());
    a.rank = 2;
    for (size_t from = 0; from < n; from += each)
        cm_conv_array(&a, (cm_samples){x + from, NULL, each, 1}, &factor, 1,
                      (cm_output){own + from, NULL}, env());
    expect(same_bits(y, own, n), "slices have other bits by themselves");
    release(&here);
    free(x);
}

/* An axis of an array whose samples are products, one factor for each axis; so are outputs. */
typedef struct {
    size_t n, m, origin;
    cm_mode mode;
    cm_boundary boundary;
    size_t missing;    /* the place of a sample, or SIZE_MAX */
    double *x, *h, *y; /* factors of samples, of the kernel, of outputs */
    unsigned char *met,
        *lacks; /* does an output meet that place; or what is missing outside? */
    size_t ny;
} line;

static void lay_out(line *l)
{
    cm_window w = cm_mode_window(l->mode, l->n, l->m, l->origin);
    l->ny = w.ny;
    l->x = calloc(l->n + l->m + 3 * w.ny, sizeof *l->x);
    l->h = l->x + l->n;
    l->y = l->h + l->m;
    l->met = (unsigned char *)(l->y + w.ny);
    l->lacks = l->met + w.ny;
    for (size_t j = 0; j < l->n; j++)
        l->x[j] = (double)((7 * j + l->n) % 5) - 1;
    for (size_t i = 0; i < l->m; i++)
        l->h[i] = (double)(i % 3) + 1;
    for (size_t k = 0; k < w.ny; k++)
        for (size_t i = 0; i < l->m; i++) {
            ptrdiff_t place = (ptrdiff_t)(w.first + k) - (ptrdiff_t)i;
            int inside = place >= 0 && place < (ptrdiff_t)l->n;
            cm_sources s = {1, {(size_t)place}, {1}};
            if (!inside)
                s = cm_sources_of(place, l->n, l->boundary);
            l->lacks[k] |= l->boundary == CM_MISSING && !inside;
            for (int p = 0; p < s.n; p++) {
                l->y[k] += l->h[i] * s.weight[p] * l->x[s.at[p]];
                l->met[k] |= s.at[p] == l->missing;
            }
        }
}

/* Arrays that are convolved some outputs at a time: whole numbers, which come out exact.
 * Complex ones have two equal parts. */
static void check_slabs(line *axis, size_t rank, cm_method method, int apart, int complex)
{
    cm_array a = {.rank = rank, .method = method};
    cm_factor factor[CM_MOST_AXES];
    size_t nfactor = 0, nh = 1, n = 1, ny = 1, missing = 0, wrong = 0;
    int any = 1;
    for (size_t k = rank; k-- > 0;) {
        lay_out(axis + k);
        any &= axis[k].missing != SIZE_MAX;
        missing = missing * axis[k].n + (any ? axis[k].missing : 0);
    }
    for (size_t k = 0; k < rank; k++) {
        line *l = axis + k;
        a.nx[k] = l->n, a.nh[k] = l->m, a.origin[k] = l->origin;
        a.mode[k] = l->mode, a.boundary[k] = l->boundary;
        n *= l->n, nh *= l->m, ny *= l->ny;
        if (l->m > 1)
            factor[nfactor++] = (cm_factor){l->h, NULL, k};
    }
    double *x = calloc(n + nh + 2 * ny, sizeof *x), *h = x + n, *y = h + nh, *im = y + ny;
    for (size_t j = 0; j < n + nh; j++) {
        double *to = x + j;
        *to = 1;
        for (size_t k = 0, rest = j < n ? j : j - n; k < rank; k++) {
            size_t size = j < n ? axis[k].n : axis[k].m;
            *to *= j < n ? axis[k].x[rest % size] : axis[k].h[rest % size];
            rest /= size;
        }
    }
    if (any)
        x[missing] = na_value;
    if (!apart)
        factor[0] = (cm_factor){h, NULL, CM_MOST_AXES}, nfactor = 1;
    begin(&here);
    cm_conv_array(&a, (cm_samples){x, complex ? x : NULL, n, 1}, factor, nfactor,
                  (cm_output){y, complex ? im : NULL}, env());
    for (size_t t = 0; t < ny; t++) {
        double exact = 1;
        int met = any, lacks = 0;
        for (size_t k = 0, rest = t; k < rank; rest /= axis[k].ny, k++) {
            exact *= axis[k].y[rest % axis[k].ny];
            met &= axis[k].met[rest % axis[k].ny];
            lacks |= axis[k].lacks[rest % axis[k].ny];
        }
        wrong += met || lacks ? !is_na(y[t]) : y[t] != exact;
        wrong += complex && !same_bits(y + t, im + t, 1);
    }
    expect(wrong == 0, "slabs of %zu axes, method %d: %zu are wrong", rank, method, wrong);
    release(&here);
    for (size_t k = 0; k < rank; k++)
        free(axis[k].x);
    free(x);
}

/* The memory of slabs, and what is taken elsewhere when it is full. */
static void check_arena(void)
{
    cm_env telling = *env();
    telling.progress = tell;
    told = 0;
    cm_arena arena;
    begin(&here);
    cm_env own = cm_with_arena(&arena, 200, &telling);
    char *first = own.alloc(own.data, 64), *end = arena.memory + 200;
    void *mark = own.mark(own.data);
    char *second = own.alloc(own.data, 70), *other = own.alloc(own.data, 300);
    expect(first == arena.memory && second > first && second + 70 <= end, "in the arena");
    expect(other + 300 <= arena.memory || other >= end, "no room in the arena");
    own.release(own.data, mark);
    expect(own.alloc(own.data, 70) == (void *)mark, "memory is not used again");
    cm_tell(0.5, &own);
    expect(told == 0.5, "told %g", told);
    own.poll(own.data);
    telling = cm_quiet(&telling);
    expect(!cm_with_arena(&arena, 10, &telling).progress, "who looks?");
    release(&here);
}

/* Two kernels of which the first has too large a range to give its scale to the last, or the
 * two together too large a product. */
static void check_scales(double h0, double h1, double last, int fits)
{
    enum { N = 5 };
    cm_array a = {.rank = 2, .nx = {N, N}, .nh = {2, 2}};
    double x[N * N], y[(N + 1) * (N + 1)], h[2][2] = {{h0, h1}, {last, last}};
    cm_factor factor[2] = {{h[0], NULL, 0}, {h[1], NULL, 1}};
    for (size_t j = 0; j < N * N; j++)
        x[j] = 1;
    begin(&here);
    int done = cm_conv_array(&a, (cm_samples){x, NULL, N * N, 1}, factor, 2,
                             (cm_output){y, NULL}, env());
    expect(done == fits, "kernels of %g and %g fit: %d", h0, last, done);
    expect(!done || (y[0] == h0 * last && y[(N + 1) * (N + 1) - 1] == h1 * last), "scale of %g",
           h0);
    release(&here);
}

/* Each boundary in turn along the last axis that has a kernel. */
static void check_all_slabs(void)
{
    const cm_boundary last[] = {CM_ZERO,   CM_WRAP,    CM_MISSING, CM_EXTEND,
                                CM_MIRROR, CM_NEAREST, CM_MISSING, CM_REFLECT};
    for (int i = 0; i < 8; i++) {
        int apart = i % 2, any = i % 4 < 2, complex = i % 3 == 0;
        cm_boundary b = last[i];
        cm_mode mode = b == CM_ZERO ? CM_FULL : CM_SAME;
        cm_method method = i < 4 ? CM_AUTO : CM_DIRECT;
        line volume[] = {
            {.n = 120, .m = 3, .mode = CM_FULL, .missing = any ? 7 : SIZE_MAX},
            {.n = 130, .m = 2, .mode = CM_VALID, .missing = 60},
            {.n = 140, .m = 4, .origin = b != CM_ZERO, .mode = mode, .boundary = b}};
        line series[] = {{.n = 40, .m = 3, .mode = CM_FULL, .missing = any ? 7 : SIZE_MAX},
                         {.n = 700, .m = 5, .mode = mode, .boundary = b, .missing = 699},
                         {.n = 81, .m = 1, .missing = 3}};
        volume[2].missing = 101;
        check_slabs(volume, 3, method, apart, complex);
        check_slabs(series, 3, method, apart, complex);
    }
    line wide[] = {{.n = 1100, .m = 2, .mode = CM_FULL, .missing = 9},
                   {.n = 400, .m = 2, .mode = CM_FULL, .missing = 8},
                   {.n = 4, .m = 3, .mode = CM_FULL, .missing = 1}};
    line two[] = {{.n = 900, .m = 3, .mode = CM_FULL, .missing = 9},
                  {.n = 900, .m = 3, .mode = CM_FULL, .missing = 8},
                  {.n = 2, .m = 1, .missing = 1}};
    check_slabs(wide, 3, CM_AUTO, 0, 0);
    check_slabs(two, 3, CM_AUTO, 0, 0);
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        use_level((int)(run % LEVELS));
        check_array(&one);
    }
    check_many(0, 0);
    check_many(1, 0);
    check_many(1, 1);
    check_lines();
    check_long_rows();
    check_all_tiny();
    check_large(CM_AUTO, 2);
    check_large(CM_FFT, 1);
    check_pieces();
    check_missing_passes(30, 0, 0, SIZE_MAX);
    check_missing_passes(30, 0, 1, SIZE_MAX);
    check_missing_passes(300, 0, 0, 0); /* before other pieces */
    check_missing_passes(300, 1, 0, SIZE_MAX);
    check_complex_passes(CM_AUTO);
    check_complex_passes(CM_FFT);
    check_slices();
    check_all_slabs();
    check_arena();
    check_scales(0x1p600, 0x1p-600, 1, 1);
    check_scales(0x1p600, 0x1p600, 0x1p600, 0);
    check_scales(3, 5, 7, 1);
    check_progress(0, 1);
    check_progress(1, 1);
    check_progress(1, NAN);
    check_progress(1, INFINITY);
    check_largest();
    return report("test-array");
}
