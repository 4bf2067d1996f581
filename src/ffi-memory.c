/* Memory: how much the machine has, so that a matrix too large for it is refused
 * before it is allocated; and large pages for large results, since the first touch
 * of each small page costs more than the arithmetic on it. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* madvise() */
#endif
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "convmat.h"

/* In bytes; NA where the system does not tell. */
SEXP ffi_physical_memory(void)
{
#ifdef _WIN32
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    double bytes = GlobalMemoryStatusEx(&status) ? (double)status.ullTotalPhys : NA_REAL;
#elif defined(_SC_PHYS_PAGES)
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    double bytes = pages > 0 && size > 0 ? (double)pages * (double)size : NA_REAL;
#else
    double bytes = NA_REAL;
#endif
    return Rf_ScalarReal(bytes);
}

#define LARGE_PAGE ((uintptr_t)1 << 21)

/* Asks Linux to use large pages for a block of memory, which will all be written. The first and
 * the last page may hold other things, too, which does no harm. What of these two belongs to
 * the block is seldom a large page; to have their small ones made at once takes a third of the
 * time that first touches take. */
void ffi_large_pages(void *memory, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (bytes >= 2 * LARGE_PAGE) {
        uintptr_t begin = (uintptr_t)memory, end = begin + bytes,
                  from = begin / LARGE_PAGE * LARGE_PAGE,
                  to = (end + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
        madvise((void *)from, to - from, MADV_HUGEPAGE); /* wishes: they may fail */
#ifdef MADV_POPULATE_WRITE
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = begin / page * page;
        madvise((void *)first, from + LARGE_PAGE - first, MADV_POPULATE_WRITE);
        madvise((void *)(to - LARGE_PAGE), end - (to - LARGE_PAGE), MADV_POPULATE_WRITE);
#endif
    }
#else
    (void)memory;
    (void)bytes;
#endif
}

static void *bytes_of(SEXP y, size_t *bytes)
{
    size_t n = (size_t)XLENGTH(y);
    switch (TYPEOF(y)) {
    case CPLXSXP:
        *bytes = n * sizeof(Rcomplex);
        return COMPLEX(y);
    case INTSXP:
        *bytes = n * sizeof(int);
        return INTEGER(y);
    default:
        *bytes = n * sizeof(double);
        return REAL(y);
    }
}

/* glibc gives freed memory back to the system, unless it is little for what the process has
 * had. All pages of the next result are new then, which can cost more than the convolution. But
 * once a block of this size has been freed, glibc keeps twice as much. Done with the first
 * result, so that loading the package changes nothing. */
#define KEPT_BLOCK ((size_t)31 << 20)

static void keep_pages(void)
{
#ifdef __GLIBC__
    static int done;
    if (done)
        return;
    done = 1;
    void *volatile block = malloc(KEPT_BLOCK); /* or the compiler would do without */
    free(block);                               /* never touched, so it took no memory */
#endif
}

SEXP ffi_result(SEXPTYPE type, size_t n)
{
    keep_pages();
    SEXP y = PROTECT(Rf_allocVector(type, (R_xlen_t)n));
    if (n >= LARGE_PAGE / sizeof(Rcomplex)) { /* it may be large enough */
        size_t bytes;
        void *memory = bytes_of(y, &bytes);
        ffi_large_pages(memory, bytes);
    }
    UNPROTECT(1); // y
    return y;
}

/* Linux gives new pages full of zeros, and after MADV_DONTNEED it gives a page anew. So a large
 * vector, whose pages malloc has just mapped, need not be written for its zeros. Elsewhere, and
 * for smaller vectors, whose memory may be used, it costs more than it saves. A mark at either
 * end tells whether the zeros are there: emulators may do otherwise. */
int ffi_zero(SEXP y)
{
#if defined(__linux__) && defined(MADV_DONTNEED)
    size_t bytes;
    char *memory = bytes_of(y, &bytes);
    if (bytes < 16 * LARGE_PAGE)
        return 0;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), /* not a large one: less is written */
        from = ((uintptr_t)memory + page - 1) / page * page,
              to = ((uintptr_t)memory + bytes) / page * page; /* inside */
    volatile char *first = (char *)from, *last = (char *)to - 1;
    *first = *last = 1;
    if (madvise((void *)from, to - from, MADV_DONTNEED) != 0 || *first || *last)
        return 0; // # nocov
    memset(memory, 0, from - (uintptr_t)memory);
    memset((void *)to, 0, (uintptr_t)memory + bytes - to);
    return 1;
#else
    (void)y;
    return 0;
#endif
}

void ffi_set_zero(SEXP y)
{
    size_t bytes;
    void *memory = bytes_of(y, &bytes);
    if (bytes > 0 && !ffi_zero(y))
        memset(memory, 0, bytes);
}
