/* Which part of the full convolution F a mode asks for.
 *
 *   full    F[0 ... nx+nh-2]
 *   same    nx values from `origin` on
 *   causal  the same with origin 0; the caller sees to that
 *   valid   where the shorter of x and h lies inside the longer
 *
 * The function, the matrix and the lags all take their window from here.
 * Cost: none. nx and nh are at least 1.
 */
#include "kernel.h"

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
