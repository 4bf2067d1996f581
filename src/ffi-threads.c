/* How many threads there may be. */
#ifndef _WIN32
#include <unistd.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#endif

#include "convmat.h"

/* What CRAN allows, and what leaves a shared machine to others. */
#define DEFAULT_THREADS 2

#ifdef _OPENMP
/* GNU's OpenMP waits forever in a child that was forked, as parallel::mclapply()
 * does, after its parent had used threads. */
static int is_forked(void)
{
#ifndef _WIN32
    static pid_t first;
    pid_t now = getpid();
    if (first == 0)
        first = now;
    return now != first;
#else
    return 0;
#endif
}
#endif

int ffi_threads(SEXP threads)
{
#ifdef _OPENMP
    int most = omp_get_thread_limit(), wanted = DEFAULT_THREADS;
    if (is_forked())
        return 1; // # nocov: a forked child does not report what it runs
    if (threads != R_NilValue)
        wanted = Rf_asInteger(threads);
    else if (omp_get_max_threads() < wanted || omp_get_num_procs() < wanted)
        wanted = 1;
    return wanted < most ? wanted : most;
#else
    (void)threads;
    return 1;
#endif
}
