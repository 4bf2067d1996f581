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
 * impulse of area 1; with `slope` its derivative by t. */
double cm_response(const cm_model *model, double t, double onset, double d, int slope);

#endif
