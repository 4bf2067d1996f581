/* threads.c by POSIX threads, for the thread sanitizer, see Makefile: as many threads
 * as there may be, however little the work, take one item after the other. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/threads.h"

typedef struct {
    size_t nitem, *next;
    cm_item *item;
    void *job;
    int thread;
    pthread_mutex_t *lock;
} share;

int cm_threads(size_t nitem, double work_each, const cm_env *env)
{
    (void)work_each;
    return !env || env->threads < 2 || nitem < 2 ? 1
           : (size_t)env->threads < nitem        ? env->threads
                                                 : (int)nitem;
}

static void *take_items(void *data)
{
    share *mine = data;
    for (;;) {
        pthread_mutex_lock(mine->lock);
        size_t i = (*mine->next)++;
        pthread_mutex_unlock(mine->lock);
        if (i >= mine->nitem)
            return NULL;
        mine->item(mine->job, i, mine->thread, NULL);
    }
}

enum { MOST = 64 };

void cm_for_each(size_t nitem, double work_each, cm_item *item, void *job, int threads,
                 const cm_env *env)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t id[MOST];
    share shares[MOST];
    size_t next = 0;
    (void)work_each;
    for (size_t i = 0; threads < 2 && i < nitem; i++)
        item(job, i, 0, env);
    for (int t = 0; threads > 1 && t < threads; t++) {
        shares[t] = (share){nitem, &next, item, job, t, &lock};
        if (t >= MOST || pthread_create(id + t, NULL, take_items, shares + t) != 0) {
            perror("a thread");
            exit(2);
        }
    }
    for (int t = 0; threads > 1 && t < threads; t++)
        pthread_join(id[t], NULL);
    if (env)
        env->poll(env->data);
}
