/* One set of loops, and its table of functions. The files set-*.c set SIMD_LANES, SIMD_GROUP,
 * SIMD_TARGET and SIMD_LEVEL and include this. */
#include "loops/loops.h"
#include "loops/vectors.h"

#include "loops/cells.h"

#include "loops/boxes.h"
#include "loops/measure.h"
#include "loops/panel.h"
#include "loops/rounding.h"
#include "loops/rows.h"
#include "loops/strip.h"
#include "loops/tile.h"
#include "loops/transform.h"
#include "loops/write.h"

#define TABLE_(level) cm_simd_##level
#define TABLE(level) TABLE_(level)
#define STRING_(level) #level
#define STRING(level) STRING_(level)

const cm_simd TABLE(SIMD_LEVEL) = {
    .level = STRING(SIMD_LEVEL),
    .lanes = W,
    .tile_short = tile_short,
    .tile_long = tile_long,
    .moduli = moduli,
    .four_moduli = four_moduli,
    .count_below = count_below,
    .max_modulus = max_modulus,
    .square_bound = square_bound,
    .lower_moduli = lower_moduli,
    .scale = scale,
    .stream = stream,
    .all_whole = all_whole,
    .round_all = round_all,
    .round_small = round_small,
    .whole_squares = whole_squares,
    .fold = fold,
    .unfold = unfold,
    .rows = ROWS,
    .spread = spread,
    .gather = gather,
    .long_pass = long_pass,
    .there = there,
    .there_and_back = there_and_back,
    .strip = strip,
    .sum_rows = sum_rows,
    .cells = cells,
    .lags = lags,
    .boxes = boxes,
    .eliminate = eliminate,
    .reduce = reduce,
};
