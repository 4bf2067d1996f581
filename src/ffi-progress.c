/* Progress of long computations, by a function of R. */
#include <time.h>

#include "convmat.h"

/* Seconds before progress is first shown, unless the function has an attribute "after" that
 * says so; and seconds before it is shown again. */
#define FIRST 2.0
#define AGAIN 0.2

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

ffi_ticker ffi_new_ticker(SEXP tick)
{
    SEXP after = Rf_getAttrib(tick, Rf_install("after"));
    return (ffi_ticker){tick, seconds() + (Rf_isNull(after) ? FIRST : Rf_asReal(after)), 0, 1};
}

static void show(void *data, double done)
{
    ffi_ticker *ticker = data;
    double now = seconds();
    if (now < ticker->next)
        return;
    SEXP part = PROTECT(Rf_ScalarReal(ticker->base + done * ticker->span));
    SEXP call = PROTECT(Rf_lang2(ticker->tick, part));
    Rf_eval(call, R_GlobalEnv);
    UNPROTECT(2); // part, call
    ticker->next = now + AGAIN;
}

cm_env ffi_ticking_env(ffi_ticker *ticker)
{
    cm_env env = ffi_env();
    env.data = ticker;
    if (ticker->tick != R_NilValue)
        env.progress = show;
    return env;
}
