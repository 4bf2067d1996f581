/* What the C code of other packages may call, see inst/include/convmat.h: these check what they
 * are given, and return a status instead of raising an error. */
#include "convmat.h"

#include <math.h>

#include "../inst/include/convmat.h"

/* The enums of the header are those of the kernel. */
_Static_assert((int)CONVMAT_VALID == (int)CM_VALID, "modes");
_Static_assert((int)CONVMAT_EXTEND == (int)CM_EXTEND, "boundaries");
_Static_assert((int)CONVMAT_NA_RENORMALISE == (int)CM_NA_RENORMALISE,
               "choices for missing values");

static int api_version(void)
{
    return CONVMAT_API_VERSION;
}

static int is_mode(int mode)
{
    return mode >= 0 && mode <= CM_VALID;
}

static size_t length(size_t nx, size_t nh, int mode)
{
    return nx == 0 || nh == 0 || !is_mode(mode) ? 0
                                                : cm_mode_window((cm_mode)mode, nx, nh, 0).ny;
}

static int all_finite(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return 0;
    return 1;
}

/* As check_renormalisable() in R/. */
static int is_renormalisable(const double *h, size_t nh)
{
    double sum = 0;
    for (size_t i = 0; i < nh; i++) {
        if (h[i] < 0)
            return 0;
        sum += h[i];
    }
    return sum > 0;
}

static int check_conv(size_t nx, const double *h, size_t nh, const cm_options *how)
{
    if (nh == 0 || (how->boundary == CM_EXTEND && nx == 1))
        return CONVMAT_BAD_LENGTH;
    if (how->origin >= nh || (how->mode == CM_CAUSAL && how->origin != 0) ||
        (how->boundary != CM_ZERO && how->mode != CM_SAME && how->mode != CM_CAUSAL))
        return CONVMAT_BAD_OPTION;
    if (!all_finite(h, nh) || (how->na == CM_NA_RENORMALISE && !is_renormalisable(h, nh)))
        return CONVMAT_BAD_KERNEL;
    return CONVMAT_OK;
}

static int conv(const double *x, size_t nx, const double *h, size_t nh, int mode, size_t origin,
                int boundary, int na, int threads, double *y)
{
    if (!is_mode(mode) || boundary < 0 || boundary > CM_EXTEND || na < 0 ||
        na > CM_NA_RENORMALISE || threads < 1)
        return CONVMAT_BAD_OPTION;
    cm_options how = {(cm_mode)mode, origin, (cm_boundary)boundary, (cm_na)na, CM_AUTO};
    int status = check_conv(nx, h, nh, &how);
    if (status != CONVMAT_OK || nx == 0)
        return status;
    const void *top = vmaxget();
    cm_env env = ffi_env();
    env.threads = threads;
    cm_conv((cm_samples){x, NULL, nx, 1}, (cm_samples){h, NULL, nh, 1}, &how,
            (cm_output){y, NULL}, &env);
    vmaxset(top);
    return CONVMAT_OK;
}

static int are_events(const cm_events *events)
{
    if (!all_finite(events->onset, events->n) || !all_finite(events->duration, events->n) ||
        !all_finite(events->amplitude, events->n))
        return 0;
    for (size_t i = 0; i < events->n; i++)
        if (events->duration[i] < 0 || (i > 0 && events->onset[i] < events->onset[i - 1]))
            return 0;
    return 1;
}

static int is_model(const double *shape, const double *scale, const double *weight,
                    size_t nterm)
{
    for (size_t i = 0; i < nterm; i++)
        if (!(shape[i] >= 1 && shape[i] <= 1e8 && scale[i] > 0))
            return 0;
    return all_finite(scale, nterm) && all_finite(weight, nterm);
}

static int regressor(const double *onset, const double *duration, const double *amplitude,
                     size_t n, const double *times, size_t nt, const double *shape,
                     const double *scale, const double *weight, size_t nterm, double *y)
{
    cm_events events = {onset, duration, amplitude, n};
    if (nterm == 0)
        return CONVMAT_BAD_LENGTH;
    if (!are_events(&events) || !all_finite(times, nt))
        return CONVMAT_BAD_EVENTS;
    if (!is_model(shape, scale, weight, nterm))
        return CONVMAT_BAD_MODEL;
    const void *top = vmaxget();
    const cm_env env = ffi_env();
    cm_model model = ffi_model(shape, scale, weight, nterm, &env);
    cm_reach *reach = (cm_reach *)R_alloc(1, sizeof(cm_reach));
    cm_prepare_reach(reach, &model, 0);
    cm_regressor(&model, reach, &events, times, nt, 0, y, &env);
    vmaxset(top);
    return CONVMAT_OK;
}

void ffi_register_callables(void)
{
    R_RegisterCCallable("convmat", "convmat_api_version", (DL_FUNC)api_version);
    R_RegisterCCallable("convmat", "convmat_length", (DL_FUNC)length);
    R_RegisterCCallable("convmat", "convmat_conv", (DL_FUNC)conv);
    R_RegisterCCallable("convmat", "convmat_regressor", (DL_FUNC)regressor);
}
