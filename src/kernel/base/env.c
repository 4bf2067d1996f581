#include "base/env.h"

#include <stdint.h>

int cm_work(size_t *work, size_t done, const cm_env *env)
{
    *work += done;
    if (!env || *work < CM_POLL_WORK)
        return 0;
    env->poll(env->data);
    *work = 0;
    return 1;
}

double *cm_doubles(size_t n, const cm_env *env)
{
    return env->alloc(env->data, n * sizeof(double));
}

void cm_tell(double done, const cm_env *env)
{
    if (env->progress)
        env->progress(env->data, env->before + (1 - env->before) * done);
}

/* ---- arenas ------------------------------------------------------------------------------ */

#define CACHE_LINE ((size_t)64)

/* A point in time, of the arena and of what is around. */
typedef struct {
    void *around;
    size_t used;
} arena_mark;

static void *arena_alloc(void *data, size_t bytes)
{
    cm_arena *arena = data;
    if (bytes > arena->bytes - arena->used)
        return arena->around->alloc(arena->around->data, bytes);
    char *memory = arena->memory + arena->used;
    size_t rest = arena->bytes - arena->used, taken = bytes / CACHE_LINE * CACHE_LINE;
    taken += taken < bytes ? CACHE_LINE : 0;
    arena->used += taken < rest ? taken : rest;
    return memory;
}

static void *take_mark(void *data)
{
    cm_arena *arena = data;
    arena_mark now = {arena->around->mark(arena->around->data), arena->used},
               *mark = arena_alloc(data, sizeof *mark);
    *mark = now;
    return mark;
}

static void release_arena(void *data, void *mark)
{
    cm_arena *arena = data;
    arena_mark before = *(arena_mark *)mark;
    arena->around->release(arena->around->data, before.around);
    arena->used = before.used;
}

static void poll_around(void *data)
{
    const cm_arena *arena = data;
    arena->around->poll(arena->around->data);
}

static void tell_around(void *data, double done)
{
    const cm_arena *arena = data;
    cm_tell(done, arena->around);
}

cm_env cm_with_arena(cm_arena *arena, size_t bytes, const cm_env *around)
{
    char *memory = around->alloc(around->data, bytes + CACHE_LINE);
    memory += (CACHE_LINE - (uintptr_t)memory % CACHE_LINE) % CACHE_LINE;
    *arena = (cm_arena){around, memory, bytes, 0};
    cm_env env = *around;
    env.alloc = arena_alloc, env.mark = take_mark, env.release = release_arena;
    env.poll = poll_around;
    env.progress = around->progress ? tell_around : NULL;
    env.before = 0;
    env.data = arena;
    return env;
}
