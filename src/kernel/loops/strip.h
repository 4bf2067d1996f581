/* A strip of outputs of a signal of mostly zeros; see loops.h. */

/* As many sums at once as there are registers for. */
enum { SUMS = W == 8 ? 8 : 4 };

SIMD_TARGET static void strip(const double *h, const size_t *at, const double *value, size_t n,
                              size_t k, double *y, int add)
{
    for (size_t t = 0; t < CM_STRIP; t += SUMS * W) {
        vec sum[SUMS];
#pragma GCC unroll 8
        for (int g = 0; g < SUMS; g++)
            sum[g] = add ? load(y + t + g * W) : (vec){0};
        for (size_t i = 0; i < n; i++) {
            const double *from = h + (ptrdiff_t)(k + t - at[i]);
#pragma GCC unroll 8
            for (int g = 0; g < SUMS; g++)
                sum[g] += value[i] * load(from + g * W);
        }
#pragma GCC unroll 8
        for (int g = 0; g < SUMS; g++)
            store(y + t + g * W, sum[g]);
    }
}
