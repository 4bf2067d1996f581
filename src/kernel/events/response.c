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
 * Eight pairs of an event and a time are computed at once: if all are boxes that are not
 * short, by cm_simd.boxes(), else those of each kind in turn.
 *
 * Cost: some 15 ns a pair for each term of the model; 25 to 30 without AVX2.
 */
#include "events/response.h"

#include <math.h>
#include <string.h>

#define NEAR_0 0.01 /* as a multiple of the scale */

static int is_short(const cm_term *term, double v, double d)
{
    double r = d / 2;
    return CM_IS_SHORT(r, v + r, term->box.power, term->box.root);
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
        cm_densities(&term->gamma, z, f);
        for (int i = 0; i < CM_LANES; i++)
            h[i] += weight[k] * f[i];
    }
    for (int i = 0; i < CM_LANES; i++)
        h[i] *= d[i] / 2;
}

/* For other boxes: P(x) - P(v). */
static void subtract(const cm_term *term, const double *x, const double *v, double *h)
{
    double split = term->gamma.split, settled = term->gamma.settled;
    double later[CM_LANES], to[CM_LANES], from[CM_LANES];
    for (int i = 0; i < CM_LANES; i++) /* where 1 - Q rounds to 1, Q is not looked up */
        later[i] = v[i] < split && x[i] >= settled ? -1 : x[i];
    cm_tails(&term->gamma, later, to);
    cm_tails(&term->gamma, v, from);
    for (int i = 0; i < CM_LANES; i++) {
        double end = x[i] >= split ? 1 - to[i] : to[i];
        h[i] = v[i] >= split ? from[i] - to[i] : end - from[i];
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
static double impulse_slope(const cm_gamma *g, double x, double at_x)
{
    if (x < NEAR_0)
        return x > 0 ? g->math->density(x, g->shape - 1) - at_x : 0;
    return at_x * ((g->shape - 1) / x - 1);
}

/* The lags of CM_LANES pairs. If t - onset overflows, all times of the pair are halved, and the
 * scale must be halved, too. */
typedef struct {
    cm_lags at;
    int overflows, impulses; /* does any pair overflow, is any an impulse? */
    double part[CM_LANES];   /* 0.5 if the pair is halved, else 1; only set if any overflows */
} lags;

static void find_lags(cm_pairs pairs, lags *to)
{
    const cm_simd *simd = cm_current_simd();
    to->impulses = 0;
    for (int i = 0; i < CM_LANES; i++)
        to->impulses |= pairs.d[i] == 0;
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

/* The responses to pairs of all kinds, each kind in turn. */
static void values(const cm_term *term, const double *x, const double *v, const double *d,
                   double *h)
{
    int kind[CM_LANES], kinds = 0;
    double own_x[CM_LANES], own_v[CM_LANES], some[CM_LANES];
    for (int i = 0; i < CM_LANES; i++) {
        kind[i] = d[i] == 0 ? IMPULSE : v[i] > 0 && is_short(term, v[i], d[i]) ? SHORT : LONG;
        kinds |= kind[i];
    }
    if (kinds & IMPULSE) {
        keep(x, kind, IMPULSE, own_x);
        cm_densities(&term->gamma, own_x, some);
        for (int i = 0; i < CM_LANES; i++)
            some[i] /= term->scale;
        take(some, kind, IMPULSE, h);
    }
    if (kinds & SHORT) {
        keep(x, kind, SHORT, own_x);
        integrate(term, own_x, d, some);
        take(some, kind, SHORT, h);
    }
    if (kinds & LONG) {
        keep(x, kind, LONG, own_x);
        keep(v, kind, LONG, own_v);
        subtract(term, own_x, own_v, some);
        take(some, kind, LONG, h);
    }
}

static void slopes(const cm_term *term, const double *x, const double *v, const double *d,
                   double *h)
{
    double at_x[CM_LANES], at_v[CM_LANES];
    cm_densities(&term->gamma, x, at_x);
    cm_densities(&term->gamma, v, at_v);
    for (int i = 0; i < CM_LANES; i++)
        h[i] = d[i] == 0 ? impulse_slope(&term->gamma, x[i], at_x[i]) / term->scale
                         : box_slope(term->gamma.shape, v[i], d[i], at_x[i], at_v[i]);
    for (int i = 0; i < CM_LANES; i++)
        h[i] /= term->scale;
}

/* The lags divided by the scale. They are multiplied by 1 / scale, which is quicker, unless
 * that has lost digits. */
static void in_scales(const cm_term *term, const lags *to, cm_lags *z)
{
    const cm_lags *at = &to->at;
    double rate = 1 / term->scale;
    if (!to->overflows && isnormal(rate)) {
        cm_current_simd()->scale(at->x, sizeof *at / sizeof *at->x, rate, z->x);
        return;
    }
    for (int i = 0; i < CM_LANES; i++) {
        double scale = term->scale * (to->overflows ? to->part[i] : 1);
        z->x[i] = at->x[i] / scale, z->v[i] = at->v[i] / scale, z->d[i] = at->d[i] / scale;
    }
}

static void respond(const cm_term *term, const lags *to, int slope, double *h)
{
    cm_lags z;
    in_scales(term, to, &z);
    if (slope)
        slopes(term, z.x, z.v, z.d, h);
    else if (to->impulses || cm_current_simd()->boxes(&term->box, &z, h))
        values(term, z.x, z.v, z.d, h);
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
    double some[CM_LANES], not_finite = 0;
    find_lags(pairs, &at);
    memset(h, 0, CM_LANES * sizeof *h);
    for (size_t k = 0; k < model->nterm; k++) {
        respond(model->term + k, &at, slope, some);
        for (int i = 0; i < CM_LANES; i++)
            h[i] += model->term[k].weight * some[i];
    }
    for (int i = 0; i < CM_LANES; i++)
        not_finite += h[i] - h[i]; /* 0 or NaN */
    if (not_finite != 0)
        respond_again(model, pairs, slope, h);
}

static cm_term prepare_term(double shape, double scale, double weight,
                            const cm_gamma_math *math, const cm_env *env)
{
    cm_term term = {cm_prepare_gamma(shape, math, env), scale, weight, {0}};
    term.box = (cm_box_shape){.tails = cm_tail_table(&term.gamma),
                              .split = term.gamma.split,
                              .settled = term.gamma.settled,
                              .power = shape - 1,
                              .root = sqrt(shape - 1)};
    return term;
}

cm_model cm_prepare_model(const double *shape, const double *scale, const double *weight,
                          size_t nterm, const cm_gamma_math *math, const cm_env *env)
{
    cm_model model = {nterm, env->alloc(env->data, nterm * sizeof *model.term)};
    for (size_t i = 0; i < nterm; i++)
        model.term[i] = prepare_term(shape[i], scale[i], weight[i], math, env);
    return model;
}
