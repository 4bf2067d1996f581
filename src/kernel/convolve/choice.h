/* Which way of convolving is the fastest. Sizes go in, and for sparse signals a count of
 * zeros; a plan comes out. Nothing is computed here. */
#ifndef CONVMAT_CHOICE_H
#define CONVMAT_CHOICE_H

#include "convolve/problem.h"

typedef struct {
    cm_method method; /* not CM_AUTO */
    size_t length;    /* of the transforms, for the methods that have them */
    size_t nonzero;   /* samples that are not 0, for CM_SPARSE */
    int swapped;      /* for CM_SPARSE: it is the zeros of h that are skipped */
    double cost;      /* in nanoseconds; 0 where the method was given */
} cm_plan;

/* For each column of a trimmed problem, by sizes alone: the given method with the best length
 * of its transforms, or for CM_AUTO the faster of sums and guarded transforms. */
cm_plan cm_plan_by_size(const cm_problem *p, cm_method method);

/* Whether the plan costs so much that it may pay to look for zeros in x or h. */
int cm_may_be_sparse(const cm_problem *p, const cm_plan *plan);

/* Skips the zeros of x, in one column, or of h if that costs less than the plan. Returns
 * whether it does. */
int cm_plan_sparse_signal(const cm_problem *p, cm_plan *plan);
int cm_plan_sparse_kernel(const cm_problem *p, cm_plan *plan);

/* All of it: what CM_AUTO does with the first column. */
cm_plan cm_choose(const cm_problem *p);

/* 1 if the sizes alone choose direct sums. Such a problem needs neither memory nor polls, so a
 * worker thread may run it. */
int cm_sizes_choose_sums(const cm_problem *p, cm_method method);

size_t cm_count_nonzero(const double *x, size_t n);

#endif
