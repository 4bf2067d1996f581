/* Arrays: cases drawn at random, and one with more kernel samples than a sum may have. */
#include <math.h>
#include <stdlib.h>

#include "support.h"

/* Ones by ones, so that each output counts the samples of the kernel. */
static void check_many(int complex)
{
    enum { N = 132, M = 131 };
    cm_array a = {.rank = 2, .nx = {N, N}, .nh = {M, M}, .mode = {CM_VALID, CM_VALID}};
    a.method = CM_DIRECT;
    double *x = guarded_doubles(N * N, AT_END), re[4], im[4];
    for (size_t i = 0; i < N * N; i++)
        x[i] = 1;
    cm_samples signal = {x, complex ? x : NULL, N * N, 1};
    cm_factor factor = {x, complex ? x : NULL, CM_MOST_AXES};
    begin(&here);
    cm_conv_array(&a, signal, &factor, 1, (cm_output){re, complex ? im : NULL}, env());
    for (size_t t = 0; t < 4; t++) /* (1 + i)^2 = 2 i */
        expect(re[t] == (complex ? 0 : M * M) && (!complex || im[t] == 2 * M * M),
               "many: %g is not %d", re[t], M * M);
    release(&here);
    release_guarded();
}

static size_t ntold;
static double told;

static void tell(void *data, double done)
{
    (void)data;
    expect(done >= told && done <= 1, "progress is %g after %g", done, told);
    told = done;
    ntold++;
}

/* One image of 400 x 1000 tells of its progress while it is at work. */
static void check_progress(int apart)
{
    enum { N1 = 400, N2 = 1000, M = 21 };
    size_t n = (size_t)N1 * N2;
    cm_array a = {.rank = 2, .nx = {N1, N2}, .nh = {M, M}, .mode = {CM_SAME, CM_SAME}};
    double *x = calloc(2 * n, sizeof *x), h[M * M] = {1};
    cm_factor factor[2] = {{h, NULL, apart ? 0 : CM_MOST_AXES}, {h, NULL, 1}};
    cm_env telling = *env();
    telling.progress = tell;
    for (size_t i = 0; i < M * M; i++)
        h[i] = (double)i;
    ntold = 0;
    told = 0;
    begin(&here);
    a.method = CM_DIRECT;
    cm_conv_array(&a, (cm_samples){x, NULL, n, 1}, factor, apart ? 2 : 1,
                  (cm_output){x + n, NULL}, &telling);
    expect(ntold > 3 && told == 1, "told %zu times, at last %g", ntold, told);
    release(&here);
    free(x);
}

static void check_largest(void)
{
    double re[] = {1, -3, INFINITY, NAN}, im[] = {2, -5, 0, INFINITY};
    int infinite;
    expect(cm_largest((cm_samples){re, im, 2, 1}, &infinite) == 5 && !infinite, "largest");
    expect(cm_largest((cm_samples){re, im, 4, 1}, &infinite) == 5 && infinite, "infinite");
    expect(cm_largest((cm_samples){re, NULL, 4, 1}, &infinite) == 3 && infinite, "real");
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_array(&one);
    }
    check_many(0);
    check_many(1);
    check_progress(0);
    check_progress(1);
    check_largest();
    return report("test-array");
}
