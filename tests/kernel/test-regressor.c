/* Exact regressors, FIR columns and neural signals, in cases drawn at random. */
#include <stdlib.h>

#include "support.h"

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : 20000;
    for (long run = 0; run < runs; run++) {
        source one = generator((uint64_t)run + 1);
        check_regressor(&one);
    }
    return report("test-regressor");
}
