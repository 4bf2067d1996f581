/* Products of tiny samples and tiny weights lack digits, or are 0. That does not matter to a
 * sum, which they are the least part of, but where larger weights are missing they are all
 * there is, and are scaled up. Such outputs are added up again, with exponents apart, in units
 * of the largest term.
 *
 * Cost: six passes over the kernel for an output.
 */
#include "array/exact.h"

#include "base/sum.h"

double cm_too_small(const cm_sums *s)
{
    const cm_box *box = s->box;
    size_t n = cm_count(box->n, box->rank);
    double least = cm_smallest(s->x.im, n, cm_smallest(s->x.re, n, 1));
    for (size_t f = 0; f < s->nfactor; f++) {
        size_t axis = s->factor[f].axis;
        least *=
            cm_smallest(s->factor[f].re,
                        axis == CM_MOST_AXES ? cm_count(box->m, box->rank) : box->m[axis], 1);
    }
    return least < 0x1p-1000 ? (double)cm_count(box->m, box->rank) * 0x1p-1000 : 0;
}

/* The kernel's sample p, which is i along the axes. */
static cm_scaled kernel_at(const cm_sums *s, size_t p, const size_t *i)
{
    if (s->factor[0].axis == CM_MOST_AXES)
        return cm_scale(s->factor[0].re[p]);
    cm_scaled h = {1, 0};
    for (size_t f = 0; f < s->nfactor; f++)
        h = cm_scaled_product(h, cm_scale(s->factor[f].re[i[s->factor[f].axis]]));
    return h;
}

/* What sample i of the kernel meets at the output at `k`: of `part`, or whether anything is
 * present there if that is NULL. */
static cm_scaled met_at(const cm_sums *s, const double *part, const size_t *k, const size_t *i)
{
    const cm_box *box = s->box;
    size_t at = 0, met = 0;
    int inside = 1;
    for (size_t a = box->rank; a-- > 0;) {
        size_t j = k[a] + box->w[a].first - i[a]; /* wraps where it is below */
        inside &= j < box->n[a];
        at = at * box->n[a] + j;
        met = met * (box->w[a].ny + box->m[a] - 1) + k[a] + box->m[a] - 1 - i[a];
    }
    if (!part)
        return cm_scale(s->present[met]);
    return cm_scale(inside && !s->x.state[at] ? part[at] : 0);
}

/* The sum of the terms of the output at `k`, in units of 2^e; *largest is at least the exponent
 * of each. */
static double sum_in_units(const cm_sums *s, const double *part, const size_t *k, int e,
                           int *largest)
{
    size_t rank = s->box->rank, nh = cm_count(s->box->m, rank), i[CM_MOST_AXES] = {0};
    double sum = 0, lost = 0;
    for (size_t p = 0; p < nh; p++) {
        cm_scaled term = cm_scaled_product(met_at(s, part, k, i), kernel_at(s, p, i));
        if (term.m != 0) {
            *largest = term.e > *largest ? term.e : *largest;
            cm_add(ldexp(term.m, term.e - e), &sum, &lost);
        }
        for (size_t a = 0; a < rank && ++i[a] == s->box->m[a]; a++)
            i[a] = 0;
    }
    return cm_total(sum, lost);
}

static cm_scaled exact_sum(const cm_sums *s, const double *part, const size_t *k)
{
    const int least = -20000; /* below that of a product of as many numbers as there are axes */
    int largest = least;
    sum_in_units(s, part, k, -least, &largest);
    cm_scaled sum = cm_scale(sum_in_units(s, part, k, largest, &largest));
    sum.e += largest;
    return sum;
}

cm_exact_sums cm_sum_exactly(const cm_sums *s, size_t t)
{
    size_t k[CM_MOST_AXES];
    for (size_t a = 0; a < s->box->rank; a++) {
        k[a] = t % s->box->w[a].ny;
        t /= s->box->w[a].ny;
    }
    cm_exact_sums out = {exact_sum(s, s->x.re, k), {0, 0}, exact_sum(s, NULL, k)};
    if (s->x.im)
        out.im = exact_sum(s, s->x.im, k);
    return out;
}
