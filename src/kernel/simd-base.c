/* Tiles of direct convolution for SSE2 on x86, NEON on ARM, whatever the compiler makes of it
 * elsewhere. */
#define DIRECT_LANES 2
#define DIRECT_GROUP 3
#define DIRECT_LEVEL "base"
#define DIRECT_TARGET
#define DIRECT_NAME(name) name##_base
#include "direct-tile.h"
