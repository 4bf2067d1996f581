/* The instruction set every machine has: SSE2 on x86, NEON on 64-bit ARM. */
#define SIMD_LEVEL base
#define SIMD_LANES 2
#define SIMD_GROUP 3
#define SIMD_TARGET
#include "loops/set.h"
