/* The gamma functions of one shape, by polynomials on cells. */
#ifndef CONVMAT_CELLS_H
#define CONVMAT_CELLS_H

#include "base/env.h"

/* The caller's own mathematics, for scale 1: P(shape, z), or with `upper` Q = 1 - P; and the
 * density. */
typedef struct {
    double (*tail)(double z, double shape, int upper);
    double (*density)(double z, double shape);
} cm_gamma_math;

typedef struct cm_cells cm_cells;
typedef struct cm_chebyshev cm_chebyshev;

typedef struct {
    double shape; /* at least 1 */
    double split; /* cm_tail() is P below this, and Q from here on */
    const cm_gamma_math *math;
    const cm_chebyshev *basis;
    cm_cells *tails, *densities;
} cm_gamma;

cm_gamma cm_prepare_gamma(double shape, const cm_gamma_math *math, const cm_env *env);

/* For z >= 0; the first that meets a cell makes its polynomial. */
double cm_tail(const cm_gamma *g, double z);
double cm_density(const cm_gamma *g, double z);

#endif
