/* Kronecker's substitution: with zeros after each row, each plane and so on, arrays become
 * signals whose convolution holds that of the arrays. In two dimensions
 *
 *     x[j1 + j2 s],   h[i1 + i2 s]   ->   F[k1 + k2 s] = sum x[j1, j2] h[k1 - j1, k2 - j2].
 *
 * A term with j1 + i1 >= s lands in the next row, s before where it belongs. So s need not be
 * n1 + m1 - 1: it is enough that no such place is wanted, as for the length of a cyclic
 * convolution (cm_one_block_length()). In mode valid there are no zeros at all, and x is not
 * copied.
 *
 * The terms of each output are its own, and zeros: what the engine of signals promises of
 * accuracy, whole numbers and bits holds for arrays unchanged. It skips the zeros of the kernel
 * or transforms blocks of the whole, whichever is faster.
 *
 * Last axes on which the kernel has one sample are columns. First axes on which it has one make
 * rows that are added as a whole.
 *
 * Cost: that of the signals, 1 + m1 / n1 + ... times as long as the arrays.
 */
#include "array/box.h"

#include <string.h>

#include "base/threads.h"
#include "convolve/problem.h"
#include "convolve/sparse.h"

size_t cm_count(const size_t *n, size_t rank)
{
    size_t count = 1;
    for (size_t a = 0; a < rank; a++)
        count *= n[a];
    return count;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

cm_flat cm_flatten(const cm_box *box)
{
    cm_flat flat = {.nh = 1, .w = {0, 1}, .step = {1}};
    for (size_t a = 0; a < box->rank; a++) {
        size_t step = flat.step[a], n = box->n[a], m = box->m[a];
        cm_window w = box->w[a];
        flat.nh += (m - 1) * step;
        flat.w.first += w.first * step;
        flat.w.ny += (w.ny - 1) * step;
        flat.nx = n * step;
        flat.step[a + 1] = step * larger(larger(n, m), cm_one_block_length(n, m, w));
    }
    return flat;
}

cm_rows_of cm_first_row(const size_t *n, const size_t *step, size_t rank)
{
    return (cm_rows_of){rank, cm_count(n + 1, rank - 1), 0, n, step, {0}};
}

void cm_next_row(cm_rows_of *rows)
{
    for (size_t a = 1; a < rows->rank; a++) {
        rows->at += rows->step[a];
        if (++rows->index[a] < rows->n[a])
            return;
        rows->at -= rows->n[a] * rows->step[a];
        rows->index[a] = 0;
    }
}

/* ---- arrays to signals and back ------------------------------------------------------ */

/* Samples that are copied as one item of work, and what one costs in multiply-adds: memory is
 * slower than sums. */
#define COPIED_AT_ONCE 50000
#define COPY_WORK 20

/* Rows that are copied to or from a signal. */
typedef struct {
    const double *from;
    double *to;
    const size_t *n, *step;
    size_t rank, nrow, rows; /* all rows; those of an item */
    size_t length;           /* of the signals, if rows go there; else 0 */
} copying;

static cm_rows_of row_at(const copying *c, size_t r)
{
    cm_rows_of row = cm_first_row(c->n, c->step, c->rank);
    for (size_t a = 1; a < c->rank; r /= c->n[a], a++) {
        row.index[a] = r % c->n[a];
        row.at += row.index[a] * c->step[a];
    }
    return row;
}

static void rows_item(void *job, size_t item, int thread, const cm_env *env)
{
    const copying *c = job;
    size_t r = item * c->rows, end = c->nrow - r < c->rows ? c->nrow : r + c->rows, n = c->n[0];
    cm_rows_of row = row_at(c, r);
    (void)thread, (void)env;
    for (; r < end; r++) {
        size_t at = row.at;
        cm_next_row(&row);
        if (!c->length) {
            memcpy(c->to + r * n, c->from + at, n * sizeof *c->to);
            continue;
        }
        size_t next = r + 1 < c->nrow ? row.at : c->length; /* zeros up to there */
        memcpy(c->to + at, c->from + r * n, n * sizeof *c->to);
        memset(c->to + at + n, 0, (next - at - n) * sizeof *c->to);
    }
}

static void copy_rows(copying *c, const cm_env *env)
{
    cm_env quiet = cm_quiet(env);
    c->nrow = cm_count(c->n + 1, c->rank - 1);
    c->rows = COPIED_AT_ONCE / c->n[0] + 1;
    size_t nitem = (c->nrow + c->rows - 1) / c->rows;
    double each = COPY_WORK * (double)c->rows * (double)c->n[0];
    cm_for_each(nitem, each, rows_item, c, cm_threads(nitem, each, env), &quiet);
}

/* A copy of an array as a signal, with zeros between its rows and up to `length`. */
static double *spread(const double *x, const size_t *n, const size_t *step, size_t rank,
                      size_t length, const cm_env *env)
{
    copying c = {x, cm_doubles(length, env), n, step, rank, 0, 0, length};
    copy_rows(&c, env);
    return c.to;
}

/* Are rows of n as far apart in a signal as they are long? */
static int is_dense(const size_t *n, const size_t *step, size_t rank)
{
    for (size_t a = 0; a + 1 < rank; a++)
        if (step[a + 1] != step[a] * n[a])
            return 0;
    return 1;
}

/* All columns of an array as signals. */
static const double *as_signals(const double *x, const cm_box *box, const cm_flat *flat,
                                size_t ncol, const cm_env *env)
{
    if (!x || is_dense(box->n, flat->step, box->rank))
        return x;
    size_t n[CM_MOST_AXES + 1], step[CM_MOST_AXES + 1];
    memcpy(n, box->n, sizeof box->n);
    memcpy(step, flat->step, sizeof step);
    n[box->rank] = ncol;
    step[box->rank] = flat->nx;
    return spread(x, n, step, box->rank + 1, flat->nx * ncol, env);
}

/* The box of outputs within each of ncol signals. */
static void cut_out(const double *from, const cm_box *box, const cm_flat *flat, size_t ncol,
                    double *y, const cm_env *env)
{
    size_t ny[CM_MOST_AXES + 1], step[CM_MOST_AXES + 1];
    for (size_t a = 0; a < box->rank; a++)
        ny[a] = box->w[a].ny;
    memcpy(step, flat->step, sizeof step);
    ny[box->rank] = ncol;
    step[box->rank] = flat->w.ny;
    copying c = {.from = from, .to = y, .n = ny, .step = step, .rank = box->rank + 1};
    copy_rows(&c, env);
}

/* Sums over the samples of a kernel with zeros between its rows. So many that the promise would
 * not hold for their sum are taken CM_SPARSE_MOST at a time. */
static void conv_sums(cm_samples x, cm_samples h, cm_window w, size_t count, cm_output y,
                      const cm_env *env)
{
    if (count <= CM_SPARSE_MOST) {
        cm_conv_finite(x, h, w, CM_SPARSE_KERNEL, y, env);
        return;
    }
    size_t ny = w.ny * x.ncol, nh = h.n;
    cm_output part = {cm_doubles(ny, env), y.im ? cm_doubles(ny, env) : NULL};
    memset(y.re, 0, ny * sizeof *y.re);
    if (y.im)
        memset(y.im, 0, ny * sizeof *y.im);
    double *re = cm_doubles(nh, env), *im = h.im ? cm_doubles(nh, env) : NULL;
    cm_env quiet = cm_quiet(env);
    for (size_t i = 0; i < nh;) {
        size_t from = i, have = 0;
        for (; i < nh && have < CM_SPARSE_MOST; i++)
            have += h.re[i] != 0 || (h.im && h.im[i] != 0);
        memset(re, 0, nh * sizeof *re);
        memcpy(re + from, h.re + from, (i - from) * sizeof *re);
        if (im) {
            memset(im, 0, nh * sizeof *im);
            memcpy(im + from, h.im + from, (i - from) * sizeof *im);
        }
        cm_conv_finite(x, (cm_samples){re, im, nh, 1}, w, CM_SPARSE_KERNEL, part, &quiet);
        cm_tell((double)i / (double)nh, env);
        for (size_t t = 0; t < ny; t++)
            y.re[t] += part.re[t];
        for (size_t t = 0; y.im && t < ny; t++)
            y.im[t] += part.im[t];
    }
}

void cm_conv_box(const cm_box *given, const double *xre, const double *xim, const double *hre,
                 const double *him, cm_method method, cm_output y, const cm_env *env)
{
    void *mark = env->mark(env->data);
    cm_box box = *given;
    size_t ncol = 1, ny[CM_MOST_AXES];
    while (box.rank > 1 && box.m[box.rank - 1] == 1)
        ncol *= box.n[--box.rank];
    cm_flat flat = cm_flatten(&box);
    for (size_t a = 0; a < box.rank; a++)
        ny[a] = box.w[a].ny;
    cm_samples x = {as_signals(xre, &box, &flat, ncol, env),
                    as_signals(xim, &box, &flat, ncol, env), flat.nx, ncol};
    cm_samples h = {hre, him, flat.nh, 1};
    size_t count = cm_count(box.m, box.rank);
    if (count < flat.nh) {
        h.re = spread(hre, box.m, flat.step, box.rank, flat.nh, env);
        h.im = him ? spread(him, box.m, flat.step, box.rank, flat.nh, env) : NULL;
    }
    cm_output out = y;
    int dense = is_dense(ny, flat.step, box.rank);
    if (!dense) {
        out.re = cm_doubles(flat.w.ny * ncol, env);
        out.im = y.im ? cm_doubles(flat.w.ny * ncol, env) : NULL;
    }
    if (method == CM_DIRECT && count < flat.nh)
        conv_sums(x, h, flat.w, count, out, env);
    else
        cm_conv_finite(x, h, flat.w, method, out, env);
    if (!dense) {
        cut_out(out.re, &box, &flat, ncol, y.re, env);
        if (y.im)
            cut_out(out.im, &box, &flat, ncol, y.im, env);
    }
    env->release(env->data, mark);
}
