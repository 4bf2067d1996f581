/* The product of two complex numbers as C defines it (Annex G), which keeps an
 * infinity where the plain formula would give NaN in both parts. The union
 * brings a pair of doubles into C's complex type without arithmetic, which
 * `re + im * I` would do to an infinity. */
#include <complex.h>

#include "base/complex.h"

typedef union {
    double part[2];
    double complex z;
} pair;

void cm_multiply(const double a[2], const double b[2], double ab[2])
{
    pair pa = {{a[0], a[1]}}, pb = {{b[0], b[1]}}, p;
    p.z = pa.z * pb.z;
    ab[0] = p.part[0];
    ab[1] = p.part[1];
}
