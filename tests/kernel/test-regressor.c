/* Exact regressors, FIR columns and neural signals, in cases drawn at random. */
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

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    check_cancelling();
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_regressor(&one);
    }
    return report("test-regressor");
}
