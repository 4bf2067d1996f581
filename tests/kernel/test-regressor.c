/* Exact regressors, FIR columns and neural signals, in cases drawn at random. */
#include <math.h>
#include <stdlib.h>

#include "support.h"

/* Terms that cancel. Beside a sum of 1 those of 1e-18 are left out, and beside 1e-18 those of
 * 1e-36; at last the sum is found to be 0, and nothing is left out. All events are the same
 * box, CM_LANES to a leaf of the tree, the latest first. */
static void check_cancelling(void)
{
    enum { L = CM_LANES, N = 4 * L };
    static const double amplitude[N] = {1, 1e-18, [L] = 1e-36, [2 * L] = -1e-18, [3 * L] = -1};
    static const double shape = 1, scale = 1, weight = 1, t = 99;
    static double onset[N], duration[N];
    double y;
    cm_model model;
    cm_reach reach;
    for (int i = 0; i < N; i++)
        duration[i] = 100;
    cm_events events = {onset, duration, amplitude, N};
    begin(&here);
    model = cm_prepare_model(&shape, &scale, &weight, 1, &gamma_functions, env());
    cm_prepare_reach(&reach, &model, 0);
    cm_regressor(&model, &reach, &events, &t, 1, 0, &y, env());
    expect(y < 1e-31 && y > -1e-31, "what cancels leaves %g", y); /* the sum's own error */
    release(&here);
}

/* The response at t to one event of amplitude 1, for a sum of two gammas or of one. */
static double response_of(double shape, double scale, double weight, double other, double t,
                          double onset, double duration, int slope)
{
    double shapes[2] = {shape, shape}, scales[2] = {scale, scale}, weights[2] = {weight, other},
           one = 1, y;
    cm_reach reach;
    cm_events events = {&onset, &duration, &one, 1};
    begin(&here);
    cm_model model =
        cm_prepare_model(shapes, scales, weights, other != 0 ? 2 : 1, &gamma_functions, env());
    cm_prepare_reach(&reach, &model, slope);
    cm_regressor(&model, &reach, &events, &t, 1, slope, &y, env());
    release(&here);
    return y;
}

static int near(double y, double exact)
{
    return fabs(y - exact) <= 1e-10 * fabs(exact);
}

/* Where numbers on the way pass the largest, or quotients do. */
static void check_edges(void)
{
    /* t - onset overflows */
    double y = response_of(6, 1, 1, 0, 1.7e308, -1.7e308, 1.7e308, 0);
    expect(y == 0, "an old box leaves %g", y);
    y = response_of(2, 1e308, 1e10, 0, 1.7e308, -1.7e308, 0, 0);
    expect(near(y, 3.4 * exp(-3.4) * 1e-298), "an old impulse leaves %g", y);
    /* 1 / scale has lost digits */
    y = response_of(2, 1e308, 1e10, 0, 1e307, 0, 0, 0);
    expect(near(y, 0.1 * exp(-0.1) * 1e-298), "a slow impulse leaves %g", y);
    /* two terms, that are computed one by one: t - onset overflows, or what is extreme is the
     * scale or the weights */
    y = response_of(6, 1, 1, 0.5, 1.7e308, -1.7e308, 1.7e308, 0);
    expect(y == 0, "an old box of two terms leaves %g", y);
    y = response_of(2, 1e-60, 1, 1, 1e-60, 0, 0, 0);
    expect(near(y, 2 * exp(-1) * 1e60), "two quick terms are %g", y);
    y = response_of(2, 1e60, 1, 1, 1e60, 0, 0, 0);
    expect(near(y, 2 * exp(-1) * 1e-60), "two slow terms are %g", y);
    y = response_of(2, 1, 1e-60, 1e-60, 1, 0, 0, 0);
    expect(near(y, 2 * exp(-1) * 1e-60), "two light terms are %g", y);
    /* terms overflow; their sum is 0, finite, or infinite */
    y = response_of(1, 1e-3, 1.5e308, -1.5e308, 0, 0, 0, 0);
    expect(y == 0, "terms that cancel leave %g", y);
    y = response_of(1, 1e-3, 1e308, -0.9999e308, 0, 0, 0, 0);
    expect(fabs(y / 1e307 - 1) < 1e-9, "large terms leave %g", y);
    y = response_of(1, 1e-3, 1.5e308, -1e308, 0, 0, 0, 0);
    expect(y == INFINITY, "a sum that overflows is %g", y);
    /* the box has just ended: its length over the time since then is infinite */
    y = response_of(1, 1, 1, 0, 1e-310, -1, 1, 1);
    expect(near(y, exp(-1) - 1), "the slope just after a box is %.17g", y);
}

/* Of several times only some have terms that overflow. */
static void check_some_overflow(void)
{
    enum { N = CM_LANES };
    const double shape[2] = {1, 1}, scale[2] = {1e-3, 1e-3}, weight[2] = {1e308, -0.9999e308};
    double times[N], y[N];
    size_t work = 0, wrong = 0;
    for (int i = 0; i < N; i++)
        times[i] = i * 0.05;
    begin(&here);
    cm_model model = cm_prepare_model(shape, scale, weight, 2, &gamma_functions, env());
    cm_one_response(&model, 0, 0, times, N, y, &work, env());
    for (int i = 0; i < N; i++)
        wrong +=
            !(fabs(y[i] - 1e307 * exp(-times[i] * 1e3)) <= 1e-9 * 1e307 * exp(-times[i] * 1e3));
    expect(wrong == 0, "%zu of %d large terms are wrong", wrong, N);
    release(&here);
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    check_cancelling();
    for (int level = 0; level < LEVELS; level++)
        if (use_level(level)) {
            check_edges();
            check_some_overflow();
        }
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_regressor(&one);
    }
    return report("test-regressor");
}
