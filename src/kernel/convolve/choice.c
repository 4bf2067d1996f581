/* The costs of the methods, and the cheapest of them.
 *
 * Costs are in nanoseconds. bench/costs.c measured them on a Xeon of 2023, each as the least of
 * several times, and prints the table below in this form. Only their ratios matter, and those
 * vary less between machines.
 */
#include "convolve/choice.h"

#include <math.h>

#include "convolve/samples.h"
#include "convolve/sparse.h"
#include "loops/loops.h"

/* Number of pairs (j, i) of indices with j + i < k, j < nx and i < nh. */
static double pairs_below(double k, double nx, double nh)
{
    double sum = 0, part[4] = {k, k - nx, k - nh, k - nx - nh};
    for (int i = 0; i < 4; i++)
        if (part[i] > 0)
            sum += (i == 1 || i == 2 ? -1 : 1) * part[i] * (part[i] + 1) / 2;
    return sum;
}

/* Multiply-adds of the outputs of a window. */
static double pairs(size_t nx, size_t nh, cm_window w)
{
    return pairs_below((double)(w.first + w.ny), (double)nx, (double)nh) -
           pairs_below((double)w.first, (double)nx, (double)nh);
}

static double direct_cost(size_t nx, size_t nh, cm_window w)
{
    size_t lanes = cm_current_simd()->lanes;
    double each = lanes == 8   ? 0.0245
                  : lanes == 4 ? 0.045
                               : 0.147,
           output = lanes == 8   ? 0.4
                    : lanes == 4 ? 0.3
                                 : 0.6;
    return each * pairs(nx, nh, w) + output * (double)w.ny + 100;
}

/* What a block costs by guarded transforms with all around them, in nanoseconds a value: for
 * blocks of 128, 256 ... values, of 384, 768 ... and of 640, 1280 .... Beyond the last it is
 * a fifth more each time. */
enum { KINDS = 3, OCTAVES = 14 };
static const size_t first_length[KINDS] = {128, 384, 640};
static const double each_value[][KINDS][OCTAVES] = {
    /* 2 lanes */
    {{4.7, 4.3, 3.9, 4.0, 4.3, 4.5, 4.8, 5.1, 6.1, 6.6, 7.2, 7.8, 8.4, 8.7},
     {4.1, 4.0, 4.2, 4.4, 4.8, 5.1, 6.0, 6.4, 6.9, 7.6, 8.2, 8.9, 9.8, 10.7},
     {4.3, 4.4, 4.7, 4.8, 5.0, 5.7, 6.4, 6.6, 7.1, 8.3, 8.7, 9.3, 10.5, 11.1}},
    /* 4 */
    {{3.10, 2.60, 2.07, 2.03, 2.13, 2.33, 2.54, 2.67, 3.13, 3.36, 3.95, 4.66, 5.26, 5.55},
     {2.31, 2.18, 2.14, 2.36, 2.51, 2.70, 3.11, 3.30, 3.79, 4.29, 5.13, 5.65, 6.38, 7.22},
     {2.18, 2.21, 2.30, 2.46, 2.63, 3.02, 3.24, 3.53, 4.17, 4.79, 5.33, 5.81, 6.96, 7.78}},
    /* 8 */
    {{2.90, 2.31, 1.69, 1.57, 1.58, 1.73, 2.14, 2.39, 2.49, 3.06, 3.33, 4.13, 4.63, 5.24},
     {2.05, 1.69, 1.67, 1.76, 1.80, 2.05, 2.51, 2.88, 3.09, 3.88, 4.49, 5.08, 6.05, 7.16},
     {1.87, 1.64, 1.73, 1.79, 1.91, 2.09, 2.61, 3.04, 3.44, 4.35, 4.56, 5.38, 6.50, 8.24}}};

/* The least length from `least` on that transform.h has. */
static size_t smooth(size_t least)
{
    size_t best = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        size_t n = first_length[kind];
        while (n < least)
            n *= 2;
        if (best == 0 || n < best)
            best = n;
    }
    return best;
}

static double block_cost(size_t n)
{
    size_t lanes = cm_current_simd()->lanes;
    int kind = n % 5 == 0 ? 2 : n % 3 == 0, octave = 0;
    const double *each = each_value[lanes == 8 ? 2 : lanes == 4][kind];
    while (first_length[kind] << octave < n)
        octave++;
    int last = octave < OCTAVES ? octave : OCTAVES - 1;
    return each[last] * pow(1.2, octave - last) * (double)n;
}

/* Transforms of blocks up to this length fit the scratch memory that is kept between calls.
 * Longer ones take new memory in each call, whose first touch costs so many nanoseconds a
 * value; measured by whole calls from R. */
#define KEPT_VALUES 330000
#define NEW_MEMORY 2.0

static double memory_cost(size_t n)
{
    return n > KEPT_VALUES ? NEW_MEMORY * (double)n : 0;
}

/* What transforms cost beside their blocks, in nanoseconds: they take memory, and outputs at
 * both ends are computed again. */
#define AGAIN 1000.0

/* The least cost by transforms; their length goes to *best. This is where the length is chosen.
 * The transform of the kernel costs half as much as a block, which needs two. Samples have 1 or
 * 2 parts. */
static double best_fft(size_t nx, size_t nh, cm_window w, size_t parts, size_t *best)
{
    if (nh > nx) /* F is symmetric in x and h */
        return best_fft(nh, nx, w, parts, best);
    size_t one_block = smooth(parts * cm_one_block_length(nx, nh, w));
    *best = one_block;
    double least = 1.5 * block_cost(one_block) + memory_cost(one_block);
    for (size_t n = smooth(parts * 2 * nh); n < one_block; n = smooth(n + 1)) {
        double blocks = ceil((double)w.ny / (double)(n / parts - nh + 1));
        double cost = (blocks + 0.5) * block_cost(n) + memory_cost(n);
        if (cost < least) {
            least = cost;
            *best = n;
        }
    }
    return least;
}

static double sparse_cost_each(size_t lanes)
{
    return lanes == 8 ? 0.05 : lanes == 4 ? 0.1 : 0.3;
}

/* Whether a plan of this cost takes longer than to look at some of nx samples and count the
 * zeros among all. */
static int is_worth_counting(size_t nx, double cost)
{
    return cost > 4000 + 1.5 * (double)nx;
}

size_t cm_count_nonzero(const double *x, size_t n)
{
    return n - cm_current_simd()->count_below(x, n, 0x1p-1074);
}

/* Where most of the kernel is zeros, or the signal has gaps, the guard convolves moduli, too:
 * transforms take so many times as long. */
#define WITH_MODULI 2.0

/* Changes the plan to one that skips the zeros of x, in a convolution with nh samples, if that
 * costs less. Returns 1 if it does. */
static int plan_sparse(const double *x, size_t nx, size_t nh, size_t ny, cm_plan *plan)
{
    if (!is_worth_counting(nx, plan->cost))
        return 0;
    if (!cm_may_have_gaps(x, nx))
        return 0;
    size_t nonzero = cm_count_nonzero(x, nx);
    if (plan->method == CM_FFT_GUARDED && (nx <= nh ? 2 * nonzero < nx : cm_has_gaps(x, nx)))
        plan->cost *= WITH_MODULI;
    if ((nonzero < nh ? nonzero : nh) > CM_SPARSE_MOST)
        return 0;
    double reach = (double)(nh < ny ? nh : ny) + CM_STRIP;
    double sums = (double)nonzero * reach * sparse_cost_each(cm_current_simd()->lanes);
    double cost = sums + 0.5 * ((double)nx + (double)ny);
    if (cost >= plan->cost)
        return 0;
    *plan = (cm_plan){.method = CM_SPARSE, .nonzero = nonzero, .cost = cost};
    return 1;
}

int cm_plan_sparse_signal(const cm_problem *p, cm_plan *plan)
{
    return plan_sparse(p->x, p->nx, p->nh, p->w.ny, plan);
}

int cm_plan_sparse_kernel(const cm_problem *p, cm_plan *plan)
{
    return plan->swapped = plan_sparse(p->h, p->nh, p->nx, p->w.ny, plan);
}

cm_plan cm_plan_by_size(const cm_problem *p, cm_method method)
{
    cm_plan plan = {.method = method};
    if (method == CM_FFT || method == CM_FFT_GUARDED)
        best_fft(p->nx, p->nh, p->w, 1, &plan.length);
    if (method != CM_AUTO)
        return plan;
    plan.method = CM_DIRECT, plan.cost = direct_cost(p->nx, p->nh, p->w);
    double fft = INFINITY;
    if (plan.cost > 2000)
        fft = AGAIN + best_fft(p->nx, p->nh, p->w, 1, &plan.length);
    if (fft < plan.cost)
        plan.method = CM_FFT_GUARDED, plan.cost = fft;
    return plan;
}

int cm_may_be_sparse(const cm_problem *p, const cm_plan *plan)
{
    return is_worth_counting(p->nx, plan->cost) || is_worth_counting(p->nh, plan->cost);
}

cm_plan cm_choose(const cm_problem *problem)
{
    cm_problem p = cm_trimmed(problem);
    cm_plan plan = cm_plan_by_size(&p, CM_AUTO);
    cm_plan_sparse_kernel(&p, &plan);
    cm_plan_sparse_signal(&p, &plan);
    return plan;
}

cm_plan cm_choose_sums(const cm_problem *problem)
{
    cm_problem p = cm_trimmed(problem);
    cm_plan plan = {.method = CM_DIRECT, .cost = direct_cost(p.nx, p.nh, p.w)};
    cm_plan_sparse_kernel(&p, &plan);
    cm_plan_sparse_signal(&p, &plan);
    return plan;
}

/* One of the four real problems that a complex one consists of. */
static cm_problem real_problem(const cm_problem *p, int x_part, int h_part)
{
    cm_problem q = *p;
    q.x = x_part ? p->x_im : p->x;
    q.h = h_part ? p->h_im : p->h;
    q.x_im = q.h_im = q.y_im = NULL;
    return q;
}

static int is_zero(const double *x, size_t n)
{
    return x[0] == 0 && cm_count_nonzero(x, n) == 0;
}

int cm_plan_complex(const cm_problem *p, cm_method method, cm_plan *plan)
{
    *plan = (cm_plan){.method = method == CM_AUTO ? CM_FFT_GUARDED : method};
    double parts = method == CM_AUTO ? 4 * cm_plan_by_size(p, method).cost : INFINITY;
    int transforms = method == CM_AUTO || method == CM_FFT || method == CM_FFT_GUARDED;
    if (!transforms || parts < AGAIN)
        return 0;
    plan->cost = AGAIN + best_fft(p->nx, p->nh, p->w, 2, &plan->length);
    if (method != CM_AUTO)
        return 1;
    if (parts <= plan->cost || is_zero(p->x, p->nx) || is_zero(p->x_im, p->nx) ||
        is_zero(p->h, p->nh) || is_zero(p->h_im, p->nh))
        return 0;
    for (int i = 0; i < 4; i++) {
        cm_problem part = real_problem(p, i / 2, i % 2);
        if (cm_choose(&part).method == CM_SPARSE)
            return 0;
    }
    return 1;
}
