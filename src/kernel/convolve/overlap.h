/* Convolution by Fourier transforms of blocks. */
#ifndef CONVMAT_OVERLAP_H
#define CONVMAT_OVERLAP_H

#include "base/env.h"
#include "convolve/problem.h"

/* Which outputs are doubtful. The outputs of a column come in blocks, those of a block in
 * groups; doubtful[] has a flag for each group of each block of each column, in env's memory.
 */
typedef struct {
    size_t block, nblock; /* outputs of a block, blocks of a column */
    size_t group, ngroup; /* outputs of a group, groups of a block */
    unsigned char *doubtful;
    int few;   /* most of the kernel is zeros */
    int holes; /* 0 was taken for samples that are not finite */
} cm_doubts;

/* Assumes a kernel no longer than the signals, signals that all have gaps if the first does
 * (see cm_has_gaps()), and a length that transform.h has. Signal and
 * kernel are real, or both are complex; blocks of these have length / 2 samples. With doubts
 * NULL there is no guard, and each output has an error relative to the largest ones of its
 * block; else *doubts says which outputs are to be computed again. Returns 1; but 0, and
 * nothing of use, if the problem is unmeasured and its samples or those of the kernel are not
 * ordinary, but for some that are not finite in one of many blocks. */
int cm_conv_overlap(const cm_problem *p, size_t length, cm_doubts *doubts, const cm_env *env);

#endif
