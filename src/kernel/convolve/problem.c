#include "convolve/problem.h"

#include <math.h>

#include "loops/loops.h"

/* From so many outputs on they are written past the caches: R's memory for a large result is
 * mostly not in them. Measured by bench/costs.c. */
#define WRITE_PAST_FROM 32768

int cm_magnitude(double modulus)
{
    if (modulus > CM_LARGE)
        return 1;
    return modulus > 0 && modulus < 1 / CM_LARGE ? -1 : 0;
}

int cm_are_moderate(const double *x, size_t n)
{
    return cm_current_simd()->square_bound(x, n) <= CM_LARGE * CM_LARGE;
}

void cm_copy_finite(const double *x, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = isfinite(x[i]) ? x[i] : 0;
}

cm_problem cm_column(const cm_problem *p, size_t c)
{
    cm_problem q = *p;
    q.x += c * p->xstep;
    q.y += c * p->ystep;
    if (p->x_im) {
        q.x_im += c * p->xstep;
        q.y_im += c * p->ystep;
    }
    q.ncol = 1;
    return q;
}

void cm_trim(cm_problem *p)
{
    size_t last = p->w.first + p->w.ny - 1; /* terms have j <= last, j > first - nh */
    size_t j0 = p->w.first >= p->nh ? p->w.first - (p->nh - 1) : 0;
    size_t i0 = p->w.first >= p->nx ? p->w.first - (p->nx - 1) : 0;
    p->x += j0;
    p->nx = (last < p->nx ? last + 1 : p->nx) - j0;
    p->h += i0;
    p->nh = (last < p->nh ? last + 1 : p->nh) - i0;
    p->w.first -= j0 + i0;
    if (p->x_im) {
        p->x_im += j0;
        p->h_im += i0;
    }
}

cm_problem cm_trimmed(const cm_problem *p)
{
    cm_problem q = *p;
    cm_trim(&q);
    return q;
}

cm_problem cm_swapped(const cm_problem *p, size_t c)
{
    cm_problem q = cm_column(p, c);
    const double *x = q.x, *im = q.x_im;
    q.x = p->h, q.x_im = p->h_im, q.nx = p->nh;
    q.h = x, q.h_im = im, q.nh = p->nx;
    return q;
}

cm_problem cm_part(const cm_problem *p, size_t t, size_t nt)
{
    cm_problem q = *p;
    q.w = (cm_window){p->w.first + t, nt};
    q.y += t;
    q.y_im = p->y_im ? p->y_im + t : NULL;
    return cm_trimmed(&q);
}

size_t cm_one_block_length(size_t nx, size_t nh, cm_window w)
{
    size_t n = nx + nh - 1 - w.first, end = w.first + w.ny;
    return n < end ? end : n;
}

void cm_write_outputs(const cm_problem *p, const double *outputs, size_t nt, double factor,
                      double *y)
{
    const cm_simd *simd = cm_current_simd();
    int large = p->w.ny * p->ncol >= WRITE_PAST_FROM && p->w.ny >= CM_TILE;
    (large ? simd->stream : simd->scale)(outputs, nt, factor, y);
}
