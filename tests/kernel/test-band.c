/* Banded least squares: the factors by reflections and by Cholesky against the normal
 * equations, R'R = B'B, and the band of the inverse against the inverse itself, both in long
 * double. Sizes are around the blocks of band.c. Rows start apart, many at one column, or at no
 * column of a stretch. Plain loops take the place of LAPACK. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static size_t qr_work(size_t nrow, size_t ncol)
{
    return nrow + ncol;
}

/* Householder reflections, one column after the other. */
static void qr(double *W, size_t ld, size_t nrow, size_t ncol, double *scratch)
{
    double *v = scratch + ncol; /* after the factors that LAPACK would keep there */
    for (size_t k = 0; k < ncol && k < nrow; k++) {
        double norm = 0, vv = 0;
        for (size_t i = k; i < nrow; i++)
            norm = hypot(norm, W[i + k * ld]);
        if (norm == 0)
            continue;
        for (size_t i = k; i < nrow; i++)
            v[i] = W[i + k * ld];
        v[k] += copysign(norm, v[k]);
        for (size_t i = k; i < nrow; i++)
            vv += v[i] * v[i];
        for (size_t c = k; c < ncol; c++) {
            double dot = 0;
            for (size_t i = k; i < nrow; i++)
                dot += v[i] * W[i + c * ld];
            for (size_t i = k; i < nrow; i++)
                W[i + c * ld] -= 2 * dot / vv * v[i];
        }
    }
    for (size_t k = 0; k < ncol; k++) /* LAPACK leaves something there, too */
        for (size_t i = k + 1; i < nrow; i++)
            W[i + k * ld] = NAN;
}

static const cm_lapack plain = {qr_work, qr};

/* The rows of `values`, back to front and halved, so that `which` and `scale` are looked at. */
static cm_band_rows rows_of(const double *start, const double *values, size_t nrow, size_t p)
{
    double *which = guarded_doubles(nrow, AT_END), *scale = guarded_doubles(nrow, AT_END),
           *halves = guarded_doubles(nrow * (p + 1), AT_END);
    for (size_t r = 0; r < nrow; r++) {
        which[r] = (double)(nrow - 1 - r);
        scale[r] = 2;
        for (size_t i = 0; i <= p; i++)
            halves[(nrow - 1 - r) * (p + 1) + i] = values[r * (p + 1) + i] / 2;
    }
    return (cm_band_rows){start, which, scale, halves, nrow};
}

static double band_entry(const double *band, size_t p, size_t i, size_t j)
{
    return i > j || j - i > p ? 0 : band[p + i - j + j * (p + 1)];
}

/* Is R'R = B'B, and is R a band? */
static void check_factor(const double *start, const double *values, size_t nrow, size_t n,
                         size_t p, const double *R)
{
    long double worst = 0, largest = 0;
    for (size_t a = 0; a < n; a++) {
        for (size_t b = a; b < n && b <= a + p; b++) {
            long double wanted = 0, found = 0;
            for (size_t r = 0; r < nrow; r++) {
                size_t s = (size_t)start[r];
                if (a >= s && b <= s + p)
                    wanted +=
                        (long double)values[r * (p + 1) + a - s] * values[r * (p + 1) + b - s];
            }
            for (size_t i = 0; i <= a; i++)
                found += (long double)band_entry(R, p, i, a) * band_entry(R, p, i, b);
            worst = fmaxl(worst, fabsl(found - wanted));
            largest = fmaxl(largest, fabsl(wanted));
        }
    }
    expect(worst <= 1e-13L * largest, "R'R is off by %Lg of %Lg, %zu rows, %zu columns, p %zu",
           worst, largest, nrow, n, p);
}

/* The band Z against the inverse of R'R, whose columns come from R by two substitutions each.
 */
static void check_inverse(const double *R, size_t n, size_t p, const double *Z)
{
    long double *x = malloc(n * sizeof *x), worst = 0, largest = 0;
    for (size_t c = 0; c < n; c++) {
        for (size_t i = 0; i < n; i++) {
            x[i] = i == c;
            for (size_t k = i < p ? 0 : i - p; k < i; k++)
                x[i] -= band_entry(R, p, k, i) * x[k];
            x[i] /= band_entry(R, p, i, i);
        }
        for (size_t i = n; i-- > 0;) {
            for (size_t k = i + 1; k < n && k <= i + p; k++)
                x[i] -= band_entry(R, p, i, k) * x[k];
            x[i] /= band_entry(R, p, i, i);
        }
        for (size_t i = c < p ? 0 : c - p; i <= c; i++) {
            worst = fmaxl(worst, fabsl(x[i] - band_entry(Z, p, i, c)));
            largest = fmaxl(largest, fabsl(x[i]));
        }
    }
    free(x);
    expect(worst <= 1e-10L * largest, "the inverse is off by %Lg of %Lg, n %zu, p %zu", worst,
           largest, n, p);
}

/* b'Z b for each row b, whose values go past the last column. */
static void check_leverage(const cm_band_rows *B, const double *Z, size_t n, size_t p)
{
    double *found = guarded_doubles(B->nrow, AT_END);
    cm_band_leverage(B, p + 1, Z, n, p, found, env());
    for (size_t r = 0; r < B->nrow; r++) {
        const double *v = B->values + (size_t)B->which[r] * (p + 1);
        size_t from = (size_t)B->start[r];
        long double wanted = 0, size = 0;
        for (size_t i = 0; i <= p && from + i < n; i++)
            for (size_t k = 0; k <= p && from + k < n; k++) {
                long double z = band_entry(Z, p, from + (i < k ? i : k),
                                           from + (i < k ? k : i)),
                            term = 4.0L * v[i] * v[k] * z;
                wanted += term;
                size += fabsl(term);
            }
        expect(fabsl(found[r] - wanted) <= 1e-14L * size, "leverage %zu is %g, not %Lg", r,
               found[r], wanted);
    }
}

/* R'R x = b, with b from R in long double; and R x = b, whose solution in long double is
 * near. */
static void check_solve(source *s, const double *R, size_t n, size_t p)
{
    double *x = guarded_doubles(n, AT_END), *b = guarded_doubles(n, AT_START);
    long double *Rx = calloc(n, sizeof *Rx), worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++)
        x[i] = draw_unit(s);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i; k < n && k <= i + p; k++)
            Rx[i] += (long double)band_entry(R, p, i, k) * x[k];
    for (int whole = 0; whole < 2; whole++) {
        for (size_t i = 0; i < n; i++) {
            long double sum = whole ? 0 : Rx[i];
            for (size_t k = i < p ? 0 : i - p; whole && k <= i; k++)
                sum += band_entry(R, p, k, i) * Rx[k];
            b[i] = (double)sum;
        }
        (whole ? cm_band_solve : cm_band_back)(R, n, p, b, env());
        for (size_t i = 0; i < n; i++) {
            worst = fmaxl(worst, fabsl((long double)b[i] - x[i]));
            largest = fmaxl(largest, fabsl(x[i]));
        }
    }
    free(Rx);
    expect(worst <= 1e-9L * largest, "the solution is off by %Lg of %Lg, n %zu, p %zu", worst,
           largest, n, p);
}

/* The largest sum of moduli in a column. */
static void check_norm(source *s, const double *N, size_t n, size_t p)
{
    long double wanted = 0;
    for (size_t j = 0; j < n; j++) {
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += fabs(i < j ? band_entry(N, p, i, j) : band_entry(N, p, j, i));
        wanted = fmaxl(wanted, sum);
    }
    double found = cm_band_norm(N, n, p, env());
    expect(fabsl(found - wanted) <= 1e-14L * wanted, "the norm is %g, not %Lg", found, wanted);
    double *bad = guarded_doubles(n * (p + 1), AT_END);
    memcpy(bad, N, n * (p + 1) * sizeof *bad);
    bad[p + draw(s, n) * (p + 1)] = NAN;
    expect(isnan(cm_band_norm(bad, n, p, env())), "the norm hides a NaN");
}

/* The band with row and column j at place[j], entry by entry. */
static void check_place(const double *band, size_t n, size_t p, const double *place, size_t q)
{
    double *to = guarded_doubles(n * (q + 1), AT_END);
    cm_band_place(band, n, p, place, to, q, env());
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i <= j; i++) {
            size_t a = (size_t)place[i], b = (size_t)place[j];
            double here = band_entry(band, p, i, j),
                   there = band_entry(to, q, a < b ? a : b, a < b ? b : a);
            expect(here == there, "entry %zu, %zu is %g, not %g, n %zu, p %zu, q %zu", i, j,
                   there, here, n, p, q);
        }
}

/* The band of A'WA against its sums, and the same with rows and columns elsewhere. Weights are
 * the same over stretches, so that columns are copied, or are not. */
static void check_gram(source *s)
{
    size_t n = 1 + draw(s, draw(s, 2) ? 12 : 90), m = 1 + draw(s, draw(s, 2) ? 6 : 40),
           first = draw(s, m), ny = draw(s, n + m - first), p = (n < m ? n : m) - 1,
           kind = draw(s, 3);
    double *h = guarded_doubles(m, AT_END), *w = guarded_doubles(ny, AT_END);
    double *band = guarded_doubles(n * (p + 1), draw(s, 2) ? AT_END : AT_START);
    for (size_t i = 0; i < m; i++)
        h[i] = draw_unit(s);
    for (size_t k = 0; k < ny; k++)
        w[k] = kind == 0 ? 1 : kind == 1 ? 0.5 + draw_unit(s) / 2 : (double)(k / 30 + 1);
    cm_band_gram(h, m, w, ny, first, n, band, env());
    long double worst = 0;
    for (size_t j = 0; j < n; j++)
        for (size_t d = 0; d <= p; d++) {
            long double sum = 0; /* over the values k that both see */
            for (size_t k = j; d <= j && k < j + m - d; k++)
                if (k >= first && k - first < ny)
                    sum += (long double)w[k - first] * h[k - j] * h[k - j + d];
            worst = fmaxl(worst, fabsl(sum - band[p - d + j * (p + 1)]));
        }
    expect(worst <= 1e-14L * (long double)(m * (ny / 30 + 1)),
           "A'WA is off by %Lg, n %zu, m %zu", worst, n, m);
    double *place = guarded_doubles(n, AT_END);
    for (size_t j = 0; j < n; j++) /* 0, n - 1, 1, n - 2 ... stand one beside the other */
        place[j] = (double)(j < (n + 1) / 2 ? 2 * j : 2 * (n - 1 - j) + 1);
    check_place(band, n, p, place, draw(s, 2) && n > 1 ? n - 1 : 2 * p);
    if (p == 0)
        return;
    for (size_t j = 0; j < n; j++) { /* an outer diagonal of zeros that has no place */
        band[j * (p + 1)] = 0;
        place[j] = (double)j;
    }
    check_place(band, n, p, place, p - 1);
}

/* R'c is B'rhs, since both R and c are Q' times what they come from. */
static void check_rhs(const double *start, const double *values, size_t nrow, size_t n,
                      size_t p, const double *rhs, size_t nrhs, const double *R,
                      const double *c)
{
    long double *off = calloc(n, sizeof *off), worst = 0;
    for (size_t k = 0; k < nrhs; k++) {
        memset(off, 0, n * sizeof *off);
        for (size_t r = 0; r < nrow; r++)
            for (size_t i = 0; i <= p && (size_t)start[r] + i < n; i++)
                off[(size_t)start[r] + i] +=
                    (long double)values[r * (p + 1) + i] * rhs[r + k * nrow];
        for (size_t j = 0; j < n; j++) {
            for (size_t i = j < p ? 0 : j - p; i <= j; i++)
                off[j] -= (long double)R[p + i - j + j * (p + 1)] * c[i + k * n];
            worst = fmaxl(worst, fabsl(off[j]));
        }
    }
    free(off);
    long double allowed = 1e-13L * (long double)(nrow * (p + 1)) * (5 + (long double)p);
    expect(worst <= allowed, "R'c is off by %Lg, n %zu, p %zu", worst, n, p);
}

/* The factor of the normal equations is that of the rows; with a pivot that is not positive
 * there is none. At every instruction set. */
static void check_cholesky(source *s, const double *start, const double *values, size_t nrow,
                           size_t n, size_t p)
{
    double *R = guarded_doubles(n * (p + 1), draw(s, 2) ? AT_END : AT_START);
    size_t bad = draw(s, n);
    use_level((int)draw(s, LEVELS));
    for (int positive = 1; positive >= 0; positive--) {
        memset(R, 0xff, n * (p + 1) * sizeof *R); /* above row 0 there is anything */
        for (size_t b = 0; b < n; b++) {
            for (size_t a = b < p ? 0 : b - p; a <= b; a++) {
                double sum = 0;
                for (size_t r = 0; r < nrow; r++) {
                    size_t at = (size_t)start[r];
                    if (a >= at && b <= at + p)
                        sum += values[r * (p + 1) + a - at] * values[r * (p + 1) + b - at];
                }
                R[p + a - b + b * (p + 1)] = sum;
            }
        }
        if (!positive)
            R[p + bad * (p + 1)] = draw(s, 2) ? -1 : NAN;
        int ok = cm_band_cholesky(R, n, p, env());
        expect(ok == positive, "pivot %zu of %zu: %d", bad, n, ok);
        if (ok)
            check_factor(start, values, nrow, n, p, R);
    }
    cm_simd_level(NULL);
}

static void check_band(source *s)
{
    size_t n = 1 + draw(s, draw(s, 2) ? 12 : 150), p = draw(s, draw(s, 2) ? 4 : 50);
    p = p < n + 2 ? p : n + 1; /* a band may be wider than the matrix */
    size_t heap = draw(s, 4), nrow = n + draw(s, 20), gap = n + 1;
    if (heap == 3 && n > 70) /* in these columns no row starts but those of the diagonal */
        gap = n - 70;
    double *start = guarded_doubles(nrow, AT_END);
    for (size_t r = 0; r < nrow; r++) {
        size_t at = heap == 0 ? r : r * n / nrow;
        start[r] = (double)(at < n ? at : n - 1);
    }
    double *values = guarded_doubles(nrow * (p + 1), AT_END);
    for (size_t r = 0; r < nrow; r++) {
        for (size_t i = 0; i <= p; i++)
            values[r * (p + 1) + i] = draw_unit(s) * (r > gap && i > 0 ? 0 : 1);
        values[r * (p + 1)] += 3 + (double)p; /* well determined */
        for (size_t i = 0; i <= p; i++)       /* past the last column there is nothing */
            if ((size_t)start[r] + i >= n)
                values[r * (p + 1) + i] = 0;
    }
    size_t nrhs = draw(s, 3);
    double *rhs = guarded_doubles(nrow * nrhs, AT_END), *c = guarded_doubles(n * nrhs, AT_END);
    for (size_t i = 0; i < nrow * nrhs; i++)
        rhs[i] = draw_unit(s);
    double *R = guarded_doubles(n * (p + 1), draw(s, 2) ? AT_END : AT_START);
    double *Z = guarded_doubles(n * (p + 1), draw(s, 2) ? AT_END : AT_START);
    begin(&here);
    cm_band_rows B = rows_of(start, values, nrow, p);
    cm_band_qr(&B, n, p, rhs, nrhs, R, c, &plain, env());
    check_factor(start, values, nrow, n, p, R);
    check_rhs(start, values, nrow, n, p, rhs, nrhs, R, c);
    cm_band_inverse(R, n, p, Z, env());
    check_inverse(R, n, p, Z);
    check_leverage(&B, Z, n, p);
    check_solve(s, R, n, p);
    check_norm(s, Z, n, p);
    check_gram(s);
    check_cholesky(s, start, values, nrow, n, p);
    release(&here);
    release_guarded();
}

/* A matrix without rows has R = 0. */
static void check_none(void)
{
    double R[6], none = 0;
    memset(R, 0xff, sizeof R);
    begin(&here);
    cm_band_rows B = {&none, &none, &none, &none, 0};
    cm_band_qr(&B, 3, 1, &none, 0, R, &none, &plain, env());
    for (int i = 0; i < 6; i++)
        expect(R[i] == 0, "R of no rows is %g", R[i]);
    release(&here);
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 1000;
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_band(&one);
    }
    check_none();
    return report("test-band");
}
