/* The sparse matrix of a convolution of arrays, column by column.
 *
 * Along one axis, a sample meets some outputs, each by one sample of the kernel; or by several,
 * each with a weight, where a boundary brings the sample to several places. What a sample of
 * the array meets is one of these of each axis. So its column has an entry for each combination
 * of outputs, and the entry is the sum over all combinations of kernel samples. Zeros are not
 * stored, neither those of the kernel nor sums.
 *
 * Cost: O(n nh) for each axis, then a few operations for each entry and each of its terms.
 */
#include "matrix/array-csc.h"

#include "base/sum.h"

/* Terms of an entry: samples of h, with weights. */
typedef struct {
    size_t n, *kernel;
    double *weight;
} terms;

/* What the samples of an axis meet: sample s the cells start[s] ... start[s + 1] - 1, cell c
 * the output output[c] by terms first[c] ... first[c + 1] - 1. */
typedef struct {
    size_t n, nh, ny;
    size_t *start, *output, *first;
    terms all;
} meetings;

typedef struct {
    const double *h;
    const cm_env *env;
    size_t rank, work;
    meetings *axis;
    size_t *sample; /* the column, by a sample of each axis */
    terms *chosen;  /* terms of the cells that are chosen, in axes from this one on */
    int *row;       /* NULL if entries are only counted */
    double *value;
    size_t n; /* entries so far */
} walk;

static size_t *indices(size_t n, const cm_env *env)
{
    return env->alloc(env->data, n * sizeof(size_t));
}

static terms new_terms(size_t n, const cm_env *env)
{
    return (terms){0, indices(n, env), cm_doubles(n, env)};
}

/* Calls for each term of the axis, outputs increasing: `next` counts the terms of each sample
 * if `to` is NULL, else it says where the next one of each goes, with its output. */
static void each_term(const cm_axis *a, size_t *next, terms *to, size_t *output,
                      const cm_env *env)
{
    cm_window w = cm_mode_window(a->mode, a->n, a->nh, a->origin);
    size_t work = 0;
    for (size_t k = 0; k < w.ny; k++) {
        for (size_t i = 0; i < a->nh; i++) {
            cm_sources s =
                cm_sources_of((ptrdiff_t)(w.first + k) - (ptrdiff_t)i, a->n, a->boundary);
            for (int j = 0; j < s.n; j++) {
                size_t t = next[s.at[j]]++;
                if (to) {
                    to->kernel[t] = i;
                    to->weight[t] = s.weight[j];
                    output[t] = k;
                }
            }
        }
        cm_work(&work, 10 * a->nh, env); /* a place takes as long as ten multiply-adds */
    }
}

static meetings meetings_of(const cm_axis *a, const cm_env *env)
{
    meetings m = {.n = a->n, .nh = a->nh};
    m.ny = cm_mode_window(a->mode, a->n, a->nh, a->origin).ny;
    size_t *next = indices(a->n, env), total = 0, cell = 0;
    for (size_t s = 0; s < a->n; s++)
        next[s] = 0;
    each_term(a, next, NULL, NULL, env);
    for (size_t s = 0; s < a->n; s++) {
        size_t count = next[s];
        next[s] = total;
        total += count;
    }
    size_t *output = indices(total + 1, env);
    m.all = new_terms(total + 1, env);
    each_term(a, next, &m.all, output, env);
    m.start = indices(a->n + 1, env);
    m.output = indices(total + 1, env);
    m.first = indices(total + 1, env);
    for (size_t s = 0, t = 0; s < a->n; s++) {
        m.start[s] = cell;
        for (size_t from = t; t < next[s]; t++) {
            if (t > from && output[t] == output[t - 1])
                continue;
            m.output[cell] = output[t];
            m.first[cell++] = t;
        }
    }
    m.start[a->n] = cell;
    m.first[cell] = total;
    return m;
}

static walk begin_walk(const double *h, const cm_axis *axes, size_t rank, const cm_env *env)
{
    walk w = {.h = h, .env = env, .rank = rank};
    w.axis = env->alloc(env->data, rank * sizeof *w.axis);
    w.sample = indices(rank, env);
    w.chosen = env->alloc(env->data, (rank + 1) * sizeof *w.chosen);
    w.chosen[rank] = new_terms(1, env);
    w.chosen[rank].n = 1;
    w.chosen[rank].kernel[0] = 0;
    w.chosen[rank].weight[0] = 1;
    for (size_t a = rank, most = 1; a-- > 0;) {
        w.axis[a] = meetings_of(axes + a, env);
        w.sample[a] = 0;
        size_t longest = 0;
        for (size_t c = 0; c < w.axis[a].start[axes[a].n]; c++) {
            size_t n = w.axis[a].first[c + 1] - w.axis[a].first[c];
            longest = n > longest ? n : longest;
        }
        most *= longest;
        w.chosen[a] = new_terms(most + 1, env);
    }
    return w;
}

/* The terms of cell c with those that are chosen in the axes behind. */
static void choose(walk *w, size_t axis, size_t c)
{
    const meetings *m = w->axis + axis;
    const terms *behind = w->chosen + axis + 1;
    terms *to = w->chosen + axis;
    to->n = 0;
    for (size_t b = 0; b < behind->n; b++) {
        for (size_t t = m->first[c]; t < m->first[c + 1]; t++) {
            to->kernel[to->n] = behind->kernel[b] * m->nh + m->all.kernel[t];
            to->weight[to->n++] = behind->weight[b] * m->all.weight[t];
        }
    }
    w->work += to->n;
}

static void put_entry(walk *w, size_t row)
{
    const terms *t = w->chosen;
    double sum = t->weight[0] * w->h[t->kernel[0]], lost = 0;
    for (size_t k = 1; k < t->n; k++)
        cm_add(t->weight[k] * w->h[t->kernel[k]], &sum, &lost);
    sum = cm_total(sum, lost);
    if (sum == 0)
        return;
    if (w->row) {
        w->row[w->n] = (int)row;
        w->value[w->n] = sum;
    }
    w->n++;
}

/* All entries of the column whose rows have, in the axes behind this one, the index `behind`.
 */
static void walk_axis(walk *w, size_t axis, size_t behind)
{
    const meetings *m = w->axis + axis;
    size_t s = w->sample[axis];
    for (size_t c = m->start[s]; c < m->start[s + 1]; c++) {
        size_t row = behind * m->ny + m->output[c];
        choose(w, axis, c);
        if (axis > 0)
            walk_axis(w, axis - 1, row);
        else
            put_entry(w, row);
    }
}

/* All columns; p, if it is not NULL, gets where each begins. */
static void walk_columns(walk *w, int *p)
{
    size_t ncol = 1;
    for (size_t a = 0; a < w->rank; a++)
        ncol *= w->axis[a].n;
    for (size_t c = 0; c < ncol; c++) {
        if (p)
            p[c] = (int)w->n;
        walk_axis(w, w->rank - 1, 0);
        for (size_t a = 0; a < w->rank && ++w->sample[a] == w->axis[a].n; a++)
            w->sample[a] = 0;
        cm_work(&w->work, w->rank, w->env);
    }
    if (p)
        p[ncol] = (int)w->n;
}

size_t cm_array_csc_starts(const double *h, const cm_axis *axes, size_t rank, int *p,
                           const cm_env *env)
{
    walk w = begin_walk(h, axes, rank, env);
    walk_columns(&w, p);
    return w.n;
}

void cm_array_csc_fill(const double *h, const cm_axis *axes, size_t rank, int *row,
                       double *value, const cm_env *env)
{
    walk w = begin_walk(h, axes, rank, env);
    w.row = row;
    w.value = value;
    walk_columns(&w, NULL);
}
