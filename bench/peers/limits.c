/* What the machine can do at most, for peers.R: multiply-adds per second from registers, bytes
 * per second from memory, and seconds for the first touch of a small page. Prints "name value"
 * a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX2__)
#define LANES 4
#else
#define LANES 2
#endif
typedef double vec __attribute__((vector_size(8 * LANES)));

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { SUMS = 16 };

static double multiply_adds(void)
{
    double best = 0;
    for (int run = 0; run < 10; run++) {
        vec sum[SUMS], a = (vec){0} + 1.0000001, b = (vec){0} + 1e-9;
        for (int s = 0; s < SUMS; s++) /* all different, or they would be one */
            sum[s] = (vec){0} + s;
        long loops = 10000000;
        double start = now();
        for (long i = 0; i < loops; i++) {
#pragma GCC unroll 16
            for (int s = 0; s < SUMS; s++)
                sum[s] = sum[s] * a + b;
        }
        double rate = (double)loops * SUMS * LANES / (now() - start);
        for (int s = 0; s < SUMS; s++)
            if (sum[s][0] == 1)
                puts("");
        best = rate > best ? rate : best;
    }
    return best;
}

static double bandwidth(void)
{
    size_t bytes = (size_t)256 << 20;
    char *from = malloc(bytes), *to = malloc(bytes);
    double best = 0;
    memset(from, 1, bytes);
    memset(to, 1, bytes);
    for (int run = 0; run < 7; run++) {
        double start = now();
        memcpy(to, from, bytes);
        double rate = 2 * (double)bytes / (now() - start);
        best = rate > best ? rate : best;
    }
    free(from);
    free(to);
    return best;
}

/* Seconds for a first write to a page of 4096 bytes, among many; memory this process has had
 * before, as the machine may be virtual and have to ask for more. */
static double first_touch(void)
{
    size_t bytes = (size_t)64 << 20, page = 4096;
    double best = 1;
    for (int run = 0; run < 5; run++) {
        char *memory =
            mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        double start = now();
        for (size_t at = 0; at < bytes; at += page)
            memory[at] = 1;
        double time = (now() - start) / (double)(bytes / page);
        best = time < best ? time : best;
        munmap(memory, bytes);
    }
    return best;
}

int main(void)
{
    printf("multiply-adds %g\nbandwidth %g\n", multiply_adds(), bandwidth());
    printf("touch %g\n", first_touch());
    return 0;
}
