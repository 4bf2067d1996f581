/* How many threads a call may use. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* sched_getaffinity() */
#endif
#include <limits.h>
#include <stdlib.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <unistd.h>
#endif
#ifdef __linux__
#include <sched.h>
#endif

#include "convmat.h"

/* What CRAN allows, and what leaves a shared machine to others. */
#define DEFAULT_THREADS 2

/* The processors that this process may use. */
static int processors(void)
{
#ifdef _WIN32
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return (int)info.dwNumberOfProcessors;
#else
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN); // # nocov
#endif
}

/* The whole number in an environment variable, INT_MAX if there is none. Users of shared
 * machines, and CRAN, limit threads by the variables of OpenMP. convmat does not use OpenMP,
 * but keeps to these limits. */
static int from_environment(const char *name)
{
    const char *text = getenv(name);
    long n = text ? strtol(text, NULL, 10) : 0;
    return n >= 1 && n < INT_MAX ? (int)n : INT_MAX;
}

int ffi_threads(SEXP threads)
{
    int most = from_environment("OMP_THREAD_LIMIT"), wanted = DEFAULT_THREADS;
    if (threads != R_NilValue)
        wanted = Rf_asInteger(threads);
    else if (from_environment("OMP_NUM_THREADS") < wanted || processors() < wanted)
        wanted = 1;
    return wanted < most ? wanted : most;
}
