/* Convolution by Fourier transforms of blocks. */
#ifndef CONVMAT_OVERLAP_H
#define CONVMAT_OVERLAP_H

#include "base/env.h"
#include "convolve/problem.h"

/* The outputs that transforms are not sure of. Outputs come in blocks, those of a block in
 * groups; doubtful[] has a flag for each group of each block of each column, in env's memory.
 */
typedef struct {
    size_t block, nblock; /* outputs of a block, blocks of a column */
    size_t group, ngroup; /* outputs of a group, groups of a block */
    unsigned char *doubtful;
} cm_doubts;

/* For a kernel no longer than the signals, by transforms of n values. With doubts NULL there
 * is no guard, and an error may be as large as the largest output allows. n is a length of
 * transform.h. */
void cm_conv_overlap(const cm_problem *p, size_t n, cm_doubts *doubts, const cm_env *env);

#endif
