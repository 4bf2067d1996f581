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

#endif
