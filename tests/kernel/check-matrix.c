/* The dense matrices entry by entry, and the words of windows and boundaries. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

typedef struct {
    const double *x, *h;
    size_t n, nh, width;
    char what[120];
} matrix_case;

/* Sample i of h, or 0 outside of it, as the real or the imaginary part. */
static double kernel_at(const matrix_case *c, ptrdiff_t i, size_t part)
{
    return i < 0 || i >= (ptrdiff_t)c->nh ? 0 : c->h[(size_t)i * c->width + part];
}

static int equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* A[r, c] = h[first + r - c]; its transpose is what the reversed vector gives. */
static void check_toeplitz(const matrix_case *c, cm_window w, side side)
{
    size_t width = c->width, nv = w.ny + c->n - 1, size = w.ny * c->n, wrong = 0;
    double *v = guarded_doubles(nv * width, side), *A = guarded_doubles(size * width, side);
    double *T = guarded_doubles(size * width, side);
    cm_pad_kernel(c->h, c->nh, width, c->n, w, v);
    cm_toeplitz(v, width, w.ny, c->n, A, env());
    cm_reverse(v, nv, width);
    cm_toeplitz(v, width, c->n, w.ny, T, env());
    for (size_t i = 0; i < size * width; i++) {
        size_t part = i % width, r = i / width % w.ny, col = i / width / w.ny;
        double value = kernel_at(c, (ptrdiff_t)(w.first + r) - (ptrdiff_t)col, part);
        wrong += A[i] != value;
        wrong += T[(r * c->n + col) * width + part] != value;
    }
    expect(wrong == 0, "toeplitz: %zu wrong, %s window %zu + %zu", wrong, c->what, w.first, w.ny);
}

/* Row k is what output k makes of each sample; all that a boundary folds is added up. */
static void check_bounded(const matrix_case *c, size_t origin, cm_boundary boundary, side side)
{
    size_t n = c->n, width = c->width, wrong = 0;
    double *A = guarded_doubles(n * n * width, side);
    long double *sum = guarded(n * width * 2 * sizeof *sum, AT_END);
    cm_bounded_matrix(c->h, c->nh, width, n, origin, boundary, A, env());
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < 2 * n * width; i++)
            sum[i] = 0;
        for (size_t i = 0; i < c->nh; i++) {
            size_t col = fold((ptrdiff_t)(origin + k) - (ptrdiff_t)i, n, boundary);
            for (size_t part = 0; part < width; part++) {
                sum[2 * (col * width + part)] += c->h[i * width + part];
                sum[2 * (col * width + part) + 1] += fabsl(c->h[i * width + part]);
            }
        }
        for (size_t i = 0; i < n * width; i++) {
            double got = A[(i / width * n + k) * width + i % width];
            if (sum[2 * i + 1] < 1e308L)
                wrong += !(fabsl(got - sum[2 * i]) <= 1e-11L * sum[2 * i + 1]);
        }
    }
    expect(wrong == 0, "bounded: %zu wrong, %s origin %zu boundary %d", wrong, c->what, origin,
           (int)boundary);
}

static void check_shifted_scaled(const matrix_case *c, side side)
{
    size_t width = c->width, ncol = c->n + c->nh - 1, wrong = 0;
    double *A = guarded_doubles(c->n * ncol * width, side);
    cm_shifted_scaled(c->x, c->n, c->h, c->nh, width, A, env());
    for (size_t col = 0; col < ncol; col++) {
        for (size_t r = 0; r < c->n; r++) {
            double *a = A + (col * c->n + r) * width, want[2] = {0, 0};
            if (r <= col && col - r < c->nh && width == 1)
                want[0] = c->x[r] * c->h[col - r];
            else if (r <= col && col - r < c->nh)
                cm_multiply(c->x + 2 * r, c->h + 2 * (col - r), want);
            wrong += !equal(a[0], want[0]) || (width == 2 && !equal(a[1], want[1]));
        }
    }
    expect(wrong == 0, "shifted and scaled: %zu wrong, %s", wrong, c->what);
}

/* As C has it: an infinity stays one, and the plain formula where all is finite. */
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

static void check_source(source *s)
{
    size_t n = 1 + (size_t)draw(s, 9);
    cm_boundary boundary = (cm_boundary)(1 + draw(s, 4));
    ptrdiff_t p = (ptrdiff_t)draw(s, 80) - 40;
    expect(cm_source(p, n, boundary) == fold(p, n, boundary),
           "place %td of %zu under boundary %d is %zu", p, n, (int)boundary,
           cm_source(p, n, boundary));
}

void check_matrix(source *s)
{
    check_multiply(s);
    check_source(s);
    matrix_case c = {.width = 1 + (size_t)draw(s, 2)};
    s->state ^= draw(s, 256) * 0x9e3779b97f4a7c15ULL;
    size_t most = draw(s, 8) ? 12 : 60;
    c.n = draw_size(s, most);
    c.nh = draw_size(s, most);
    side side = draw(s, 2) ? AT_END : AT_START;
    c.x = draw_signal(s, c.n * c.width, side);
    c.h = draw_signal(s, c.nh * c.width, side);
    cm_mode mode = (cm_mode)draw(s, 4);
    size_t origin = mode == CM_CAUSAL ? 0 : (size_t)draw(s, c.nh);
    snprintf(c.what, sizeof c.what, "n %zu nh %zu width %zu", c.n, c.nh, c.width);
    begin(&here);
    check_toeplitz(&c, cm_mode_window(mode, c.n, c.nh, origin), side);
    check_bounded(&c, origin, (cm_boundary)(1 + draw(s, 4)), side);
    if (draw(s, 3) == 0)
        ((double *)(uintptr_t)c.x)[draw(s, c.n * c.width)] = draw(s, 2) ? NAN : INFINITY;
    check_shifted_scaled(&c, side);
    release(&here);
    release_guarded();
}
