/* Where the cells of a piecewise polynomial are, and which one a number is in: 16 cells for
 * each octave from 2^-6 to 16, then cells of width 1 up to 768.
 *
 * The polynomials stand in a table with a row for each cell: the coefficients of y^0, y^1, ...,
 * then zeros, where y goes from -1 at the start of the cell to 1 at its end. Two more rows are
 * for numbers that are in no cell. */
#ifndef CONVMAT_CELL_H
#define CONVMAT_CELL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CM_CELLS_FROM 0.015625
#define CM_CELLS_WIDE 16.0 /* from here on they are 1 wide */
#define CM_CELLS_END 768.0

enum {
    CM_NARROW = 160,            /* cells below CM_CELLS_WIDE */
    CM_NCELL = CM_NARROW + 752, /* all cells */
    CM_FIRST_CELL = 0x3f90,     /* the leading 16 bits of CM_CELLS_FROM */
    CM_BELOW_0 = CM_NCELL,      /* the row of negative numbers, all zeros */
    CM_NO_CELL,                 /* the row of all others, which begins with NaN */
    CM_NROW,
    CM_NCOEF = 12, /* of a polynomial */
    CM_ROW = 16    /* doubles in a row of the table */
};

/* The cell of z, and y of z in it; z is at least CM_CELLS_FROM and below CM_CELLS_END. For a
 * narrow cell the exponent of z and the leading 4 bits of its fraction tell the cell, and the
 * other 48 bits tell y. */
static inline size_t cm_cell(double z, double *y)
{
    if (z < CM_CELLS_WIDE) {
        uint64_t bits, place;
        memcpy(&bits, &z, sizeof z);
        place = (bits << 4 & 0x000fffffffffffff) | 0x3ff0000000000000; /* from 1 to 2 */
        memcpy(y, &place, sizeof *y);
        *y = 2 * *y - 3;
        return (size_t)(bits >> 48) - CM_FIRST_CELL;
    }
    size_t low = (size_t)z;
    *y = 2 * (z - (double)low) - 1;
    return low + CM_NARROW - (size_t)CM_CELLS_WIDE;
}

/* Where a cell begins, and its width. */
static inline double cm_cell_start(size_t cell, double *width)
{
    if (cell >= CM_NARROW) {
        *width = 1;
        return (double)(cell - CM_NARROW) + CM_CELLS_WIDE;
    }
    *width = ldexp(CM_CELLS_FROM / 16, (int)(cell / 16));
    return (double)(16 + cell % 16) * *width;
}

#endif
