/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that do the engine's heavy arithmetic. */
#ifndef PLUTO_POOL_H
#define PLUTO_POOL_H

#include <event2/event.h>

#include "pluto.h"

struct pool;

/*
 * @threads: 0: jobs are done by whoever submits them. @turn: called after jobs were done, in the loop. NULL with errno.
 * Brief jobs are done in the loop, when what has come in was read, as long as they are few.
 */
struct pool *pool_new(struct event_base *base, unsigned int threads, void (*turn)(void *arg), void *arg);
void pool_submit(struct pool *pool, struct pluto_job *job);
unsigned int pool_threads(const struct pool *pool);
/*
 * Waits a second for jobs that were submitted; each one's done is called. false: some are not over, as whoever they ask
 * does not answer: their threads go on, with what they have, until the process ends.
 */
bool pool_free(struct pool *pool);

#endif
