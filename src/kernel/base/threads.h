/* Items of work that do not depend on each other, by several threads. */
#ifndef CONVMAT_THREADS_H
#define CONVMAT_THREADS_H

#include "base/env.h"

/* Does item `item` of a job, in thread number `thread`, from 0 on. It must not write what
 * another item reads or writes. Where `env` is NULL it runs beside others, in a worker thread
 * perhaps: then it must neither poll nor allocate, nor call anything else of the caller's. */
typedef void cm_item(void *job, size_t item, int thread, const cm_env *env);

/* How many threads a job is worth whose items take `work_each` multiply-adds each: as many as
 * env allows; but 1 if all items are soon done, or if a single one takes so long that it must
 * poll by itself. With env NULL, in a worker thread, it is 1 as well. */
int cm_threads(size_t nitem, double work_each, const cm_env *env);

/* What a column costs besides its sums, in multiply-adds. */
#define CM_COLUMN_WORK 1000.0

/* Runs all items in up to `threads` threads, and polls between items or rounds of them. */
void cm_for_each(size_t nitem, double work_each, cm_item *item, void *job, int threads,
                 const cm_env *env);

#endif
