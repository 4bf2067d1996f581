/* The transforms by themselves, at every instruction set and length: against sums in long
 * double if the kernel or the block is short, by several threads, and left at every poll.
 *
 *   test-transform [LONGEST], the longest block, a power of two; 2097152 unless given
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convolve/transform.h"
#include "loops/loops.h"
#include "support.h"

static double *aligned(size_t n)
{
    return cm_align(guarded(n * sizeof(double) + CM_ALIGNMENT, AT_END));
}

/* ---- a block by transforms --------------------------------------------------------------- */

/* Copies the rows of a block, each to memory that begins or ends at a guard page. */
static void set_out(const cm_transform *t, const double *x, double **row, side side)
{
    cm_row_layout rows = cm_transform_rows(t);
    for (size_t j = 0; j < rows.nrow; j++) {
        row[j] = guarded_doubles(rows.n, side);
        memcpy(row[j], x + j * rows.n, rows.n * sizeof *x);
    }
}

static void bring_in(const cm_transform *t, double *const *row, double *y)
{
    cm_row_layout rows = cm_transform_rows(t);
    for (size_t j = 0; j < rows.nrow; j++)
        memcpy(y + j * rows.n, row[j], rows.n * sizeof *y);
}

/* y = x h for blocks of n doubles, by rows that are anywhere; the kernel's room is guarded. */
static void convolve(size_t n, const double *x, const double *h, double *y, side side,
                     const cm_env *env)
{
    const cm_transform *t = cm_transform_new(n, env);
    double *kernel = aligned(cm_transform_size(t)), *z = aligned(cm_transform_size(t));
    double *from[CM_MOST_ROWS], *scaled[CM_MOST_ROWS], *divided = guarded_doubles(n, AT_END);
    for (size_t i = 0; i < n; i++)
        divided[i] = h[i] / ((double)n / 2);
    set_out(t, x, from, side);
    set_out(t, divided, scaled, side);
    cm_transform_kernel(t, (const double *const *)scaled, kernel, env);
    cm_transform_convolve(t, (const double *const *)from, kernel, z, from, env);
    bring_in(t, from, y);
}

/* ---- the same by sums ----------------------------------------------------------------------
 */

/* Output k of a block of n real samples with a kernel of m samples. */
static long double real_sum(const double *x, size_t n, const double *h, size_t m, size_t k)
{
    long double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += (long double)h[i] * (k >= i ? x[k - i] : -x[n + k - i]);
    return sum;
}

/* Output k of a block of n / 2 complex samples: all real parts, then all imaginary parts. */
static void complex_sum(const double *x, size_t n, const double *h, size_t k,
                        long double sum[2])
{
    size_t half = n / 2;
    sum[0] = sum[1] = 0;
    for (size_t i = 0; i < half; i++) {
        size_t j = k >= i ? k - i : half + k - i;
        long double re = (long double)h[i] * x[j] - (long double)h[half + i] * x[half + j],
                    im = (long double)h[i] * x[half + j] + (long double)h[half + i] * x[j];
        sum[0] += k >= i ? re : -im;
        sum[1] += k >= i ? im : re;
    }
}

static double norm(const double *x, size_t n)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (long double)x[i] * x[i];
    return (double)sqrtl(sum);
}

/* ---- errors
 * ---------------------------------------------------------------------------------- */

/* The largest part of its bound that an error has had. */
static double used;

static void check_error(size_t n, const double *x, const double *h, double error)
{
    const cm_transform *t = cm_transform_new(n, env());
    double bound = cm_transform_error(t) * norm(x, n) * norm(h, n);
    expect(error <= bound, "a transform of %zu at %s is off by %g of its bound", n,
           cm_simd_level(NULL), error / bound);
    used = fmax(used, error / bound);
}

/* Signals that make large errors, and ordinary ones. */
static void draw_pair(source *s, double *x, double *h, size_t n, size_t m)
{
    int kind = (int)draw(s, 5);
    memset(h, 0, n * sizeof *h);
    for (size_t i = 0; i < n; i++)
        x[i] = kind == 1 ? 1 + draw_unit(s) : draw_unit(s);
    for (size_t i = 0; i < m; i++)
        h[i] = kind == 2 ? x[n - 1 - i] : kind == 1 ? 1 + draw_unit(s) : draw_unit(s);
    if (kind == 3) { /* one output has all the energy there is */
        memset(x, 0, n * sizeof *x);
        for (size_t i = 0; i < m; i++)
            x[n - 1 - i] = h[i];
    }
    if (kind == 4)
        for (size_t i = 0; i < n; i++)
            x[i] = sin((double)i * 0.37) * (i % 3 ? 1 : 1e3);
}

/* A short kernel, and some outputs, among them those where the block begins and ends. */
static void check_short_kernel(source *s, size_t n)
{
    size_t m = 1 + draw(s, n < 400 ? n : 400), few = 500;
    double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(n, AT_END),
           *y = guarded_doubles(n, AT_END), error = 0;
    draw_pair(s, x, h, n, m);
    begin(&here);
    convolve(n, x, h, y, draw(s, 2) ? AT_START : AT_END, env());
    for (size_t i = 0; i < few; i++) {
        size_t k = i < 100 ? i % n : i < 200 ? n - 1 - i % 100 : draw(s, n);
        error = fmax(error, (double)fabsl(real_sum(x, n, h, m, k) - y[k]));
    }
    check_error(n, x, h, error);
    release(&here);
    release_guarded();
}

/* All outputs, of real and of complex samples. */
static void check_full_kernel(source *s, size_t n)
{
    double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(n, AT_END),
           *y = guarded_doubles(n, AT_END), error = 0, complex_error = 0;
    draw_pair(s, x, h, n, n);
    begin(&here);
    convolve(n, x, h, y, AT_END, env());
    for (size_t k = 0; k < n; k++)
        error = fmax(error, (double)fabsl(real_sum(x, n, h, n, k) - y[k]));
    for (size_t k = 0; k < n / 2; k++) { /* the same numbers as complex ones */
        long double sum[2];
        complex_sum(x, n, h, k, sum);
        complex_error =
            fmax(complex_error, (double)hypotl(sum[0] - y[k], sum[1] - y[n / 2 + k]));
    }
    check_error(n, x, h, error);
    expect(complex_error > 0 || norm(x, n) == 0, "complex sums are not compared");
    check_error(n, x, h, complex_error);
    release(&here);
    release_guarded();
}

/* ---- what must not matter ------------------------------------------------------------------
 */

/* The same bits with new tables, and by several threads. */
static void check_bits(source *s, size_t n)
{
    double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(n, AT_END),
           *y = guarded_doubles(n, AT_END), *again = guarded_doubles(n, AT_END);
    cm_env many = *env();
    many.threads = 3;
    draw_pair(s, x, h, n, n / 3);
    begin(&here);
    convolve(n, x, h, y, AT_END, env());
    convolve(n, x, h, again, AT_START, env());
    expect(same_bits(y, again, n), "other bits of %zu the second time", n);
    cm_transform_forget();
    convolve(n, x, h, again, AT_END, &many);
    expect(same_bits(y, again, n), "other bits of %zu among threads", n);
    release(&here);
    release_guarded();
}

/* A long transform polls, and may be left there. */
static void check_leaving(source *s, size_t n)
{
    double *x = guarded_doubles(n, AT_END), *h = guarded_doubles(n, AT_END),
           *y = guarded_doubles(n, AT_END), *again = guarded_doubles(n, AT_END);
    draw_pair(s, x, h, n, n / 3);
    begin(&here);
    convolve(n, x, h, y, AT_END, env());
    size_t polls = here.npoll;
    expect(polls > 1, "%zu polls in a transform of %zu", polls, n);
    for (size_t i = 1; i <= polls; i += 1 + polls / 9) {
        begin(&here);
        here.leave_poll = i;
        if (i % 2)
            cm_transform_forget();
        if (setjmp(here.leave) == 0) {
            convolve(n, x, h, again, AT_END, env());
            expect(0, "poll %zu does not leave", i);
        }
        begin(&here);
        convolve(n, x, h, again, AT_END, env());
        expect(same_bits(y, again, n), "other bits of %zu after leaving at poll %zu", n, i);
    }
    release(&here);
    release_guarded();
}

int main(int argc, char **argv)
{
    size_t longest = argc > 1 ? (size_t)atol(argv[1]) : 2097152;
    source s = generator(3);
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        for (size_t two = 128; two <= longest; two *= 2) {
            for (size_t odd = 1; odd <= 5; odd += 2) {
                size_t n = odd * two, times = n < 5000 ? 30 : n < 100000 ? 5 : 1;
                for (size_t i = 0; i < times && n <= longest * 5 / 2; i++)
                    check_short_kernel(&s, n);
                for (size_t i = 0; i < 5 && n < 2000; i++)
                    check_full_kernel(&s, n);
            }
        }
        for (size_t n = 128; n <= longest; n *= 32)
            check_bits(&s, n);
        check_bits(&s, longest / 2 * 3);
        if (longest >= 262144)
            check_leaving(&s, longest / 2);
    }
    expect(used < 1.0 / 10 && used > 1.0 / 40, "an error is %g of its bound", used);
    printf("test-transform: an error is at most %.2g of its bound\n", used);
    cm_transform_forget();
    return report("test-transform");
}
