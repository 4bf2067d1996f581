/* Dense convolution matrices, column-major, and single entries of them.
 *
 * With zeros around the signal, column c is the kernel from row c - first on, cut off where
 * there is no row:
 *
 *     A[r, c] = h[first + r - c],   0 outside h.
 *
 * Other boundaries fold what lies outside the signal back onto it. For each place p outside
 * that has c as a source, column c gets what a column p would be, times the weight of the
 * source. Only columns that are such a source need sums: at most nh - 1 of them, or 4 for
 * CM_EXTEND.
 *
 * Cost: one write for each entry, or where memory is zero already for each entry of the band;
 * nh * nrow / 2 additions for folding; n + nh indices of memory. A single entry costs its own
 * terms, and no memory.
 */
#include "matrix/toeplitz.h"

#include <string.h>

#include "base/complex.h"
#include "base/sum.h"

/* To write an entry of new memory counts for so many operations, between polls. */
#define NEW_MEMORY 4

/* Lists the places outside the signal by their sources, in two passes: counts, then fills. */
static void list_places(cm_matrix *matrix, cm_boundary boundary, const cm_env *env)
{
    size_t n = matrix->ncol, outside = matrix->nh - 1;
    size_t most = outside * (boundary == CM_EXTEND ? 2 : 1) + 1;
    size_t *start = env->alloc(env->data, (n + 2) * sizeof *start);
    ptrdiff_t *place = env->alloc(env->data, most * sizeof *place);
    double *weight = boundary == CM_EXTEND ? cm_doubles(most, env) : NULL;
    ptrdiff_t before = (ptrdiff_t)(outside - matrix->first);
    memset(start, 0, (n + 2) * sizeof *start);
    for (int fill = 0; fill < 2; fill++) {
        for (ptrdiff_t i = 0; i < (ptrdiff_t)outside; i++) {
            ptrdiff_t p = i < before ? i - before : i - before + (ptrdiff_t)n;
            cm_sources s = cm_sources_of(p, n, boundary);
            for (int k = 0; k < s.n; k++) {
                size_t *next = start + s.at[k] + 1;
                if (fill && weight)
                    weight[*next] = s.weight[k];
                if (fill)
                    place[(*next)++] = p; /* at last the start of the next source */
                else
                    next[1]++;
            }
        }
        for (size_t c = 0; !fill && c < n; c++)
            start[c + 1] += start[c];
    }
    matrix->start = start;
    matrix->place = place;
    matrix->weight = weight;
}

cm_matrix cm_matrix_of(const double *h, size_t nh, size_t width, size_t n,
                       const cm_options *options)
{
    cm_window w = cm_mode_window(options->mode, n, nh, options->origin);
    return (cm_matrix){.h = h,
                       .nh = nh,
                       .width = width,
                       .first = w.first,
                       .nrow = w.ny,
                       .ncol = n,
                       .boundary = options->boundary};
}

cm_matrix cm_conv_matrix(const double *h, size_t nh, size_t width, size_t n,
                         const cm_options *options, const cm_env *env)
{
    cm_matrix matrix = cm_matrix_of(h, nh, width, n, options);
    if (options->boundary != CM_ZERO)
        list_places(&matrix, options->boundary, env);
    return matrix;
}

cm_matrix cm_shifted_kernels(const double *h, size_t nh, size_t width, size_t n,
                             const cm_env *env)
{
    double *back = env->alloc(env->data, nh * width * sizeof *back);
    for (size_t i = 0; i < nh; i++)
        memcpy(back + i * width, h + (nh - 1 - i) * width, width * sizeof *back);
    return (cm_matrix){.h = back,
                       .nh = nh,
                       .width = width,
                       .first = nh - 1,
                       .nrow = n,
                       .ncol = n + nh - 1,
                       .boundary = CM_ZERO};
}

/* The rows r with 0 <= first + r - p < nh. */
size_t cm_place_rows(const cm_matrix *matrix, ptrdiff_t p, size_t *r0)
{
    ptrdiff_t from = p - (ptrdiff_t)matrix->first, to = from + (ptrdiff_t)matrix->nh;
    ptrdiff_t nrow = (ptrdiff_t)matrix->nrow;
    from = from > 0 ? from : 0;
    to = to < nrow ? to : nrow;
    *r0 = (size_t)from;
    return to > from ? (size_t)(to - from) : 0;
}

static double weight_of(const cm_matrix *matrix, size_t k)
{
    return matrix->weight ? matrix->weight[k] : 1;
}

void cm_add_outside(const cm_matrix *matrix, size_t c, double *column, double *lost,
                    size_t *work, const cm_env *env)
{
    size_t width = matrix->width, r0, rows;
    for (int end = 0; end < 2; end++) {
        for (size_t k = matrix->start[c]; k < matrix->start[c + 1]; k++) {
            ptrdiff_t p = matrix->place[k];
            rows = cm_place_rows(matrix, p, &r0);
            const double *h =
                matrix->h + ((ptrdiff_t)(matrix->first + r0) - p) * (ptrdiff_t)width;
            double weight = weight_of(matrix, k);
            for (size_t i = 0, at = r0 * width; i < rows * width; i++, at++) {
                if (end) {
                    column[at] = cm_total(column[at], lost[at]);
                    lost[at] = 0;
                } else {
                    cm_add(weight * h[i], column + at, lost + at);
                }
            }
            cm_work(work, rows, env);
        }
    }
}

void cm_dense(const cm_matrix *matrix, double *A, int zeroed, const cm_env *env)
{
    size_t nrow = matrix->nrow, width = matrix->width, work = 0, r0;
    double *lost = NULL;
    if (matrix->start) {
        lost = env->alloc(env->data, nrow * width * sizeof *lost);
        memset(lost, 0, nrow * width * sizeof *lost);
    }
    for (size_t c = 0; c < matrix->ncol; c++, A += nrow * width) {
        size_t rows = cm_place_rows(matrix, (ptrdiff_t)c, &r0), r1 = r0 + rows;
        if (!zeroed) { /* no column is without rows */
            memset(A, 0, r0 * width * sizeof *A);
            memset(A + r1 * width, 0, (nrow - r1) * width * sizeof *A);
        }
        memcpy(A + r0 * width, matrix->h + (matrix->first + r0 - c) * width,
               rows * width * sizeof *A);
        if (matrix->start && matrix->start[c] < matrix->start[c + 1])
            cm_add_outside(matrix, c, A, lost, &work, env);
        cm_work(&work, NEW_MEMORY * nrow, env);
    }
}

/* The weight with which sample c stands at place p, where it stands. */
static double weight_at(const cm_matrix *matrix, ptrdiff_t p, size_t c)
{
    if (matrix->boundary != CM_EXTEND)
        return 1;
    cm_sources s = cm_sources_of(p, matrix->ncol, CM_EXTEND);
    return s.weight[s.n == 2 && s.at[1] == c];
}

/* Adds in the same order as cm_dense(): its own place first, then those outside. */
size_t cm_entry(const cm_matrix *matrix, size_t r, size_t c, double *entry)
{
    size_t width = matrix->width, at = matrix->first + r, terms = 1;
    double lost[2] = {0, 0};
    int inside = at >= c && at - c < matrix->nh;
    for (size_t d = 0; d < width; d++)
        entry[d] = inside ? matrix->h[(at - c) * width + d] : 0;
    ptrdiff_t last = (ptrdiff_t)at, p = last - (ptrdiff_t)(matrix->nh - 1);
    for (; p <= last; p++) {
        p = cm_next_place(p, c, matrix->ncol, matrix->boundary);
        if (p > last)
            break;
        const double *h = matrix->h + (last - p) * (ptrdiff_t)width;
        double weight = weight_at(matrix, p, c);
        for (size_t d = 0; d < width && p != (ptrdiff_t)c; d++)
            cm_add(weight * h[d], entry + d, lost + d);
        terms++;
    }
    for (size_t d = 0; d < width; d++)
        entry[d] = cm_total(entry[d], lost[d]);
    return terms;
}

/* Only the band is multiplied, so what lies outside it is 0 even in the row of an NA. */
void cm_shifted_scaled(const double *x, size_t nx, const double *h, size_t nh, size_t width,
                       double *A, int zeroed, const cm_env *env)
{
    size_t ncol = nx + nh - 1, work = 0;
    for (size_t c = 0; c < ncol; c++, A += nx * width) {
        size_t i0 = c < nh ? 0 : c - nh + 1, i1 = c < nx ? c + 1 : nx;
        if (!zeroed) {
            memset(A, 0, i0 * width * sizeof *A);
            memset(A + i1 * width, 0, (nx - i1) * width * sizeof *A);
        }
        for (size_t i = i0; i < i1; i++) {
            if (width == 1)
                A[i] = x[i] * h[c - i];
            else
                cm_multiply(x + 2 * i, h + 2 * (c - i), A + 2 * i);
        }
        cm_work(&work, NEW_MEMORY * nx, env);
    }
}
