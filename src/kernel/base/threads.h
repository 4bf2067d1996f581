/* Items of work that do not depend on each other, by several threads. */
#ifndef CONVMAT_THREADS_H
#define CONVMAT_THREADS_H

#include "base/env.h"

/* Item `item` of a job, in thread `thread` of those that cm_threads() tells. It
 * writes what no other item reads or writes, and allocates nothing. Where `env` is
 * not NULL it may poll; else it runs beside others, and must not. */
typedef void cm_item(void *job, size_t item, int thread, const cm_env *env);

/* How many threads the job is worth: as many as env allows, but 1 if its
 * multiply-adds, `work_each` an item, are soon done, or so many that each must poll. In an
 * item without env, cm_for_each() runs on in the same thread. */
int cm_threads(size_t nitem, double work_each, const cm_env *env);

/* What a column costs besides its sums, in multiply-adds. */
#define CM_COLUMN_WORK 1000.0

/* Runs all items, by up to `threads` threads, and polls in between. */
void cm_for_each(size_t nitem, double work_each, cm_item *item, void *job, int threads,
                 const cm_env *env);

#endif
