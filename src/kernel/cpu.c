/* The tiles of the best instruction set that the processor has. */
#include <string.h>

#include "cpu.h"
#include "direct.h"
#include "kernel.h"

static const cm_tiles *current = &cm_tiles_base;

const cm_tiles *cm_current_tiles(void)
{
    return current;
}

const char *cm_simd_level(const char *cap)
{
    current = &cm_tiles_base;
    if (cap && strcmp(cap, "base") == 0)
        return current->level;
#ifdef CM_X86
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        current = &cm_tiles_avx2;
    if (cap && strcmp(cap, "avx2") == 0)
        return current->level;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma"))
        current = &cm_tiles_avx512;
#endif
    return current->level;
}
