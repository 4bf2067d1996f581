/* The dense matrices: every size up to 6 by 6 of every kind, then cases drawn at random. */
#include <stdlib.h>

#include "support.h"

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_matrix(&one);
    }
    return report("test-matrix");
}
