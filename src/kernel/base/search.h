/* Bisection, for whatever is in order. */
#ifndef CONVMAT_SEARCH_H
#define CONVMAT_SEARCH_H

#include <stddef.h>

/* The least i < n for which reached(data, i) holds, else n. Once it holds, it holds for all
 * that follow. Inlined, so that a constant `reached` costs no call. */
static inline size_t cm_first(size_t n, int (*reached)(const void *data, size_t i),
                              const void *data)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (reached(data, mid))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

typedef struct {
    const double *values; /* increasing */
    double bound;
} cm_sorted;

static inline int cm_is_from(const void *data, size_t i)
{
    const cm_sorted *sorted = data;
    return sorted->values[i] >= sorted->bound;
}

static inline int cm_is_above(const void *data, size_t i)
{
    const cm_sorted *sorted = data;
    return sorted->values[i] > sorted->bound;
}

/* The first of n increasing values that is at least `bound`, and the first that is above it. */
static inline size_t cm_first_from(const double *values, size_t n, double bound)
{
    return cm_first(n, cm_is_from, &(cm_sorted){values, bound});
}

static inline size_t cm_first_above(const double *values, size_t n, double bound)
{
    return cm_first(n, cm_is_above, &(cm_sorted){values, bound});
}

#endif
