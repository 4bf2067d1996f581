/* The exact response of a model to one event. */
#ifndef CONVMAT_RESPONSE_H
#define CONVMAT_RESPONSE_H

#include "events/cells.h"

/* A model is a sum of gamma densities of area `weight` each. */
typedef struct {
    cm_gamma gamma;
    double scale, weight;
} cm_term;

typedef struct {
    size_t nterm;
    cm_term *term;
} cm_model;

cm_model cm_prepare_model(const double *shape, const double *scale, const double *weight,
                          size_t nterm, const cm_gamma_math *math, const cm_env *env);

/* The response at t to a box of height 1 of d seconds from onset on or, for d = 0, to an
 * impulse of area 1; with `slope` its derivative by t. Not finite only where it overflows. */
double cm_response(const cm_model *model, double t, double onset, double d, int slope);

/* amplitude * cm_response() * 2^-CM_SHRUNK, which does not overflow. For sums of terms that
 * may do so while the sum does not; what is below 1e-6 is lost. */
#define CM_SHRUNK 1000
double cm_shrunk_response(const cm_model *model, double t, double onset, double d, int slope,
                          double amplitude);

#endif
