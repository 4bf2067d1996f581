/* Dense convolution matrices, column-major.
 *
 * A matrix of a convolution is Toeplitz: its entry (r, c) depends on r - c
 * only. So each column is a piece of one vector v, moved by one:
 *
 *     A[r, c] = v[r - c + ncol - 1],   v of nrow + ncol - 1 values,
 *
 * and the matrix is ncol copies of memory. Cost: nrow * ncol writes.
 */
#include <string.h>

#include "kernel.h"

void cm_toeplitz(const double *v, size_t nrow, size_t ncol, double *A, const cm_poll *poll)
{
    size_t work = 0;
    for (size_t c = 0; c < ncol; c++, A += nrow) {
        memcpy(A, v + (ncol - 1 - c), nrow * sizeof *A);
        if ((work += nrow) > CM_POLL_WORK) {
            poll->call(poll->data);
            work = 0;
        }
    }
}

/* v for the matrix that maps n samples to the window w of F:
 * A[r, c] = h[w.first + r - c], 0 outside h. v has w.ny + n - 1 values. */
void cm_pad_kernel(const double *h, size_t nh, size_t n, cm_window w, double *v)
{
    size_t nv = w.ny + n - 1;
    for (size_t t = 0; t < nv; t++) {
        size_t i = w.first + t; /* n - 1 past the index into h */
        v[t] = i >= n - 1 && i - (n - 1) < nh ? h[i - (n - 1)] : 0;
    }
}

/* The transposed matrix has v back to front. */
void cm_reverse(double *v, size_t nv)
{
    for (size_t t = 0; t < nv / 2; t++) {
        double swap = v[t];
        v[t] = v[nv - 1 - t];
        v[nv - 1 - t] = swap;
    }
}

/* The nx by nx + nh - 1 matrix whose row i is x[i] h from column i on. Only
 * the band is multiplied: outside it there is 0, also in the row of an NA. */
void cm_shifted_scaled(const double *x, size_t nx, const double *h, size_t nh, double *A,
                       const cm_poll *poll)
{
    size_t ncol = nx + nh - 1, work = 0;
    memset(A, 0, nx * ncol * sizeof *A);
    for (size_t c = 0; c < ncol; c++, A += nx) {
        size_t i0 = c < nh ? 0 : c - nh + 1, i1 = c < nx ? c + 1 : nx;
        for (size_t i = i0; i < i1; i++)
            A[i] = x[i] * h[c - i];
        if ((work += i1 - i0) > CM_POLL_WORK) {
            poll->call(poll->data);
            work = 0;
        }
    }
}
