/* Arrays against sums written from the definition, in long double: each output's terms are
 * found by the sources of each axis. Samples are small whole numbers, so all sums must be
 * exact, and what is not finite is as IEEE arithmetic on an output's own terms makes it. */
#include <math.h>
#include <string.h>

#include "support.h"

typedef struct {
    cm_array a;
    size_t ny[CM_MOST_AXES], total_x, total_h, total_y;
    const double *x[2], *h[2]; /* parts; NULL if real */
    const double *own[CM_MOST_AXES];
    int rows; /* are rows long? */
    int many; /* has it so many axes that they must be short? */
} array_case;

static size_t product(const size_t *n, size_t rank)
{
    size_t all = 1;
    for (size_t k = 0; k < rank; k++)
        all *= n[k];
    return all;
}

static double *small_numbers(source *s, size_t n, side at, int hostile, int least)
{
    double *x = guarded_doubles(n, at);
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)draw(s, 9) + least;
        if (hostile && draw(s, 12) == 0) {
            size_t kind = draw(s, 4);
            x[i] = kind == 0 ? na_value : kind == 1 ? NAN : kind == 2 ? INFINITY : -INFINITY;
        }
    }
    return x;
}

/* Rows around the edges of strips and tiles. */
static size_t long_row(source *s)
{
    static const size_t sizes[] = {60, 64, 66, 128, 190, 1022, 1024, 1030};
    return sizes[draw(s, sizeof sizes / sizeof *sizes)];
}

static void draw_axis(source *s, array_case *c, size_t k)
{
    cm_array *a = &c->a;
    a->nx[k] = k == 0 && c->rows ? long_row(s) : 1 + draw(s, c->many ? 2 : 5);
    a->nh[k] = 1 + draw(s, k == 0 && c->rows ? 9 : c->many ? 2 : 4);
    a->mode[k] = (cm_mode)draw(s, 4);
    a->origin[k] = a->mode[k] == CM_SAME ? draw(s, a->nh[k]) : 0;
    if (a->mode[k] == CM_SAME || a->mode[k] == CM_CAUSAL)
        a->boundary[k] = (cm_boundary)draw(s, 7);
    if (a->boundary[k] == CM_EXTEND && a->nx[k] == 1)
        a->boundary[k] = CM_MIRROR;
    c->ny[k] = cm_mode_window(a->mode[k], a->nx[k], a->nh[k], a->origin[k]).ny;
}

/* The terms of one output: adds sample times weight times kernel over all places. A term is
 * missing if a source is, or a place is that has none. */
typedef struct {
    long double re, im, present;
    int na, nan;
} sum;

/* What stands where sample i of the kernel meets output k: the sources of each axis, and how
 * many there are in all. */
typedef struct {
    cm_sources of[CM_MOST_AXES];
    size_t n, at_h;
    int outside, missing;
} place;

static place place_of(const array_case *c, const size_t *k, const size_t *i)
{
    place place = {.n = 1};
    size_t step = 1;
    for (size_t a = 0; a < c->a.rank; a++) {
        cm_window w = cm_mode_window(c->a.mode[a], c->a.nx[a], c->a.nh[a], c->a.origin[a]);
        cm_sources s = cm_sources_of((ptrdiff_t)(w.first + k[a]) - (ptrdiff_t)i[a], c->a.nx[a],
                                     c->a.boundary[a]);
        place.missing |= s.n == 0 && c->a.boundary[a] == CM_MISSING;
        place.outside |= s.n == 0 && c->a.boundary[a] != CM_MISSING;
        place.of[a] = s;
        place.n *= (size_t)s.n;
        place.at_h += i[a] * step;
        step *= c->a.nh[a];
    }
    return place;
}

/* Source p of the place, and its weight. */
static size_t source_at(const array_case *c, const place *place, size_t p, double *weight)
{
    size_t at = 0, step = 1;
    *weight = 1;
    for (size_t a = 0; a < c->a.rank; a++) {
        size_t n = (size_t)place->of[a].n, which = p % n;
        p /= n;
        at += place->of[a].at[which] * step;
        step *= c->a.nx[a];
        *weight *= place->of[a].weight[which];
    }
    return at;
}

static void next_index(size_t *index, const size_t *n, size_t rank)
{
    for (size_t a = 0; a < rank && ++index[a] == n[a]; a++)
        index[a] = 0;
}

static void add_place(const array_case *c, const size_t *k, const size_t *i, sum *sum)
{
    place place = place_of(c, k, i);
    double hre = c->h[0][place.at_h], him = c->h[1] ? c->h[1][place.at_h] : 0;
    if (place.missing) {
        sum->na = 1;
        return;
    }
    if (place.outside) {
        sum->present += hre;
        return;
    }
    double re = 0, im = 0;
    int na = 0, nan = 0;
    for (size_t p = 0; p < place.n; p++) {
        double weight;
        size_t at = source_at(c, &place, p, &weight);
        double xre = c->x[0][at], xim = c->x[1] ? c->x[1][at] : 0;
        na |= is_na(xre) || is_na(xim);
        nan |= isnan(xre) || isnan(xim);
        re += weight * xre;
        im += weight * xim;
    }
    sum->na |= na;
    sum->nan |= nan;
    if (nan)
        return;
    sum->present += hre;
    if (c->x[1] || c->h[1]) {
        double product[2];
        cm_multiply((double[]){re, im}, (double[]){hre, him}, product);
        sum->re += product[0];
        sum->im += product[1];
    } else {
        sum->re += re * hre;
    }
}

static int is_same(double y, long double exact)
{
    return isnan(exact)   ? isnan(y)
           : isinf(exact) ? y == (double)exact
                          : fabsl(y - exact) <= 1e-11L * fabsl(exact) + 1e-9L;
}

static void check_output(const array_case *c, const size_t *k, double re, double im,
                         double total)
{
    size_t i[CM_MOST_AXES] = {0};
    sum sum = {0};
    for (size_t p = 0; p < c->total_h; p++) {
        add_place(c, k, i, &sum);
        next_index(i, c->a.nh, c->a.rank);
    }
    int missing = sum.na || sum.nan;
    if (missing && c->a.na == CM_NA_PROPAGATE) {
        expect(sum.na ? is_na(re) : isnan(re) && !is_na(re), "array: propagate %d", sum.na);
        return;
    }
    if (missing && c->a.na == CM_NA_RENORMALISE) {
        if (sum.present == 0) {
            expect(is_na(re), "array: no weight");
            return;
        }
        sum.re = sum.re / sum.present * total;
        sum.im = sum.im / sum.present * total;
    }
    expect(is_same(re, sum.re) && (!(c->x[1] || c->h[1]) || is_same(im, sum.im)),
           "array: %g is not %Lg, rank %zu", re, sum.re, c->a.rank);
}

/* Kernels of each axis, and their outer product. */
static double *outer_product(source *s, array_case *c, side at, int least, cm_factor *factor)
{
    double *h = guarded_doubles(c->total_h, at);
    for (size_t p = 0; p < c->total_h; p++)
        h[p] = 1;
    for (size_t a = 0, step = 1; a < c->a.rank; step *= c->a.nh[a++]) {
        double *own = small_numbers(s, c->a.nh[a], at, 0, least);
        factor[a] = (cm_factor){own, NULL, a};
        for (size_t p = 0; p < c->total_h; p++)
            h[p] *= own[p / step % c->a.nh[a]];
    }
    return h;
}

/* The sparse matrix, by columns, against sums of the kernel at all places. */
static void check_sparse(const array_case *c, side at)
{
    cm_axis axis[CM_MOST_AXES];
    for (size_t a = 0; a < c->a.rank; a++) {
        if (c->a.boundary[a] == CM_MISSING)
            return;
        axis[a] =
            (cm_axis){c->a.nx[a], c->a.nh[a], c->a.origin[a], c->a.mode[a], c->a.boundary[a]};
    }
    size_t ncol = c->total_x, nrow = c->total_y, k[CM_MOST_AXES] = {0}, wrong = 0;
    double *A = guarded_doubles(nrow * ncol, at), weight;
    memset(A, 0, nrow * ncol * sizeof *A);
    for (size_t r = 0; r < nrow; r++) {
        size_t i[CM_MOST_AXES] = {0};
        for (size_t q = 0; q < c->total_h; q++) {
            place place = place_of(c, k, i);
            for (size_t p = 0; p < place.n; p++) {
                size_t column = source_at(c, &place, p, &weight);
                A[column * nrow + r] += weight * c->h[0][place.at_h];
            }
            next_index(i, c->a.nh, c->a.rank);
        }
        next_index(k, c->ny, c->a.rank);
    }
    int *start = guarded((ncol + 1) * sizeof *start, AT_START);
    size_t total = cm_array_csc_starts(c->h[0], axis, c->a.rank, start, env());
    double *value = guarded_doubles(total, AT_END);
    int *row = guarded((total + total % 2) * sizeof *row, AT_START);
    cm_array_csc_fill(c->h[0], axis, c->a.rank, row, value, env());
    int e = 0;
    for (size_t j = 0; j < nrow * ncol; j++) {
        wrong += j % nrow == 0 && start[j / nrow] != e;
        if (A[j] == 0)
            continue;
        wrong += (size_t)e >= total || row[e] != (int)(j % nrow) || value[e] != A[j];
        e++;
    }
    expect(wrong == 0 && (size_t)e == total && start[ncol] == e,
           "sparse array: %zu wrong, %zu entries for %d", wrong, total, e);
}

void check_array(source *s)
{
    array_case c = {.a = {.rank = 1 + draw(s, 3)}};
    c.a.rank += c.a.rank == 3 && draw(s, 10) == 0;
    side at = (side)draw(s, 2);
    cm_factor factor[CM_MOST_AXES];
    if (c.a.rank == 4 && draw(s, 2)) {
        c.a.rank += 1 + draw(s, CM_MOST_AXES - 4);
        c.many = 1;
    }
    c.rows = !c.many && draw(s, 50) == 0;
    for (size_t k = 0; k < c.a.rank; k++)
        draw_axis(s, &c, k);
    c.a.na = (cm_na)draw(s, 3);
    c.a.method = (cm_method)draw(s, 2);
    c.total_x = product(c.a.nx, c.a.rank);
    c.total_h = product(c.a.nh, c.a.rank);
    c.total_y = product(c.ny, c.a.rank);
    int extend = 0, apart = draw(s, 2) == 0, least = c.a.na == CM_NA_RENORMALISE ? 1 : -4;
    for (size_t k = 0; k < c.a.rank; k++)
        extend |= c.a.boundary[k] == CM_EXTEND;
    int hostile = !apart && !extend && draw(s, 2);
    c.x[0] = small_numbers(s, c.total_x, at, hostile, -4);
    c.x[1] = draw(s, 4) == 0 ? small_numbers(s, c.total_x, at, hostile, -4) : NULL;
    if (apart) {
        c.h[0] = outer_product(s, &c, at, least, factor);
    } else {
        c.h[0] = small_numbers(s, c.total_h, at, 0, least);
        c.h[1] = c.a.na != CM_NA_RENORMALISE && draw(s, 4) == 0
                     ? small_numbers(s, c.total_h, at, 0, -4)
                     : NULL;
        factor[0] = (cm_factor){c.h[0], c.h[1], CM_MOST_AXES};
    }
    int complex = c.x[1] || c.h[1];
    cm_output y = {guarded_doubles(c.total_y, at),
                   complex ? guarded_doubles(c.total_y, at) : NULL};
    begin(&here);
    cm_conv_array(&c.a, (cm_samples){c.x[0], c.x[1], c.total_x, 1}, factor,
                  apart ? c.a.rank : 1, y, env());
    double total = 0;
    for (size_t p = 0; p < c.total_h; p++)
        total += c.h[0][p];
    size_t k[CM_MOST_AXES] = {0};
    for (size_t t = 0; t < c.total_y; t++) {
        check_output(&c, k, y.re[t], complex ? y.im[t] : 0, total);
        next_index(k, c.ny, c.a.rank);
    }
    if (!c.h[1] && !c.rows) /* which makes a dense matrix */
        check_sparse(&c, at);
    release(&here);
    release_guarded();
}
