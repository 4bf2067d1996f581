/* AVX-512. */
#include "base/cpu.h"
#ifdef CM_X86
#define SIMD_LEVEL avx512
#define SIMD_LANES 8
#define SIMD_GROUP 3
#define SIMD_TARGET __attribute__((target("avx512f,fma")))
#include "loops/set.h"
#endif
