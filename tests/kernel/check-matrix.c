/* Matrices entry by entry, the fold, and products of complex numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

typedef struct {
    const double *x, *h;
    size_t n, nh, width;
    cm_options options;
    char what[120];
} matrix_case;

/* A compensated sum is off by at most this times the sum of the moduli of its terms. */
#define COMPENSATED 4.5e-16L

/* With weights other than 1, whose products are rounded, by this times as much. */
#define WEIGHTED 1.25L

/* Part of entry (k, c): all samples of h that a place whose source is c brings there. */
typedef struct {
    long double sum, moduli;
    int nterm;
} entry;

static entry exact_entry(const matrix_case *c, cm_window w, size_t k, size_t col, size_t part)
{
    entry e = {0, 0, 0};
    for (size_t i = 0; i < c->nh; i++) {
        ptrdiff_t p = (ptrdiff_t)(w.first + k) - (ptrdiff_t)i;
        long double weight = weight_at(p, c->n, c->options.boundary, col);
        if (weight == 0)
            continue;
        e.sum += weight * c->h[i * c->width + part];
        e.moduli += fabsl(weight * c->h[i * c->width + part]) * (weight == 1 ? 1 : WEIGHTED);
        e.nterm += weight == 1 ? 1 : 2;
    }
    return e;
}

static int equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static int entry_is_right(double got, entry e)
{
    if (e.moduli > 1e308L)
        return 1;
    return e.nterm < 2 ? got == e.sum : fabsl(got - e.sum) <= COMPENSATED * e.moduli;
}

/* Columns of entries that are not 0, against the dense matrix. */
static void check_csc(const matrix_case *c, const cm_matrix *m, const double *A)
{
    int *p = guarded((m->ncol + 1) * sizeof *p, AT_START);
    size_t total = cm_csc_starts(m, p, env()), wrong = 0;
    double *value = guarded_doubles(total, AT_END);
    int *row = guarded((total + total % 2) * sizeof *row, AT_START);
    cm_csc_fill(m, p, row, value, env());
    int k = 0;
    for (size_t col = 0; col < m->ncol; col++) {
        wrong += p[col] != k;
        for (size_t r = 0; r < m->nrow; r++) {
            if (A[col * m->nrow + r] == 0)
                continue;
            wrong +=
                k >= p[col + 1] || row[k] != (int)r || !equal(value[k], A[col * m->nrow + r]);
            k++;
        }
    }
    expect(wrong == 0 && p[m->ncol] == k && total == (size_t)k,
           "sparse: %zu wrong, %zu entries for %d: %s", wrong, total, k, c->what);
}

/* The dense matrix in memory of any contents and in zeros, and its single entries. */
static void check_dense(const matrix_case *c, side side)
{
    size_t width = c->width, wrong = 0, odd = 0;
    cm_window w = cm_mode_window(c->options.mode, c->n, c->nh, c->options.origin);
    cm_matrix m = cm_conv_matrix(c->h, c->nh, width, c->n, &c->options, env()),
              single = cm_matrix_of(c->h, c->nh, width, c->n, &c->options);
    size_t size = w.ny * c->n * width;
    double *A = guarded_doubles(size, side), *Z = guarded_doubles(size, side), one[2];
    memset(Z, 0, size * sizeof *Z);
    cm_dense(&m, A, 0, env());
    cm_dense(&m, Z, 1, env());
    for (size_t i = 0; i < size; i++) {
        size_t r = i / width % w.ny, col = i / width / w.ny;
        wrong += !entry_is_right(A[i], exact_entry(c, w, r, col, i % width));
        cm_entry(&single, r, col, one);
        odd += !equal(A[i], Z[i]) || !equal(A[i], one[i % width]);
    }
    expect(m.nrow == w.ny && m.ncol == c->n && wrong == 0, "dense: %zu wrong, %s", wrong,
           c->what);
    expect(odd == 0, "dense: %zu depend on the way, %s", odd, c->what);
    if (width == 1)
        check_csc(c, &m, A);
}

/* S[i, c] = h[c - i] */
static void check_shifted(const matrix_case *c, side side)
{
    size_t width = c->width, ncol = c->n + c->nh - 1, wrong = 0;
    cm_matrix m = cm_shifted_kernels(c->h, c->nh, width, c->n, env());
    double *S = guarded_doubles(c->n * ncol * width, side);
    cm_dense(&m, S, 0, env());
    for (size_t i = 0; i < c->n * ncol * width; i++) {
        size_t r = i / width % c->n, col = i / width / c->n;
        int inside = col >= r && col - r < c->nh;
        wrong += S[i] != (inside ? c->h[(col - r) * width + i % width] : 0);
    }
    expect(m.nrow == c->n && m.ncol == ncol && wrong == 0, "shifted: %zu wrong, %s", wrong,
           c->what);
    if (width == 1)
        check_csc(c, &m, S);
}

/* Each sample gets the sum of its places, and NA if one of them is NA. */
static void check_fold(source *s, const matrix_case *c, size_t origin, cm_boundary boundary,
                       side side)
{
    size_t width = c->width, n = c->n, ne = n + c->nh - 1, wrong = 0;
    double *e = draw_signal(s, ne * width, side), *y = guarded_doubles(n * width, side);
    const double odd[] = {NAN, na_value, INFINITY, -INFINITY};
    for (uint64_t i = draw(s, 3); i > 0; i--)
        e[draw(s, ne * width)] = odd[draw(s, 4)];
    cm_fold(e, n, c->nh, width, origin, boundary, y, env());
    for (size_t col = 0; col < n * width; col++) {
        long double sum = 0, moduli = 0;
        double special = 0;
        int na = 0;
        for (size_t i = 0; i < ne; i++) {
            ptrdiff_t place = (ptrdiff_t)i + (ptrdiff_t)origin - (ptrdiff_t)(c->nh - 1);
            double term = e[i * width + col % width];
            long double weight = weight_at(place, n, boundary, col / width);
            if (weight == 0)
                continue;
            na |= is_na(term);
            special += isfinite(term) ? 0 : (double)weight * term;
            sum += isfinite(term) ? weight * term : 0;
            moduli += isfinite(term) ? fabsl(weight * term) * (weight == 1 ? 1 : WEIGHTED) : 0;
        }
        if (na || special != 0)
            wrong += na ? !is_na(y[col]) : moduli < 1e308L && !equal(y[col], special);
        else if (moduli < 1e308L)
            wrong += !(fabsl(y[col] - sum) <= COMPENSATED * moduli);
    }
    expect(wrong == 0, "fold: %zu wrong, %s origin %zu boundary %d", wrong, c->what, origin,
           (int)boundary);
}

static void check_shifted_scaled(const matrix_case *c, side side)
{
    size_t width = c->width, ncol = c->n + c->nh - 1, wrong = 0;
    double *A = guarded_doubles(c->n * ncol * width, side);
    double *Z = guarded_doubles(c->n * ncol * width, side);
    memset(Z, 0, c->n * ncol * width * sizeof *Z);
    cm_shifted_scaled(c->x, c->n, c->h, c->nh, width, A, 0, env());
    cm_shifted_scaled(c->x, c->n, c->h, c->nh, width, Z, 1, env());
    for (size_t col = 0; col < ncol; col++) {
        for (size_t r = 0; r < c->n; r++) {
            double *a = A + (col * c->n + r) * width, want[2] = {0, 0};
            if (r <= col && col - r < c->nh && width == 1)
                want[0] = c->x[r] * c->h[col - r];
            else if (r <= col && col - r < c->nh)
                cm_multiply(c->x + 2 * r, c->h + 2 * (col - r), want);
            wrong += !equal(a[0], want[0]) || (width == 2 && !equal(a[1], want[1]));
            for (size_t part = 0; part < width; part++)
                wrong += !equal(a[part], Z[(col * c->n + r) * width + part]);
        }
    }
    expect(wrong == 0, "shifted and scaled: %zu wrong, %s", wrong, c->what);
}

/* As C has it: an infinity stays one; where all is finite the plain formula holds. */
static void check_multiply(source *s)
{
    static const double values[] = {0, -0.0, 1, -2, INFINITY, -INFINITY, NAN, 1e200, 3};
    double a[2], b[2], ab[2];
    for (int i = 0; i < 2; i++) {
        a[i] = values[draw(s, 9)];
        b[i] = values[draw(s, 9)];
    }
    cm_multiply(a, b, ab);
    int infinite = isinf(a[0]) || isinf(a[1]) || isinf(b[0]) || isinf(b[1]);
    int zero = (a[0] == 0 && a[1] == 0) || (b[0] == 0 && b[1] == 0);
    int nan = (isnan(a[0]) && isnan(a[1])) || (isnan(b[0]) && isnan(b[1]));
    double re = a[0] * b[0] - a[1] * b[1], im = a[0] * b[1] + a[1] * b[0];
    if (infinite && !zero && !nan && !isnan(a[0] + a[1]) && !isnan(b[0] + b[1]))
        expect(isinf(ab[0]) || isinf(ab[1]), "(%g%+gi)(%g%+gi) is not infinite", a[0], a[1],
               b[0], b[1]);
    else if (isfinite(re) && isfinite(im))
        expect(ab[0] == re && ab[1] == im, "(%g%+gi)(%g%+gi) is %g%+gi", a[0], a[1], b[0], b[1],
               ab[0], ab[1]);
}

/* The boundaries that have a matrix. */
static cm_boundary draw_boundary(source *s, size_t n)
{
    static const cm_boundary linear[] = {CM_ZERO,    CM_WRAP,   CM_NEAREST,
                                         CM_REFLECT, CM_MIRROR, CM_EXTEND};
    return linear[draw(s, n > 1 ? 6 : 5)];
}

static void check_source(source *s)
{
    size_t n = 1 + (size_t)draw(s, 9);
    cm_boundary boundary = draw_boundary(s, n);
    ptrdiff_t p = (ptrdiff_t)draw(s, 80) - 40;
    cm_sources at = cm_sources_of(p, n, boundary);
    size_t wrong = 0;
    for (size_t c = 0; c < n; c++) {
        double weight = 0;
        for (int k = 0; k < at.n; k++)
            weight += at.at[k] == c ? at.weight[k] : 0;
        wrong += weight != weight_at(p, n, boundary, c);
    }
    expect(wrong == 0, "place %td of %zu under boundary %d", p, n, (int)boundary);
}

void check_matrix(source *s)
{
    check_multiply(s);
    check_source(s);
    matrix_case c = {.width = 1 + (size_t)draw(s, 2)};
    s->state ^= draw(s, 256) * 0x9e3779b97f4a7c15ULL;
    size_t most = draw(s, 8) ? 9 : 40;
    c.n = draw_size(s, most);
    c.nh = draw_size(s, most);
    side side = draw(s, 2) ? AT_END : AT_START;
    c.x = draw_signal(s, c.n * c.width, side);
    c.h = draw_signal(s, c.nh * c.width, side);
    cm_mode mode = (cm_mode)draw(s, 4);
    int keeps_length = mode == CM_SAME || mode == CM_CAUSAL;
    size_t origin = mode == CM_CAUSAL ? 0 : (size_t)draw(s, c.nh);
    cm_boundary boundary = keeps_length ? draw_boundary(s, c.n) : CM_ZERO;
    if (draw(s, 2)) /* kernels with zeros, whose folded samples may cancel */
        for (size_t i = 0; i < c.nh * c.width; i++)
            ((double *)(uintptr_t)c.h)[i] = (double)(random_bits(s) % 3) - 1;
    c.options = (cm_options){mode, origin, boundary, CM_NA_PROPAGATE, CM_AUTO};
    snprintf(c.what, sizeof c.what, "n %zu nh %zu width %zu mode %d origin %zu boundary %d",
             c.n, c.nh, c.width, (int)mode, origin, (int)boundary);
    begin(&here);
    check_dense(&c, side);
    check_shifted(&c, side);
    check_fold(s, &c, (size_t)draw(s, c.nh), draw_boundary(s, c.n), side);
    if (draw(s, 3) == 0)
        ((double *)(uintptr_t)c.x)[draw(s, c.n * c.width)] = draw(s, 2) ? NAN : INFINITY;
    check_shifted_scaled(&c, side);
    release(&here);
    release_guarded();
}
