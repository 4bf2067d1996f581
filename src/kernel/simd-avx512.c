/* Tiles of direct convolution for AVX-512. */
#include "cpu.h"
#ifdef CM_X86
#define DIRECT_LANES 8
#define DIRECT_GROUP 3
#define DIRECT_LEVEL "avx512"
#define DIRECT_TARGET __attribute__((target("avx512f,fma")))
#define DIRECT_NAME(name) name##_avx512
#include "direct-tile.h"
#endif
