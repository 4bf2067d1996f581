/* The exact response of a sum of weighted gamma densities to a box or an impulse.
 *
 * The response of one density, with shape k and scale b, to a box of height 1 on [s, s + d) is,
 * at x = t - s after its start,
 *
 *     P(k, x/b) - P(k, (x - d)/b),   P = 0 for negative arguments,
 *
 * and to an impulse of area 1 it is the density at x. The difference must not cancel:
 *
 *   - past x - d = k b, where P is more than a half, the same difference is taken from the
 *     upper tails Q = 1 - P;
 *   - over a short box the density is integrated by Gauss and Legendre's rule with 5 points.
 *     CM_IS_SHORT says which boxes are short: with r half the duration, r times the slope of
 * the logarithm of the density in the middle of the box is at most 1/40, and so is r in
 * standard deviations of the density there. For these the rule is good to 1e-15; for longer
 * boxes the relative error of the difference is at most 40 times that of its two terms;
 *   - x - d is corrected by the rounding errors of both subtractions.
 *
 * Below, x is the time since the start of a box, v the time since its end (v <= 0 if it is
 * still on) and d its duration, all divided by the scale.
 *
 * The terms of a model are computed at once, by polynomials for their sum (cells.h), where that
 * is as good: not for slopes, not where the box is short for any term, and not in cells without
 * a polynomial. There each term is computed by itself. What is promised is the same: an error
 * below 1e-10 of the sum of the moduli of the terms.
 *
 * Eight pairs of an event and a time are computed at once: if all are boxes that are not
 * short, by cm_simd.boxes(), else those of each kind in turn.
 *
 * Cost: some 15 ns a pair, whatever the number of terms; where they are computed one by one,
 * for each of them.
 */
#include "events/response.h"

#include <math.h>
#include <string.h>

#define NEAR_0 0.01    /* as a multiple of the scale */
#define MOST_JOINED 21 /* shapes up to here have a polynomial for most cells */

/* Is a box that has ended short for any of the gamma functions? */
static int is_short(const cm_curve *c, double v, double d)
{
    int any = 0;
    double r = d / 2, m = v + r;
    for (size_t k = 0; k < c->box.n; k++)
        any |= CM_IS_SHORT(c->box.gamma + k, r, m);
    return any;
}

/* For short boxes: the integrals of the density from x - d to x. */
static void integrate(const cm_term *term, const double *x, const double *d, double *h)
{
    static const double node[] = {0, -0.53846931010568309, 0.53846931010568309,
                                  -0.90617984593866399, 0.90617984593866399};
    static const double weight[] = {0.56888888888888889, 0.47862867049936647,
                                    0.47862867049936647, 0.23692688505618909,
                                    0.23692688505618909};
    double z[CM_LANES], f[CM_LANES];
    for (int i = 0; i < CM_LANES; i++)
        h[i] = 0;
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < CM_LANES; i++)
            z[i] = x[i] + d[i] / 2 * (node[k] - 1);
        cm_densities(&term->own.gammas, z, f);
        for (int i = 0; i < CM_LANES; i++)
            h[i] += weight[k] * f[i];
    }
    for (int i = 0; i < CM_LANES; i++)
        h[i] *= d[i] / 2;
}

/* For other boxes: P(x) - P(v), by cm_tails() or cm_tails_by_table(). */
static void subtract(const cm_curve *c,
                     void (*tails)(const cm_gammas *g, const double *z, double *f),
                     const double *x, const double *v, double *h)
{
    double later[CM_LANES], to[CM_LANES], from[CM_LANES];
    for (int i = 0; i < CM_LANES; i++) /* where 1 - Q rounds to 1, Q is not looked up */
        later[i] = v[i] < c->box.first && x[i] >= c->box.settled ? -1 : x[i];
    tails(&c->gammas, later, to);
    tails(&c->gammas, v, from);
    for (int i = 0; i < CM_LANES; i++) {
        double step = 0; /* P in place of -Q between v and x */
        for (size_t k = 0; k < c->box.n; k++) {
            const cm_box_gamma *g = c->box.gamma + k;
            step += v[i] < g->split && x[i] >= g->split ? g->weight : 0;
        }
        h[i] = to[i] + step - from[i];
    }
}

/* The slope of the response to a box: the density at x less that at v. To keep its digits it is
 * the larger one times expm1() of the difference of their logarithms, but for a v so near 0
 * that d / v overflows: there it is the plain difference. */
static double box_slope(double shape, double v, double d, double at_x, double at_v)
{
    if (v <= 0)
        return at_x;
    if (!isfinite(d / v))
        return at_x - at_v;
    double change = (shape - 1) * log1p(d / v) - d;
    return change < 0 ? at_v * expm1(change) : -at_x * expm1(-change);
}

/* The slope of the density, taken as 0 at x = 0. Near 0 it comes from the density of the shape
 * less 1, since there the density of the shape itself may underflow. */
static double impulse_slope(const cm_term *term, double x, double at_x)
{
    if (x < NEAR_0)
        return x > 0 ? term->own.gammas.math->density(x, term->shape - 1) - at_x : 0;
    return at_x * ((term->shape - 1) / x - 1);
}

/* The lags of CM_LANES pairs. If t - onset overflows, all times of the pair are halved, and the
 * scale must be halved, too. */
typedef struct {
    cm_lags at;
    int overflows, impulses; /* does any pair overflow? How many are impulses? */
    double part[CM_LANES];   /* 0.5 if the pair is halved, else 1; only set if any overflows */
} lags;

static void find_lags(cm_pairs pairs, lags *to)
{
    const cm_simd *simd = cm_current_simd();
    to->impulses = 0;
    for (int i = 0; i < CM_LANES; i++)
        to->impulses += pairs.d[i] == 0;
    to->overflows = simd->lags(pairs.t, pairs.onset, pairs.d, &to->at);
    if (!to->overflows)
        return;
    double t[CM_LANES], onset[CM_LANES], d[CM_LANES];
    for (int i = 0; i < CM_LANES; i++) {
        double part = isfinite(pairs.t[i] - pairs.onset[i]) ? 1 : 0.5;
        t[i] = part * pairs.t[i], onset[i] = part * pairs.onset[i], d[i] = part * pairs.d[i];
        to->part[i] = part;
    }
    simd->lags(t, onset, d, &to->at);
}

enum { IMPULSE = 1, SHORT = 2, LONG = 4 };

/* The x of the pairs of one kind, and -1 for the others, where no cell is looked up. */
static void keep(const double *x, const int *kind, int which, double *kept)
{
    for (int i = 0; i < CM_LANES; i++)
        kept[i] = kind[i] == which ? x[i] : -1;
}

static void take(const double *some, const int *kind, int which, double *h)
{
    for (int i = 0; i < CM_LANES; i++)
        h[i] = kind[i] == which ? some[i] : h[i];
}

/* The kinds of all pairs; returns which there are. */
static int find_kinds(const cm_curve *c, const cm_lags *z, int *kind)
{
    int kinds = 0;
    for (int i = 0; i < CM_LANES; i++) {
        double v = z->v[i], d = z->d[i];
        kind[i] = d == 0 ? IMPULSE : v > 0 && is_short(c, v, d) ? SHORT : LONG;
        kinds |= kind[i];
    }
    return kinds;
}

/* The responses of one term to pairs of all kinds, each kind in turn. */
static void values(const cm_term *term, const cm_lags *z, double *h)
{
    int kind[CM_LANES], kinds = find_kinds(&term->own, z, kind);
    double x[CM_LANES], v[CM_LANES], some[CM_LANES];
    if (kinds & IMPULSE) {
        keep(z->x, kind, IMPULSE, x);
        cm_densities(&term->own.gammas, x, some);
        for (int i = 0; i < CM_LANES; i++)
            some[i] /= term->scale;
        take(some, kind, IMPULSE, h);
    }
    if (kinds & SHORT) {
        keep(z->x, kind, SHORT, x);
        integrate(term, x, z->d, some);
        take(some, kind, SHORT, h);
    }
    if (kinds & LONG) {
        keep(z->x, kind, LONG, x);
        keep(z->v, kind, LONG, v);
        subtract(&term->own, cm_tails, x, v, some);
        take(some, kind, LONG, h);
    }
}

static void slopes(const cm_term *term, const cm_lags *z, double *h)
{
    const double *x = z->x, *v = z->v, *d = z->d;
    double at_x[CM_LANES], at_v[CM_LANES];
    cm_densities(&term->own.gammas, x, at_x);
    cm_densities(&term->own.gammas, v, at_v);
    for (int i = 0; i < CM_LANES; i++)
        h[i] = d[i] == 0 ? impulse_slope(term, x[i], at_x[i]) / term->scale
                         : box_slope(term->shape, v[i], d[i], at_x[i], at_v[i]);
    for (int i = 0; i < CM_LANES; i++)
        h[i] /= term->scale;
}

/* The lags divided by a scale. They are multiplied by 1 / scale, which is quicker, unless that
 * has lost digits. */
static void in_scales(double scale, const lags *to, cm_lags *z)
{
    const cm_lags *at = &to->at;
    double rate = 1 / scale;
    if (!to->overflows && isnormal(rate)) {
        cm_current_simd()->scale(at->x, sizeof *at / sizeof *at->x, rate, z->x);
        return;
    }
    for (int i = 0; i < CM_LANES; i++) {
        double own = scale * (to->overflows ? to->part[i] : 1);
        z->x[i] = at->x[i] / own, z->v[i] = at->v[i] / own, z->d[i] = at->d[i] / own;
    }
}

/* If all pairs are impulses, or all boxes that are not short, and the polynomials are there:
 * their responses. Else returns 0. */
static int all_alike(const cm_curve *c, const lags *to, const cm_lags *z, double *h)
{
    const cm_simd *simd = cm_current_simd();
    if (to->impulses == 0)
        return !simd->boxes(&c->box, cm_tail_table(&c->gammas), z, h);
    if (to->impulses < CM_LANES || simd->cells(cm_density_table(&c->gammas), z->x, h))
        return 0;
    for (int i = 0; i < CM_LANES; i++)
        h[i] /= c->scale;
    return 1;
}

static void respond(const cm_term *term, const lags *to, int slope, double *h)
{
    cm_lags z;
    in_scales(term->scale, to, &z);
    if (slope)
        slopes(term, &z, h);
    else if (!all_alike(&term->own, to, &z, h))
        values(term, &z, h);
}

/* The sum of the responses of all terms. */
static void respond_apart(const cm_model *model, const lags *to, int slope, double *h)
{
    double some[CM_LANES];
    memset(h, 0, CM_LANES * sizeof *h);
    for (size_t k = 0; k < model->nterm; k++) {
        respond(model->term + k, to, slope, some);
        for (int i = 0; i < CM_LANES; i++)
            h[i] += model->term[k].weight * some[i];
    }
}

/* The responses of all terms at once; NaN for boxes that are short for any term, and where
 * there is no polynomial. */
static void joint_values(const cm_curve *joint, const cm_lags *z, double *h)
{
    int kind[CM_LANES], kinds = find_kinds(joint, z, kind);
    double x[CM_LANES], v[CM_LANES], some[CM_LANES];
    for (int i = 0; i < CM_LANES; i++)
        h[i] = NAN;
    if (kinds & IMPULSE) {
        keep(z->x, kind, IMPULSE, x);
        cm_densities_by_table(&joint->gammas, x, some);
        for (int i = 0; i < CM_LANES; i++)
            some[i] /= joint->scale;
        take(some, kind, IMPULSE, h);
    }
    if (kinds & LONG) {
        keep(z->x, kind, LONG, x);
        keep(z->v, kind, LONG, v);
        subtract(joint, cm_tails_by_table, x, v, some);
        take(some, kind, LONG, h);
    }
}

static void respond_jointly(const cm_model *model, const lags *to, double *h)
{
    cm_lags z;
    lags left = *to; /* the pairs that are left, and -1 for the others */
    double some[CM_LANES];
    int n = 0;
    in_scales(model->joint->scale, to, &z);
    if (all_alike(model->joint, to, &z, h))
        return;
    joint_values(model->joint, &z, h);
    for (int i = 0; i < CM_LANES; i++) {
        if (isnan(h[i]))
            n++;
        else
            left.at.x[i] = left.at.v[i] = left.at.d[i] = -1;
    }
    if (n == 0)
        return;
    respond_apart(model, &left, 0, some);
    for (int i = 0; i < CM_LANES; i++)
        h[i] = isnan(h[i]) ? some[i] : h[i];
}

static int is_joint(const cm_model *model, const lags *to, int slope)
{
    return model->joint && !slope && !to->overflows;
}

/* a b h 2^-CM_SHRUNK, where a b h may overflow. */
static double shrunk_product(double a, double b, double h)
{
    int more, yet_more;
    double product = frexp(a, &more) * frexp(b, &yet_more) * h;
    return ldexp(product, more + yet_more - CM_SHRUNK);
}

void cm_respond_shrunk(const cm_model *model, cm_pairs pairs, const double *amplitude,
                       int slope, double *h)
{
    lags at;
    double some[CM_LANES];
    find_lags(pairs, &at);
    if (is_joint(model, &at, slope)) { /* h cannot overflow */
        respond_jointly(model, &at, some);
        for (int i = 0; i < CM_LANES; i++)
            h[i] = shrunk_product(amplitude[i], 1, some[i]);
        return;
    }
    memset(h, 0, CM_LANES * sizeof *h);
    for (size_t k = 0; k < model->nterm; k++) {
        respond(model->term + k, &at, slope, some);
        for (int i = 0; i < CM_LANES; i++)
            h[i] += shrunk_product(amplitude[i], model->term[k].weight, some[i]);
    }
}

/* Computes responses that are not finite again, shrunk: terms of the model may have overflowed
 * though their sum does not. */
static void respond_again(const cm_model *model, cm_pairs pairs, int slope, double *h)
{
    double again[CM_LANES], one[CM_LANES];
    for (int i = 0; i < CM_LANES; i++)
        one[i] = 1;
    cm_respond_shrunk(model, pairs, one, slope, again);
    for (int i = 0; i < CM_LANES; i++)
        if (!isfinite(h[i]))
            h[i] = ldexp(again[i], CM_SHRUNK);
}

void cm_respond(const cm_model *model, cm_pairs pairs, int slope, double *h)
{
    lags at;
    double not_finite = 0;
    find_lags(pairs, &at);
    if (is_joint(model, &at, slope))
        respond_jointly(model, &at, h);
    else
        respond_apart(model, &at, slope, h);
    for (int i = 0; i < CM_LANES; i++)
        not_finite += h[i] - h[i]; /* 0 or NaN */
    if (not_finite != 0)
        respond_again(model, pairs, slope, h);
}

/* In units of `scale` seconds. */
static cm_curve prepare_curve(double scale, const cm_gamma *gamma, size_t n,
                              const cm_gamma_math *math, const cm_env *env)
{
    cm_curve c = {.scale = scale, .gammas = cm_prepare_gammas(gamma, n, math, env)};
    cm_box_gamma *box = env->alloc(env->data, n * sizeof *box);
    c.box = (cm_box_shape){c.gammas.settled, HUGE_VAL, n, box};
    for (size_t i = 0; i < n; i++) {
        const cm_gamma *g = gamma + i;
        box[i] = (cm_box_gamma){.split = g->split,
                                .weight = g->weight,
                                .peak = (g->shape - 1) / g->rate,
                                .most = 0.025 / g->rate,
                                .root = sqrt(g->shape - 1)};
        c.box.first = fmin(c.box.first, g->split);
    }
    return c;
}

/* Whether one table for all terms is of use. Larger shapes have cells without polynomials, and
 * where scales differ much the cells suit one term only; weights that are extreme are left to
 * cm_respond_shrunk(). */
static int are_joined(const cm_model *model, double least, double longest)
{
    double moduli = 0;
    for (size_t i = 0; i < model->nterm; i++) {
        const cm_term *term = model->term + i;
        if (term->shape > MOST_JOINED)
            return 0;
        moduli += fabs(term->weight);
    }
    return model->nterm > 1 && longest <= 4 * least && least > 1e-50 && longest < 1e50 &&
           moduli > 1e-50 && moduli < 1e50;
}

static const cm_curve *join(const cm_model *model, const cm_gamma_math *math, const cm_env *env)
{
    double least = HUGE_VAL, longest = 0;
    for (size_t i = 0; i < model->nterm; i++) {
        least = fmin(least, model->term[i].scale);
        longest = fmax(longest, model->term[i].scale);
    }
    if (!are_joined(model, least, longest))
        return NULL;
    cm_gamma *gamma = env->alloc(env->data, model->nterm * sizeof *gamma);
    for (size_t i = 0; i < model->nterm; i++) {
        const cm_term *term = model->term + i;
        gamma[i] = cm_gamma_times(term->own.gammas.gamma, least / term->scale, term->weight);
    }
    cm_curve *joint = env->alloc(env->data, sizeof *joint);
    *joint = prepare_curve(least, gamma, model->nterm, math, env);
    return joint;
}

cm_model cm_prepare_model(const double *shape, const double *scale, const double *weight,
                          size_t nterm, const cm_gamma_math *math, const cm_env *env)
{
    cm_model model = {nterm, env->alloc(env->data, nterm * sizeof *model.term), NULL};
    cm_gamma *gamma = env->alloc(env->data, nterm * sizeof *gamma);
    for (size_t i = 0; i < nterm; i++) {
        gamma[i] = cm_gamma_of(shape[i], math);
        model.term[i] = (cm_term){shape[i], scale[i], weight[i],
                                  prepare_curve(scale[i], gamma + i, 1, math, env)};
    }
    model.joint = join(&model, math, env);
    return model;
}
