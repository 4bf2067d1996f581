/* The response to one event of amplitude 1, at many times. `work` is for cm_work(), so that
 * calls for many events poll together. */
#ifndef CONVMAT_SINGLE_H
#define CONVMAT_SINGLE_H

#include "events/reach.h"

/* At all of nt times, in any order. */
void cm_one_response(const cm_model *model, double onset, double duration, const double *times,
                     size_t nt, double *y, size_t *work, const cm_env *env);

/* At increasing times, without values of at most 1e-17 of the largest modulus. Returns how many
 * values are kept; unless `at` is NULL, writes them and their indices. `scratch` has room for
 * nt doubles. */
size_t cm_sparse_response(const cm_model *model, cm_reach *reach, double onset, double duration,
                          const double *times, size_t nt, double *scratch, int *at,
                          double *value, size_t *work, const cm_env *env);

#endif
