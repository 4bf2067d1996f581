/* Steps of a Cholesky factorisation, CM_PANEL rows at a time; see matrix/band.c. T has the
 * rows, ldt doubles apart, and can be read and written for a whole vector after its columns. */

/* Makes the first n rows of T, of ncol columns, rows of the factor: each is divided by the root
 * of its pivot, and its multiples are subtracted from the rows below. What is left of the
 * diagonal comes out as anything. Returns 0 if a pivot is not positive. */
SIMD_TARGET static int eliminate(double *T, size_t ldt, size_t n, size_t ncol)
{
    for (size_t k = 0; k < n; k++) {
        double *row = T + k * ldt, pivot = row[k];
        if (!(pivot > 0))
            return 0;
        double root = sqrt(pivot), one = 1 / root;
        for (size_t c = k; c < ncol; c += W)
            store(row + c, one * load(row + c));
        row[k] = root;
        for (size_t q = k + 1; q < n; q++) {
            double *below = T + q * ldt, by = row[q];
            for (size_t c = q; c < ncol; c += W)
                store(below + c, load(below + c) - by * load(row + c));
        }
    }
    return 1;
}

/* The W values at a, less their products for column l. */
INLINE vec less_products(const double *a, const vec *t, const double *T, size_t ldt)
{
    vec sum = load(a);
#pragma GCC unroll 8
    for (size_t k = 0; k < CM_PANEL; k++)
        sum -= t[k] * T[k * ldt];
    return sum;
}

/* A(j, l) -= sum_k T(k, j) T(k, l) for j <= l < n, columns of A ld apart. Reads a vector from
 * each value of A on, and writes again what is below the diagonal. */
SIMD_TARGET static void reduce(double *A, size_t ld, size_t n, const double *T, size_t ldt)
{
    ivec lane;
    for (int i = 0; i < W; i++)
        lane[i] = i;
    for (size_t j = 0; j < n; j += W) {
        vec t[CM_PANEL];
#pragma GCC unroll 8
        for (size_t k = 0; k < CM_PANEL; k++)
            t[k] = load(T + k * ldt + j);
        size_t l = j;
        for (; l < n && l < j + W; l++) { /* the diagonal passes through these */
            double *a = A + j + l * ld;
            vec sum = less_products(a, t, T + l, ldt);
            store(a, choose(lane > (long long)(l - j), sum, load(a)));
        }
        for (; l + 4 <= n; l += 4) {
            double *a = A + j + l * ld;
            vec sum[4];
#pragma GCC unroll 4
            for (size_t i = 0; i < 4; i++)
                sum[i] = less_products(a + i * ld, t, T + l + i, ldt);
#pragma GCC unroll 4
            for (size_t i = 0; i < 4; i++)
                store(a + i * ld, sum[i]);
        }
        for (; l < n; l++)
            store(A + j + l * ld, less_products(A + j + l * ld, t, T + l, ldt));
    }
}
