/* The responses of a sum of gamma densities to boxes. See loops.h for what the functions take
 * and give, and events/response.c for the formulas. `odd` is set in lanes that these cannot do.
 */

SIMD_TARGET static int lags(const double *t, const double *onset, const double *d, cm_lags *at)
{
    const vec none = {0}, before = none - 1;
    ivec odd = {0};
    for (size_t i = 0; i < CM_LANES; i += W) {
        vec now = load(t + i), start = load(onset + i), length = load(d + i), x = now - start;
        odd |= x - x != none; /* x is not finite */
        /* now - start - length, with the rounding error of each difference added */
        vec back = now - x, v = x - length, again = x - v;
        v += (now - (x + back)) + (back - start) + ((x - (v + again)) + (again - length));
        ivec begun = (x > 0) | ((x == 0) & (length == 0));
        store(at->x + i, choose(begun, before, x));
        store(at->v + i, choose(begun, before, v));
        store(at->d + i, choose(begun, before, length));
    }
    return lanes_count(odd) != 0;
}

SIMD_TARGET static int boxes(const cm_box_shape *s, const double *tails, const cm_lags *at,
                             double *h)
{
    const vec none = {0};
    ivec odd = {0};
    for (size_t i = 0; i < CM_LANES; i += W) {
        vec x = load(at->x + i), v = load(at->v + i), d = load(at->d + i), r = d / 2, m = v + r;
        vec step = none; /* P in place of -Q between v and x */
        ivec brief = {0};
        for (size_t k = 0; k < s->n; k++) {
            const cm_box_gamma *g = s->gamma + k;
            brief |= CM_IS_SHORT(g, r, m);
            step += choose((v < g->split) & (x >= g->split), none, none + g->weight);
        }
        odd |= (d == 0) | ((v > 0) & brief);
        /* where 1 - Q rounds to 1, Q is not looked up */
        ivec on = (v < s->first) & (x >= s->settled);
        vec to = piecewise(tails, choose(on, x, none - 1)), from = piecewise(tails, v),
            value = to + step - from;
        odd |= value != value;
        store(h + i, value);
    }
    return lanes_count(odd) != 0;
}
