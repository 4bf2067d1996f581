/* The convmat kernel: convolution on plain arrays, in plain C.
 *
 * Nothing here knows about R. Functions read `const` inputs, write only the
 * output they are given, and hold nothing of their own: memory comes from
 * env->alloc and belongs to the caller, so that env->alloc, where there is no
 * memory, and env->poll, on an interrupt, may leave by longjmp at any time.
 * Nothing else can go wrong here, and so nothing returns a status.
 *
 * Vocabulary, the same everywhere: the signal x of nx samples, the kernel h of
 * nh samples (both at least 1), the full convolution
 *
 *     F[k] = sum_j x[j] h[k - j],   k = 0 ... nx + nh - 2,
 *
 * and the output y, a window of ny values of F from `first` on.
 */
#ifndef CONVMAT_KERNEL_H
#define CONVMAT_KERNEL_H

#include <stddef.h>

/* What the kernel needs of the world. alloc() never returns NULL; release() takes
 * back what it gave since mark(), for work of many parts; poll() is
 * called about every CM_POLL_WORK operations, or where several threads share the work every
 * 12 to 80 ms; is_na() tells NA, whose value is
 * `na`, from other NaNs; `threads` is the most to use at a time; progress(), unless
 * NULL, is told which part of a long computation is done. All are called from the
 * thread that called the kernel. */
typedef struct {
    void *(*alloc)(void *data, size_t bytes);
    void *(*mark)(void *data);
    void (*release)(void *data, void *mark);
    void (*poll)(void *data);
    void *data;
    int (*is_na)(double value);
    double na;
    int threads;
    void (*progress)(void *data, double done);
} cm_env;

#define CM_POLL_WORK 4000000 /* a few milliseconds on any machine */

/* Counts `done` operations; polls when enough have come together, and tells so.
 * Never if env is NULL. */
int cm_work(size_t *work, size_t done, const cm_env *env);

/* These are in the order of the names in R/check.R. */
typedef enum { CM_FULL, CM_SAME, CM_CAUSAL, CM_VALID } cm_mode;
typedef enum { CM_ZERO, CM_WRAP, CM_NEAREST, CM_REFLECT, CM_MIRROR } cm_boundary;
typedef enum { CM_NA_PROPAGATE, CM_NA_ZERO, CM_NA_RENORMALISE } cm_na;

/* The first three have names in R; the others are what CM_AUTO may choose. */
typedef enum { CM_AUTO, CM_DIRECT, CM_FFT, CM_FFT_GUARDED, CM_SPARSE } cm_method;

typedef struct {
    cm_mode mode;
    size_t origin; /* kernel samples before time zero */
    cm_boundary boundary;
    cm_na na;
    cm_method method;
} cm_options;

typedef struct {
    size_t first; /* index into F of the first output */
    size_t ny;    /* number of outputs */
} cm_window;

/* Real samples, or with `im` complex ones: ncol signals of n samples, one after
 * the other. */
typedef struct {
    const double *re, *im;
    size_t n, ncol;
} cm_samples;

typedef struct {
    double *re, *im;
} cm_output;

/* window.c */
cm_window cm_mode_window(cm_mode mode, size_t nx, size_t nh, size_t origin);
size_t cm_source(ptrdiff_t i, size_t n, cm_boundary boundary);

/* conv.c: each signal of x with the one kernel h. */
void cm_conv(cm_samples x, cm_samples h, const cm_options *options, cm_output y,
             const cm_env *env);

/* choose.c: uses the best instruction set that the processor has, up to `cap`
 * ("base", "avx2"; NULL for no cap), and returns its name. */
const char *cm_simd_level(const char *cap);

/* Real signals to convolve with one real kernel, all finite: `ncol` of them, `xstep`
 * from one to the next in x, and `ystep` in y. No modulus is above max_x. */
typedef struct {
    const double *x;
    size_t nx;
    const double *h;
    size_t nh;
    double *y;
    cm_window w;
    size_t ncol, xstep, ystep;
    double max_x;
    int is_part; /* of complex numbers: errors of two parts may come together */
} cm_problem;

/* method.c: the method for the first signal of a problem, the length n of its
 * transforms if it has any, and its cost in nanoseconds. */
cm_method cm_choose(const cm_problem *p, size_t *n, double *cost);

/* fft.c: forgets all plans. */
void cm_fft_forget(void);

/* direct.c */
void cm_conv_direct(const cm_problem *p, const cm_env *env);

/* missing.c; cm_survey: the largest modulus of a part, or NaN if any is not finite */
double cm_survey(cm_samples x);
size_t cm_find_nonfinite(cm_samples x, size_t *at);
void cm_restore_nonfinite(cm_samples x, const size_t *at, size_t nat, cm_samples h, cm_output y,
                          cm_window w, const cm_options *options, const cm_env *env);

/* toeplitz.c: the matrix A[r, c] = h[first + r - c], 0 outside h. A boundary other than zero
 * adds, for each place p outside the signal whose source is c, h[first + r - p]; those
 * places are place[start[c]] ... place[start[c + 1] - 1], increasing. Entries are `width`
 * doubles, 1 real or 2 complex. */
typedef struct {
    const double *h;
    size_t nh, width, first, nrow, ncol;
    const size_t *start; /* NULL: boundary zero */
    const ptrdiff_t *place;
} cm_matrix;

cm_matrix cm_conv_matrix(const double *h, size_t nh, size_t width, size_t n,
                         const cm_options *options, const cm_env *env);
cm_matrix cm_shifted_kernels(const double *h, size_t nh, size_t width, size_t n,
                             const cm_env *env);
void cm_dense(const cm_matrix *matrix, double *A, int zeroed, const cm_env *env);
void cm_entry(const cm_matrix *matrix, size_t r, size_t c, double *entry);
size_t cm_place_rows(const cm_matrix *matrix, ptrdiff_t p, size_t *r0);
void cm_add_outside(const cm_matrix *matrix, size_t c, double *column, double *lost,
                    size_t *work, const cm_env *env);
void cm_shifted_scaled(const double *x, size_t nx, const double *h, size_t nh, size_t width,
                       double *A, int zeroed, const cm_env *env);

/* csc.c; width 1 */
size_t cm_csc_starts(const cm_matrix *matrix, int *p, const cm_env *env);
void cm_csc_fill(const cm_matrix *matrix, const int *p, int *row, double *value,
                 const cm_env *env);

/* fold.c */
void cm_fold(const double *e, size_t n, size_t nh, size_t width, size_t origin,
             cm_boundary boundary, double *y, const cm_env *env);

/* complex.c */
void cm_multiply(const double a[2], const double b[2], double ab[2]);

/* neural.c */
void cm_neural(const double *onset, const double *duration, const double *amplitude,
               size_t nevent, double start, double step, double slack, size_t n, double *y,
               int *covers, const cm_env *env);

/* gamma.c; P(shape, z) or with `upper` Q = 1 - P, and the density, of scale 1 */
typedef struct {
    double (*tail)(double z, double shape, int upper);
    double (*density)(double z, double shape);
} cm_gamma;

typedef struct cm_cells cm_cells;
typedef struct cm_chebyshev cm_chebyshev;

typedef struct {
    double shape, scale, weight;
    double split; /* where P changes to Q */
    const cm_gamma *fun;
    const cm_chebyshev *basis;
    cm_cells *tails, *densities;
} cm_term;

typedef struct {
    size_t nterm;
    cm_term *term;
} cm_model;

#define CM_NREACH 512

typedef struct {
    double step, box[CM_NREACH], impulse[CM_NREACH];
} cm_reach;

typedef struct {
    const double *onset, *duration, *amplitude;
    size_t n;
} cm_events;

void cm_prepare_model(cm_model *model, const double *shape, const double *scale,
                      const double *weight, size_t nterm, const cm_gamma *fun,
                      const cm_env *env);
void cm_prepare_tails(cm_reach *reach, const cm_model *model, int slope);
double cm_response(const cm_model *model, double t, double onset, double d, int slope);
void cm_regressor(const cm_model *model, const cm_reach *reach, const cm_events *events,
                  const double *times, size_t nt, int slope, double *y, const cm_env *env);
void cm_one_response(const cm_model *model, double onset, double duration, const double *times,
                     size_t nt, double *y, size_t *work, const cm_env *env);
size_t cm_sparse_response(const cm_model *model, const cm_reach *reach, double onset,
                          double duration, const double *times, size_t nt, double *scratch,
                          int *at, double *value, size_t *work, const cm_env *env);

/* fir.c */
void cm_fir(const cm_events *events, const double *times, size_t nt, const double *edge,
            size_t nedge, double *latest, double *y, const cm_env *env);

/* band.c; what it needs of LAPACK, on a column-major matrix: the triangle R of the first nrow
 * rows of W over what was there, scratch of ncol + qr_work() doubles. */
typedef struct {
    size_t (*qr_work)(size_t nrow, size_t ncol);
    void (*qr)(double *W, size_t ld, size_t nrow, size_t ncol, double *scratch);
} cm_lapack;

void cm_band_qr(const double *start, const double *values, size_t nrow, size_t n, size_t p,
                double *R, const cm_lapack *lapack, const cm_env *env);
void cm_band_inverse(const double *R, size_t n, size_t p, double *Z, const cm_env *env);

#endif
