/* Which method is the fastest, and with which length of its transforms. Sizes go in, and for
 * signals of mostly zeros a count of these; a plan comes out. Nothing is convolved here. */
#ifndef CONVMAT_CHOICE_H
#define CONVMAT_CHOICE_H

#include "convolve/problem.h"

typedef struct {
    cm_method method; /* not CM_AUTO */
    size_t length;    /* values of a transform, for the methods that have them */
    size_t nonzero;   /* samples that are not 0, for CM_SPARSE */
    int swapped;      /* for CM_SPARSE: it is the zeros of h that are skipped */
    double cost;      /* in nanoseconds; 0 where the method was given */
} cm_plan;

/* The plan for each column of a trimmed problem, by sizes alone: the given method with the best
 * length of its transforms; for CM_AUTO the faster of direct sums and guarded transforms. */
cm_plan cm_plan_by_size(const cm_problem *p, cm_method method);

/* Whether the plan costs so much that it may pay to look for zeros in x or h. */
int cm_may_be_sparse(const cm_problem *p, const cm_plan *plan);

/* Changes the plan to one that skips the zeros of x, which is one column, or those of h, if
 * that costs less. Returns 1 if it does, else 0. */
int cm_plan_sparse_signal(const cm_problem *p, cm_plan *plan);
int cm_plan_sparse_kernel(const cm_problem *p, cm_plan *plan);

/* The plan of CM_AUTO for the first column, by its sizes and its zeros. */
cm_plan cm_choose(const cm_problem *p);

/* The same without transforms. */
cm_plan cm_choose_sums(const cm_problem *p);

/* Whether the first column of a trimmed complex problem is best convolved by complex
 * transforms, and not as four real problems. Then *plan is that. With CM_AUTO not if a part is
 * all zeros, which it is to stay, or if a real problem skips zeros. */
int cm_plan_complex(const cm_problem *p, cm_method method, cm_plan *plan);

/* How many of n samples are not 0. */
size_t cm_count_nonzero(const double *x, size_t n);

#endif
