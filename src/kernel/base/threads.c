/* Items of work by POSIX threads, in rounds of about 50 ms. The threads of a round are created
 * for it and end with it. Only the calling thread is left then, to poll, which may leave by
 * longjmp. So nothing is kept from call to call: a forked child finds nothing that its parent
 * left locked, and an unloaded package leaves no thread behind.
 *
 * Each thread, the calling one too, takes a run of items off a counter whenever it has
 * finished one, until the round is over. A thread that waits for a processor has taken at most
 * one run, and the others go on with the rest. Neighbours are taken together, as they often
 * write to the same large page: two threads that touch a new one at the same time both fill it
 * with zeros.
 *
 * What an item computes does not depend on the thread, so results have the same bits for any
 * number of threads.
 *
 * Cost: some 20 us for each thread of a round.
 */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* O_CLOEXEC */
#endif
#include "base/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#endif

#include "base/cpu.h"

/* Multiply-adds below which no second thread is worth its start. 1e7 of them take 0.3 ms where
 * they are direct sums, 1 ms as passes over memory or transforms; a thread takes 20 us. Where
 * the system does not tell whether a processor is free, a thread may have to wait for one as
 * long as 4 ms, and with it the call: see bench/threads.R. Tests that want threads always
 * define CM_ALWAYS_THREADS. */
#ifdef CM_ALWAYS_THREADS
#define WORTH_A_THREAD 0.0
#elif defined(__linux__)
#define WORTH_A_THREAD 2e7
#else
#define WORTH_A_THREAD 3e8
#endif

/* An item of more multiply-adds than this, 12 to 80 ms, must poll by itself. Only the calling
 * thread may, so such items do not run beside others. */
#define LONG_ITEM 5e8

/* Multiply-adds of a run, 0.5 to 3 ms. */
#define RUN_WORK 2e7

#define ROUND_SECONDS 0.05

int cm_threads(size_t nitem, double work_each, const cm_env *env)
{
    if (env && env->threads > 1 && (double)nitem * work_each > WORTH_A_THREAD &&
        work_each < LONG_ITEM)
        return (size_t)env->threads < nitem ? env->threads : (int)nitem;
    return 1;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// # nocov start: depends on what else the machine does
/* How many of `most` threads would find a free processor now. Only Linux tells; elsewhere the
 * answer is `most`. */
static int threads_with_processor(int most)
{
#if defined(__linux__) && !defined(CM_ALWAYS_THREADS)
    char text[100];
    int file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC), running = 0;
    ssize_t n = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[n > 0 ? n : 0] = 0;
    sscanf(text, "%*s %*s %*s %d/", &running);
    long spare = sysconf(_SC_NPROCESSORS_ONLN) - (running - 1); /* this thread runs, too */
    if (running > 0 && spare < most)
        return spare > 1 ? (int)spare : 1;
#endif
    return most;
}
// # nocov end

/* What the threads of a round share. */
typedef struct {
    cm_item *item;
    void *job;
    size_t nitem, run;  /* items of the job, items of a run */
    atomic_size_t next; /* the first item that nobody has taken */
    atomic_int nthread; /* threads that have begun */
    double until;
} shared_round;

/* What each thread does. It takes at least one run, so that a round gets on however late its
 * threads begin. */
static void *take_runs(void *data)
{
    shared_round *round = data;
    int thread = atomic_fetch_add(&round->nthread, 1);
    do {
        size_t i = atomic_fetch_add(&round->next, round->run);
        if (i >= round->nitem)
            break;
        size_t end = round->nitem - i < round->run ? round->nitem : i + round->run;
        for (; i < end; i++)
            round->item(round->job, i, thread, NULL);
    } while (seconds() < round->until);
    cm_fence(); // # nocov: counters of several threads get lost
    return NULL;
}

/* Starts up to n threads, and returns how many there are. They leave signals to the calling
 * thread, where R's handlers belong. */
static int start_threads(pthread_t *id, int n, shared_round *round)
{
    int i = 0;
#ifndef _WIN32
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
    while (i < n && pthread_create(id + i, NULL, take_runs, round) == 0) // # nocov: it does
        i++;
#ifndef _WIN32
    pthread_sigmask(SIG_SETMASK, &before, NULL);
#endif
    return i;
}

/* Items of a run: few enough that each thread has eight runs or more, if there are as many
 * items. */
static size_t run_length(size_t nitem, double work_each, int threads)
{
    size_t most = nitem / (8 * (size_t)threads);
    double run = RUN_WORK / work_each;
    if (run < (double)most)
        most = (size_t)run;
    return most > 0 ? most : 1;
}

/* On a busy machine a thread may wait for a processor for longer than a round takes. In the
 * first round, and where no more is left than a round does, only threads that need not wait are
 * started. */
static void by_threads(size_t nitem, double work_each, cm_item *item, void *job, int threads,
                       const cm_env *env)
{
    shared_round round = {.item = item, .job = job, .nitem = nitem};
    pthread_t *id = env->alloc(env->data, (size_t)threads * sizeof *id);
    round.run = run_length(nitem, work_each, threads);
    size_t done = 0, last = nitem; /* items of the last round; at first unknown */
    while (done < nitem) {
        int now = nitem - done > last ? threads : threads_with_processor(threads);
        round.nthread = 0;
        round.until = seconds() + ROUND_SECONDS;
        int others = start_threads(id, now - 1, &round);
        take_runs(&round);
        for (int i = 0; i < others; i++)
            pthread_join(id[i], NULL);
        last = (round.next < nitem ? round.next : nitem) - done;
        done += last;
        env->poll(env->data);
        cm_tell((double)done / (double)nitem, env);
    }
}

void cm_for_each(size_t nitem, double work_each, cm_item *item, void *job, int threads,
                 const cm_env *env)
{
    if (threads > 1) {
        by_threads(nitem, work_each, item, job, threads, env);
        return;
    }
    size_t work = 0;
    for (size_t i = 0; i < nitem; i++) {
        item(job, i, 0, env);
        if (cm_work(&work, (size_t)work_each, env))
            cm_tell((double)(i + 1) / (double)nitem, env);
    }
    cm_fence();
}
