/* Sums of gamma functions: of P, the regularised lower incomplete gamma function, Q = 1 - P,
 * and the density.
 *
 * Polynomials of degree 11 on cells stand for a sum: 16 cells for each octave below 16, cells
 * of width 1 above. A polynomial is made when a number first meets its cell: that of the
 * density from 12 values, and that of the tail as its integral, from the tail at the start of
 * the cell. If the last coefficient shows that 12 terms are not enough, as for large shapes,
 * the caller's functions are called for each number in that cell.
 *
 * Cost: some 4 ns a value; for each cell that is made, and each gamma function in the sum, a
 * tail and a density by the caller's functions, and 12 exponentials: 1 to 2 us.
 */
#include "events/cells.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/cell.h"
#include "loops/loops.h"

/* 12 terms are enough if the last coefficient is at most this part of the least value; the next
 * would be about a tenth of it. */
#define SETTLED 4e-14

/* power[n][i] is the coefficient of y^i in Chebyshev's polynomial n, and cosine[n][j] is
 * cos(n pi (j + 1/2) / CM_NCOEF). */
typedef struct {
    double power[CM_NCOEF][CM_NCOEF], cosine[CM_NCOEF][CM_NCOEF];
} chebyshev;

/* A row of the table begins with NaN as long as the cell is UNKNOWN, and if it is DIRECT. */
enum { UNKNOWN, POLYNOMIAL, DIRECT };

struct cm_cells {
    int density, prepared;
    chebyshev basis;
    unsigned char state[CM_NCELL];
    double table[CM_NROW][CM_ROW];
};

static void prepare_chebyshev(chebyshev *c)
{
    memset(c, 0, sizeof *c);
    c->power[0][0] = c->power[1][1] = 1;
    for (int n = 2; n < CM_NCOEF; n++)
        for (int i = 0; i < CM_NCOEF; i++)
            c->power[n][i] = (i > 0 ? 2 * c->power[n - 1][i - 1] : 0) - c->power[n - 2][i];
    for (int n = 0; n < CM_NCOEF; n++)
        for (int j = 0; j < CM_NCOEF; j++)
            c->cosine[n][j] = cos(3.14159265358979323846 * n * (j + 0.5) / CM_NCOEF);
}

/* One gamma function at z by the caller's functions, without its weight. */
static double tail_at(const cm_gamma *g, const cm_gamma_math *math, double z)
{
    int upper = z >= g->split;
    double tail = math->tail(g->rate * z, g->shape, upper);
    return upper ? -tail : tail;
}

static double density_at(const cm_gamma *g, const cm_gamma_math *math, double z)
{
    return g->rate * math->density(g->rate * z, g->shape);
}

/* Of a function on a cell as sum c[n] T_n(y), and of the sum of the moduli of its parts: the
 * values at the ends, where no gamma function has its maximum, and the last coefficient. */
typedef struct {
    double c[CM_NCOEF];
    double at_start, at_end, last;
} series;

/* The density of one gamma function on a cell. It changes by so little there that its quotient
 * by the value in the middle has all digits. */
static void expand_density(const cm_gamma *g, const cm_gamma_math *math, const chebyshev *basis,
                           double start, double width, double *c)
{
    double f[CM_NCOEF], middle = start + width / 2, at_middle = density_at(g, math, middle);
    for (int j = 0; j < CM_NCOEF; j++) {
        double off = width / 2 * basis->cosine[1][j];
        f[j] = at_middle * exp((g->shape - 1) * log1p(off / middle) - g->rate * off);
    }
    for (int n = 0; n < CM_NCOEF; n++) {
        c[n] = 0;
        for (int j = 0; j < CM_NCOEF; j++)
            c[n] += f[j] * basis->cosine[n][j] * (n ? 2.0 : 1.0) / CM_NCOEF;
    }
}

/* The integral of a function over a cell, with the given value at the start. */
static void integrate(double *c, double width, double at_start)
{
    double whole[CM_NCOEF] = {at_start};
    for (int n = 1; n < CM_NCOEF; n++) {
        double before = n == 1 ? 2 * c[0] : c[n - 1], after = n + 1 < CM_NCOEF ? c[n + 1] : 0;
        whole[n] = width / 2 * (before - after) / (2 * n);
        whole[0] += n % 2 ? whole[n] : -whole[n];
    }
    memcpy(c, whole, sizeof whole);
}

/* Adds a function times its weight. */
static void add_series(series *s, const double *c, double weight)
{
    double at_start = 0, at_end = 0;
    for (int n = 0; n < CM_NCOEF; n++) {
        at_start += n % 2 ? -c[n] : c[n];
        at_end += c[n];
        s->c[n] += weight * c[n];
    }
    s->at_start += fabs(weight * at_start);
    s->at_end += fabs(weight * at_end);
    s->last += fabs(weight * c[CM_NCOEF - 1]);
}

/* Makes the polynomial of a cell if 12 terms are enough for it. */
static void fill_cell(const cm_gammas *g, cm_cells *cells, size_t cell)
{
    const chebyshev *basis = &cells->basis;
    series sum = {{0}, 0, 0, 0};
    double width, start = cm_cell_start(cell, &width);
    if (start >= g->end) { /* a row of zeros */
        cells->state[cell] = POLYNOMIAL;
        cells->table[cell][0] = 0;
        return;
    }
    for (size_t i = 0; i < g->n; i++) {
        double c[CM_NCOEF];
        expand_density(g->gamma + i, g->math, basis, start, width, c);
        if (!cells->density)
            integrate(c, width, tail_at(g->gamma + i, g->math, start));
        add_series(&sum, c, g->gamma[i].weight);
    }
    /* values near the least normal number have too few digits for relative accuracy */
    double least = fmin(sum.at_start, sum.at_end);
    cells->state[cell] = DIRECT;
    if (!(least > 1e-290) || !(sum.last <= SETTLED * least))
        return;
    cells->state[cell] = POLYNOMIAL;
    for (int i = 0; i < CM_NCOEF; i++) {
        double coefficient = 0;
        for (int n = CM_NCOEF - 1; n >= i; n--)
            coefficient += sum.c[n] * basis->power[n][i];
        cells->table[cell][i] = coefficient;
    }
}

/* Its table. This takes some 20 us at first, so it is left until then. */
static const double *table_of(cm_cells *cells)
{
    if (cells->prepared)
        return cells->table[0];
    prepare_chebyshev(&cells->basis);
    memset(cells->state, UNKNOWN, sizeof cells->state);
    memset(cells->table, 0, sizeof cells->table);
    for (size_t cell = 0; cell < CM_NROW; cell++)
        if (cell != CM_BELOW_0)
            cells->table[cell][0] = NAN;
    cells->prepared = 1;
    return cells->table[0];
}

/* By the polynomials, which are made where there are none. Returns 1 if there is any NaN. */
static int by_table(const cm_gammas *g, cm_cells *cells, const double *z, double *f)
{
    const cm_simd *simd = cm_current_simd();
    const double *table = table_of(cells);
    if (!simd->cells(table, z, f))
        return 0;
    int filled = 0;
    for (int i = 0; i < CM_LANES; i++) {
        double y;
        if (!(z[i] >= CM_CELLS_FROM && z[i] < CM_CELLS_END))
            continue;
        size_t cell = cm_cell(z[i], &y);
        if (cells->state[cell] == UNKNOWN) {
            fill_cell(g, cells, cell);
            filled = 1;
        }
    }
    return !filled || simd->cells(table, z, f);
}

/* For a number that the table has no value for. */
static double without_table(const cm_gammas *g, int density, double z)
{
    double sum = 0;
    for (size_t i = 0; i < g->n && z < g->end; i++)
        sum += g->gamma[i].weight * (density ? density_at : tail_at)(g->gamma + i, g->math, z);
    return sum;
}

static void evaluate(const cm_gammas *g, cm_cells *cells, const double *z, double *f)
{
    if (!by_table(g, cells, z, f))
        return;
    for (int i = 0; i < CM_LANES; i++)
        if (isnan(f[i]))
            f[i] = without_table(g, cells->density, z[i]);
}

void cm_tails(const cm_gammas *g, const double *z, double *f)
{
    evaluate(g, g->tails, z, f);
}

void cm_densities(const cm_gammas *g, const double *z, double *f)
{
    evaluate(g, g->densities, z, f);
}

void cm_tails_by_table(const cm_gammas *g, const double *z, double *f)
{
    by_table(g, g->tails, z, f);
}

void cm_densities_by_table(const cm_gammas *g, const double *z, double *f)
{
    by_table(g, g->densities, z, f);
}

const double *cm_tail_table(const cm_gammas *g)
{
    return table_of(g->tails);
}

const double *cm_density_table(const cm_gammas *g)
{
    return table_of(g->densities);
}

/* Where the tails go over from P to Q: the edge of a cell at or next below the mean, which is
 * at least 1. */
static double split_at(double mean)
{
    double y, width;
    return mean >= CM_CELLS_END ? mean : cm_cell_start(cm_cell(mean, &y), &width);
}

/* A number above the shape from which on Q and the density are at most `level`. Its distance
 * from the shape is the least possible to 1 in 100. */
static double where_at_most(double shape, const cm_gamma_math *math, double level)
{
    double above = shape, below = shape, step = 8 * sqrt(shape);
    while (fmax(math->tail(above, shape, 1), math->density(above, shape)) > level) {
        below = above;
        above += step;
        step *= 2;
    }
    while (above - below > 0.01 * (above - shape)) {
        double middle = below + (above - below) / 2;
        if (fmax(math->tail(middle, shape, 1), math->density(middle, shape)) > level)
            below = middle;
        else
            above = middle;
    }
    return above;
}

cm_gamma cm_gamma_of(double shape, const cm_gamma_math *math)
{
    return (cm_gamma){.shape = shape,
                      .rate = 1,
                      .weight = 1,
                      .split = split_at(shape),
                      .settled = where_at_most(shape, math, DBL_EPSILON / 4),
                      .end = where_at_most(shape, math, 0)};
}

cm_gamma cm_gamma_times(const cm_gamma *g, double rate, double weight)
{
    return (cm_gamma){.shape = g->shape,
                      .rate = rate,
                      .weight = weight,
                      .split = split_at(g->shape / rate),
                      .settled = g->settled / rate,
                      .end = g->end / rate};
}

static cm_cells *allocate_cells(int density, const cm_env *env)
{
    cm_cells *cells = env->alloc(env->data, sizeof *cells);
    cells->density = density;
    cells->prepared = 0;
    return cells;
}

cm_gammas cm_prepare_gammas(const cm_gamma *gamma, size_t n, const cm_gamma_math *math,
                            const cm_env *env)
{
    cm_gammas g = {.n = n, .gamma = gamma, .math = math};
    for (size_t i = 0; i < n; i++) {
        g.settled = fmax(g.settled, gamma[i].settled);
        g.end = fmax(g.end, gamma[i].end);
    }
    g.tails = allocate_cells(0, env);
    g.densities = allocate_cells(1, env);
    return g;
}
