/* regressors() and event_responses(). Events are list(onset, duration, amplitude),
 * models list(shape, scale, weight), doubles of one length each. */
#include "convmat.h"

#include <Rmath.h>

static double tail(double z, double shape, int upper)
{
    return Rf_pgamma(z, shape, 1, !upper, 0);
}

static double density(double z, double shape)
{
    return Rf_dgamma(z, shape, 1, 0);
}

static const cm_gamma_math gamma_functions = {tail, density};

static cm_events unpack_events(SEXP events)
{
    ffi_must(TYPEOF(events) == VECSXP && XLENGTH(events) >= 3, "events are a list of three");
    size_t n = (size_t)XLENGTH(VECTOR_ELT(events, 0));
    return (cm_events){ffi_numbers(VECTOR_ELT(events, 0), n),
                       ffi_numbers(VECTOR_ELT(events, 1), n),
                       ffi_numbers(VECTOR_ELT(events, 2), n), n};
}

/* The number of groups of events, which get a column each. `first` says with which event each
 * group begins, and then how many events there are. */
static size_t count_groups(SEXP first, SEXP events)
{
    ffi_must(XLENGTH(first) > 0, "groups need a beginning");
    ffi_indices(first, unpack_events(events).n + 1);
    ffi_increasing(first);
    return (size_t)XLENGTH(first) - 1;
}

/* The events of group c. */
static cm_events column_events(SEXP events, SEXP first, size_t c)
{
    cm_events all = unpack_events(events);
    size_t from = (size_t)REAL_RO(first)[c], to = (size_t)REAL_RO(first)[c + 1];
    return (cm_events){all.onset + from, all.duration + from, all.amplitude + from, to - from};
}

cm_model ffi_model(const double *shape, const double *scale, const double *weight, size_t nterm,
                   const cm_env *env)
{
    return cm_prepare_model(shape, scale, weight, nterm, &gamma_functions, env);
}

static cm_model unpack_model(SEXP model, const cm_env *env)
{
    ffi_must(TYPEOF(model) == VECSXP && XLENGTH(model) >= 3, "a model is a list of three");
    size_t n = (size_t)XLENGTH(VECTOR_ELT(model, 0));
    return ffi_model(ffi_numbers(VECTOR_ELT(model, 0), n), ffi_numbers(VECTOR_ELT(model, 1), n),
                     ffi_numbers(VECTOR_ELT(model, 2), n), n, env);
}

/* A column for each group of events, whose onsets must not decrease within the group. */
SEXP ffi_regressors(SEXP events, SEXP first, SEXP times, SEXP model, SEXP slope)
{
    const cm_env env = ffi_env();
    size_t nt = (size_t)XLENGTH(times), ncol = count_groups(first, events);
    int derivative = Rf_asInteger(slope);
    SEXP y = PROTECT(Rf_allocMatrix(REALSXP, (int)nt, (int)ncol));
    cm_model m = unpack_model(model, &env);
    cm_reach *reach = (cm_reach *)R_alloc(1, sizeof(cm_reach));
    cm_prepare_reach(reach, &m, derivative);
    for (size_t c = 0; c < ncol; c++) {
        const void *top = vmaxget();
        cm_events group = column_events(events, first, c);
        cm_regressor(&m, reach, &group, REAL_RO(times), nt, derivative, REAL(y) + c * nt, &env);
        vmaxset(top);
    }
    UNPROTECT(1); // y
    return y;
}

/* A column for each event. */
SEXP ffi_event_responses(SEXP events, SEXP times, SEXP model)
{
    const cm_env env = ffi_env();
    cm_events all = unpack_events(events);
    size_t nt = (size_t)XLENGTH(times), work = 0;
    SEXP y = PROTECT(Rf_allocMatrix(REALSXP, (int)nt, (int)all.n));
    cm_model m = unpack_model(model, &env);
    for (size_t e = 0; e < all.n; e++)
        cm_one_response(&m, all.onset[e], all.duration[e], REAL_RO(times), nt, REAL(y) + e * nt,
                        &work, &env);
    UNPROTECT(1); // y
    return y;
}

/* The same for increasing times as list(i, p, x), compressed by columns: the indices
 * and values of column e are those from p[e] to p[e + 1], counted from 0. */
SEXP ffi_sparse_responses(SEXP events, SEXP times, SEXP model)
{
    const cm_env env = ffi_env();
    const char *names[] = {"i", "p", "x", ""};
    cm_events all = unpack_events(events);
    size_t nt = (size_t)XLENGTH(times), work = 0, total = 0;
    cm_model m = unpack_model(model, &env);
    cm_reach *reach = (cm_reach *)R_alloc(1, sizeof(cm_reach));
    cm_prepare_reach(reach, &m, 0);
    double *scratch = (double *)R_alloc(nt, sizeof(double));
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP p = SET_VECTOR_ELT(out, 1, Rf_allocVector(REALSXP, (R_xlen_t)all.n + 1));
    REAL(p)[0] = 0;
    for (size_t e = 0; e < all.n; e++) {
        total += cm_sparse_response(&m, reach, all.onset[e], all.duration[e], REAL_RO(times),
                                    nt, scratch, NULL, NULL, &work, &env);
        REAL(p)[e + 1] = (double)total;
    }
    SEXP i = SET_VECTOR_ELT(out, 0, Rf_allocVector(INTSXP, (R_xlen_t)total));
    SEXP x = SET_VECTOR_ELT(out, 2, Rf_allocVector(REALSXP, (R_xlen_t)total));
    for (size_t e = 0; e < all.n; e++) {
        size_t from = (size_t)REAL(p)[e];
        cm_sparse_response(&m, reach, all.onset[e], all.duration[e], REAL_RO(times), nt,
                           scratch, INTEGER(i) + from, REAL(x) + from, &work, &env);
    }
    UNPROTECT(1); // out
    return out;
}

/* For each group of events one column for each bin between edges. */
SEXP ffi_fir(SEXP events, SEXP first, SEXP times, SEXP edges)
{
    const cm_env env = ffi_env();
    size_t nt = (size_t)XLENGTH(times), nedge = (size_t)XLENGTH(edges);
    size_t ncol = count_groups(first, events), nbin = nedge - 1;
    SEXP y = PROTECT(Rf_allocMatrix(REALSXP, (int)nt, (int)(ncol * nbin)));
    ffi_must(nedge > 1, "bins need two edges");
    ffi_set_zero(y);
    double *latest = (double *)R_alloc(unpack_events(events).n, sizeof(double));
    for (size_t c = 0; c < ncol; c++) {
        cm_events group = column_events(events, first, c);
        cm_fir(&group, REAL_RO(times), nt, REAL_RO(edges), nedge, latest,
               REAL(y) + c * nbin * nt, &env);
    }
    UNPROTECT(1); // y
    return y;
}
