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
 * Below, x, v and d are in scales: the time since the start and since the end of a box (v <= 0
 * if it is still on), and its duration.
 *
 * Cost: some 30 ns for each term of the model.
 */
#include "events/response.h"

#include <math.h>

#define GAUSS_WIDTH 0.025 /* half the box, in scales */
#define GAUSS_POWER 0.2   /* that times shape - 1, in distances from 0 */
#define GAUSS_RATIO 0.1   /* that, in distances from 0 */
#define NEAR_0 0.01       /* in scales */

static double lower(const cm_term *term, double z)
{
    double tail = cm_tail(&term->gamma, z);
    return z >= term->gamma.split ? 1 - tail : tail;
}

/* The integral of the density from m - r to m + r. */
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

/* x > 0 and d > 0. */
static double box(const cm_term *term, double x, double v, double d)
{
    if (v <= 0)
        return lower(term, x);
    double r = d / 2, m = x - r, k1 = term->gamma.shape - 1;
    if (r <= GAUSS_WIDTH && k1 * r <= GAUSS_POWER * m && r <= GAUSS_RATIO * m)
        return gauss(term, m, r);
    return v >= term->gamma.split ? cm_tail(&term->gamma, v) - cm_tail(&term->gamma, x)
                                  : lower(term, x) - lower(term, v);
}

/* The density at x less that at v: the later one times expm1() of the difference of their
 * logarithms, or where v is so near 0 that this overflows, as it stands. */
static double box_slope(const cm_term *term, double x, double v, double d)
{
    if (v <= 0)
        return cm_density(&term->gamma, x);
    if (!isfinite(d / v))
        return cm_density(&term->gamma, x) - cm_density(&term->gamma, v);
    double change = (term->gamma.shape - 1) * log1p(d / v) - d;
    return change < 0 ? cm_density(&term->gamma, v) * expm1(change)
                      : -cm_density(&term->gamma, x) * expm1(-change);
}

/* The slope of the density; that at 0 is left out. Near 0 by the density of the shape less 1,
 * since there that of the shape itself may underflow. */
static double impulse_slope(const cm_term *term, double x)
{
    double k1 = term->gamma.shape - 1, h = cm_density(&term->gamma, x);
    if (x < NEAR_0)
        return x > 0 ? term->gamma.math->density(x, k1) - h : 0;
    return h * (k1 / x - 1);
}

cm_model cm_prepare_model(const double *shape, const double *scale, const double *weight,
                          size_t nterm, const cm_gamma_math *math, const cm_env *env)
{
    cm_model model = {nterm, env->alloc(env->data, nterm * sizeof *model.term)};
    for (size_t i = 0; i < nterm; i++)
        model.term[i] = (cm_term){cm_prepare_gamma(shape[i], math, env), scale[i], weight[i]};
    return model;
}

/* An event seen from t: the time since its start and since its end, and its duration, in units
 * of `unit` seconds. */
typedef struct {
    double x, v, d, unit;
} lags;

static lags find_lags(double t, double onset, double d)
{
    double unit = 1, x = t - onset;
    if (!isfinite(x)) { /* halves do not overflow */
        unit = 2, t /= 2, onset /= 2, d /= 2;
        x = t - onset;
    }
    /* t - onset - d, rounded once: each difference has its own error added */
    double back = t - x, v = x - d, again = x - v;
    double off = (t - (x + back)) + (back - onset) + ((x - (v + again)) + (again - d));
    return (lags){x, v + off, d, unit};
}

static int is_before(lags at)
{
    return at.x < 0 || (at.x == 0 && at.d > 0);
}

static double respond(const cm_term *term, lags at, int slope)
{
    double scale = term->scale / at.unit, x = at.x / scale, v = at.v / scale, d = at.d / scale;
    if (at.d > 0)
        return slope ? box_slope(term, x, v, d) / term->scale : box(term, x, v, d);
    double h = slope ? impulse_slope(term, x) / term->scale : cm_density(&term->gamma, x);
    return h / term->scale;
}

/* a b h 2^-CM_SHRUNK, where a b h may overflow. */
static double shrunk_product(double a, double b, double h)
{
    int more, yet_more;
    double product = frexp(a, &more) * frexp(b, &yet_more) * h;
    return ldexp(product, more + yet_more - CM_SHRUNK);
}

double cm_shrunk_response(const cm_model *model, double t, double onset, double d, int slope,
                          double amplitude)
{
    lags at = find_lags(t, onset, d);
    double sum = 0;
    for (size_t i = 0; i < model->nterm && !is_before(at); i++) {
        const cm_term *term = model->term + i;
        sum += shrunk_product(amplitude, term->weight, respond(term, at, slope));
    }
    return sum;
}

double cm_response(const cm_model *model, double t, double onset, double d, int slope)
{
    lags at = find_lags(t, onset, d);
    double sum = 0;
    if (is_before(at))
        return 0;
    for (size_t i = 0; i < model->nterm; i++)
        sum += model->term[i].weight * respond(model->term + i, at, slope);
    return isfinite(sum) ? sum
                         : ldexp(cm_shrunk_response(model, t, onset, d, slope, 1), CM_SHRUNK);
}
