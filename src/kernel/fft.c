/* FFTW, and a cache of its plans.
 *
 * Plans are made with FFTW_ESTIMATE, which takes about a millisecond; measured
 * ones are up to 1.5 times faster and take a quarter of a second to minutes. A
 * plan depends on its length and on whether it works in place; which arrays it
 * is used on does not matter, as all have the same alignment. So the same call
 * gives the same bits, whatever was computed before.
 */
#include "fft.h"

#include <fftw3.h>
#include <limits.h>

#include "kernel.h"

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
    *e = (entry){{0, NULL, NULL}, 0, 0};
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
    if (n > INT_MAX)
        return NULL; // # nocov: takes a signal of a billion samples
    discard(e);
    fftw_complex *complex = (fftw_complex *)spectrum;
    e->fft.forward = fftw_plan_dft_r2c_1d((int)n, work, complex, FFTW_ESTIMATE);
    e->fft.backward = fftw_plan_dft_c2r_1d((int)n, complex, work, FFTW_ESTIMATE);
    if (!e->fft.forward || !e->fft.backward) {
        discard(e);  // # nocov: FFTW refuses no length, and stops where memory is out
        return NULL; // # nocov
    }
    e->fft.n = n;
    e->in_place = in_place;
    e->used = ++uses;
    return &e->fft;
}

void cm_fft_forward(const cm_fft *fft, double *work, double *spectrum)
{
    fftw_execute_dft_r2c(fft->forward, work, (fftw_complex *)spectrum);
}

void cm_fft_backward(const cm_fft *fft, double *spectrum, double *work)
{
    fftw_execute_dft_c2r(fft->backward, (fftw_complex *)spectrum, work);
}

// # nocov start: runs as R ends
void cm_fft_forget(void)
{
    for (entry *c = cache; c < cache + PLANS; c++)
        discard(c);
}
// # nocov end
