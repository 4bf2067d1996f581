/* What the kernel needs of the world: memory, interrupts, progress, and R's NA.
 *
 * The kernel owns nothing. Memory comes from alloc() and belongs to the caller, so that
 * alloc(), where there is no memory, and poll(), on an interrupt, may leave by longjmp at any
 * time. Nothing else can go wrong in the kernel, and so its functions return no status.
 */
#ifndef CONVMAT_ENV_H
#define CONVMAT_ENV_H

#include <stddef.h>

/* All are called from the thread that called the kernel.
 *
 * alloc     memory for any type; never NULL
 * mark      a point in time, for release()
 * release   takes back all that alloc() gave since mark()
 * poll      looks for an interrupt, for R by env_poll() in init.c; called about every
 *           CM_POLL_WORK operations, or every 12 to 80 ms where several threads share the work
 * is_na     tells NA, whose value is `na`, from other NaNs
 * threads   the most threads to use at a time
 * progress  is told which part of a long computation is done, from 0 to 1; may be NULL
 * before    the part of it that was done before, in another way; 0 if not set */
typedef struct {
    void *(*alloc)(void *data, size_t bytes);
    void *(*mark)(void *data);
    void (*release)(void *data, void *mark);
    void (*poll)(void *data);
    void *data;
    int (*is_na)(double value);
    double na;
    int threads;
    void (*progress)(void *data, double done);
    double before;
} cm_env;

#define CM_POLL_WORK 4000000 /* multiply-adds; a few milliseconds on any machine */

/* What a long loop calls. Adds `done` operations to `work`, those since the last poll. At
 * CM_POLL_WORK it polls, sets `work` to 0 and returns 1, else it returns 0. Never polls if env
 * is NULL, as in a worker thread. */
int cm_work(size_t *work, size_t done, const cm_env *env);

/* Tells progress(), if there is one, which part is done of what was left. */
void cm_tell(double done, const cm_env *env);

/* env without progress(), for a step of a longer computation: only the whole tells of progress.
 */
static inline cm_env cm_quiet(const cm_env *env)
{
    cm_env quiet = *env;
    quiet.progress = NULL;
    return quiet;
}

/* Memory for n doubles, from env->alloc(). */
double *cm_doubles(size_t n, const cm_env *env);

/* Memory that is taken once, and used again for each part of a long computation: R keeps what
 * it has released until it collects. What does not fit comes from the environment around. */
typedef struct {
    const cm_env *around;
    char *memory;
    size_t bytes, used;
} cm_arena;

/* An environment like `around`, with an arena of so many bytes. */
cm_env cm_with_arena(cm_arena *arena, size_t bytes, const cm_env *around);

#endif
