/* The gamma functions of one shape: P, the regularised lower incomplete gamma function,
 * Q = 1 - P, and the density, all of scale 1.
 *
 * Polynomials of degree 11 on cells stand for the caller's functions: 16 cells for each octave
 * below 16, cells of width 1 above. A polynomial is made when a number first meets its cell. If
 * its last coefficient shows that 12 terms are not enough, as for large shapes, the caller's
 * function is called for each number in that cell.
 *
 * Cost: some 4 ns a value, and 10 to 20 us for each cell that is made.
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
    int density;
    chebyshev basis;
    unsigned char state[CM_NCELL];
    double table[CM_NROW][CM_ROW];
};

/* Assumes that c holds zeros. */
static void prepare_chebyshev(chebyshev *c)
{
    c->power[0][0] = c->power[1][1] = 1;
    for (int n = 2; n < CM_NCOEF; n++)
        for (int i = 0; i < CM_NCOEF; i++)
            c->power[n][i] = (i > 0 ? 2 * c->power[n - 1][i - 1] : 0) - c->power[n - 2][i];
    for (int n = 0; n < CM_NCOEF; n++)
        for (int j = 0; j < CM_NCOEF; j++)
            c->cosine[n][j] = cos(3.14159265358979323846 * n * (j + 0.5) / CM_NCOEF);
}

/* P below `split` and Q from there on, or the density, by the caller's function. */
static double direct(const cm_gamma *g, int density, double z)
{
    return density ? g->math->density(z, g->shape) : g->math->tail(z, g->shape, z >= g->split);
}

/* Makes the polynomial of a cell if 12 terms are enough for it. */
static void fill_cell(const cm_gamma *g, cm_cells *cells, size_t cell)
{
    const chebyshev *basis = &cells->basis;
    double f[CM_NCOEF], c[CM_NCOEF], least = HUGE_VAL, width;
    double start = cm_cell_start(cell, &width);
    if (start >= g->end) { /* a row of zeros */
        cells->state[cell] = POLYNOMIAL;
        cells->table[cell][0] = 0;
        return;
    }
    for (int j = 0; j < CM_NCOEF; j++) {
        f[j] = direct(g, cells->density, start + width * (basis->cosine[1][j] + 1) / 2);
        least = fmin(least, f[j]);
    }
    for (int n = 0; n < CM_NCOEF; n++) {
        c[n] = 0;
        for (int j = 0; j < CM_NCOEF; j++)
            c[n] += f[j] * basis->cosine[n][j] * (n ? 2.0 : 1.0) / CM_NCOEF;
    }
    /* values near the least normal number have too few digits for relative accuracy */
    cells->state[cell] = DIRECT;
    if (!(least > 1e-290) || !(fabs(c[CM_NCOEF - 1]) <= SETTLED * least))
        return;
    cells->state[cell] = POLYNOMIAL;
    for (int i = 0; i < CM_NCOEF; i++) {
        double sum = 0;
        for (int n = CM_NCOEF - 1; n >= i; n--)
            sum += c[n] * basis->power[n][i];
        cells->table[cell][i] = sum;
    }
}

/* For a number that the table has no value for. */
static double without_table(const cm_gamma *g, const cm_cells *cells, double z)
{
    return z >= g->end ? 0 : direct(g, cells->density, z);
}

static void evaluate(const cm_gamma *g, cm_cells *cells, const double *z, double *f)
{
    const cm_simd *simd = cm_current_simd();
    if (!simd->cells(cells->table[0], z, f))
        return;
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
    if (filled && !simd->cells(cells->table[0], z, f))
        return;
    for (int i = 0; i < CM_LANES; i++)
        if (isnan(f[i]))
            f[i] = without_table(g, cells, z[i]);
}

void cm_tails(const cm_gamma *g, const double *z, double *f)
{
    evaluate(g, g->tails, z, f);
}

void cm_densities(const cm_gamma *g, const double *z, double *f)
{
    evaluate(g, g->densities, z, f);
}

const double *cm_tail_table(const cm_gamma *g)
{
    return g->tails->table[0];
}

/* Where cm_tails() goes over from P to Q: the edge of a cell at or next below the shape, which
 * is at least 1. */
static double split_at(double shape)
{
    double y, width;
    return shape >= CM_CELLS_END ? shape : cm_cell_start(cm_cell(shape, &y), &width);
}

/* A number above the shape from which on Q and the density are at most `level`. Its distance
 * from the shape is the least possible to 1 in 100. */
static double where_at_most(const cm_gamma *g, double level)
{
    double shape = g->shape, above = shape, below = shape, step = 8 * sqrt(shape);
    while (fmax(direct(g, 0, above), direct(g, 1, above)) > level) {
        below = above;
        above += step;
        step *= 2;
    }
    while (above - below > 0.01 * (above - shape)) {
        double middle = below + (above - below) / 2;
        if (fmax(direct(g, 0, middle), direct(g, 1, middle)) > level)
            below = middle;
        else
            above = middle;
    }
    return above;
}

static cm_cells *prepare_cells(int density, const cm_env *env)
{
    cm_cells *cells = env->alloc(env->data, sizeof *cells);
    memset(cells, 0, sizeof *cells);
    cells->density = density;
    prepare_chebyshev(&cells->basis);
    for (size_t cell = 0; cell < CM_NROW; cell++)
        if (cell != CM_BELOW_0)
            cells->table[cell][0] = NAN;
    return cells;
}

cm_gamma cm_prepare_gamma(double shape, const cm_gamma_math *math, const cm_env *env)
{
    cm_gamma g = {.shape = shape, .split = split_at(shape), .math = math};
    g.settled = where_at_most(&g, DBL_EPSILON / 4);
    g.end = where_at_most(&g, 0);
    g.tails = prepare_cells(0, env);
    g.densities = prepare_cells(1, env);
    return g;
}
