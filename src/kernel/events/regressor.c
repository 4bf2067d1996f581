/* The sum of the responses to many events, at many times.
 *
 * Events stand in a binary tree by their onsets. At each time the nodes of the tree are left
 * out whose events, by a bound (reach.h), together add less than 1e-17 of the value.
 *
 * Cost: a response for each event and each time that it reaches; for each time the depth of the
 * tree.
 */
#include "events/regressor.h"

#include <math.h>

#include "base/search.h"
#include "base/sum.h"

/* Node i of the tree has the children 2i and 2i + 1; the root is 1. The leaves, nodes nleaf ...
 * 2 nleaf - 1, have LEAF events each, in the order of onsets. */
#define LEAF CM_LANES

struct cm_node {
    double end;          /* the latest end of an event in the node */
    double height, area; /* sums of moduli of the amplitudes of boxes and impulses */
};

typedef struct {
    const cm_model *model;
    cm_reach *reach;
    const cm_events *events;
    const struct cm_node *node;
    size_t nleaf;
    int slope;
    double last[2][CM_LANES]; /* onsets and durations of the last leaf, filled up */
} cm_tree;

typedef struct {
    double times[CM_LANES]; /* all the same */
    size_t nevent;          /* those that have begun */
    double sum, lost;       /* a compensated sum */
    double against;         /* to compare with what is left out; below 0: the sum so far */
    double skipped;         /* a bound of all that was left out */
    size_t visited;
} cm_walk;

/* The nodes of the tree, in env's memory; how many leaves there are goes to *nleaf. */
static struct cm_node *grow(const cm_events *events, size_t *nleaf, const cm_env *env)
{
    for (*nleaf = 1; *nleaf * LEAF < events->n; *nleaf *= 2)
        ;
    struct cm_node *node = env->alloc(env->data, 2 * *nleaf * sizeof *node);
    for (size_t i = 0; i < 2 * *nleaf; i++)
        node[i] = (struct cm_node){-HUGE_VAL, 0, 0};
    for (size_t e = 0; e < events->n; e++) {
        struct cm_node *leaf = node + *nleaf + e / LEAF;
        leaf->end = fmax(leaf->end, events->onset[e] + events->duration[e]);
        *(events->duration[e] > 0 ? &leaf->height : &leaf->area) += fabs(events->amplitude[e]);
    }
    for (size_t i = *nleaf - 1; i > 0; i--) {
        const struct cm_node *a = node + 2 * i, *b = a + 1;
        node[i] =
            (struct cm_node){fmax(a->end, b->end), a->height + b->height, a->area + b->area};
    }
    return node;
}

/* Pairs of the CM_LANES times t and the events from e on. If fewer than CM_LANES are left the
 * last event is there several times. */
static cm_pairs pairs_of(const cm_tree *tree, size_t e, const double *t)
{
    const cm_events *events = tree->events;
    if (e + CM_LANES > events->n)
        return (cm_pairs){t, tree->last[0], tree->last[1]};
    return (cm_pairs){t, events->onset + e, events->duration + e};
}

/* Adds those of the CM_LANES events from e on that have begun. */
static void add_leaf(const cm_tree *tree, cm_walk *walk, size_t e)
{
    double h[CM_LANES];
    size_t n = walk->nevent - e < CM_LANES ? walk->nevent - e : CM_LANES;
    cm_respond(tree->model, pairs_of(tree, e, walk->times), tree->slope, h);
    for (size_t i = n; i-- > 0;)
        cm_add(tree->events->amplitude[e + i] * h[i], &walk->sum, &walk->lost);
    walk->visited += 4 * CM_LANES * tree->model->nterm;
}

/* Adds the events of node i, which has leaves first ... first + n - 1. The latest events come
 * first, since they are likely to add most. */
static void visit(const cm_tree *tree, cm_walk *walk, size_t i, size_t first, size_t n)
{
    if (first * LEAF >= walk->nevent)
        return;
    walk->visited++;
    const struct cm_node *node = tree->node + i;
    double left = cm_left(tree->reach, walk->times[0] - node->end, node->height, node->area);
    double against = walk->against >= 0 ? walk->against : fabs(walk->sum);
    if (walk->skipped + left <= CM_ADDS_LESS * against) {
        walk->skipped += left;
    } else if (n > 1) {
        visit(tree, walk, 2 * i + 1, first + n / 2, n / 2);
        visit(tree, walk, 2 * i, first, n / 2);
    } else {
        add_leaf(tree, walk, first * LEAF);
    }
}

/* The sum over the first nevent events where a term overflows: all is shrunk, so that it is
 * finite unless the sum itself overflows. */
static double shrunk_sum(const cm_tree *tree, double t, size_t nevent, size_t *work,
                         const cm_env *env)
{
    double sum = 0, lost = 0, times[CM_LANES], amplitude[CM_LANES], h[CM_LANES];
    for (int i = 0; i < CM_LANES; i++)
        times[i] = t;
    for (size_t e = 0; e < nevent; e += CM_LANES) {
        for (size_t i = 0; i < CM_LANES; i++)
            amplitude[i] = e + i < nevent ? tree->events->amplitude[e + i] : 0;
        cm_respond_shrunk(tree->model, pairs_of(tree, e, times), amplitude, tree->slope, h);
        for (size_t i = 0; i < CM_LANES && e + i < nevent; i++)
            cm_add(h[i], &sum, &lost);
        cm_work(work, 40 * CM_LANES * tree->model->nterm, env);
    }
    return ldexp(cm_total(sum, lost), CM_SHRUNK);
}

/* A node is left out if what its events can add at most is less than 1e-17 of the sum so far.
 * If terms then cancel, the final sum may be too small for what was left out. In that case the
 * tree is walked again, and compared with that final sum; if that is not enough it is walked a
 * third time, and nothing that adds is left out. */
void cm_regressor(const cm_model *model, cm_reach *reach, const cm_events *events,
                  const double *times, size_t nt, int slope, double *y, const cm_env *env)
{
    cm_tree tree = {model, reach, events, NULL, 0, slope, {{0}}};
    size_t work = 0;
    tree.node = grow(events, &tree.nleaf, env);
    for (size_t i = 0; i < CM_LANES && events->n > 0; i++) {
        size_t e = (events->n - 1) / CM_LANES * CM_LANES + i;
        e = e < events->n ? e : events->n - 1;
        tree.last[0][i] = events->onset[e], tree.last[1][i] = events->duration[e];
    }
    for (size_t k = 0; k < nt; k++) {
        double against = -1;
        size_t nevent = cm_first_above(events->onset, events->n, times[k]);
        for (int turn = 0;; turn++) {
            cm_walk walk = {.nevent = nevent, .against = against};
            for (int i = 0; i < CM_LANES; i++)
                walk.times[i] = times[k];
            visit(&tree, &walk, 1, 0, tree.nleaf);
            cm_work(&work, 10 * (1 + walk.visited), env);
            y[k] = cm_total(walk.sum, walk.lost);
            if (!(walk.skipped > CM_ADDS_LESS * fabs(y[k])))
                break;
            against = turn == 0 ? fabs(y[k]) : 0;
        }
        if (!isfinite(y[k]))
            y[k] = shrunk_sum(&tree, times[k], nevent, &work, env);
    }
}
