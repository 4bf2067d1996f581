/* The gamma functions of one shape: P, the regularised lower incomplete gamma function,
 * Q = 1 - P, and the density, all of scale 1.
 *
 * They come from the caller's mathematics, by way of polynomials of degree 11 on cells: 16 for
 * each octave below 16, cells of width 1 above. A cell is made when it is first needed. Where
 * its last coefficient shows that 12 terms are not enough (large shapes), it is not used.
 *
 * Cost: some 10 ns a value, and 10 to 20 us for each cell that is made.
 */
#include "events/cells.h"

#include <math.h>
#include <string.h>

#include "base/cell.h"

#define NCOEF 12
#define SETTLED 4e-14 /* the last coefficient that counts as converged; the next is a tenth */

enum { UNKNOWN, POLYNOMIAL, DIRECT };

struct cm_cells {
    unsigned char state[CM_NCELL];
    double coef[CM_NCELL][NCOEF];
};

/* The integer coefficients of Chebyshev's polynomials, and cos(n pi (j + 1/2) / NCOEF). */
struct cm_chebyshev {
    double power[NCOEF][NCOEF], cosine[NCOEF][NCOEF];
};

static void prepare_chebyshev(cm_chebyshev *c)
{
    memset(c, 0, sizeof *c);
    c->power[0][0] = c->power[1][1] = 1;
    for (int n = 2; n < NCOEF; n++)
        for (int i = 0; i < NCOEF; i++)
            c->power[n][i] = (i > 0 ? 2 * c->power[n - 1][i - 1] : 0) - c->power[n - 2][i];
    for (int n = 0; n < NCOEF; n++)
        for (int j = 0; j < NCOEF; j++)
            c->cosine[n][j] = cos(3.14159265358979323846 * n * (j + 0.5) / NCOEF);
}

/* P below the shape and Q above it, or the density. */
static double direct(const cm_gamma *g, int density, double z)
{
    return density ? g->math->density(z, g->shape) : g->math->tail(z, g->shape, z >= g->split);
}

static int fill_cell(const cm_gamma *g, int density, size_t cell, double *coef)
{
    const cm_chebyshev *basis = g->basis;
    double f[NCOEF], c[NCOEF], least = HUGE_VAL, width, low = cm_cell_start(cell, &width);
    for (int j = 0; j < NCOEF; j++) {
        f[j] = direct(g, density, low + width * (basis->cosine[1][j] + 1) / 2);
        least = fmin(least, f[j]);
    }
    for (int n = 0; n < NCOEF; n++) {
        c[n] = 0;
        for (int j = 0; j < NCOEF; j++)
            c[n] += f[j] * basis->cosine[n][j] * (n ? 2.0 : 1.0) / NCOEF;
    }
    /* near the least normal number the digits that relative accuracy needs are gone */
    if (!(least > 1e-290) || !(fabs(c[NCOEF - 1]) <= SETTLED * least))
        return DIRECT;
    for (int i = 0; i < NCOEF; i++) {
        coef[i] = 0;
        for (int n = NCOEF - 1; n >= i; n--)
            coef[i] += c[n] * basis->power[n][i];
    }
    return POLYNOMIAL;
}

static double polynomial(const double *c, double y)
{
    double y2 = y * y, y4 = y2 * y2;
    double low = (c[0] + c[1] * y) + (c[2] + c[3] * y) * y2;
    double mid = (c[4] + c[5] * y) + (c[6] + c[7] * y) * y2;
    double high = (c[8] + c[9] * y) + (c[10] + c[11] * y) * y2;
    return low + (mid + high * y4) * y4;
}

/* direct(), by the cell of z. CM_CELLS_WIDE is the edge of a cell, and so is `split`. */
static double evaluate(const cm_gamma *g, int density, double z)
{
    cm_cells *cells = density ? g->densities : g->tails;
    if (!(z >= CM_CELLS_FROM && z < CM_CELLS_END))
        return direct(g, density, z);
    double y;
    size_t cell = cm_cell(z, &y);
    if (cells->state[cell] == UNKNOWN)
        cells->state[cell] = (unsigned char)fill_cell(g, density, cell, cells->coef[cell]);
    return cells->state[cell] == POLYNOMIAL ? polynomial(cells->coef[cell], y)
                                            : direct(g, density, z);
}

/* The edge of a cell at or below the shape, which is at least 1; P and Q change places
 * there. */
static double split_at(double shape)
{
    double y, width;
    return shape >= CM_CELLS_END ? shape : cm_cell_start(cm_cell(shape, &y), &width);
}

cm_gamma cm_prepare_gamma(double shape, const cm_gamma_math *math, const cm_env *env)
{
    cm_chebyshev *basis = env->alloc(env->data, sizeof *basis);
    cm_gamma g = {shape, split_at(shape), math, basis, NULL, NULL};
    prepare_chebyshev(basis);
    g.tails = env->alloc(env->data, sizeof *g.tails);
    g.densities = env->alloc(env->data, sizeof *g.densities);
    memset(g.tails->state, UNKNOWN, CM_NCELL);
    memset(g.densities->state, UNKNOWN, CM_NCELL);
    return g;
}

double cm_tail(const cm_gamma *g, double z)
{
    return evaluate(g, 0, z);
}

double cm_density(const cm_gamma *g, double z)
{
    return evaluate(g, 1, z);
}
