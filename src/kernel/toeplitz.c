/* Dense convolution matrices, column-major.
 *
 * With zeros around the signal the matrix is Toeplitz: entry (r, c) depends on
 * r - c only. So each column is a piece of one vector v, moved by one:
 *
 *     A[r, c] = v[r - c + ncol - 1],   v of nrow + ncol - 1 entries,
 *
 * and the matrix is ncol copies of memory. Other boundaries fold what lies
 * outside the signal back onto it: kernel samples are added up where they come
 * to stand. Entries are `width` doubles: 1 for real, 2 for complex numbers.
 *
 * Cost: nrow * ncol writes, and n * nh additions for folding.
 */
#include <string.h>

#include "kernel.h"

void cm_toeplitz(const double *v, size_t width, size_t nrow, size_t ncol, double *A,
                 const cm_env *env)
{
    size_t work = 0;
    for (size_t c = 0; c < ncol; c++, A += nrow * width) {
        memcpy(A, v + (ncol - 1 - c) * width, nrow * width * sizeof *A);
        cm_work(&work, nrow, env);
    }
}

/* v for the matrix that maps n samples to the window w of F:
 * A[r, c] = h[w.first + r - c], 0 outside h. v has w.ny + n - 1 entries. */
void cm_pad_kernel(const double *h, size_t nh, size_t width, size_t n, cm_window w, double *v)
{
    size_t nv = w.ny + n - 1;
    for (size_t t = 0; t < nv; t++) {
        size_t i = w.first + t; /* n - 1 past the index into h */
        int inside = i >= n - 1 && i - (n - 1) < nh;
        for (size_t d = 0; d < width; d++)
            v[t * width + d] = inside ? h[(i - (n - 1)) * width + d] : 0;
    }
}

/* The transposed matrix has v back to front. */
void cm_reverse(double *v, size_t nv, size_t width)
{
    for (size_t t = 0; t < nv / 2; t++) {
        for (size_t d = 0; d < width; d++) {
            double *a = v + t * width + d, *b = v + (nv - 1 - t) * width + d, swap = *a;
            *a = *b;
            *b = swap;
        }
    }
}

/* The n by n matrix of mode same for a boundary other than zero: sample i of
 * the kernel adds to entry (k, source of place origin + k - i). */
void cm_bounded_matrix(const double *h, size_t nh, size_t width, size_t n, size_t origin,
                       cm_boundary boundary, double *A, const cm_env *env)
{
    size_t work = 0;
    for (size_t c = 0; c < n; c++) { /* new memory: this takes longer than the sums */
        memset(A + c * n * width, 0, n * width * sizeof *A);
        cm_work(&work, n, env);
    }
    for (size_t i = 0; i < nh; i++) {
        for (size_t k = 0; k < n; k++) {
            size_t c = cm_source((ptrdiff_t)(origin + k) - (ptrdiff_t)i, n, boundary);
            for (size_t d = 0; d < width; d++)
                A[(c * n + k) * width + d] += h[i * width + d];
        }
        cm_work(&work, n, env);
    }
}

/* The nx by nx + nh - 1 matrix whose row i is x[i] h from column i on. Only
 * the band is multiplied: outside it there is 0, also in the row of an NA. */
void cm_shifted_scaled(const double *x, size_t nx, const double *h, size_t nh, size_t width,
                       double *A, const cm_env *env)
{
    size_t ncol = nx + nh - 1, work = 0;
    for (size_t c = 0; c < ncol; c++, A += nx * width) {
        memset(A, 0, nx * width * sizeof *A);
        size_t i0 = c < nh ? 0 : c - nh + 1, i1 = c < nx ? c + 1 : nx;
        for (size_t i = i0; i < i1; i++) {
            if (width == 1)
                A[i] = x[i] * h[c - i];
            else
                cm_multiply(x + 2 * i, h + 2 * (c - i), A + 2 * i);
        }
        cm_work(&work, nx, env);
    }
}
