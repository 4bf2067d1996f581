/* The gamma functions of one shape, by polynomials on cells. */
#ifndef CONVMAT_CELLS_H
#define CONVMAT_CELLS_H

#include "base/env.h"

/* The caller's own functions, for scale 1: P(shape, z), or with `upper` Q = 1 - P; and the
 * density. */
typedef struct {
    double (*tail)(double z, double shape, int upper);
    double (*density)(double z, double shape);
} cm_gamma_math;

typedef struct cm_cells cm_cells;

typedef struct {
    double shape;   /* at least 1 */
    double split;   /* cm_tails() is P below this, and Q from here on */
    double settled; /* from here on Q and the density are at most eps / 4: 1 - Q rounds to 1 */
    double end;     /* from here on Q and the density are 0 */
    const cm_gamma_math *math;
    cm_cells *tails, *densities;
} cm_gamma;

cm_gamma cm_prepare_gamma(double shape, const cm_gamma_math *math, const cm_env *env);

/* The tails or densities f at CM_LANES numbers z; 0 where z < 0. Writes to the tables of g, so
 * not for two threads at once. The value of a number does not depend on the others. */
void cm_tails(const cm_gamma *g, const double *z, double *f);
void cm_densities(const cm_gamma *g, const double *z, double *f);

/* The table of the tails, see base/cell.h. */
const double *cm_tail_table(const cm_gamma *g);

#endif
