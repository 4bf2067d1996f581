/* Scratch memory that is kept from call to call. R's own, from R_alloc(), is new for each call
 * until R collects, and so it is in no cache: a call of a few thousand samples takes up to
 * twice as long with it.
 *
 * A call takes all of the scratch memory or none. While one has it, a call inside it, from a
 * function that shows progress, takes R's memory as before; so does a forked child of such a
 * call. What
 * does not fit comes from R_alloc(), too. The memory is given back when the package is
 * unloaded.
 */
#include "convmat.h"

#include <stdlib.h>

#define SCRATCH_BYTES ((size_t)8 << 20)
#define LINE ((size_t)64)

static struct {
    char *memory; /* NULL until it is needed */
    size_t used;
    int taken;
} scratch;

/* Where memory ends at a time: of R's, and of scratch. */
typedef struct {
    void *top;
    size_t used;
} memory_mark;

static void *scratch_alloc(void *data, size_t bytes)
{
    (void)data;
    if (bytes > SCRATCH_BYTES - scratch.used) {
        void *memory = R_alloc(bytes, 1);
        ffi_large_pages(memory, bytes);
        return memory;
    }
    char *memory = scratch.memory + scratch.used;
    scratch.used += (bytes + LINE - 1) / LINE * LINE; /* not above SCRATCH_BYTES */
    return memory;
}

static void *scratch_mark(void *data)
{
    size_t used = scratch.used;
    memory_mark *mark = scratch_alloc(data, sizeof *mark);
    *mark = (memory_mark){vmaxget(), used};
    return mark;
}

static void scratch_release(void *data, void *mark)
{
    const memory_mark before = *(memory_mark *)mark;
    (void)data;
    vmaxset(before.top);
    scratch.used = before.used;
}

typedef struct {
    void (*run)(void *data);
    void *data;
} task;

static SEXP run_task(void *data)
{
    const task *t = data;
    t->run(t->data);
    return R_NilValue;
}

/* Also called when an interrupt or an error leaves the task. */
static void give_back(void *data)
{
    (void)data;
    scratch.taken = 0;
}

void ffi_with_scratch(cm_env *env, void (*run)(void *data), void *data)
{
    if (!scratch.taken && !scratch.memory) {
        scratch.memory = malloc(SCRATCH_BYTES);
        if (scratch.memory)
            ffi_large_pages(scratch.memory, SCRATCH_BYTES);
    }
    if (scratch.taken || !scratch.memory) {
        run(data);
        return;
    }
    scratch.taken = 1;
    scratch.used = 0;
    env->alloc = scratch_alloc;
    env->mark = scratch_mark;
    env->release = scratch_release;
    R_ExecWithCleanup(run_task, &(task){run, data}, give_back, NULL);
}

// # nocov start: run after the counting
void ffi_forget_scratch(void)
{
    free(scratch.memory);
    scratch.memory = NULL;
}
// # nocov end
