/* How much memory the machine has, so that a matrix too large for it is
 * refused before it is allocated. */
#include <stddef.h>
#ifdef _WIN32
#include <windows.h>
#else
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
