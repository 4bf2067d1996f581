/* Convolution of a signal of mostly zeros: a scaled kernel for each sample that is
 * not zero. Outputs that no such sample reaches are exact zeros.
 *
 * Terms are added one after the other, so the error is up to the number of
 * nonzero samples within reach of an output times eps / 2; method.c does not
 * come here with more than 2^14 of them, which makes 1.8e-12.
 *
 * Cost: nh multiply-adds for each sample that is not zero.
 */
#include <string.h>

#include "method.h"
#include "simd.h"

void cm_conv_sparse(const double *x, size_t nx, const double *h, size_t nh, double *y,
                    cm_window w, const cm_env *env)
{
    const cm_simd *simd = cm_current_simd();
    size_t work = 0, end = w.first + w.ny; /* F[w.first ... end - 1] */
    memset(y, 0, w.ny * sizeof *y);
    for (size_t j = 0; j < nx && j < end; j++) {
        if (x[j] == 0 || j + nh <= w.first)
            continue;
        size_t k0 = j > w.first ? j : w.first, k1 = j + nh < end ? j + nh : end;
        simd->axpy(x[j], h + (k0 - j), k1 - k0, y + (k0 - w.first));
        cm_work(&work, k1 - k0, env);
    }
}
