/* conv(): columns of a signal with columns of a kernel. */
#include "convmat.h"

#include <math.h>
#include <string.h>

/* The window of a mode: the index into F of its first output, and the number of outputs. */
SEXP ffi_mode_window(SEXP mode, SEXP nx, SEXP nh, SEXP origin)
{
    ffi_must(ffi_size(mode) <= CM_VALID, "a mode is unknown");
    cm_window w =
        cm_mode_window((cm_mode)ffi_size(mode), ffi_size(nx), ffi_size(nh), ffi_size(origin));
    SEXP out = Rf_allocVector(REALSXP, 2);
    REAL(out)[0] = (double)w.first;
    REAL(out)[1] = (double)w.ny;
    return out;
}

cm_samples ffi_split(const double *from, size_t n, size_t ncol, size_t width)
{
    size_t total = n * ncol;
    if (width == 1)
        return (cm_samples){from, NULL, n, ncol};
    double *parts = (double *)R_alloc(2 * total, sizeof(double));
    for (size_t i = 0; i < total; i++) {
        parts[i] = from[2 * i];
        parts[total + i] = from[2 * i + 1];
    }
    return (cm_samples){parts, parts + total, n, ncol};
}

cm_samples ffi_columns(SEXP x, size_t n, size_t c, size_t ncol)
{
    size_t width = ffi_width(x);
    return ffi_split(ffi_doubles(x) + c * n * width, n, ncol, width);
}

void ffi_conv_columns(cm_samples x, cm_samples h, const cm_options *options, double *y,
                      size_t ny, int complex, const cm_env *env)
{
    cm_output out = {y, NULL};
    size_t total = ny * x.ncol;
    if (complex) {
        out.re = (double *)R_alloc(2 * total, sizeof(double));
        out.im = out.re + total;
    }
    cm_conv(x, h, options, out, env); /* R_alloc() does not fail, it leaves */
    for (size_t t = 0; complex && t < total; t++) {
        y[2 * t] = out.re[t];
        y[2 * t + 1] = out.im[t];
    }
}

/* How many columns one call of the kernel gets: few enough to fit the cache, or with threads
 * enough work for all. Scratch memory is given back after each call. */
static size_t columns_at_once(size_t nx, size_t ncol, int threads)
{
    size_t n = (threads > 1 ? 10000000 : 100000) / nx + 1;
    return n < ncol ? n : ncol;
}

typedef struct {
    SEXP x, h;
    size_t nx, nh, ncx, nch, ncy, ny; /* samples of a column; columns of x, h and y */
    cm_options how;
    int complex;
    double *y;
    ffi_ticker ticker;
    cm_env env;
} columns_call;

static void run_columns(void *data)
{
    columns_call *call = data;
    const cm_env *env = &call->env;
    size_t at_once = call->nch == 1 ? columns_at_once(call->nx, call->ncy, env->threads) : 1;
    for (size_t c = 0; c < call->ncy; c += at_once) {
        void *mark = env->mark(env->data);
        size_t n = call->ncy - c < at_once ? call->ncy - c : at_once;
        call->ticker.base = (double)c / (double)call->ncy;
        call->ticker.span = (double)n / (double)call->ncy;
        ffi_conv_columns(ffi_columns(call->x, call->nx, call->ncx == 1 ? 0 : c, n),
                         ffi_columns(call->h, call->nh, call->nch == 1 ? 0 : c, 1), &call->how,
                         call->y + c * call->ny * (call->complex ? 2 : 1), call->ny,
                         call->complex, env);
        env->release(env->data, mark);
    }
}

/* ncol has the numbers of columns of x, of h and of the result. tick is a function that shows
 * which part is done, or NULL. */
SEXP ffi_conv(SEXP x, SEXP h, SEXP ncol, SEXP options, SEXP threads, SEXP tick)
{
    const double *columns_of = ffi_numbers(ncol, 3);
    size_t ncx = (size_t)columns_of[0], nch = (size_t)columns_of[1],
           ncy = (size_t)columns_of[2];
    ffi_must(ncx >= 1 && ncx <= ffi_samples(x) && nch >= 1 && nch <= ffi_samples(h) &&
                 (ncx == 1 || ncx == ncy) && (nch == 1 || nch == ncy) &&
                 (size_t)XLENGTH(x) % ncx == 0 && (size_t)XLENGTH(h) % nch == 0,
             "columns do not fit");
    columns_call call = {.x = x, .h = h, .ncx = ncx, .nch = nch, .ncy = ncy};
    call.nx = (size_t)XLENGTH(x) / ncx;
    call.nh = (size_t)XLENGTH(h) / nch;
    call.how = ffi_options(options, call.nh);
    ffi_must(call.how.boundary != CM_EXTEND || call.nx > 1, "a line takes two samples");
    call.ny = cm_mode_window(call.how.mode, call.nx, call.nh, call.how.origin).ny;
    call.complex = ffi_width(x) == 2 || ffi_width(h) == 2;
    SEXP y = PROTECT(ffi_result(call.complex ? CPLXSXP : REALSXP, call.ny * ncy));
    call.y = call.complex ? (double *)COMPLEX(y) : REAL(y);
    call.ticker = ffi_new_ticker(tick);
    call.env = ffi_ticking_env(&call.ticker);
    call.env.threads = ffi_threads(threads);
    ffi_with_scratch(&call.env, run_columns, &call);
    UNPROTECT(1); // y
    return y;
}

/* The length of x if it is a vector of doubles without attributes that the result would have,
 * too; else 0. */
static size_t plain_length(SEXP x)
{
    if (TYPEOF(x) != REALSXP || Rf_isObject(x) || Rf_getAttrib(x, R_DimSymbol) != R_NilValue ||
        Rf_getAttrib(x, R_NamesSymbol) != R_NilValue)
        return 0;
    return (size_t)XLENGTH(x);
}

/* The index of a string in a list that ends with NULL; -1 if it is not there. */
static int place(SEXP string, const char *const *list)
{
    if (TYPEOF(string) != STRSXP || XLENGTH(string) != 1)
        return -1;
    const char *text = CHAR(STRING_ELT(string, 0));
    for (int i = 0; list[i]; i++)
        if (strcmp(text, list[i]) == 0)
            return i;
    return -1;
}

static SEXP threads_option(void)
{
    static SEXP symbol; /* R never frees symbols */
    if (!symbol)
        symbol = Rf_install("convmat.threads");
    return Rf_GetOption1(symbol);
}

/* As check_threads() in R/ sees it. */
static int is_thread_count(SEXP threads)
{
    if (threads == R_NilValue)
        return 1;
    if ((TYPEOF(threads) != REALSXP && TYPEOF(threads) != INTSXP) || Rf_isObject(threads) ||
        XLENGTH(threads) != 1)
        return 0;
    double n = Rf_asReal(threads);
    return n >= 1 && n <= 1024 && n == floor(n);
}

/* Two vectors, and how they are convolved. */
typedef struct {
    const double *x, *h;
    size_t nx, nh;
    cm_options how;
    double *y;
    const cm_env *env;
} plain_call;

static void run_plain(void *data)
{
    const plain_call *c = data;
    cm_conv((cm_samples){c->x, NULL, c->nx, 1}, (cm_samples){c->h, NULL, c->nh, 1}, &c->how,
            (cm_output){c->y, NULL}, c->env);
}

/* Multiply-adds below which all is done by direct sums, which take no memory worth keeping. */
#define NEEDS_SCRATCH 5000.0

static void run_with_env(plain_call *c, SEXP threads)
{
    cm_env env = ffi_env();
    c->env = &env;
    double work = (double)c->nx * (double)c->nh;
    if (work > 1e6) /* less is not worth a second thread */
        env.threads = ffi_threads(threads);
    if (work > NEEDS_SCRATCH)
        ffi_with_scratch(&env, run_plain, c);
    else
        run_plain(c);
}

/* Will it be done before anybody would want to see progress? */
static int is_quick(size_t nx, size_t nh, cm_method method)
{
    return nx + nh < 10000000 && (method == CM_AUTO || nx * nh < 1000000000);
}

/* Convolves two vectors of doubles. NULL if anything about them or the option is wrong, or if
 * one has attributes. */
static SEXP conv_plain(SEXP x, SEXP h, cm_mode mode, cm_na na, cm_method method)
{
    size_t nx = plain_length(x), nh = plain_length(h);
    if (nx == 0 || nh == 0 || !is_quick(nx, nh, method))
        return R_NilValue;
    SEXP threads = threads_option();
    if (!is_thread_count(threads))
        return R_NilValue;
    size_t origin = mode == CM_SAME ? (nh - 1) / 2 : 0;
    cm_window w = cm_mode_window(mode, nx, nh, origin);
    const double *px = REAL_RO(x), *ph = REAL_RO(h);
    if (cm_are_few(nx, nh, w) && method != CM_FFT) {
        SEXP y = ffi_result(REALSXP, w.ny);
        if (cm_conv_few(px, nx, ph, nh, w, REAL(y)))
            return y;
    }
    if (!R_FINITE(cm_current_simd()->max_modulus(ph, nh)))
        return R_NilValue;
    SEXP y = PROTECT(ffi_result(REALSXP, w.ny));
    plain_call c = {px, ph, nx, nh, {mode, origin, CM_ZERO, na, method}, REAL(y), NULL};
    run_with_env(&c, threads);
    UNPROTECT(1); // y
    return y;
}

/* The quick way for the common case: two double vectors without attributes, boundary "zero", no
 * origin. NULL for anything else, right or wrong: then R/ checks the arguments. */
SEXP ffi_conv_plain(SEXP x, SEXP h, SEXP mode, SEXP origin, SEXP boundary, SEXP na, SEXP method)
{
    static const char *const modes[] = {"full", "same", "causal", "valid", NULL},
                             *const boundaries[] = {"zero", NULL},
                             *const nas[] = {"propagate", "zero", NULL},
                             *const methods[] = {"auto", "direct", "fft", NULL};
    int imode = place(mode, modes), ina = place(na, nas), imethod = place(method, methods);
    if (origin != R_NilValue || imode < 0 || ina < 0 || imethod < 0 ||
        place(boundary, boundaries) < 0)
        return R_NilValue;
    return conv_plain(x, h, (cm_mode)imode, (cm_na)ina, (cm_method)imethod);
}

/* The same for conv(x, h). To hand over seven arguments takes R longer than the convolution of
 * short vectors. */
SEXP ffi_conv_two(SEXP x, SEXP h)
{
    return conv_plain(x, h, CM_FULL, CM_NA_PROPAGATE, CM_AUTO);
}

/* What "auto" does with complex numbers: transforms of them, or else four times the same with
 * real ones, of which the real parts stand for all. */
static cm_plan complex_plan(SEXP x, SEXP h, cm_problem p)
{
    cm_samples sx = ffi_columns(x, p.nx, 0, 1), sh = ffi_columns(h, p.nh, 0, 1);
    cm_plan plan;
    p.x = sx.re, p.x_im = sx.im;
    p.h = sh.re, p.h_im = sh.im;
    p = cm_trimmed(&p);
    if (cm_plan_complex(&p, CM_AUTO, &plan)) {
        plan.length /= 2;
        return plan;
    }
    p.x_im = p.h_im = NULL;
    plan = cm_choose(&p);
    plan.cost *= 4;
    return plan;
}

/* The method that "auto" chooses, the samples of its transforms, its cost in ns, and whether
 * the zeros that are skipped are those of h. */
SEXP ffi_conv_method(SEXP x, SEXP h, SEXP options)
{
    cm_options how = ffi_options(options, ffi_samples(h));
    ffi_must(ffi_samples(x) > 0 && TYPEOF(x) == TYPEOF(h), "there must be samples of one type");
    size_t nx = (size_t)XLENGTH(x), nh = (size_t)XLENGTH(h);
    cm_window w = cm_mode_window(how.mode, nx, nh, how.origin);
    cm_problem p = {
        .x = ffi_doubles(x), .nx = nx, .h = ffi_doubles(h), .nh = nh, .w = w, .ncol = 1};
    cm_plan plan = ffi_width(x) == 2 ? complex_plan(x, h, p) : cm_choose(&p);
    SEXP out = Rf_allocVector(REALSXP, 4);
    REAL(out)[0] = plan.method;
    REAL(out)[1] = (double)plan.length;
    REAL(out)[2] = plan.cost;
    REAL(out)[3] = plan.swapped;
    return out;
}
