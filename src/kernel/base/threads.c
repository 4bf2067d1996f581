/* Items of work by OpenMP, in rounds: threads end with each round, and only the
 * one that called is left to poll, which may leave by longjmp, or to allocate.
 *
 * Threads take runs of items, long ones first: neighbours often write to the same large
 * page, and threads that touch a new one at the same time both fill it with zeros.
 *
 * What an item computes does not depend on the thread, so results have the same
 * bits for any number of threads.
 *
 * Cost: a few microseconds a round.
 */
#include "base/threads.h"

#include "base/cpu.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Multiply-adds, some 7 ms of them. On a busy machine a thread may wait for
 * a processor for longer than that. */
#define WORTH_A_THREAD 3e8

/* Those of a thread from one poll to the next: 12 to 80 ms. An item of more polls by
 * itself, and so runs alone. */
#define ROUND 5e8

int cm_threads(size_t nitem, double work_each, const cm_env *env)
{
#ifdef _OPENMP
    if (env && env->threads > 1 && (double)nitem * work_each > WORTH_A_THREAD &&
        work_each < ROUND)
        return (size_t)env->threads < nitem ? env->threads : (int)nitem;
#else
    (void)nitem, (void)work_each, (void)env;
#endif
    return 1;
}

static void progress(size_t done, size_t nitem, const cm_env *env)
{
    if (env->progress)
        env->progress(env->data, (double)done / (double)nitem);
}

void cm_for_each(size_t nitem, double work_each, cm_item *item, void *job, int threads,
                 const cm_env *env)
{
    if (threads < 2) {
        size_t work = 0;
        for (size_t i = 0; i < nitem; i++) {
            item(job, i, 0, env);
            if (cm_work(&work, (size_t)work_each, env))
                progress(i + 1, nitem, env);
        }
        cm_fence();
        return;
    }
#ifdef _OPENMP
    double most = threads * ROUND / work_each;
    size_t round = most > (double)nitem ? nitem : (size_t)most; /* no item is a ROUND */
    for (size_t from = 0; from < nitem; from += round) {
        size_t to = nitem - from < round ? nitem : from + round;
#pragma omp parallel for num_threads(threads) schedule(guided)
        for (size_t i = from; i < to; i++) {
            item(job, i, omp_get_thread_num(), NULL);
            cm_fence();
        }
        env->poll(env->data);
        progress(to, nitem, env);
    }
#endif
}
