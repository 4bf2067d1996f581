/* The exact response of a model to an event. */
#ifndef CONVMAT_RESPONSE_H
#define CONVMAT_RESPONSE_H

#include "events/cells.h"
#include "loops/loops.h"

/* Gamma functions in units of `scale` seconds, and what the loops need of them. */
typedef struct {
    double scale;
    cm_gammas gammas;
    cm_box_shape box;
} cm_curve;

/* A model is a sum of gamma densities of area `weight` each. */
typedef struct {
    double shape, scale, weight;
    cm_curve own; /* the density alone, in units of its scale */
} cm_term;

typedef struct {
    size_t nterm;
    cm_term *term;
    const cm_curve *joint; /* all terms with their weights, or NULL where that is of no use */
} cm_model;

cm_model cm_prepare_model(const double *shape, const double *scale, const double *weight,
                          size_t nterm, const cm_gamma_math *math, const cm_env *env);

/* CM_LANES pairs of a time t and an event: a box of height 1 of d seconds from onset on or, for
 * d = 0, an impulse of area 1. */
typedef struct {
    const double *t, *onset, *d;
} cm_pairs;

/* The responses h of all pairs, or with `slope` their derivatives by t; 0 before the onset.
 * What a pair gets does not depend on the others, and is finite unless it overflows. */
void cm_respond(const cm_model *model, cm_pairs pairs, int slope, double *h);

/* The same times amplitude[i] and 2^-CM_SHRUNK, which does not overflow: for sums whose terms
 * overflow though the sum does not. A product below 1e-6 is lost. */
#define CM_SHRUNK 1000
void cm_respond_shrunk(const cm_model *model, cm_pairs pairs, const double *amplitude,
                       int slope, double *h);

#endif
