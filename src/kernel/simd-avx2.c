/* Tiles of direct convolution for AVX2 with FMA. */
#include "cpu.h"
#ifdef CM_X86
#define DIRECT_LANES 4
#define DIRECT_GROUP 2
#define DIRECT_LEVEL "avx2"
#define DIRECT_TARGET __attribute__((target("avx2,fma")))
#define DIRECT_NAME(name) name##_avx2
#include "direct-tile.h"
#endif
