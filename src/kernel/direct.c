/* Convolution by its definition: y[k] = sum_j x[j] h[first + k - j].
 *
 * Outputs are computed a tile at a time, and within it a block of the kernel at
 * a time, by the functions of direct-tile.h, which know nothing of edges: where
 * a tile reaches past the signal it sees a copy with zeros around it.
 *
 * Sums are blocked. Adding m terms left to right has an error of up to m eps / 2
 * times the sum of moduli, which misses 1e-11 from m of about 1e5. Here at most
 * CM_BLOCK terms make the sum of a block, at most CM_BLOCK of those are added
 * up, and the sums of these make y, so the error stays below 3 CM_BLOCK eps / 2
 * = 3.4e-13 of the sum of moduli up to 1e9 terms.
 *
 * Cost: one multiply-add for every pair (x[j], h[i]) that meets in an output,
 * and a little more at the edges; 40 kB of stack.
 */
#include <string.h>

#include "kernel.h"
#include "simd.h"

/* From here on the form for long kernels is the faster: on AVX-512 it makes 16 to 43
 * GFMA/s from 32 to 1024 samples, the short form 20 (gcc 12, a processor of 2023). */
#define LONG_FROM(lanes) (4 * (lanes))

void cm_work(size_t *work, size_t done, const cm_env *env)
{
    *work += done;
    if (*work >= CM_POLL_WORK) {
        env->poll(env->data);
        *work = 0;
    }
}

/* x[from ... from + n - 1], counted from x[0], with zeros outside of x; a copy
 * in `buffer` only where x does not reach. Some of it is in x. */
static const double *stretch(const double *x, size_t nx, ptrdiff_t from, size_t n,
                             double *buffer)
{
    if (from >= 0 && (size_t)from + n <= nx)
        return x + from;
    size_t before = from < 0 ? (size_t)-from : 0, start = from > 0 ? (size_t)from : 0;
    size_t have = nx - start;
    if (have > n - before)
        have = n - before;
    memset(buffer, 0, before * sizeof *buffer);
    memcpy(buffer + before, x + start, have * sizeof *buffer);
    memset(buffer + before + have, 0, (n - before - have) * sizeof *buffer);
    return buffer;
}

/* Adds to s[t] the terms i ... end-1 of the outputs F[k + t], t < nt. */
static void add_block(const double *x, size_t nx, const double *h, size_t i, size_t end,
                      size_t k, size_t nt, double *s, const cm_simd *simd)
{
    double xb[CM_BLOCK + CM_TILE + CM_OVERRUN], hb[CM_BLOCK];
    size_t nh = end - i, whole = (nh + simd->lanes - 1) / simd->lanes * simd->lanes;
    const double *from = stretch(x, nx, (ptrdiff_t)k - (ptrdiff_t)i - (ptrdiff_t)whole,
                                 whole + nt + CM_OVERRUN, xb);
    if (nh < LONG_FROM(simd->lanes)) {
        simd->tile_short(from + whole, h + i, nh, s, nt);
        return;
    }
    const double *hi = h + i;
    if (nh < whole) { /* to whole vectors */
        memcpy(hb, hi, nh * sizeof *hb);
        memset(hb + nh, 0, (whole - nh) * sizeof *hb);
        hi = hb;
    }
    simd->tile_long(from + whole, hi, nh, s, nt);
}

static void flush(double *from, double *to, size_t nt)
{
    for (size_t t = 0; t < nt; t++) {
        to[t] += from[t];
        from[t] = 0;
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
    const cm_simd *simd = cm_current_simd();
    double buffer[CM_LANES + CM_TILE + CM_OVERRUN], s2[CM_TILE], *s1 = buffer + CM_LANES;
    size_t work = 0;
    for (size_t t0 = 0; t0 < w.ny; t0 += CM_TILE) {
        size_t nt = w.ny - t0 < CM_TILE ? w.ny - t0 : CM_TILE, k = w.first + t0;
        /* the terms that these outputs have */
        size_t i0 = k >= nx ? k - (nx - 1) : 0, i1 = k + nt < nh ? k + nt : nh;
        memset(buffer, 0, (CM_LANES + nt + CM_OVERRUN) * sizeof *buffer);
        if (i1 - i0 <= CM_BLOCK) {
            add_block(x, nx, h, i0, i1, k, nt, s1, simd);
            memcpy(y + t0, s1, nt * sizeof *y);
            cm_work(&work, nt * (i1 - i0), env);
            continue;
        }
        memset(s2, 0, sizeof s2);
        memset(y + t0, 0, nt * sizeof *y);
        for (size_t i = i0, nblock = 1; i < i1; i += CM_BLOCK, nblock++) {
            size_t end = i1 - i < CM_BLOCK ? i1 : i + CM_BLOCK;
            add_block(x, nx, h, i, end, k, nt, s1, simd);
            flush(s1, s2, nt);
            if (nblock % CM_BLOCK == 0)
                flush(s2, y + t0, nt);
            cm_work(&work, nt * (end - i), env);
        }
        flush(s2, y + t0, nt);
    }
}
