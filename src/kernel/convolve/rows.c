#include "convolve/rows.h"

#include <string.h>

/* What a row shares with values before ... before + n - 1 of the block: values from ... to - 1
 * of the row. */
typedef struct {
    size_t from, to;
} overlap;

static overlap with_row(cm_row_layout rows, size_t j, size_t before, size_t n)
{
    size_t begin = j * rows.n, end = begin + rows.n;
    if (before >= end || before + n <= begin)
        return (overlap){0, 0};
    return (overlap){before > begin ? before - begin : 0,
                     (before + n < end ? before + n : end) - begin};
}

void cm_find_samples(cm_row_layout rows, cm_stretch s, double *zeros, double *const ends[2],
                     const double **row)
{
    int used = 0, zeroed = 0;
    for (size_t j = 0; j < rows.nrow; j++) {
        overlap o = {0, rows.n}; /* as most blocks are inside the signal */
        if (s.before > 0 || s.n < rows.nrow * rows.n)
            o = with_row(rows, j, s.before, s.n);
        const double *x = s.x + (ptrdiff_t)(j * rows.n) - (ptrdiff_t)s.before;
        if (o.from == 0 && o.to == rows.n) {
            row[j] = x;
        } else if (o.from == o.to) {
            if (!zeroed)
                memset(zeros, 0, rows.n * sizeof *zeros);
            zeroed = 1;
            row[j] = zeros;
        } else {
            double *piece = ends[used++];
            memset(piece, 0, o.from * sizeof *piece);
            memcpy(piece + o.from, x + o.from, (o.to - o.from) * sizeof *piece);
            memset(piece + o.to, 0, (rows.n - o.to) * sizeof *piece);
            row[j] = piece;
        }
    }
}

void cm_find_outputs(cm_row_layout rows, size_t lead, size_t nt, double *y, double *waste,
                     double *const ends[2], double **row)
{
    int used = 0;
    for (size_t j = 0; j < rows.nrow; j++) {
        overlap o = {0, rows.n};
        if (used == 0 || lead + nt < rows.nrow * rows.n)
            o = with_row(rows, j, lead, nt);
        if (o.from == 0 && o.to == rows.n)
            row[j] = y + (ptrdiff_t)(j * rows.n) - (ptrdiff_t)lead;
        else
            row[j] = o.from == o.to ? waste : ends[used++];
    }
}

void cm_copy_ends(cm_row_layout rows, size_t lead, size_t nt, double *y, double *const ends[2],
                  double *const *row)
{
    for (size_t j = 0; j < rows.nrow; j++) {
        if (row[j] != ends[0] && row[j] != ends[1])
            continue;
        overlap o = with_row(rows, j, lead, nt);
        memcpy(y + (ptrdiff_t)(j * rows.n + o.from) - (ptrdiff_t)lead, row[j] + o.from,
               (o.to - o.from) * sizeof *y);
    }
}
