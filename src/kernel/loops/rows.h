/* Some rows of outputs of an array; see loops.h. Each load of a sample serves all of them, as
 * loads that are seldom aligned take longer than multiply-adds. */
enum { VECTORS = W == 8 ? 4 : 2 };

SIMD_TARGET static void sum_rows(const double *const *row, const double *const *weight,
                                 size_t nrow, size_t m, ptrdiff_t at, double *out, size_t step)
{
    for (ptrdiff_t t = 0; t < CM_STRIP; t += VECTORS * W) {
        vec sum[CM_ROWS][VECTORS] = {0};
        for (size_t r = 0; r < nrow; r++) {
            const double *x = row[r] + at + t, *h = weight[r];
            for (size_t i = 0; i < m; i++, x--, h += CM_ROWS) {
#pragma GCC unroll 8
                for (int g = 0; g < VECTORS; g++) {
                    vec v = load(x + g * W);
#pragma GCC unroll 8
                    for (int j = 0; j < CM_ROWS; j++)
                        sum[j][g] += h[j] * v;
                }
            }
        }
#pragma GCC unroll 8
        for (int j = 0; j < CM_ROWS; j++)
#pragma GCC unroll 8
            for (int g = 0; g < VECTORS; g++)
                store(out + (size_t)j * step + t + g * W, sum[j][g]);
    }
}
