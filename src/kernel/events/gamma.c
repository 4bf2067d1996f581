/* The exact response of a sum of weighted gamma densities to boxes and impulses.
 *
 * One density with shape k and scale b answers a box of height 1 on [s, s + d),
 * at x = t - s after its start, by
 *
 *     P(k, x/b) - P(k, (x - d)/b),   P the regularised lower incomplete gamma
 *
 * function, 0 for negative arguments, and an impulse of area 1 by its density at
 * x. Nothing of that may cancel:
 *
 *   - past x - d = k b, where P is more than a half, the same difference is
 *     taken from the upper tails Q = 1 - P;
 *   - a short box is integrated by Gauss and Legendre's rule with 5 points. Where
 *     GAUSS_* below allow it, the logarithm of the density changes by less than
 *     0.23 to either side of the middle, and the rule is good to 1e-15; elsewhere
 *     the difference loses at most a factor of some hundreds of the 1e-15 that
 *     its two terms are good for;
 *   - x - d is formed with the rounding errors of both subtractions.
 *
 * P, Q and densities come from the caller's mathematics, by way of polynomials
 * of degree 11 on cells: 16 for each octave below 16, cells of width 1 above. A
 * cell is made when it is first needed, and where its last coefficient shows
 * that 12 terms are not enough (large shapes), it is not used.
 *
 * Cost: some 30 ns for each term of a pair of event and time that overlap, after
 * about a millisecond for cells and tails: bench/regressors.md. Which pairs do, see
 * cm_regressor().
 */
#include <math.h>
#include <string.h>

#include "kernel.h"

#define GAUSS_WIDTH 0.025 /* half the box, in scales */
#define GAUSS_POWER 0.2   /* that times shape - 1, in distances from 0 */
#define GAUSS_RATIO 0.1   /* that, in distances from 0 */
#define ADDS_LESS 1e-17   /* of a value: what may be left out of it */

/* ---- polynomials on cells ------------------------------------------------ */

#define NCOEF 12
#define LEAST_EXPONENT (-5) /* cells begin at 2^-6 */
#define PER_OCTAVE 16
#define NOCTAVE 160 /* cells below 16 */
#define NWIDE 752   /* cells of width 1, up to 768, where Q has underflown */
#define NCELL (NOCTAVE + NWIDE)
#define CELLS_FROM 0.015625
#define CELLS_TO 768.0
#define SETTLED 4e-14 /* the last coefficient that counts as converged; the next is a tenth */

enum { UNKNOWN, POLYNOMIAL, DIRECT };

struct cm_cells {
    unsigned char state[NCELL];
    double coef[NCELL][NCOEF];
};

/* The integer coefficients of Chebyshev's polynomials, and cos(n pi (j + 1/2) / NCOEF). */
struct cm_chebyshev {
    double power[NCOEF][NCOEF], cosine[NCOEF][NCOEF];
};

static void prepare_chebyshev(cm_chebyshev *c)
{
    memset(c, 0, sizeof *c);
    c->power[0][0] = c->power[1][1] = 1;
    for (int n = 2; n < NCOEF; n++)
        for (int i = 0; i < NCOEF; i++)
            c->power[n][i] = (i > 0 ? 2 * c->power[n - 1][i - 1] : 0) - c->power[n - 2][i];
    for (int n = 0; n < NCOEF; n++)
        for (int j = 0; j < NCOEF; j++)
            c->cosine[n][j] = cos(3.14159265358979323846 * n * (j + 0.5) / NCOEF);
}

/* P below the shape and Q above it, or the density. */
static double direct(const cm_term *term, int density, double z)
{
    const cm_gamma *fun = term->fun;
    return density ? fun->density(z, term->shape) : fun->tail(z, term->shape, z >= term->split);
}

static int fill_cell(const cm_term *term, int density, double low, double width, double *coef)
{
    const cm_chebyshev *basis = term->basis;
    double f[NCOEF], c[NCOEF], least = HUGE_VAL;
    for (int j = 0; j < NCOEF; j++) {
        f[j] = direct(term, density, low + width * (basis->cosine[1][j] + 1) / 2);
        least = fmin(least, f[j]);
    }
    for (int n = 0; n < NCOEF; n++) {
        c[n] = 0;
        for (int j = 0; j < NCOEF; j++)
            c[n] += f[j] * basis->cosine[n][j] * (n ? 2.0 : 1.0) / NCOEF;
    }
    /* near the least normal number the digits that relative accuracy needs are gone */
    if (!(least > 1e-290) || !(fabs(c[NCOEF - 1]) <= SETTLED * least))
        return DIRECT;
    for (int i = 0; i < NCOEF; i++) {
        coef[i] = 0;
        for (int n = NCOEF - 1; n >= i; n--)
            coef[i] += c[n] * basis->power[n][i];
    }
    return POLYNOMIAL;
}

static double polynomial(const double *c, double y)
{
    double y2 = y * y, y4 = y2 * y2;
    double low = (c[0] + c[1] * y) + (c[2] + c[3] * y) * y2;
    double mid = (c[4] + c[5] * y) + (c[6] + c[7] * y) * y2;
    double high = (c[8] + c[9] * y) + (c[10] + c[11] * y) * y2;
    return low + (mid + high * y4) * y4;
}

/* direct(), by the cell of z. Cells have 16 as an edge, and `split` is an edge. */
static double evaluate(const cm_term *term, int density, double z)
{
    cm_cells *cells = density ? term->densities : term->tails;
    if (!(z >= CELLS_FROM && z < CELLS_TO))
        return direct(term, density, z);
    size_t cell;
    double y, low, width; /* y: place in the cell, from -1 to 1 */
    if (z < 16) {
        int exponent;
        double f = frexp(z, &exponent) * 2 * PER_OCTAVE;
        int i = (int)f;
        cell = (size_t)((exponent - LEAST_EXPONENT) * PER_OCTAVE + i - PER_OCTAVE);
        y = 2 * (f - i) - 1;
        width = ldexp(1.0 / (2 * PER_OCTAVE), exponent);
        low = i * width;
    } else {
        low = floor(z);
        width = 1;
        cell = NOCTAVE + (size_t)low - 16;
        y = 2 * (z - low) - 1;
    }
    if (cells->state[cell] == UNKNOWN)
        cells->state[cell] =
            (unsigned char)fill_cell(term, density, low, width, cells->coef[cell]);
    return cells->state[cell] == POLYNOMIAL ? polynomial(cells->coef[cell], y)
                                            : direct(term, density, z);
}

/* The edge of a cell at or below the shape, which is at least 1; P and Q change places
 * there. */
static double split_at(double shape)
{
    if (shape >= CELLS_TO)
        return shape;
    if (shape >= 16)
        return floor(shape);
    int exponent;
    double f = frexp(shape, &exponent) * 2 * PER_OCTAVE;
    return ldexp(floor(f) / (2 * PER_OCTAVE), exponent);
}

/* ---- one term -------------------------------------------------------------- */

static double lower(const cm_term *term, double z)
{
    double tail = evaluate(term, 0, z);
    return z >= term->split ? 1 - tail : tail;
}

/* The integral of the density from m - r to m + r, in scales. */
static double gauss(const cm_term *term, double m, double r)
{
    static const double node[2] = {0.53846931010568309, 0.90617984593866399};
    static const double weight[3] = {0.56888888888888889, 0.47862867049936647,
                                     0.23692688505618909};
    double k1 = term->shape - 1, sum = weight[0];
    for (int i = 0; i < 2; i++) {
        double a = r * node[i];
        sum += weight[i + 1] * (exp(k1 * log1p(a / m) - a) + exp(k1 * log1p(-a / m) + a));
    }
    return evaluate(term, 1, m) * r * sum;
}

/* x > 0 after the start of a box of length d > 0 that ended v = x - d ago. */
static double box(const cm_term *term, double x, double d, double v)
{
    double u = x / term->scale;
    if (v <= 0)
        return lower(term, u);
    double m = (x - d / 2) / term->scale, r = d / 2 / term->scale;
    if (r <= GAUSS_WIDTH && (term->shape - 1) * r <= GAUSS_POWER * m && r <= GAUSS_RATIO * m)
        return gauss(term, m, r);
    v /= term->scale;
    return v >= term->split ? evaluate(term, 0, v) - evaluate(term, 0, u)
                            : lower(term, u) - lower(term, v);
}

static double density(const cm_term *term, double x)
{
    return evaluate(term, 1, x / term->scale) / term->scale;
}

/* The slope of the box response: the density at x less that at v, as the later
 * one times expm1() of the difference of logarithms. */
static double box_slope(const cm_term *term, double x, double d, double v)
{
    if (v <= 0)
        return density(term, x);
    double change = (term->shape - 1) * log1p(d / v) - d / term->scale;
    return change < 0 ? density(term, v) * expm1(change) : -density(term, x) * expm1(-change);
}

/* The slope of the density; that at 0 is left out. */
static double impulse_slope(const cm_term *term, double x)
{
    return x > 0 ? density(term, x) * ((term->shape - 1) / x - 1 / term->scale) : 0;
}

/* ---- a sum of terms ---------------------------------------------------------- */

void cm_prepare_model(cm_model *model, const double *shape, const double *scale,
                      const double *weight, size_t nterm, const cm_gamma *fun,
                      const cm_env *env)
{
    model->nterm = nterm;
    model->term = env->alloc(env->data, nterm * sizeof *model->term);
    cm_chebyshev *basis = env->alloc(env->data, sizeof *basis);
    prepare_chebyshev(basis);
    for (size_t i = 0; i < nterm; i++) {
        cm_term term = {shape[i], scale[i], weight[i], split_at(shape[i]),
                        fun,      basis,    NULL,      NULL};
        term.tails = env->alloc(env->data, sizeof *term.tails);
        term.densities = env->alloc(env->data, sizeof *term.densities);
        memset(term.tails->state, UNKNOWN, NCELL);
        memset(term.densities->state, UNKNOWN, NCELL);
        model->term[i] = term;
    }
}

/* The response at t to a box of height 1 or, for d = 0, an impulse of area 1. */
double cm_response(const cm_model *model, double t, double onset, double d, int slope)
{
    double x = t - onset;
    if (!(x >= 0) || (x == 0 && d > 0))
        return 0;
    /* v = t - onset - d, rounded once: each difference has its own error added */
    double back = t - x, v = x - d, again = x - v;
    double off = (t - (x + back)) + (back - onset) + ((x - (v + again)) + (again - d));
    v += off;
    double sum = 0;
    for (size_t i = 0; i < model->nterm; i++) {
        const cm_term *term = model->term + i;
        double h = d > 0 ? (slope ? box_slope(term, x, d, v) : box(term, x, d, v))
                         : (slope ? impulse_slope(term, x) : density(term, x));
        sum += term->weight * h;
    }
    return sum;
}

/* ---- how much can be left -------------------------------------------------------- */

/* Upper bounds of the responses at any time later than x after the end, on a grid
 * of x: for heights of boxes and for areas of impulses. A box that ended x ago
 * leaves less than sum |w| Q, and its slope less than the densities' largest value
 * from there on; an impulse that value, and its slope that value over the scale,
 * from the peak on. */
void cm_prepare_tails(cm_reach *reach, const cm_model *model, int slope)
{
    double longest = 0;
    for (size_t i = 0; i < model->nterm; i++)
        longest = fmax(longest, model->term[i].scale);
    reach->step = longest * CELLS_TO / (CM_NREACH - 1);
    for (size_t j = 0; j < CM_NREACH; j++) {
        double box_left = 0, impulse_left = 0, x = (double)j * reach->step;
        for (size_t i = 0; i < model->nterm; i++) {
            const cm_term *term = model->term + i;
            double z = x / term->scale, peak = term->shape - 1, w = fabs(term->weight);
            double highest = w * term->fun->density(fmax(z, peak), term->shape) / term->scale;
            box_left += slope ? highest : w * term->fun->tail(z, term->shape, 1);
            impulse_left += !slope ? highest : z < peak ? HUGE_VAL : highest / term->scale;
        }
        /* room for the rounding of these bounds and of the polynomials */
        reach->box[j] = 1.001 * box_left;
        reach->impulse[j] = 1.001 * impulse_left;
    }
}

static double left_at(const cm_reach *reach, double x, double height, double area)
{
    double place = x / reach->step;
    size_t j = !(place > 0) ? 0 : place >= CM_NREACH - 1 ? CM_NREACH - 1 : (size_t)place;
    double boxes = height > 0 ? height * reach->box[j] : 0;
    return boxes + (area > 0 ? area * reach->impulse[j] : 0);
}

/* ---- many events ------------------------------------------------------------------ */

/* A binary tree over events in the order of onsets. Node i has the children 2i and
 * 2i + 1, and the leaves, from `nleaf` on, hold LEAF events each. */
#define LEAF 4

struct cm_node {
    double end;          /* the latest in the node */
    double height, area; /* sums of moduli of the amplitudes of boxes and impulses */
};

typedef struct {
    const cm_model *model;
    const cm_reach *reach;
    const cm_events *events;
    const struct cm_node *node;
    size_t nleaf;
    int slope;
} cm_tree;

typedef struct {
    double t;
    size_t nevent;     /* those that have begun */
    double sum, carry; /* Neumaier's sum */
    double against;    /* what is left out is compared with this, or with the sum */
    double skipped;    /* bound of all that was left out */
    size_t visited;
} cm_walk;

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

static void add(cm_walk *walk, double value)
{
    double sum = walk->sum + value;
    walk->carry +=
        fabs(walk->sum) >= fabs(value) ? (walk->sum - sum) + value : (value - sum) + walk->sum;
    walk->sum = sum;
}

/* Adds the events of node i, the leaves under which are first ... first + n - 1;
 * the latest events come first, since they are likely to add most. */
static void visit(const cm_tree *tree, cm_walk *walk, size_t i, size_t first, size_t n)
{
    if (first * LEAF >= walk->nevent)
        return;
    walk->visited++;
    const struct cm_node *node = tree->node + i;
    double left = left_at(tree->reach, walk->t - node->end, node->height, node->area);
    double against = walk->against >= 0 ? walk->against : fabs(walk->sum);
    if (walk->skipped + left <= ADDS_LESS * against) {
        walk->skipped += left;
    } else if (n > 1) {
        visit(tree, walk, 2 * i + 1, first + n / 2, n / 2);
        visit(tree, walk, 2 * i, first, n / 2);
    } else {
        const cm_events *events = tree->events;
        size_t e0 = first * LEAF, e = e0 + LEAF < walk->nevent ? e0 + LEAF : walk->nevent;
        while (e-- > e0) {
            add(walk, events->amplitude[e] * cm_response(tree->model, walk->t, events->onset[e],
                                                         events->duration[e], tree->slope));
            walk->visited += 4 * tree->model->nterm;
        }
    }
}

static size_t begun(const cm_events *events, double t)
{
    size_t low = 0, high = events->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (events->onset[mid] <= t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The sum over events, which are in the order of onsets, at each of nt times. What
 * is left out of a value is less than 1e-17 of it, all pairs together: a node of
 * the tree is left out if what its events can add at most, by its latest end, is
 * less than that of the sum so far. Should terms of both signs then cancel, so
 * that the final sum is too small for what was left out, the walk is done again
 * with that sum to compare with; the third time nothing is left out.
 *
 * Cost: the pairs that overlap, and the depth of the tree for each time.
 */
void cm_regressor(const cm_model *model, const cm_reach *reach, const cm_events *events,
                  const double *times, size_t nt, int slope, double *y, const cm_env *env)
{
    cm_tree tree = {model, reach, events, NULL, 0, slope};
    size_t work = 0;
    tree.node = grow(events, &tree.nleaf, env);
    for (size_t k = 0; k < nt; k++) {
        double against = -1;
        for (int turn = 0;; turn++) {
            cm_walk walk = {times[k], begun(events, times[k]), 0, 0, against, 0, 0};
            visit(&tree, &walk, 1, 0, tree.nleaf);
            cm_work(&work, 10 * (1 + walk.visited), env);
            y[k] = walk.sum + walk.carry;
            if (!(walk.skipped > ADDS_LESS * fabs(y[k])))
                break;
            against = turn == 0 ? fabs(y[k]) : 0;
        }
    }
}

/* ---- each event for itself --------------------------------------------------------- */

/* The responses to one event of amplitude 1, at all of nt times. */
void cm_one_response(const cm_model *model, double onset, double duration, const double *times,
                     size_t nt, double *y, size_t *work, const cm_env *env)
{
    for (size_t k = 0; k < nt; k++) {
        y[k] = cm_response(model, times[k], onset, duration, 0);
        cm_work(work, 40 * model->nterm, env);
    }
}

/* The same at times in increasing order, without values below 1e-17 of the largest
 * modulus. Returns how many are kept; with `at`, writes their indices and values. */
size_t cm_sparse_response(const cm_model *model, const cm_reach *reach, double onset,
                          double duration, const double *times, size_t nt, double *scratch,
                          int *at, double *value, size_t *work, const cm_env *env)
{
    size_t first = 0, last, kept = 0;
    for (size_t high = nt; first < high;) {
        size_t mid = first + (high - first) / 2;
        if (times[mid] < onset)
            first = mid + 1;
        else
            high = mid;
    }
    double largest = 0;
    for (last = first; last < nt; last++) {
        double x = times[last] - onset - duration;
        if (left_at(reach, x, duration > 0, duration == 0) <= ADDS_LESS * largest)
            break;
        scratch[last] = cm_response(model, times[last], onset, duration, 0);
        largest = fmax(largest, fabs(scratch[last]));
        cm_work(work, 40 * model->nterm, env);
    }
    for (size_t k = first; k < last; k++) {
        if (scratch[k] == 0 || fabs(scratch[k]) <= ADDS_LESS * largest)
            continue;
        if (at) {
            at[kept] = (int)k;
            value[kept] = scratch[k];
        }
        kept++;
    }
    return kept;
}
