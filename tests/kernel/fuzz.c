/* A fuzz target for each check; CHECK is its name. */
#include "support.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    source s = generator(0);
    s.bytes = bytes;
    s.n = n;
    fuzzing = 1;
    CHECK(&s);
    return 0;
}
