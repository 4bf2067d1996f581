#include "base/env.h"

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
