/* Convolution by its definition: y[k] = sum_j x[j] h[first + k - j].
 *
 * Outputs are computed a tile at a time. Within a tile one kernel sample after
 * the other is multiplied by a stretch of the signal and added to all outputs
 * of the tile, so that the inner loop runs over consecutive memory.
 *
 * Sums are blocked. Adding m terms left to right has an error of up to m eps
 * times the sum of moduli, which misses 1e-11 from m of about 5e4. Here at
 * most BLOCK terms are added up before the block's sum is added to a second
 * level, and at most BLOCK of those before a third, so the error stays below
 * 3 BLOCK eps / 2 = 3.4e-13 of the sum of moduli up to 1e9 terms.
 *
 * Cost: one multiply-add for every pair (x[j], h[i]) that meets in an output,
 * and 3 TILE doubles of stack.
 */
#include <string.h>

#include "kernel.h"

enum {
    TILE = 512,  /* outputs per tile: three levels of sums stay in a 32 kB L1 cache */
    BLOCK = 1024 /* terms per sum of one level */
};

/* Adds to s[t] the terms i0 <= i < i1 of the outputs F[k + t], t < nt. */
static void add_block(const double *x, size_t nx, const double *h, size_t i0, size_t i1,
                      size_t k, size_t nt, double *s)
{
    for (size_t i = i0; i < i1; i++) {
        /* x[k + t - i] exists for lo <= t < hi */
        size_t lo = i > k ? i - k : 0;
        size_t hi = nx + i < k + nt ? nx + i - k : nt;
        const double hi_i = h[i], *xi = x + (k + lo - i);
        for (size_t t = lo; t < hi; t++)
            s[t] += hi_i * xi[t - lo];
    }
}

static void flush(double *from, double *to, size_t nt)
{
    for (size_t t = 0; t < nt; t++) {
        to[t] += from[t];
        from[t] = 0;
    }
}

void cm_work(size_t *work, size_t done, const cm_env *env)
{
    *work += done;
    if (*work >= CM_POLL_WORK) {
        env->poll(env->data);
        *work = 0;
    }
}

void cm_conv_direct(const double *x, size_t nx, const double *h, size_t nh, double *y,
                    cm_window w, const cm_env *env)
{
    if (nh > nx) { /* F is symmetric in x and h: let h be the shorter */
        const double *swap = x;
        x = h, h = swap;
        size_t nswap = nx;
        nx = nh, nh = nswap;
    }
    double s1[TILE], s2[TILE];
    size_t work = 0;
    memset(y, 0, w.ny * sizeof *y);
    for (size_t t0 = 0; t0 < w.ny; t0 += TILE) {
        size_t nt = w.ny - t0 < TILE ? w.ny - t0 : TILE, k = w.first + t0;
        size_t i0 = k >= nx ? k - (nx - 1) : 0, i1 = k + nt < nh ? k + nt : nh;
        memset(s1, 0, sizeof s1);
        memset(s2, 0, sizeof s2);
        for (size_t i = i0, nblock = 1; i < i1; i += BLOCK, nblock++) {
            size_t end = i1 - i < BLOCK ? i1 : i + BLOCK;
            add_block(x, nx, h, i, end, k, nt, s1);
            flush(s1, s2, nt);
            if (nblock % BLOCK == 0)
                flush(s2, y + t0, nt);
            cm_work(&work, nt * (end - i), env);
        }
        flush(s2, y + t0, nt);
    }
}
