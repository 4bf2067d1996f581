/* The sparse convolution matrix, compressed by columns: entries p[c] ... p[c + 1] - 1 are those
 * of column c, rows increasing. Zeros are not stored, neither those of the kernel nor those
 * that come out as a sum where a boundary adds up several samples.
 *
 * Cost: one write for each entry, O(ncol) to count them; for a boundary other than zero
 * nh * nrow additions, and memory for two columns.
 */
#include <string.h>

#include "matrix/csc.h"

/* What both passes need, counting and filling: the kernel without its zeros, and a column of
 * sums. */
typedef struct {
    const cm_matrix *matrix;
    const cm_env *env;
    size_t n, *at; /* h[at[0 ... n - 1]] are not 0 */
    double *value, *column, *lost;
    size_t work;
} csc;

static csc prepare(const cm_matrix *matrix, const cm_env *env)
{
    size_t nh = matrix->nh, nrow = matrix->nrow;
    csc s = {matrix, env, 0, NULL, NULL, NULL, NULL, 0};
    s.at = env->alloc(env->data, nh * sizeof *s.at);
    s.value = env->alloc(env->data, nh * sizeof *s.value);
    for (size_t i = 0; i < nh; i++) {
        s.at[s.n] = i;
        s.value[s.n] = matrix->h[i];
        s.n += matrix->h[i] != 0;
    }
    if (matrix->start) {
        s.column = env->alloc(env->data, nrow * sizeof *s.column);
        s.lost = env->alloc(env->data, nrow * sizeof *s.lost);
        memset(s.column, 0, nrow * sizeof *s.column);
        memset(s.lost, 0, nrow * sizeof *s.lost);
    }
    return s;
}

/* Takes the entries of the rows that place p reaches out of the column of sums, from row *done
 * on, as those before have been taken; *done becomes the first row not taken. Returns how many;
 * row and value may be NULL. */
static size_t take_rows(csc *s, ptrdiff_t p, size_t *done, int *row, double *value)
{
    size_t r0, rows = cm_place_rows(s->matrix, p, &r0), end = r0 + rows, n = 0;
    for (size_t r = r0 > *done ? r0 : *done; r < end; r++) {
        if (s->column[r] != 0) {
            if (row) {
                row[n] = (int)r;
                value[n] = s->column[r];
            }
            n++;
            s->column[r] = 0;
        }
    }
    *done = end > *done ? end : *done;
    return n;
}

/* The entries of column c where places outside the signal add to it. Returns how many. */
static size_t summed_column(csc *s, size_t c, int *row, double *value)
{
    const cm_matrix *matrix = s->matrix;
    size_t r0, rows = cm_place_rows(matrix, (ptrdiff_t)c, &r0), done = 0, n = 0;
    size_t k = matrix->start[c], end = matrix->start[c + 1];
    memcpy(s->column + r0, matrix->h + (matrix->first + r0 - c), rows * sizeof(double));
    cm_add_outside(matrix, c, s->column, s->lost, &s->work, s->env);
    for (int own = 0; k < end || !own;) { /* places in order, the column's own among them */
        int next_own = !own && (k == end || matrix->place[k] >= 0);
        ptrdiff_t p = next_own ? (ptrdiff_t)c : matrix->place[k++];
        own |= next_own;
        n += take_rows(s, p, &done, row ? row + n : NULL, row ? value + n : NULL);
    }
    return n;
}

static int is_summed(const cm_matrix *matrix, size_t c)
{
    return matrix->start && matrix->start[c] < matrix->start[c + 1];
}

/* The sum must not pass the largest int, which R/ has checked. */
size_t cm_csc_starts(const cm_matrix *matrix, int *p, const cm_env *env)
{
    csc s = prepare(matrix, env);
    size_t total = 0, lo = s.n, hi = s.n; /* at[lo ... hi - 1] are within the rows */
    p[0] = 0;
    for (size_t c = 0; c < matrix->ncol; c++) {
        while (lo > 0 && s.at[lo - 1] + c >= matrix->first)
            lo--;
        while (hi > 0 && s.at[hi - 1] + c >= matrix->first + matrix->nrow)
            hi--;
        total += is_summed(matrix, c) ? summed_column(&s, c, NULL, NULL)
                 : hi > lo            ? hi - lo
                                      : 0;
        p[c + 1] = (int)total;
        cm_work(&s.work, 1, env);
    }
    return total;
}

void cm_csc_fill(const cm_matrix *matrix, const int *p, int *row, double *value,
                 const cm_env *env)
{
    csc s = prepare(matrix, env);
    size_t lo = s.n;
    for (size_t c = 0; c < matrix->ncol; c++, p++) {
        while (lo > 0 && s.at[lo - 1] + c >= matrix->first)
            lo--;
        if (is_summed(matrix, c)) {
            summed_column(&s, c, row + *p, value + *p);
            continue;
        }
        size_t n = (size_t)(p[1] - p[0]);
        int shift = (int)((ptrdiff_t)c - (ptrdiff_t)matrix->first);
        int *r = row + p[0];
        const size_t *at = s.at + lo;
        for (size_t j = 0; j < n; j++)
            r[j] = (int)at[j] + shift;
        memcpy(value + p[0], s.value + lo, n * sizeof *value);
        cm_work(&s.work, n, env);
    }
}
