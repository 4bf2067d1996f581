/* Piecewise polynomials at whole vectors of numbers; see loops.h, and base/cell.h for their
 * cells and the table.
 *
 * The sum of c[i] y^i has W parts: part w has the terms with i = w modulo W, and is y^w times a
 * polynomial in y^W. First the W polynomials of each number are evaluated at once, as vectors
 * along its row of the table. Then the square of W numbers by W parts is transposed, and the
 * parts of all numbers are joined at once, by powers of y. */
#include "base/cell.h"

/* Steps of a transpose of W vectors: what becomes of a vector a, and of the other vector b,
 * when every second block of so many lanes of a is exchanged with the block before it of b. */
#if SIMD_LANES == 8
#define FIRST_4(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define OTHER_4(a, b) SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define FIRST_2(a, b) SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define OTHER_2(a, b) SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define FIRST_1(a, b) SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define OTHER_1(a, b) SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#elif SIMD_LANES == 4
#define FIRST_2(a, b) SHUFFLE(a, b, 0, 1, 4, 5)
#define OTHER_2(a, b) SHUFFLE(a, b, 2, 3, 6, 7)
#define FIRST_1(a, b) SHUFFLE(a, b, 0, 4, 2, 6)
#define OTHER_1(a, b) SHUFFLE(a, b, 1, 5, 3, 7)
#else
#define FIRST_1(a, b) SHUFFLE(a, b, 0, 2)
#define OTHER_1(a, b) SHUFFLE(a, b, 1, 3)
#endif

#define SWAP_BLOCKS(a, b, n)                                                                   \
    do {                                                                                       \
        vec a_ = a, b_ = b;                                                                    \
        a = FIRST_##n(a_, b_), b = OTHER_##n(a_, b_);                                          \
    } while (0)

/* Transposes W vectors: lane i of vector j becomes lane j of vector i. */
INLINE void turn_square(vec *s)
{
#if SIMD_LANES == 8
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        SWAP_BLOCKS(s[i], s[i + 4], 4);
#endif
#if SIMD_LANES >= 4
#pragma GCC unroll 4
    for (int i = 0; i < W / 2; i++)
        SWAP_BLOCKS(s[i / 2 * 4 + i % 2], s[i / 2 * 4 + i % 2 + 2], 2);
#endif
#pragma GCC unroll 4
    for (int i = 0; i < W; i += 2)
        SWAP_BLOCKS(s[i], s[i + 1], 1);
}

/* As cm_cell(), for W numbers, which may be in no cell: their rows of the table, and their y.
 */
INLINE ivec rows_of(vec z, vec *y)
{
    const vec two_52 = 4503599627370496.0 + (vec){0}; /* where doubles become whole numbers */
    const ivec none = {0};
    ivec bits = (ivec)z, wide = z >= CM_CELLS_WIDE,
         place = (bits << 4 & 0x000fffffffffffff) | 0x3ff0000000000000;
    vec start = (z + two_52) - two_52;
    start = choose(start > z, start, start - 1);
    ivec whole = (ivec)(start + two_52) - (ivec)two_52;
    ivec row = choose_whole(wide, (ivec)((uvec)bits >> 48) - CM_FIRST_CELL,
                            whole + (CM_NARROW - (long long)CM_CELLS_WIDE));
    *y = choose(wide, 2 * (vec)place - 3, 2 * (z - start) - 1);
    row = choose_whole((z >= CM_CELLS_FROM) & (z < CM_CELLS_END), none + CM_NO_CELL, row);
    return choose_whole(z < 0, row, none + CM_BELOW_0);
}

/* The polynomials of W numbers. */
INLINE vec piecewise(const double *table, vec z)
{
    enum { BLOCKS = (CM_NCOEF + W - 1) / W };
    vec y, part[W];
    ivec row = rows_of(z, &y);
    vec power = y * y; /* y^W */
    for (int w = 2; w < W; w *= 2)
        power *= power;
#pragma GCC unroll 8
    for (int j = 0; j < W; j++) {
        const double *c = table + row[j] * CM_ROW;
        part[j] = load(c + (BLOCKS - 1) * W);
#pragma GCC unroll 8
        for (int b = BLOCKS - 2; b >= 0; b--)
            part[j] = load(c + b * W) + power[j] * part[j];
    }
    turn_square(part);
    vec sum = part[W - 1];
#pragma GCC unroll 8
    for (int j = W - 2; j >= 0; j--)
        sum = part[j] + y * sum;
    return sum;
}

SIMD_TARGET static int cells(const double *table, const double *z, double *f)
{
    ivec nan = {0};
    for (size_t i = 0; i < CM_LANES; i += W) {
        vec sum = piecewise(table, load(z + i));
        store(f + i, sum);
        nan |= sum != sum;
    }
    return lanes_count(nan) != 0;
}
