/* Which part of F a mode is, and which sample a boundary puts outside x: one definition for
 * the function, the matrices and the lags. */
#include "base/window.h"

#include <stdint.h>

/* full    F[0 ... nx+nh-2]
 * same    nx values from `origin` on
 * causal  the same with origin 0; the caller sees to that
 * valid   where the shorter of x and h lies inside the longer */
cm_window cm_mode_window(cm_mode mode, size_t nx, size_t nh, size_t origin)
{
    size_t shorter = nx < nh ? nx : nh, longer = nx < nh ? nh : nx;
    switch (mode) {
    case CM_FULL:
        return (cm_window){0, nx + nh - 1};
    case CM_VALID:
        return (cm_window){shorter - 1, longer - shorter + 1};
    default:
        return (cm_window){origin, nx};
    }
}

/* Which of n samples stands at place i outside, however far. For the boundaries that repeat
 * samples. */
static size_t folded(ptrdiff_t i, size_t n, cm_boundary boundary)
{
    ptrdiff_t last = (ptrdiff_t)n - 1;
    if (boundary == CM_NEAREST)
        return i < 0 ? 0 : n - 1;
    ptrdiff_t period = boundary == CM_WRAP ? last + 1 : 2 * last + 2 * (boundary == CM_REFLECT);
    if (period == 0) /* mirror of a single sample */
        return 0;
    i %= period;
    if (i < 0)
        i += period;
    return (size_t)(i <= last ? i : period - i - (boundary == CM_REFLECT));
}

/* Outside of the samples a b c d:
 *
 *   wrap     c d|a b c d|a b      reflect  b a|a b c d|d c      zero     nothing
 *   nearest  a a|a b c d|d d      mirror   c b|a b c d|c b      missing  nothing known
 *
 *   extend   the line through the first two samples, or the last two: k places before a
 *            it has (k + 1) a - k b */
cm_sources cm_sources_of(ptrdiff_t i, size_t n, cm_boundary boundary)
{
    ptrdiff_t last = (ptrdiff_t)n - 1;
    if (i >= 0 && i <= last)
        return (cm_sources){1, {(size_t)i}, {1}};
    if (boundary == CM_ZERO || boundary == CM_MISSING)
        return (cm_sources){0};
    if (boundary != CM_EXTEND)
        return (cm_sources){1, {folded(i, n, boundary)}, {1}};
    double k = (double)(i < 0 ? -i : i - last);
    size_t end = i < 0 ? 0 : n - 1, next = i < 0 ? 1 : n - 2;
    return (cm_sources){2, {end, next}, {k + 1, -k}};
}

/* Boundaries that do not repeat the signal take all places beyond an end from its last sample,
 * or its last two, or from none. With the others a sample comes back after `period` places, and
 * stands at most twice in a period: at c, and mirrored. */
ptrdiff_t cm_next_place(ptrdiff_t p, size_t c, size_t n, cm_boundary boundary)
{
    ptrdiff_t last = (ptrdiff_t)n - 1, at = (ptrdiff_t)c;
    if (boundary != CM_WRAP && boundary != CM_REFLECT && boundary != CM_MIRROR) {
        size_t reach = boundary == CM_EXTEND ? 2 : boundary == CM_NEAREST;
        if (p < 0 && c < reach)
            return p;
        if (p <= at)
            return at;
        return c + reach < n ? PTRDIFF_MAX : p > last ? p : last + 1;
    }
    ptrdiff_t period = boundary == CM_WRAP ? last + 1 : 2 * last + 2 * (boundary == CM_REFLECT);
    if (period == 0) /* mirror of a single sample */
        return p;
    ptrdiff_t mirrored = boundary == CM_WRAP ? at : period - at - (boundary == CM_REFLECT);
    ptrdiff_t phase = p % period, one, two;
    phase += phase < 0 ? period : 0;
    one = (at - phase + period) % period;
    two = (mirrored - phase + period) % period;
    return p + (one < two ? one : two);
}
