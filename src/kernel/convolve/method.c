/* Which way of convolving is the fastest, by costs in nanoseconds, the means of those
 * measured on AVX-512 machines of 2023 and 2024. Only their ratios matter, and those vary
 * less between machines. `make bench` shows what it comes to.
 */
#include "convolve/method.h"

#include <math.h>
#include <string.h>

#include "loops/loops.h"

/* Most terms that are added one after the other: see sparse.c. */
#define SPARSE_MOST 16384

/* Number of pairs (j, i) of samples with j + i < k, j < nx and i < nh. */
static double pairs_below(double k, double nx, double nh)
{
    double sum = 0, part[4] = {k, k - nx, k - nh, k - nx - nh};
    for (int i = 0; i < 4; i++)
        if (part[i] > 0)
            sum += (i == 1 || i == 2 ? -1 : 1) * part[i] * (part[i] + 1) / 2;
    return sum;
}

/* Multiply-adds of the outputs of a window. */
static double pairs(size_t nx, size_t nh, cm_window w)
{
    return pairs_below((double)(w.first + w.ny), (double)nx, (double)nh) -
           pairs_below((double)w.first, (double)nx, (double)nh);
}

static double direct_cost(size_t nx, size_t nh, cm_window w)
{
    size_t lanes = cm_current_simd()->lanes, shorter = nx < nh ? nx : nh;
    double each = lanes == 8 ? (shorter < 32 ? 0.05 : 0.024) : lanes == 4 ? 0.055 : 0.16;
    return each * pairs(nx, nh, w) + (double)w.ny + 100;
}

/* A pair of transforms with all that comes before and after, the guard included, in
 * nanoseconds a value, of lengths that FFTW is good at. Beyond the table it grows with log2(n).
 */
static const struct {
    size_t n;
    double each;
} lengths[] = {{256, 3.8},     {512, 3.7},   {1024, 3.8},     {2048, 4.1},
               {2560, 4.1},    {4096, 4.2},  {5120, 4.4},     {8960, 5.0},
               {17920, 5.2},   {40960, 6.3}, {81920, 6.9},    {131072, 7.8},
               {327680, 10.0}, {655360, 11}, {1048576, 13.5}, {2097152, 17}};

enum { LENGTHS = sizeof lengths / sizeof *lengths };

/* The least 16 2^a times an odd number that FFTW is good at, from `least` on. */
static size_t smooth(size_t least)
{
    static const short odd[] = {1,  5,   7,   9,   15,  21,  25,  27,  35,  45,  49,  63, 75,
                                81, 105, 125, 135, 147, 175, 189, 225, 245, 315, 343, 375};
    size_t best = 0;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        size_t n = 16 * (size_t)odd[i];
        while (n < least)
            n *= 2;
        if (best == 0 || n < best)
            best = n;
    }
    return best;
}

static double fft_cost(size_t n)
{
    int i = 0;
    while (i + 1 < LENGTHS && lengths[i].n < n)
        i++;
    double more = n > lengths[i].n ? log2((double)n / (double)lengths[i].n) : 0;
    return (lengths[i].each + more) * (double)n + 300;
}

/* The best length of the transforms, and the cost of it all. */
static double best_fft(size_t nx, size_t nh, cm_window w, size_t *best)
{
    size_t whole = smooth(cm_fft_whole(nx, nh, w));
    *best = whole;
    double least = 1.5 * fft_cost(whole);
    for (int i = 0; i < LENGTHS && lengths[i].n < whole; i++) {
        size_t n = lengths[i].n;
        if (n < 2 * nh)
            continue;
        double blocks = ceil((double)w.ny / (double)(n - nh + 1));
        double cost = (blocks + 0.5) * fft_cost(n);
        if (cost < least) {
            least = cost;
            *best = n;
        }
    }
    return least;
}

/* Skipping zeros of x, if there are enough of them; `rest` is the number of the others. */
static double sparse_cost(const cm_problem *p, size_t *rest)
{
    const cm_simd *simd = cm_current_simd();
    const double *x = p->x;
    size_t nx = p->nx, nh = p->nh;
    int some = 0; /* zeros among 64 samples: none means few in all */
    for (size_t i = 0; i < 64; i++)
        some += x[i * (nx / 64)] == 0;
    if (some < 8)
        return INFINITY;
    *rest = cm_count_nonzero(x, nx);
    if ((*rest < nh ? *rest : nh) > SPARSE_MOST)
        return INFINITY;
    double span = (double)(nh < p->w.ny ? nh : p->w.ny) + CM_STRIP;
    return (double)*rest * span *
               (simd->lanes == 8   ? 0.05
                : simd->lanes == 4 ? 0.1
                                   : 0.3) +
           (double)nx + (double)p->w.ny;
}

/* Without the samples of x and h that no output has a term of. */
static cm_problem trimmed(const cm_problem *p)
{
    cm_problem q = *p;
    size_t last = p->w.first + p->w.ny - 1; /* terms have j <= last, j > first - nh */
    size_t j0 = p->w.first >= p->nh ? p->w.first - (p->nh - 1) : 0;
    size_t i0 = p->w.first >= p->nx ? p->w.first - (p->nx - 1) : 0;
    q.x += j0;
    q.nx = (last < p->nx ? last + 1 : p->nx) - j0;
    q.h += i0;
    q.nh = (last < p->nh ? last + 1 : p->nh) - i0;
    q.w.first -= j0 + i0;
    return q;
}

cm_problem cm_column(const cm_problem *p, size_t c)
{
    cm_problem q = *p;
    q.x += c * p->xstep;
    q.y += c * p->ystep;
    q.ncol = 1;
    return q;
}

/* The faster of sums and transforms, which depends on sizes only. */
static cm_method choose_by_size(const cm_problem *p, size_t *n, double *cost)
{
    double fft = INFINITY;
    *cost = direct_cost(p->nx, p->nh, p->w);
    if (*cost > 2000)
        fft =
            p->nh <= p->nx ? best_fft(p->nx, p->nh, p->w, n) : best_fft(p->nh, p->nx, p->w, n);
    if (fft >= *cost)
        return CM_DIRECT;
    *cost = fft;
    return CM_FFT_GUARDED;
}

/* Is `cost` so much that it may be worth while to look for zeros in x? */
static int may_be_sparse(const cm_problem *p, double cost)
{
    return cost > 4000 + 2 * (double)p->nx;
}

cm_method cm_choose(const cm_problem *problem, size_t *n, double *cost)
{
    cm_problem p = trimmed(problem);
    size_t rest;
    cm_method method = choose_by_size(&p, n, cost);
    double sparse = may_be_sparse(&p, *cost) ? sparse_cost(&p, &rest) : INFINITY;
    if (sparse >= *cost)
        return method;
    *cost = sparse;
    return CM_SPARSE;
}

int cm_sums_will_do(const cm_problem *problem, cm_method method)
{
    cm_problem p = trimmed(problem);
    size_t n;
    double cost;
    if (method != CM_AUTO)
        return method == CM_DIRECT;
    return choose_by_size(&p, &n, &cost) == CM_DIRECT && !may_be_sparse(&p, cost);
}

static int run_fft(const cm_problem *p, size_t n, int guarded, const cm_env *env)
{
    if (p->nh <= p->nx)
        return cm_conv_fft(p, n, guarded, env);
    int done = 1; /* F is symmetric in x and h: let h be the shorter */
    for (size_t c = 0; c < p->ncol && done; c++) { // # nocov: it is always done
        cm_problem q = cm_column(p, c);
        const double *x = q.x;
        q.x = p->h, q.nx = p->nh;
        q.h = x, q.nh = p->nx;
        q.max_x = cm_current_simd()->survey(q.x, q.nx);
        done = cm_conv_fft(&q, n, guarded, env);
    }
    return done;
}

static void run(const cm_problem *p, cm_method method, size_t n, const cm_env *env)
{
    if (method == CM_DIRECT || !run_fft(p, n, method == CM_FFT_GUARDED, env))
        cm_conv_direct(p, env);
}

/* Columns of mostly zeros by themselves, those between them together. */
static void run_apart(const cm_problem *p, cm_method method, size_t n, double cost,
                      const cm_env *env)
{
    size_t from = 0, rest;
    for (size_t c = 0; c <= p->ncol; c++) {
        cm_problem column = cm_column(p, c);
        int sparse = c < p->ncol && sparse_cost(&column, &rest) < cost;
        if (c < p->ncol && !sparse)
            continue;
        cm_problem between = cm_column(p, from);
        between.ncol = c - from;
        if (between.ncol > 0)
            run(&between, method, n, env);
        if (sparse)
            cm_conv_sparse(&column, rest, env);
        from = c + 1;
    }
}

void cm_conv_real(const cm_problem *problem, cm_method method, const cm_env *env)
{
    cm_problem p = trimmed(problem);
    size_t n = 0;
    double cost;
    if (method == CM_AUTO) {
        method = choose_by_size(&p, &n, &cost);
        if (may_be_sparse(&p, cost))
            run_apart(&p, method, n, cost, env);
        else
            run(&p, method, n, env);
    } else if (method == CM_SPARSE) {
        for (size_t c = 0; c < p.ncol; c++) {
            cm_problem column = cm_column(&p, c);
            cm_conv_sparse(&column, cm_count_nonzero(column.x, p.nx), env);
        }
    } else {
        if (method != CM_DIRECT)
            p.nh <= p.nx ? best_fft(p.nx, p.nh, p.w, &n) : best_fft(p.nh, p.nx, p.w, &n);
        run(&p, method, n, env);
    }
}

void cm_conv_part(const cm_problem *whole, size_t t, size_t nt, const cm_env *env)
{
    cm_problem p = *whole;
    p.w = (cm_window){whole->w.first + t, nt};
    p.y += t;
    p = trimmed(&p);
    size_t n = 0;
    double cost;
    cm_method method = cm_choose(&p, &n, &cost);
    /* an FFT helps only where it sees less of the signal, and so less error */
    if (method == CM_FFT_GUARDED &&
        (double)p.nx * (double)p.nh >= 0.3 * (double)whole->nx * (double)whole->nh)
        method = CM_DIRECT;
    if (method == CM_SPARSE)
        cm_conv_sparse(&p, cm_count_nonzero(p.x, p.nx), env);
    else
        run(&p, method, n, env);
}
