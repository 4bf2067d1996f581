/* What direct.c shares with the files for each instruction set. */
#ifndef CONVMAT_DIRECT_H
#define CONVMAT_DIRECT_H

#include <stddef.h>

enum {
    CM_TILE = 512,            /* outputs a tile: its buffers fit a 32 kB L1 cache */
    CM_BLOCK = 1024,          /* terms of one sum, see direct.c */
    CM_LANES = 8,             /* doubles in the widest vector */
    CM_OVERRUN = 8 * CM_LANES /* how far past the end of a tile its functions go */
};

/* See direct-tile.h. */
typedef void cm_tile(const double *x, const double *h, size_t nh, double *y, size_t nt);

typedef struct {
    const char *level;
    size_t lanes;
    cm_tile *tile_short, *tile_long;
} cm_tiles;

extern const cm_tiles cm_tiles_base, cm_tiles_avx2, cm_tiles_avx512;

/* cpu.c */
const cm_tiles *cm_current_tiles(void);

#endif
