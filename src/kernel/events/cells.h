/* Sums of gamma functions, by polynomials on cells. */
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

/* A gamma function in a sum: times `weight`, and at `rate` times the sum's argument. */
typedef struct {
    double shape; /* at least 1 */
    double rate, weight;
    double split;   /* cm_tails() has P below this, and P - 1 = -Q from here on */
    double settled; /* from here on Q and the density are at most eps / 4: 1 - Q rounds to 1 */
    double end;     /* from here on Q and the density are 0 */
} cm_gamma;

typedef struct {
    size_t n;
    const cm_gamma *gamma;
    double settled, end; /* the latest of all */
    const cm_gamma_math *math;
    cm_cells *tails, *densities;
} cm_gammas;

/* A gamma function with rate 1 and weight 1; the same with others. */
cm_gamma cm_gamma_of(double shape, const cm_gamma_math *math);
cm_gamma cm_gamma_times(const cm_gamma *g, double rate, double weight);

/* The sum of n gamma functions, which must outlive the result. */
cm_gammas cm_prepare_gammas(const cm_gamma *gamma, size_t n, const cm_gamma_math *math,
                            const cm_env *env);

/* The tails or densities f at CM_LANES numbers z; 0 where z < 0. Writes to the tables of g, so
 * not for two threads at once. The value of a number does not depend on the others.
 *
 * The last two give NaN where there is no polynomial. */
void cm_tails(const cm_gammas *g, const double *z, double *f);
void cm_densities(const cm_gammas *g, const double *z, double *f);
void cm_tails_by_table(const cm_gammas *g, const double *z, double *f);
void cm_densities_by_table(const cm_gammas *g, const double *z, double *f);

/* The tables, see base/cell.h. */
const double *cm_tail_table(const cm_gammas *g);
const double *cm_density_table(const cm_gammas *g);

#endif
