/* The dense and sparse matrices, real and complex. R/ has checked that they fit. */
#include "convmat.h"

static SEXP alloc_matrix(SEXP like, size_t nrow, size_t ncol)
{
    SEXP A = PROTECT(ffi_result(TYPEOF(like), nrow * ncol));
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 2));
    INTEGER(dim)[0] = (int)nrow;
    INTEGER(dim)[1] = (int)ncol;
    Rf_setAttrib(A, R_DimSymbol, dim);
    UNPROTECT(2); // A, dim
    return A;
}

static double *entries(SEXP A)
{
    return TYPEOF(A) == CPLXSXP ? (double *)COMPLEX(A) : REAL(A);
}

/* The length of the signals: at least 1, 2 for lines through two samples. */
static size_t matrix_size(SEXP n, cm_boundary boundary)
{
    size_t size = ffi_size(n);
    ffi_must(size > (boundary == CM_EXTEND), "a signal is too short");
    return size;
}

static cm_matrix conv_matrix(SEXP h, SEXP n, SEXP options, const cm_env *env)
{
    cm_options how = ffi_options(options, ffi_samples(h));
    return cm_conv_matrix(ffi_doubles(h), (size_t)XLENGTH(h), ffi_width(h),
                          matrix_size(n, how.boundary), &how, env);
}

static SEXP dense(SEXP h, const cm_matrix *matrix, const cm_env *env)
{
    SEXP A = PROTECT(alloc_matrix(h, matrix->nrow, matrix->ncol));
    cm_dense(matrix, entries(A), ffi_zero(A), env);
    UNPROTECT(1); // A
    return A;
}

SEXP ffi_conv_matrix(SEXP h, SEXP n, SEXP options)
{
    const cm_env env = ffi_env();
    cm_matrix matrix = conv_matrix(h, n, options, &env);
    return dense(h, &matrix, &env);
}

SEXP ffi_shifted_kernels(SEXP h, SEXP n)
{
    const cm_env env = ffi_env();
    cm_matrix matrix = cm_shifted_kernels(ffi_doubles(h), ffi_samples(h), ffi_width(h),
                                          matrix_size(n, CM_ZERO), &env);
    return dense(h, &matrix, &env);
}

/* x and h have one type. */
SEXP ffi_shifted_scaled_kernels(SEXP x, SEXP h)
{
    const cm_env env = ffi_env();
    size_t nx = ffi_samples(x), nh = ffi_samples(h);
    ffi_must(TYPEOF(x) == TYPEOF(h), "samples are of two types");
    SEXP S = PROTECT(alloc_matrix(x, nx, nx + nh - 1));
    cm_shifted_scaled(ffi_doubles(x), nx, ffi_doubles(h), nh, ffi_width(x), entries(S),
                      ffi_zero(S), &env);
    UNPROTECT(1); // S
    return S;
}

/* The sparse matrix as list(i, p, x, Dim), the slots of a dgCMatrix of the package Matrix. */
SEXP ffi_sparse_matrix(SEXP h, SEXP n, SEXP options)
{
    const cm_env env = ffi_env();
    const char *names[] = {"i", "p", "x", "Dim", ""};
    ffi_must(TYPEOF(h) == REALSXP, "the kernel must be real");
    cm_matrix matrix = conv_matrix(h, n, options, &env);
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP p = SET_VECTOR_ELT(out, 1, ffi_result(INTSXP, matrix.ncol + 1));
    size_t total = cm_csc_starts(&matrix, INTEGER(p), &env);
    SEXP i = SET_VECTOR_ELT(out, 0, ffi_result(INTSXP, total));
    SEXP x = SET_VECTOR_ELT(out, 2, ffi_result(REALSXP, total));
    cm_csc_fill(&matrix, INTEGER(p), INTEGER(i), REAL(x), &env);
    SEXP dim = SET_VECTOR_ELT(out, 3, Rf_allocVector(INTSXP, 2));
    INTEGER(dim)[0] = (int)matrix.nrow;
    INTEGER(dim)[1] = (int)matrix.ncol;
    UNPROTECT(1); // out
    return out;
}

/* The entries of rows i and columns j of the matrix, counted from 0, as doubles: all of them,
 * column by column, or with `pairs` only the entries (i[k], j[k]). */
SEXP ffi_entries(SEXP h, SEXP n, SEXP options, SEXP i, SEXP j, SEXP pairs)
{
    const cm_env env = ffi_env();
    cm_options how = ffi_options(options, ffi_samples(h));
    cm_matrix matrix = cm_matrix_of(ffi_doubles(h), (size_t)XLENGTH(h), ffi_width(h),
                                    matrix_size(n, how.boundary), &how);
    size_t ni = (size_t)XLENGTH(i), nj = (size_t)XLENGTH(j), work = 0;
    int one_each = Rf_asLogical(pairs) == TRUE;
    ffi_indices(i, matrix.nrow);
    ffi_indices(j, matrix.ncol);
    ffi_must(!one_each || ni == nj, "rows and columns must be pairs");
    SEXP A = PROTECT(ffi_result(TYPEOF(h), one_each ? ni : ni * nj));
    double *entry = entries(A);
    for (size_t c = 0; c < (one_each ? 1 : nj); c++) {
        for (size_t r = 0; r < ni; r++, entry += matrix.width) {
            size_t terms = cm_entry(&matrix, (size_t)REAL_RO(i)[r],
                                    (size_t)REAL_RO(j)[one_each ? r : c], entry);
            cm_work(&work, 10 * terms, &env); /* a place takes as long as ten multiply-adds */
        }
    }
    UNPROTECT(1); // A
    return A;
}
