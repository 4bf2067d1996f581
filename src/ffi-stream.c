/* conv_stream(): outputs of a signal that comes in pieces, block by block. */
#include "convmat.h"

#include <string.h>
#include <sys/stat.h>

/* Samples that follow one another in two arrays: those that the stream holds, of columns that
 * are `rows` long, and a piece that has just come. */
typedef struct {
    const double *held, *x;
    size_t rows, from, nheld, nx, width;
} signal;

/* Samples t ... t + n - 1 of column c. They are copied to `buffer` only where they lie in both
 * arrays. */
static const double *samples_at(const signal *s, size_t c, size_t t, size_t n, double *buffer)
{
    size_t width = s->width;
    const double *held = s->held + (c * s->rows + s->from) * width,
                 *x = s->x + c * s->nx * width;
    if (t + n <= s->nheld)
        return held + t * width;
    if (t >= s->nheld)
        return x + (t - s->nheld) * width;
    size_t first = s->nheld - t;
    memcpy(buffer, held + t * width, first * width * sizeof *buffer);
    memcpy(buffer + first * width, x, (n - first) * width * sizeof *buffer);
    return buffer;
}

/* The outputs of the first block, of each that follows, and of all. */
typedef struct {
    size_t first, block, total;
} blocks;

/* All outputs of one column. `work` has the operations since the last poll: blocks may be too
 * small to poll by themselves. */
static void convolve(const signal *s, size_t c, cm_samples h, blocks b, const cm_options *how,
                     double *y, int complex, size_t *work, const cm_env *env)
{
    double *buffer = NULL; /* R_alloc() is not free for a small push */
    for (size_t t = 0, n = b.first; t < b.total; t += n, n = b.block) {
        n = b.total - t < n ? b.total - t : n;
        size_t need = n + h.n - 1;
        if (t < s->nheld && t + need > s->nheld && !buffer) {
            size_t most = b.first > b.block ? b.first : b.block;
            most = (most < b.total ? most : b.total) + h.n - 1;
            buffer = (double *)R_alloc(most * s->width, sizeof(double));
        }
        const void *top = vmaxget();
        const double *from = samples_at(s, c, t, need, buffer);
        ffi_conv_columns(ffi_split(from, need, 1, s->width), h, how, y + t * (complex ? 2 : 1),
                         n, complex, env);
        vmaxset(top);
        cm_work(work, n * h.n, env);
    }
}

static void unpack_sizes(SEXP sizes, size_t *size)
{
    const double *given = ffi_numbers(sizes, 7);
    for (int i = 0; i < 7; i++) {
        ffi_must(given[i] >= 0 && given[i] <= 0x1p52, "a size must be whole");
        size[i] = (size_t)given[i];
    }
}

/* sizes has the numbers of columns of x and of h; from which row on `held` has samples, and how
 * many; and the three numbers of `blocks`. Each block is the convolution in mode "valid" of the
 * samples that it needs, so its bits do not depend on what has come together with it. */
SEXP ffi_stream(SEXP held, SEXP x, SEXP h, SEXP sizes, SEXP options, SEXP threads)
{
    size_t size[7];
    unpack_sizes(sizes, size);
    size_t ncx = size[0], nch = size[1], ncy = ncx > nch ? ncx : nch;
    ffi_must(TYPEOF(held) == TYPEOF(x) && (TYPEOF(x) == REALSXP || TYPEOF(x) == CPLXSXP),
             "samples must be numbers");
    ffi_must(ncx >= 1 && nch >= 1 && nch <= ffi_samples(h) &&
                 (ncx == 1 || nch == 1 || ncx == nch) && (size_t)XLENGTH(h) % nch == 0 &&
                 (size_t)XLENGTH(x) % ncx == 0 && (size_t)XLENGTH(held) % ncx == 0,
             "columns do not fit");
    size_t nh = (size_t)XLENGTH(h) / nch, width_h = ffi_width(h);
    signal s = {ffi_doubles(held), ffi_doubles(x), (size_t)XLENGTH(held) / ncx,
                size[2],           size[3],        (size_t)XLENGTH(x) / ncx,
                ffi_width(x)};
    blocks b = {size[4], size[5], size[6]};
    ffi_must(s.from + s.nheld <= s.rows && b.total >= 1 && b.block >= 1 && b.first >= 1 &&
                 s.nheld + s.nx >= b.total + nh - 1,
             "samples are missing");
    cm_options how = ffi_options(options, nh);
    ffi_must(how.mode == CM_VALID && how.boundary == CM_ZERO, "blocks have all their samples");
    int complex = s.width == 2 || width_h == 2;
    SEXP y = PROTECT(ffi_result(complex ? CPLXSXP : REALSXP, b.total * ncy));
    double *py = complex ? (double *)COMPLEX(y) : REAL(y);
    cm_env env = ffi_env();
    env.threads = ffi_threads(threads);
    size_t work = 0;
    for (size_t c = 0; c < ncy; c++) {
        const double *ph = ffi_doubles(h) + (nch == 1 ? 0 : c) * nh * width_h;
        convolve(&s, ncx == 1 ? 0 : c, ffi_split(ph, nh, 1, width_h), b, &how,
                 py + c * b.total * (complex ? 2 : 1), complex, &work, &env);
    }
    UNPROTECT(1); // y
    return y;
}

/* For each place that may lie outside a signal of n samples two sources, counted from 0, and
 * their weights, in four columns: NA and 0 where there is none. */
SEXP ffi_sources(SEXP places, SEXP n, SEXP boundary)
{
    ffi_must(ffi_size(boundary) <= CM_EXTEND && ffi_size(n) > 0, "a boundary is unknown");
    cm_boundary kind = (cm_boundary)ffi_size(boundary);
    size_t nx = ffi_size(n), np = (size_t)XLENGTH(places);
    const double *place = ffi_numbers(places, np);
    ffi_must(kind != CM_EXTEND || nx > 1, "a line takes two samples");
    SEXP out = PROTECT(Rf_allocMatrix(REALSXP, (int)np, 4));
    double *to = REAL(out);
    for (size_t i = 0; i < np; i++) {
        ffi_must(place[i] >= -0x1p52 && place[i] <= 0x1p52, "a place must be whole");
        cm_sources s = cm_sources_of((ptrdiff_t)place[i], nx, kind);
        for (int k = 0; k < 2; k++) {
            to[k * np + i] = k < s.n ? (double)s.at[k] : NA_REAL;
            to[(k + 2) * np + i] = k < s.n ? s.weight[k] : 0;
        }
    }
    UNPROTECT(1); // out
    return out;
}

/* Whether two paths lead to one file: hard links are told by the system only. Windows tells
 * that of open files, and is not asked. */
SEXP ffi_same_file(SEXP a, SEXP b)
{
    int same = 0;
    ffi_must(TYPEOF(a) == STRSXP && TYPEOF(b) == STRSXP && XLENGTH(a) == 1 && XLENGTH(b) == 1,
             "paths must be single strings");
#ifndef _WIN32
    struct stat first, second;
    same = stat(Rf_translateChar(STRING_ELT(a, 0)), &first) == 0 &&
           stat(Rf_translateChar(STRING_ELT(b, 0)), &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
#endif
    return Rf_ScalarLogical(same);
}
