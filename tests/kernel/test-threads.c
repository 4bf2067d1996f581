/* Several threads call the kernel at once, each with its own environment, and find the bits
 * that a single thread finds. That holds for all of the kernel but transforms, whose tables are
 * common to all calls. For the thread sanitizer. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { THREADS = 4, N = 3000, NH = 60, NT = 200, SIDE = 80 };

/* What all threads read. */
static double x[N], h[NH], onset[NT], duration[NT], times[NT];

typedef struct {
    double direct[N], sparse[N], bounded[SIDE * SIDE], regressor[NT];
} results;

static results want, got[THREADS];

static void compute(results *r, world *w)
{
    cm_env env = env_of(w);
    static const double shape[] = {6, 16}, scale[] = {1, 0.9}, weight[] = {1, -0.2};
    cm_options o = {CM_SAME, 0, CM_MIRROR, CM_NA_PROPAGATE, CM_DIRECT};
    cm_events events = {onset, duration, onset, NT};
    cm_model model;
    cm_reach reach;
    begin(w);
    for (int turn = 0; turn < 5; turn++) {
        cm_conv((cm_samples){x, NULL, N, 1}, (cm_samples){h, NULL, NH, 1}, &o,
                (cm_output){r->direct, NULL}, &env);
        o.method = CM_SPARSE;
        cm_conv((cm_samples){x, NULL, N, 1}, (cm_samples){h, NULL, NH, 1}, &o,
                (cm_output){r->sparse, NULL}, &env);
        o.method = CM_DIRECT;
        cm_options reflected = {CM_SAME, 5, CM_REFLECT, CM_NA_PROPAGATE, CM_AUTO};
        cm_matrix m = cm_conv_matrix(h, NH, 1, SIDE, &reflected, &env);
        cm_dense(&m, r->bounded, 0, &env);
        model = cm_prepare_model(shape, scale, weight, 2, &gamma_functions, &env);
        cm_prepare_reach(&reach, &model, 0);
        cm_regressor(&model, &reach, &events, times, NT, 0, r->regressor, &env);
    }
    release(w);
}

static void *thread(void *data)
{
    world w = {0};
    compute(data, &w);
    return NULL;
}

int main(void)
{
    source s = generator(7);
    pthread_t id[THREADS];
    env();
    for (int i = 0; i < N; i++)
        x[i] = i == 77 ? NAN : draw_unit(&s);
    for (int i = 0; i < NH; i++)
        h[i] = draw_unit(&s);
    for (int i = 0; i < NT; i++) {
        onset[i] = i / 3.0;
        duration[i] = i % 3;
        times[i] = 0.7 * i;
    }
    for (int level = 0; level < LEVELS; level++) {
        if (!use_level(level))
            continue;
        compute(&want, &here);
        for (int t = 0; t < THREADS; t++)
            expect(pthread_create(id + t, NULL, thread, got + t) == 0, "no thread");
        for (int t = 0; t < THREADS; t++) {
            pthread_join(id[t], NULL);
            expect(memcmp(got + t, &want, sizeof want) == 0, "thread %d finds other bits", t);
        }
    }
    return report("test-threads");
}
