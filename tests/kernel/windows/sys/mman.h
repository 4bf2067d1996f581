/* What support.c needs of POSIX' mapped pages, by Windows' calls. */
#ifndef CONVMAT_WINDOWS_MMAN_H
#define CONVMAT_WINDOWS_MMAN_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 0, MAP_ANONYMOUS = 0, _SC_PAGESIZE = 0 };
#define MAP_FAILED NULL

static inline void *mmap(void *at, size_t bytes, int access, int flags, int file, long offset)
{
    (void)access, (void)flags, (void)file, (void)offset;
    return VirtualAlloc(at, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

static inline int mprotect(void *at, size_t bytes, int access)
{
    DWORD old;
    return VirtualProtect(at, bytes, access == PROT_NONE ? PAGE_NOACCESS : PAGE_READWRITE, &old) ? 0 : -1;
}

static inline long sysconf(int name)
{
    (void)name;
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return (long)info.dwPageSize;
}

#endif
