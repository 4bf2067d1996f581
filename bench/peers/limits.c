/* What the machine can do at most, for peers.R: multiply-adds per second from
 * registers, bytes per second from memory, seconds for the first touch
 * of a small page, and the time of bare FFTW transforms that
 * an overlap-save convolution of n samples with kernels of m cannot do without, at the
 * best block length: real ones, and complex ones of half the length, which is what
 * convmat uses. Prints "name value" a line. Arguments: pairs n m. */
#include <fftw3.h>
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
        char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        double start = now();
        for (size_t at = 0; at < bytes; at += page)
            memory[at] = 1;
        double time = (now() - start) / (double)(bytes / page);
        best = time < best ? time : best;
        munmap(memory, bytes);
    }
    return best;
}

/* Seconds for a transform of n real values there and back: as such or as n / 2 complex ones. */
static double transforms(int n, int as_complex)
{
    double *x = fftw_alloc_real((size_t)n + 2), best = 1;
    fftw_complex *z = fftw_alloc_complex((size_t)n / 2 + 1), *pairs = (fftw_complex *)x;
    fftw_plan there = as_complex ? fftw_plan_dft_1d(n / 2, pairs, z, FFTW_FORWARD, FFTW_ESTIMATE)
                                 : fftw_plan_dft_r2c_1d(n, x, z, FFTW_ESTIMATE);
    fftw_plan back = as_complex ? fftw_plan_dft_1d(n / 2, z, pairs, FFTW_BACKWARD, FFTW_ESTIMATE)
                                : fftw_plan_dft_c2r_1d(n, z, x, FFTW_ESTIMATE);
    int few = 1 + 1000000 / n;
    memset(x, 0, ((size_t)n + 2) * sizeof *x);
    for (int run = 0; run < 9; run++) {
        double start = now();
        for (int i = 0; i < few; i++) {
            fftw_execute(there);
            fftw_execute(back);
        }
        double time = (now() - start) / few;
        best = time < best ? time : best;
    }
    fftw_destroy_plan(there);
    fftw_destroy_plan(back);
    fftw_free(x);
    fftw_free(z);
    return best;
}

int main(int argc, char **argv)
{
    enum { LENGTHS = 40 };
    static const char *const names[] = {"real", "complex"};
    int length[LENGTHS], count = 0;
    double time[2][LENGTHS];
    for (int n = 512; n <= 1 << 18; n *= 2) {
        length[count++] = n;
        if (n >= 1024 && n < 1 << 17) {
            length[count++] = n / 4 * 5;
            length[count++] = n / 32 * 35;
        }
    }
    for (int i = 0; i < count; i++)
        for (int kind = 0; kind < 2; kind++)
            time[kind][i] = transforms(length[i], kind);
    printf("multiply-adds %g\nbandwidth %g\n", multiply_adds(), bandwidth());
    printf("touch %g\n", first_touch());
    for (int a = 1; a + 1 < argc; a += 2) {
        for (int kind = 0; kind < 2; kind++) {
            double n = atof(argv[a]), m = atof(argv[a + 1]), best = 1e9;
            for (int i = 0; i < count; i++) {
                double fresh = length[i] - m + 1, blocks = (n + m - 1) / fresh;
                if (fresh > 0 && blocks * time[kind][i] < best)
                    best = blocks * time[kind][i];
            }
            printf("%s_%g_%g %g\n", names[kind], n, m, best);
        }
    }
    return 0;
}
