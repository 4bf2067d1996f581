/* The product of two complex numbers. */
#ifndef CONVMAT_COMPLEX_H
#define CONVMAT_COMPLEX_H

/* ab = a b, each a real and an imaginary part. Infinities are kept as C's Annex G has it. */
void cm_multiply(const double a[2], const double b[2], double ab[2]);

#endif
