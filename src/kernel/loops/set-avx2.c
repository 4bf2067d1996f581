/* AVX2 with FMA. */
#include "base/cpu.h"
#ifdef CM_X86
#define SIMD_LEVEL avx2
#define SIMD_LANES 4
#define SIMD_GROUP 2
#define SIMD_TARGET __attribute__((target("avx2,fma")))
#include "loops/set.h"
#endif
