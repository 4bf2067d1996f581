/* FFTW, and a cache of its plans.
 *
 * Real values are taken as half as many complex numbers z[j] = x[2j] + i x[2j+1], which they
 * are in memory anyway. FFTW's complex transforms of these take 0.65 to 0.9 of the time of
 * its real transforms of the values, and are planned in a tenth of the time. The spectra
 * Z and G of two signals have all there is to know for their convolution: with N = n / 2,
 * w = exp(-2 pi i k / N), and the transforms of even and odd places
 *
 *     Ze = (Z[k] + conj Z[N-k]) / 2,   Zo = (Z[k] - conj Z[N-k]) / 2i,
 *
 * it has Ge Ze + w Go Zo at its even places and Go Ze + Ge Zo at its odd ones. Written out
 * for k and N - k at once, with u = Z[k], v = conj Z[N-k], sum = G[k] + conj G[N-k] and
 * diff = G[k] - conj G[N-k], four times the product is
 *
 *     at k:              2 sum u + diff (u + v) - w diff (u - v)
 *     at N - k, conj.:   2 sum v - diff (u + v) - w diff (u - v).
 *
 * Plans are made with FFTW_ESTIMATE, which takes less than a millisecond for blocks, and up to
 * 70 for millions of values; measured ones are up to 1.3 times faster and take from 80
 * milliseconds to minutes. A plan depends on its length and on whether it works in place;
 * which arrays it is used on does not matter, as all have the same alignment. So the same
 * call gives the same bits, whatever this package has computed before. Another package that
 * plans with the same FFTW can change that: what FFTW has measured for it, it uses for all.
 */
#include "convolve/fft.h"

#include <fftw3.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "loops/loops.h"

enum { PLANS = 24 };

typedef struct {
    cm_fft fft;
    int in_place;
    unsigned long used;
} entry;

static entry cache[PLANS];
static unsigned long uses;

static void discard(entry *e)
{
    if (e->fft.forward)
        fftw_destroy_plan(e->fft.forward);
    if (e->fft.backward)
        fftw_destroy_plan(e->fft.backward);
    free(e->fft.twiddles.fine);
    *e = (entry){.used = 0};
}

/* exp(-2 pi i k / n) for k < n / 2, by angles up to an eighth of a turn, which are exact to
 * the last bit or two; beyond, where make_twiddles() fills vectors up, anything finite. */
static void twiddle(size_t k, size_t n, double *z)
{
    size_t eighths = 8 * k / n;
    double quarter = (double)n / 4, off = (double)k; /* angle from 0, 1/4, 1/4 or 1/2 turn */
    if (eighths > 0)
        off = eighths < 3 ? quarter - off : 2 * quarter - off;
    double angle = 2 * 3.14159265358979323846 * off / (double)n, c = cos(angle), s = sin(angle);
    z[0] = eighths == 0 ? c : eighths < 3 ? s : -c;
    z[1] = eighths == 0 || eighths == 3 ? -s : -c;
}

/* Each factor k = 1 ... N/2 is a fine one times a coarse one, of which there are about as
 * many. 0 if there is no memory. */
static int make_twiddles(size_t n, cm_twiddles *twiddles)
{
    size_t nfine = CM_LANES, half = n / 2, ncoarse;
    while (nfine * nfine < half / 2)
        nfine *= 2;
    ncoarse = half / 2 / nfine + 1;
    double *z = malloc(2 * (nfine + ncoarse) * sizeof *z);
    if (!z)       // # nocov
        return 0; // # nocov
    *twiddles = (cm_twiddles){nfine, z, z + 2 * nfine};
    for (size_t i = 0; i < nfine; i++)
        twiddle(i + 1, half, twiddles->fine + 2 * i);
    for (size_t i = 0; i < ncoarse; i++)
        twiddle(i * nfine, half, twiddles->coarse + 2 * i);
    return 1;
}

const cm_fft *cm_fft_plan(size_t n, double *work, double *spectrum)
{
    int in_place = work == spectrum;
    entry *e = cache;
    for (entry *c = cache; c < cache + PLANS; c++) {
        if (c->fft.n == n && c->in_place == in_place) {
            c->used = ++uses;
            return &c->fft;
        }
        if (c->used < e->used)
            e = c;
    }
    if (n / 2 > INT_MAX) // # nocov: takes a signal of billions of samples
        return NULL;     // # nocov
    discard(e);
    fftw_complex *from = (fftw_complex *)work, *to = (fftw_complex *)spectrum;
    e->fft.forward = fftw_plan_dft_1d((int)(n / 2), from, to, FFTW_FORWARD, FFTW_ESTIMATE);
    e->fft.backward = fftw_plan_dft_1d((int)(n / 2), to, from, FFTW_BACKWARD, FFTW_ESTIMATE);
    // # nocov start: FFTW refuses no length, and stops where memory is out
    if (!e->fft.forward || !e->fft.backward || !make_twiddles(n, &e->fft.twiddles)) {
        discard(e);
        return NULL;
    }
    // # nocov end
    e->fft.n = n;
    e->in_place = in_place;
    e->used = ++uses;
    return &e->fft;
}

void cm_fft_forward(const cm_fft *fft, double *work, double *spectrum)
{
    fftw_execute_dft(fft->forward, (fftw_complex *)work, (fftw_complex *)spectrum);
}

size_t cm_fft_nfactor(const cm_fft *fft)
{
    return 6 * ((fft->n / 2 - 1) / 2 + CM_LANES);
}

void cm_fft_factors(const cm_fft *fft, const double *b, double *factors)
{
    size_t half = fft->n / 2, end = (half - 1) / 2 + 1;
    cm_current_simd()->factors(b, half, &fft->twiddles, 1, end, factors);
}

/* Where a spectrum is its own mirror image: at k = 0, with w = 1, and at N / 2, with -1. */
static void multiply_ends(double *a, const double *b, size_t half)
{
    double even = a[0] * b[0] + a[1] * b[1];
    a[1] = 4 * (a[0] * b[1] + a[1] * b[0]);
    a[0] = 4 * even;
    if (half % 2 == 0) {
        double *z = a + half;
        const double *g = b + half;
        even = z[0] * g[0] - z[1] * g[1];
        z[1] = 4 * (z[0] * g[1] + z[1] * g[0]);
        z[0] = 4 * even;
    }
}

void cm_fft_multiply(const cm_fft *fft, double *a, const double *b, const double *factors)
{
    enum { SOME = 256 };
    const cm_simd *simd = cm_current_simd();
    size_t half = fft->n / 2, end = (half - 1) / 2 + 1;
    double part[6 * (SOME + CM_LANES)];
    multiply_ends(a, b, half);
    if (factors) {
        simd->multiply(a, half, 1, end, factors);
        return;
    }
    for (size_t k = 1; k < end; k += SOME) {
        size_t to = end - k < SOME ? end : k + SOME;
        simd->factors(b, half, &fft->twiddles, k, to, part);
        simd->multiply(a, half, k, to, part);
    }
}

void cm_fft_backward(const cm_fft *fft, double *spectrum, double *work)
{
    fftw_execute_dft(fft->backward, (fftw_complex *)spectrum, (fftw_complex *)work);
}

// # nocov start: runs as R ends
void cm_fft_forget(void)
{
    for (entry *c = cache; c < cache + PLANS; c++)
        discard(c);
}
// # nocov end
