/* Least squares with banded matrices.
 *
 * If each row of B is 0 but for p + 1 neighbouring columns, then N = B'B has bandwidth p, and
 * is R'R with an upper triangular R of the same bandwidth. Symmetric and triangular bands are
 * stored as in LAPACK: p + 1 values for each column, entry (i, j), j - p <= i <= j, at
 * band[p + i - j + j (p + 1)].
 *
 * R comes from a Cholesky factorisation of N, CM_PANEL rows at a time: with them done, their
 * products are subtracted from the triangle of the p columns after them. Entry (i, j) is band[p
 * + i + j p], so that neighbouring columns are those of an ordinary matrix, p apart. LAPACK
 * takes single rows of a band this narrow, and several times as long.
 *
 * Where squaring B would lose too many digits, R comes from B itself: rows enter in the order
 * of their first column, and blocks of p + 1 columns or more are made triangular by Householder
 * reflections (Lawson and Hanson 1974, ch. 27). Cost: about 20 n p^2 for as many rows as
 * columns.
 *
 * The band of the inverse of N follows from R alone, from the last column back: with
 * Z = inverse of R'R, row j of R Z = inverse of R' ends in zeros, so that
 *
 *     Z[j, j+i] = -sum_l R[j, j+l] Z[j+l, j+i] / R[j, j],   i, l = 1 ... p,
 *     Z[j, j] = (1 / R[j, j] - sum_l R[j, j+l] Z[j, j+l]) / R[j, j]
 *
 * (Hutchinson and de Hoog 1985). Cost: 2 n p^2.
 */
#include <math.h>
#include <string.h>

#include "loops/loops.h"
#include "matrix/band.h"

typedef double four __attribute__((vector_size(32))); /* compiled for any instruction set */

#define LEAST_BLOCK 32 /* columns; LAPACK is slower on fewer */

/* What takes a value from memory and little else costs more than a multiply-add: by so much. */
#define PASSING 4

/* Rows i ... i + CM_PANEL - 1 of the factor of N, and what they take from the rows below. T has
 * room for CM_PANEL rows of ldt; N for SLACK values after the last column that these rows
 * reach. Returns 0 if a pivot is not positive. */
#define SLACK (CM_LANES - 1)

static int panel(double *N, size_t i, size_t n, size_t p, double *T, size_t ldt)
{
    const cm_simd *loops = cm_current_simd();
    size_t rows = n - i < CM_PANEL ? n - i : CM_PANEL,
           ncol = n - i < rows + p ? n - i : rows + p;
    double *corner = N + p + i * (p + 1); /* entry (i + k, i + c) is corner[k + c p] */
    memset(T, 0, CM_PANEL * ldt * sizeof *T);
    for (size_t c = 0; c < ncol; c++)
        for (size_t k = c < p ? 0 : c - p; k < rows && k <= c; k++)
            T[c + k * ldt] = corner[k + c * p];
    if (!loops->eliminate(T, ldt, rows, ncol))
        return 0;
    for (size_t c = 0; c < ncol; c++)
        for (size_t k = c < p ? 0 : c - p; k < rows && k <= c; k++)
            corner[k + c * p] = T[c + k * ldt];
    if (ncol > rows)
        loops->reduce(corner + rows * (p + 1), p, ncol - rows, T + rows, ldt);
    return 1;
}

int cm_band_cholesky(double *N, size_t n, size_t p, const cm_env *env)
{
    size_t ldt = p + 3 * CM_LANES, i = 0, work = 0;
    double *T = cm_doubles(CM_PANEL * ldt, env);
    for (; i + CM_PANEL + p + SLACK <= n; i += CM_PANEL) {
        if (!panel(N, i, n, p, T, ldt))
            return 0;
        cm_work(&work, CM_PANEL / 2 * (p + 1) * (p + 1), env);
    }
    /* the last columns have no room after them */
    size_t size = (n - i) * (p + 1);
    double *last = cm_doubles(size + SLACK, env);
    memcpy(last, N + i * (p + 1), size * sizeof *last);
    memset(last + size, 0, SLACK * sizeof *last);
    int ok = 1;
    for (size_t k = 0; ok && i + k < n; k += CM_PANEL) {
        ok = panel(last, k, n - i, p, T, ldt);
        cm_work(&work, CM_PANEL / 2 * (p + 1) * (p + 1), env);
    }
    memcpy(N + i * (p + 1), last, size * sizeof *last);
    return ok;
}

/* The most rows of B that begin in one block of columns. */
static size_t most_rows(const double *start, size_t nrow, size_t block)
{
    size_t most = 0, first = 0;
    for (size_t r = 0; r < nrow; r++) {
        if ((size_t)start[r] / block != (size_t)start[first] / block)
            first = r;
        if (r - first + 1 > most)
            most = r - first + 1;
    }
    return most;
}

/* Zeros for n columns of `rows` values: as many may take longer than an interrupt can wait. */
static void clear(double *x, size_t n, size_t rows, const cm_env *env)
{
    size_t work = 0;
    for (size_t j = 0; j < n; j++, x += rows) {
        memset(x, 0, rows * sizeof *x);
        cm_work(&work, PASSING * rows, env);
    }
}

void cm_band_qr(const cm_band_rows *B, size_t n, size_t p, const double *rhs, size_t nrhs,
                double *R, double *c, const cm_lapack *lapack, const cm_env *env)
{
    const double *start = B->start;
    size_t nrow = B->nrow;
    size_t block = p + 1 > LEAST_BLOCK ? p + 1 : LEAST_BLOCK, kept = 0, row = 0;
    size_t width = block + p < n ? block + p : n, all = width + nrhs;
    size_t height = p + most_rows(start, nrow, block), work = 0;
    double *W = env->alloc(env->data, height * all * sizeof *W);
    double *scratch = env->alloc(env->data, (all + lapack->qr_work(height, all)) * sizeof *W);
    clear(R, n, p + 1, env);
    clear(c, nrhs, n, env);
    memset(W, 0, height * all * sizeof *W);
    /* W holds the columns from `from` on that the block can meet, and beside them rhs */
    for (size_t from = 0;; from += block) {
        size_t ncol = n - from < width ? n - from : width, used = kept;
        for (; row < nrow && (size_t)start[row] < from + block; row++, used++) {
            const double *values = B->values + (size_t)B->which[row] * (p + 1);
            for (size_t k = (size_t)start[row] - from, i = 0; i <= p && k + i < ncol; i++)
                W[used + (k + i) * height] = B->scale[row] * values[i];
            for (size_t r = 0; r < nrhs; r++)
                W[used + (ncol + r) * height] = rhs[row + r * nrow];
        }
        if (used > 0)
            lapack->qr(W, height, used, ncol + nrhs, scratch);
        size_t done = used < block ? used : block;
        for (size_t i = 0; i < done && from + i < n; i++) {
            for (size_t k = i; k <= i + p && k < ncol; k++)
                R[p + i - k + (from + k) * (p + 1)] = W[i + k * height];
            for (size_t r = 0; r < nrhs; r++)
                c[from + i + r * n] = W[i + (ncol + r) * height];
        }
        if (n - from <= block)
            return;
        /* the rows below are those that the next block begins with */
        kept = used > block ? used - block : 0;
        if (kept > p)
            kept = p;
        size_t next = n - from - block < width ? n - from - block : width;
        for (size_t k = 0; k < next; k++)
            for (size_t i = 0; i < height; i++)
                W[i + k * height] = i < kept && i <= k && block + k < ncol
                                        ? W[block + i + (block + k) * height]
                                        : 0;
        for (size_t r = 0; r < nrhs; r++)
            for (size_t i = 0; i < height; i++)
                W[i + (next + r) * height] = i < kept ? W[block + i + (ncol + r) * height] : 0;
        cm_work(&work, 20 * block * (p + 1) * (p + 1), env);
    }
}

/* y = A x for a symmetric A of which the upper triangle is read, columns ld apart. BLAS has
 * this too, but the threads that some start for a matrix this small cost more than it does. */
static void symmetric_product(size_t n, const double *A, size_t ld, const double *x, double *y)
{
    for (size_t j = 0; j < n; j++, A += ld) {
        four s = {0, 0, 0, 0}, a, xi, yi;
        size_t i = 0;
        for (; i + 4 <= j; i += 4) {
            memcpy(&a, A + i, sizeof a);
            memcpy(&xi, x + i, sizeof xi);
            memcpy(&yi, y + i, sizeof yi);
            s += a * xi;
            yi += a * x[j];
            memcpy(y + i, &yi, sizeof yi);
        }
        double sum = (s[0] + s[1]) + (s[2] + s[3]);
        for (; i < j; i++) {
            sum += A[i] * x[i];
            y[i] += A[i] * x[j];
        }
        y[j] = A[j] * x[j] + sum;
    }
}

/* Columns j + 1 ... j + k of the band Z, without the rows above j + 1, are the upper triangle
 * of an ordinary matrix whose columns are p doubles apart. */
void cm_band_inverse(const double *R, size_t n, size_t p, double *Z, const cm_env *env)
{
    size_t work = 0;
    double *r = env->alloc(env->data, (2 * p + 1) * sizeof *r), *z = r + p;
    memset(Z, 0, (n < p ? n : p) * (p + 1) * sizeof *Z); /* what stands above row 0 */
    for (size_t j = n; j-- > 0;) {
        size_t k = n - 1 - j < p ? n - 1 - j : p;
        double pivot = R[p + j * (p + 1)], sum = 1 / pivot / pivot;
        for (size_t i = 0; i < k; i++)
            r[i] = -R[p - 1 - i + (j + 1 + i) * (p + 1)] / pivot;
        if (k > 0)
            symmetric_product(k, Z + p + (j + 1) * (p + 1), p, r, z);
        for (size_t i = 0; i < k; i++) {
            Z[p - 1 - i + (j + 1 + i) * (p + 1)] = z[i];
            sum += r[i] * z[i];
        }
        Z[p + j * (p + 1)] = sum;
        cm_work(&work, 2 * (p + 1) * (p + 1), env);
    }
}

static double dot(const double *a, const double *b, size_t n)
{
    four s = {0, 0, 0, 0}, t = {0, 0, 0, 0}, ai, bi, aj, bj;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&ai, a + i, sizeof ai);
        memcpy(&bi, b + i, sizeof bi);
        memcpy(&aj, a + i + 4, sizeof aj);
        memcpy(&bj, b + i + 4, sizeof bj);
        s += ai * bi;
        t += aj * bj;
    }
    s += t;
    double sum = (s[0] + s[1]) + (s[2] + s[3]);
    for (; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

void cm_band_back(const double *R, size_t n, size_t p, double *x, const cm_env *env)
{
    size_t work = 0;
    for (size_t j = n; j-- > 0;) {
        size_t k = j < p ? j : p;
        const double *above = R + j * (p + 1) + p - k;
        double *y = x + j - k;
        x[j] /= above[k];
        for (size_t i = 0; i < k; i++)
            y[i] -= above[i] * x[j];
        cm_work(&work, PASSING * (p + 1), env);
    }
}

void cm_band_solve(const double *R, size_t n, size_t p, double *x, const cm_env *env)
{
    size_t work = 0;
    for (size_t j = 0; j < n; j++) {
        size_t k = j < p ? j : p;
        const double *above = R + j * (p + 1) + p - k;
        x[j] = (x[j] - dot(above, x + j - k, k)) / above[k];
        cm_work(&work, PASSING * (p + 1), env);
    }
    cm_band_back(R, n, p, x, env);
}

double cm_band_norm(const double *N, size_t n, size_t p, const cm_env *env)
{
    double *sum = cm_doubles(n, env), largest = 0;
    size_t work = 0;
    for (size_t j = 0; j < n; j++) {
        size_t k = j < p ? j : p;
        const double *above = N + j * (p + 1) + p - k;
        sum[j] = fabs(above[k]);
        for (size_t i = 0; i < k; i++) {
            sum[j] += fabs(above[i]);
            sum[j - k + i] += fabs(above[i]);
        }
        cm_work(&work, PASSING * (p + 1), env);
    }
    for (size_t j = 0; j < n; j++)
        if (sum[j] > largest || isnan(sum[j])) /* NaN stays */
            largest = sum[j];
    return largest;
}

/* Columns whose rows have the same weights as those of the column before are copies of it. */
void cm_band_gram(const double *h, size_t m, const double *w, size_t ny, size_t first, size_t n,
                  double *band, const cm_env *env)
{
    size_t p = (n < m ? n : m) - 1, work = 0, alike = 0;
    double *near = cm_doubles(2 * m, env), *u = near + m; /* weights of rows j ... j + m - 1 */
#define WEIGHT(k) ((k) >= first && (k)-first < ny ? w[(k)-first] : 0)
    for (size_t k = 0; k < m; k++) {
        near[k] = WEIGHT(k);
        alike = k > 0 && near[k] == near[k - 1] ? alike + 1 : 0;
    }
    for (size_t j = 0; j < n; j++, band += p + 1) {
        if (j > 0) {
            double next = WEIGHT(j + m - 1);
            alike = next == near[m - 1] ? alike + 1 : 0;
            memmove(near, near + 1, (m - 1) * sizeof *near);
            near[m - 1] = next;
        }
        if (j > p && alike >= m) {
            memcpy(band, band - p - 1, (p + 1) * sizeof *band);
            cm_work(&work, PASSING * m, env);
            continue;
        }
        for (size_t i = 0; i < m; i++)
            u[i] = near[i] * h[i];
        for (size_t d = 0; d <= p; d++) {
            band[p - d] = d <= j ? dot(u, h + d, m - d) : 0;
            cm_work(&work, m - d, env);
        }
    }
#undef WEIGHT
}

void cm_band_place(const double *N, size_t n, size_t p, const double *place, double *to,
                   size_t q, const cm_env *env)
{
    size_t work = 0;
    clear(to, n, q + 1, env);
    for (size_t j = 0; j < n; j++, N += p + 1) {
        size_t b = (size_t)place[j];
        for (size_t i = j < p ? 0 : j - p; i <= j; i++) {
            size_t a = (size_t)place[i], low = a < b ? a : b, high = a < b ? b : a;
            if (high - low <= q)
                to[q + low - high + high * (q + 1)] = N[p + i - j];
        }
        cm_work(&work, PASSING * (p + 1), env);
    }
}

void cm_band_leverage(const cm_band_rows *B, size_t width, const double *Z, size_t n, size_t p,
                      double *leverage, const cm_env *env)
{
    size_t work = 0;
    for (size_t r = 0; r < B->nrow; r++) {
        size_t from = (size_t)B->start[r], k = n - from < width ? n - from : width;
        const double *v = B->values + (size_t)B->which[r] * width;
        double sum = 0;
        for (size_t j = 0; j < k; j++) {
            const double *column = Z + p + (from + j) * (p + 1);
            sum += v[j] * (column[0] * v[j] + 2 * dot(column - j, v, j));
        }
        leverage[r] = B->scale[r] * B->scale[r] * sum;
        cm_work(&work, width * width / 2 + 1, env);
    }
}
