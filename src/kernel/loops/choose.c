/* The loops for the best instruction set that the processor has. */
#include <string.h>

#include "base/cpu.h"
#include "loops/loops.h"

static const cm_simd *current = &cm_simd_base;

const cm_simd *cm_current_simd(void)
{
    return current;
}

const char *cm_simd_level(const char *cap)
{
    current = &cm_simd_base;
    if (cap && strcmp(cap, "base") == 0)
        return current->level;
#ifdef CM_X86
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        current = &cm_simd_avx2;
    if (cap && strcmp(cap, "avx2") == 0)
        return current->level;
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("fma")) // # nocov: processors have both or none
        current = &cm_simd_avx512;
#endif
    return current->level;
}
