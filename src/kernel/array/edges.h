/* What stands outside of an array, axis by axis. */
#ifndef CONVMAT_EDGES_H
#define CONVMAT_EDGES_H

#include "array/box.h"
#include "base/env.h"
#include "base/window.h"
#include "convolve/samples.h"

/* An array with the states of its samples, or NULL if they do not matter. */
typedef struct {
    const double *re, *im;
    const unsigned char *state;
} cm_field;

/* x with `before` more places along an axis before its n[axis], and `after` behind; n is
 * changed. What is missing outside has value 0: its state tells. */
cm_field cm_extended(cm_field x, size_t *n, size_t rank, size_t axis, size_t before,
                     size_t after, cm_boundary boundary, const cm_env *env);

/* The values of x, which has n places with `run` samples at each, at `count` places from `from`
 * on; and their states, since x has none. */
cm_field cm_gathered(cm_field x, size_t run, size_t n, ptrdiff_t from, size_t count,
                     cm_boundary boundary, const cm_env *env);
unsigned char *cm_gathered_states(cm_field x, cm_field gathered, size_t run, size_t n,
                                  ptrdiff_t from, size_t count, cm_boundary boundary,
                                  const cm_env *env);

/* n samples of the line at a place, from those at its sources; zeros if s is NULL. Lines are
 * `run` samples apart. */
void cm_line_of(const double *x, size_t run, size_t n, const cm_sources *s, double *to);

#endif
