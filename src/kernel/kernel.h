/* The convmat kernel: convolution on plain arrays, in plain C.
 *
 * Nothing in the folders below knows about R. Functions write only the output they are given,
 * get memory from a cm_env, and look for interrupts by it. This header is for the glue; no file
 * of the kernel includes it.
 *
 * Vocabulary, the same everywhere: the signal x of nx samples, the kernel h of nh samples, the
 * full convolution F, and the output y, a window of it. See base/window.h.
 */
#ifndef CONVMAT_KERNEL_H
#define CONVMAT_KERNEL_H

#include "array/array.h"
#include "array/states.h"
#include "base/complex.h"
#include "base/env.h"
#include "base/window.h"
#include "convolve/choice.h"
#include "convolve/conv.h"
#include "convolve/direct.h"
#include "convolve/transform.h"
#include "events/fir.h"
#include "events/neural.h"
#include "events/regressor.h"
#include "events/single.h"
#include "loops/loops.h"
#include "matrix/array-csc.h"
#include "matrix/band.h"
#include "matrix/csc.h"
#include "matrix/fold.h"
#include "matrix/toeplitz.h"

#endif
