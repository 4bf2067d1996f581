/* The convmat kernel: convolution on plain arrays, in plain C.
 *
 * Nothing in the folders below knows about R. Functions read `const` inputs, write only the
 * output they are given, and take memory and interrupts from a cm_env. This header is for the
 * glue; no file of the kernel includes it.
 *
 * Vocabulary, the same everywhere: the signal x of nx samples, the kernel h of nh samples, the
 * full convolution F, and the output y, a window of it. See base/window.h.
 */
#ifndef CONVMAT_KERNEL_H
#define CONVMAT_KERNEL_H

#include "base/complex.h"
#include "base/env.h"
#include "base/window.h"
#include "convolve/choice.h"
#include "convolve/conv.h"
#include "convolve/fft.h"
#include "loops/loops.h"
#include "matrix/band.h"
#include "matrix/csc.h"
#include "matrix/fold.h"
#include "matrix/toeplitz.h"

/* neural.c */
void cm_neural(const double *onset, const double *duration, const double *amplitude,
               size_t nevent, double start, double step, double slack, size_t n, double *y,
               int *covers, const cm_env *env);

/* gamma.c; P(shape, z) or with `upper` Q = 1 - P, and the density, of scale 1 */
typedef struct {
    double (*tail)(double z, double shape, int upper);
    double (*density)(double z, double shape);
} cm_gamma;

typedef struct cm_cells cm_cells;
typedef struct cm_chebyshev cm_chebyshev;

typedef struct {
    double shape, scale, weight;
    double split; /* where P changes to Q */
    const cm_gamma *fun;
    const cm_chebyshev *basis;
    cm_cells *tails, *densities;
} cm_term;

typedef struct {
    size_t nterm;
    cm_term *term;
} cm_model;

#define CM_NREACH 512

typedef struct {
    double step, box[CM_NREACH], impulse[CM_NREACH];
} cm_reach;

typedef struct {
    const double *onset, *duration, *amplitude;
    size_t n;
} cm_events;

void cm_prepare_model(cm_model *model, const double *shape, const double *scale,
                      const double *weight, size_t nterm, const cm_gamma *fun,
                      const cm_env *env);
void cm_prepare_tails(cm_reach *reach, const cm_model *model, int slope);
double cm_response(const cm_model *model, double t, double onset, double d, int slope);
void cm_regressor(const cm_model *model, const cm_reach *reach, const cm_events *events,
                  const double *times, size_t nt, int slope, double *y, const cm_env *env);
void cm_one_response(const cm_model *model, double onset, double duration, const double *times,
                     size_t nt, double *y, size_t *work, const cm_env *env);
size_t cm_sparse_response(const cm_model *model, const cm_reach *reach, double onset,
                          double duration, const double *times, size_t nt, double *scratch,
                          int *at, double *value, size_t *work, const cm_env *env);

/* fir.c */
void cm_fir(const cm_events *events, const double *times, size_t nt, const double *edge,
            size_t nedge, double *latest, double *y, const cm_env *env);

#endif
