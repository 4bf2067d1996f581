/* Interrupts, and memory that runs out: env->alloc and env->poll leave by longjmp, once at each
 * of their calls. Afterwards the caller frees what it gave. Then nothing is left (the leak
 * sanitizer looks when the program ends), and the same call gives the same bits as before. With
 * the argument "long" also: there is no long stretch without a poll.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* ---- what is called -------------------------------------------------------------- */

enum { NX = 5000, NH = 700, NT = 300 };

static double *x, *xi, *h, *hi, *spoilt, *sparse, *long_x, *long_h, *matrix, *huge;
static double *onset, *duration, *times;
static cm_events events;

/* Polls come once in CM_POLL_WORK operations: enough of them for several. */
enum { LONG_X = 150000, LONG_H = 30000, SIDE = 1500, TURNS = 10 };

static void conv(cm_samples x, cm_samples h, cm_options o, double *y, const cm_env *env)
{
    size_t ny = cm_mode_window(o.mode, x.n, h.n, o.origin).ny;
    cm_conv(x, h, &o, (cm_output){y, x.im || h.im ? y + ny : NULL}, env);
}

static void direct(double *y, const cm_env *env)
{
    conv((cm_samples){long_x, NULL, LONG_X, 1}, (cm_samples){h, NULL, NH, 1},
         (cm_options){CM_FULL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_DIRECT}, y, env);
}

static void transforms(double *y, const cm_env *env)
{
    cm_transform_forget(); /* so that it makes tables */
    conv((cm_samples){long_x, NULL, LONG_X, 1}, (cm_samples){h, NULL, NH, 1},
         (cm_options){CM_SAME, 3, CM_ZERO, CM_NA_PROPAGATE, CM_FFT_GUARDED}, y, env);
}

/* Half of the signal is small beside the other half, so the guard does not pass many groups. */
static void transforms_again(double *y, const cm_env *env)
{
    cm_transform_forget();
    conv((cm_samples){long_x, NULL, LONG_X, 1}, (cm_samples){long_h, NULL, LONG_H / 6, 1},
         (cm_options){CM_SAME, 0, CM_ZERO, CM_NA_PROPAGATE, CM_FFT_GUARDED}, y, env);
}

static void complex_wrapped(double *y, const cm_env *env)
{
    conv((cm_samples){x, xi, NX, 1}, (cm_samples){h, hi, NH, 1},
         (cm_options){CM_SAME, 10, CM_WRAP, CM_NA_PROPAGATE, CM_AUTO}, y, env);
}

static void renormalised(double *y, const cm_env *env)
{
    conv((cm_samples){spoilt, NULL, NX, 1}, (cm_samples){hi, NULL, NH, 1},
         (cm_options){CM_SAME, 10, CM_REFLECT, CM_NA_RENORMALISE, CM_AUTO}, y, env);
}

static void mostly_zeros(double *y, const cm_env *env)
{
    conv((cm_samples){sparse, NULL, LONG_X, 1}, (cm_samples){long_h, NULL, LONG_H, 1},
         (cm_options){CM_FULL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_SPARSE}, y, env);
}

static void overflowing(double *y, const cm_env *env)
{
    conv((cm_samples){huge, NULL, NX, 1}, (cm_samples){huge, NULL, NX, 1},
         (cm_options){CM_FULL, 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO}, y, env);
}

static void dense(double *y, const cm_env *env)
{
    cm_options o = {CM_SAME, NX / 2, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
    cm_matrix m = cm_conv_matrix(x, NX / 2, 2, SIDE, &o, env);
    cm_dense(&m, y, 0, env);
    m = cm_shifted_kernels(x, SIDE / 3, 1, SIDE, env);
    cm_dense(&m, y, 0, env);
}

static void bounded(double *y, const cm_env *env)
{
    cm_options o = {CM_SAME, 7, CM_MIRROR, CM_NA_PROPAGATE, CM_AUTO};
    cm_matrix m = cm_conv_matrix(x, NX, 1, SIDE, &o, env);
    cm_dense(&m, y, 0, env);
}

static void sparse_matrix(double *y, const cm_env *env)
{
    static int p[SIDE + 1], row[SIDE * SIDE];
    cm_options o = {CM_SAME, 7, CM_REFLECT, CM_NA_PROPAGATE, CM_AUTO};
    cm_matrix m = cm_conv_matrix(x, NH, 1, SIDE, &o, env);
    memset(y, 0, SIDE * SIDE * sizeof *y);
    cm_csc_starts(&m, p, env);
    cm_csc_fill(&m, p, row, y, env);
}

static void folded(double *y, const cm_env *env)
{
    cm_fold(long_x, 1000, LONG_X - 999, 1, 500, CM_WRAP, y, env);
}

static void shifted_scaled(double *y, const cm_env *env)
{
    cm_shifted_scaled(x, SIDE, x, SIDE, 1, y, 0, env);
}

static void neural(double *y, const cm_env *env)
{
    static int covers[NT];
    memset(y, 0, LONG_X * sizeof *y);
    cm_events events = {onset, duration, onset, NT};
    cm_neural(&events, 0, 0.001, 1e-8, LONG_X, y, covers, env);
}

static cm_model model_of(const cm_env *env)
{
    static const double shape[] = {6, 16}, scale[] = {1, 0.9}, weight[] = {1, -0.2};
    return cm_prepare_model(shape, scale, weight, 2, &gamma_functions, env);
}

static void regressor(double *y, const cm_env *env)
{
    static cm_reach reach;
    cm_model model = model_of(env);
    cm_prepare_reach(&reach, &model, 0);
    for (int i = 0; i < TURNS; i++)
        cm_regressor(&model, &reach, &events, times, NT, 0, y + i * NT, env);
}

static void one_response(double *y, const cm_env *env)
{
    static cm_reach reach;
    static double scratch[NT];
    static int at[NT];
    size_t work = 0;
    cm_model model = model_of(env);
    cm_prepare_reach(&reach, &model, 0);
    memset(y, 0, NT * sizeof *y);
    for (size_t e = 0; e < NT; e++) {
        cm_one_response(&model, onset[e], duration[e], times, NT, y + e * NT, &work, env);
        cm_sparse_response(&model, &reach, onset[e], duration[e], times, NT, scratch, at,
                           y + e * NT, &work, env);
    }
}

static void fir(double *y, const cm_env *env)
{
    static double edge[100], latest[NT];
    for (int i = 0; i < 100; i++)
        edge[i] = 0.3 * i - 1;
    memset(y, 0, 99 * NT * sizeof *y);
    for (int i = 0; i < 10; i++)
        cm_fir(&events, times, NT, edge, 100, latest, y, env);
}

static const struct {
    const char *name;
    void (*run)(double *y, const cm_env *env);
    size_t ny, least_alloc, least_poll;
} operations[] = {
    {"direct sums", direct, LONG_X + NH - 1, 0, 20},
    {"transforms", transforms, LONG_X, 6, 1},
    {"transforms again", transforms_again, LONG_X, 6, 10},
    {"complex, wrapped", complex_wrapped, 2 * NX, 3, 0},
    {"renormalised", renormalised, NX, 6, 0},
    {"mostly zeros", mostly_zeros, LONG_X + LONG_H - 1, 0, 5},
    {"overflowing", overflowing, 2 * NX - 1, 0, 5},
    {"dense", dense, SIDE *(SIDE + SIDE / 3 - 1), 1, 0},
    {"bounded", bounded, SIDE *SIDE, 3, 2},
    {"sparse matrix", sparse_matrix, SIDE *SIDE, 10, 0},
    {"folded", folded, 1000, 1, 0},
    {"shifted and scaled", shifted_scaled, SIDE *(2 * SIDE - 1), 0, 1},
    {"neural", neural, LONG_X, 0, 2},
    {"regressors", regressor, TURNS *NT, 5, 2},
    {"responses", one_response, NT *NT, 5, 1},
    {"FIR", fir, 99 * NT, 0, 1},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static void prepare(void)
{
    source s = generator(3);
    x = guarded_doubles(NX, AT_END);
    xi = guarded_doubles(NX, AT_END);
    spoilt = guarded_doubles(NX, AT_END);
    huge = guarded_doubles(NX, AT_END);
    h = guarded_doubles(NH, AT_END);
    hi = guarded_doubles(NH, AT_END);
    long_x = guarded_doubles(LONG_X, AT_END);
    sparse = guarded_doubles(LONG_X, AT_END);
    long_h = guarded_doubles(LONG_H, AT_END);
    onset = guarded_doubles(NT, AT_END);
    duration = guarded_doubles(NT, AT_END);
    times = guarded_doubles(NT, AT_END);
    for (size_t i = 0; i < NX; i++) {
        x[i] = draw_unit(&s);
        xi[i] = draw_unit(&s);
        spoilt[i] = i % 97 ? draw_unit(&s) : i % 2 ? NAN : na_value;
        huge[i] = i % 1000 ? draw_unit(&s) : 1e200;
    }
    for (size_t i = 0; i < NH; i++) {
        h[i] = draw_unit(&s);
        hi[i] = fabs(draw_unit(&s));
    }
    for (size_t i = 0; i < LONG_X; i++) {
        long_x[i] = draw_unit(&s) * (i < LONG_X / 2 ? 1 : 1e-9);
        sparse[i] = i % 100 ? 0 : 1;
    }
    for (size_t i = 0; i < LONG_H; i++)
        long_h[i] = draw_unit(&s);
    for (size_t i = 0; i < NT; i++) {
        onset[i] = (double)i / 3;
        duration[i] = i % 3 ? 60 : 0;
        times[i] = 1.3 * (double)i;
    }
    events = (cm_events){onset, duration, onset, NT};
    size_t most = 2 * SIDE * SIDE;
    matrix = guarded_doubles(2 * most, AT_END); /* twice: what is got, and what should be */
}

/* ---- leaving ------------------------------------------------------------------------ */

static int left(int op, size_t at_alloc, size_t at_poll)
{
    begin(&here);
    here.leave_alloc = at_alloc;
    here.leave_poll = at_poll;
    if (setjmp(here.leave))
        return 1;
    operations[op].run(matrix, env());
    return 0;
}

static void check_again(int op, const double *want, const char *what, size_t k)
{
    size_t ny = operations[op].ny;
    memset(matrix, 0xff, ny * sizeof *matrix);
    left(op, 0, 0);
    release(&here);
    expect(same_bits(matrix, want, ny), "%s: other bits after %s %zu left", operations[op].name,
           what, k);
}

static void check_leaving(int op)
{
    double *want = matrix + 2 * SIDE * SIDE;
    left(op, 0, 0);
    size_t nalloc = here.nalloc, npoll = here.npoll;
    release(&here);
    memcpy(want, matrix, operations[op].ny * sizeof *want);
    expect(nalloc >= operations[op].least_alloc, "%s: %zu allocations", operations[op].name,
           nalloc);
    expect(npoll >= operations[op].least_poll, "%s: %zu polls", operations[op].name, npoll);
    size_t by_alloc = 1 + nalloc / 60, by_poll = 1 + npoll / 20;
    for (size_t k = 1; k <= nalloc; k += k < 30 ? 1 : by_alloc) {
        expect(left(op, k, 0), "%s: allocation %zu of %zu", operations[op].name, k, nalloc);
        release(&here);
        if (k % 4 == 1)
            check_again(op, want, "allocation", k);
    }
    for (size_t k = 1; k <= npoll; k += by_poll) {
        expect(left(op, 0, k), "%s: poll %zu of %zu", operations[op].name, k, npoll);
        release(&here);
        if (k % 4 == 1)
            check_again(op, want, "poll", k);
    }
    check_again(op, want, "all", 0);
}

/* ---- often enough --------------------------------------------------------------------- */

/* The most processor seconds between two polls, before the first and after the last. */
#define LONGEST 0.1

static void check_gap(const char *name, double seconds)
{
    double gap = fmax(here.longest, processor_seconds() - here.last_poll);
    printf("test-leave: %s: %.2f s, at most %.3f s without a poll\n", name, seconds, gap);
    expect(gap <= LONGEST, "%s: %g s without a poll", name, gap);
    release(&here);
}

static void check_long(const char *name, cm_samples x, cm_samples h, cm_options o, double *y)
{
    begin(&here);
    double start = here.last_poll;
    conv(x, h, o, y, env());
    check_gap(name, processor_seconds() - start);
}

static void check_polls(void)
{
    enum { N = 10000000 };
    double *z = guarded_doubles(N, AT_START), *y = guarded_doubles(N + 60000, AT_START);
    source s = generator(5);
    for (size_t i = 0; i < N; i++)
        z[i] = draw_unit(&s);
    cm_samples x = {z, NULL, N, 1}, k3 = {hi, NULL, 3, 1}, k = {hi, NULL, NH, 1};
    cm_samples middle = {z, NULL, N / 10, 1}, k_long = {z, NULL, LONG_H, 1};
    cm_options o = {CM_SAME, 0, CM_ZERO, CM_NA_PROPAGATE, CM_AUTO};
    check_long("a short kernel", x, k3, o, y);
    check_long("a long signal", x, k, o, y);
    check_long("both long", middle, k_long, o, y);
    o.method = CM_DIRECT;
    check_long("both long, directly", middle, k_long, o, y);
    o.method = CM_AUTO;
    o.boundary = CM_MIRROR;
    x.n /= 10; /* what follows goes over x several times without a poll */
    check_long("a boundary", x, k3, o, y);
    o.boundary = CM_ZERO;
    z[5] = NAN;
    check_long("a missing sample", x, k3, o, y);
    o.na = CM_NA_RENORMALISE;
    check_long("a missing sample, renormalised", x, k3, o, y);
    o.na = CM_NA_PROPAGATE;
    for (size_t i = 0; i < N; i += 2)
        z[i] = i % 10 ? NAN : INFINITY;
    check_long("many missing samples", x, k3, o, y);
    x.n = N;
    for (size_t i = 0; i < N; i++)
        z[i] = i % 1000 ? 0 : 1e300;
    check_long("mostly zeros", x, k, o, y);
    for (size_t i = 0; i < NH; i++)
        hi[i] = 1e300;
    check_long("overflow", x, k, o, y);
    for (int op = 0; op < OPERATIONS; op++) {
        double start = processor_seconds();
        left(op, 0, 0);
        check_gap(operations[op].name, processor_seconds() - start);
    }
}

int main(int argc, char **argv)
{
    env();
    prepare();
    for (int op = 0; op < OPERATIONS; op++)
        check_leaving(op);
    if (argc > 1 && strcmp(argv[1], "long") == 0)
        check_polls();
    release_guarded();
    cm_transform_forget();
    return report("test-leave");
}
