/* The choice of an instruction set alone, for a processor that an emulator has: `make
 * kernel-coverage`. */
#include <stdio.h>
#include <string.h>

#include "loops/loops.h"

const cm_simd cm_simd_base = {.level = "base"}, cm_simd_avx2 = {.level = "avx2"},
              cm_simd_avx512 = {.level = "avx512"};

int main(int argc, char **argv)
{
    const char *best = cm_simd_level(NULL);
    int wrong = strcmp(cm_current_simd()->level, best) != 0 ||
                strcmp(cm_simd_level("base"), "base") != 0 ||
                strcmp(cm_simd_level("avx2"), "avx512") == 0 ||
                strcmp(cm_simd_level("unheard of"), best) != 0;
    if (argc > 1 && strcmp(best, argv[1]) != 0)
        wrong = 1;
    printf("levels: the best is %s%s\n", best, wrong ? ", which is wrong" : "");
    return wrong;
}
