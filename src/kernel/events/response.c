/* The exact response of a sum of weighted gamma densities to a box or an impulse.
 *
 * One density with shape k and scale b answers a box of height 1 on [s, s + d), at x = t - s
 * after its start, by
 *
 *     P(k, x/b) - P(k, (x - d)/b),   P = 0 for negative arguments,
 *
 * and an impulse of area 1 by its density at x. Nothing of that may cancel:
 *
 *   - past x - d = k b, where P is more than a half, the same difference is taken from the
 *     upper tails Q = 1 - P;
 *   - a short box is integrated by Gauss and Legendre's rule with 5 points. Where GAUSS_*
 *     below allow it, the logarithm of the density changes by less than 0.23 to either side of
 *     the middle, and the rule is good to 1e-15; elsewhere the difference loses at most a
 *     factor of some hundreds of the 1e-15 that its two terms are good for;
 *   - x - d is formed with the rounding errors of both subtractions.
 *
 * Cost: some 30 ns for each term of the model.
 */
#include "events/response.h"

#include <math.h>

#define GAUSS_WIDTH 0.025 /* half the box, in scales */
#define GAUSS_POWER 0.2   /* that times shape - 1, in distances from 0 */
#define GAUSS_RATIO 0.1   /* that, in distances from 0 */

static double lower(const cm_term *term, double z)
{
    double tail = cm_tail(&term->gamma, z);
    return z >= term->gamma.split ? 1 - tail : tail;
}

/* The integral of the density from m - r to m + r, in scales. */
static double gauss(const cm_term *term, double m, double r)
{
    static const double node[2] = {0.53846931010568309, 0.90617984593866399};
    static const double weight[3] = {0.56888888888888889, 0.47862867049936647,
                                     0.23692688505618909};
    double k1 = term->gamma.shape - 1, sum = weight[0];
    for (int i = 0; i < 2; i++) {
        double a = r * node[i];
        sum += weight[i + 1] * (exp(k1 * log1p(a / m) - a) + exp(k1 * log1p(-a / m) + a));
    }
    return cm_density(&term->gamma, m) * r * sum;
}

/* x > 0 after the start of a box of length d > 0 that ended v = x - d ago. */
static double box(const cm_term *term, double x, double d, double v)
{
    double u = x / term->scale;
    if (v <= 0)
        return lower(term, u);
    double m = (x - d / 2) / term->scale, r = d / 2 / term->scale;
    if (r <= GAUSS_WIDTH && (term->gamma.shape - 1) * r <= GAUSS_POWER * m &&
        r <= GAUSS_RATIO * m)
        return gauss(term, m, r);
    v /= term->scale;
    return v >= term->gamma.split ? cm_tail(&term->gamma, v) - cm_tail(&term->gamma, u)
                                  : lower(term, u) - lower(term, v);
}

static double density(const cm_term *term, double x)
{
    return cm_density(&term->gamma, x / term->scale) / term->scale;
}

/* The slope of the box response: the density at x less that at v, as the later
 * one times expm1() of the difference of logarithms. */
static double box_slope(const cm_term *term, double x, double d, double v)
{
    if (v <= 0)
        return density(term, x);
    double change = (term->gamma.shape - 1) * log1p(d / v) - d / term->scale;
    return change < 0 ? density(term, v) * expm1(change) : -density(term, x) * expm1(-change);
}

/* The slope of the density; that at 0 is left out. */
static double impulse_slope(const cm_term *term, double x)
{
    return x > 0 ? density(term, x) * ((term->gamma.shape - 1) / x - 1 / term->scale) : 0;
}

cm_model cm_prepare_model(const double *shape, const double *scale, const double *weight,
                          size_t nterm, const cm_gamma_math *math, const cm_env *env)
{
    cm_model model = {nterm, env->alloc(env->data, nterm * sizeof *model.term)};
    for (size_t i = 0; i < nterm; i++)
        model.term[i] = (cm_term){cm_prepare_gamma(shape[i], math, env), scale[i], weight[i]};
    return model;
}

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
