// SPDX-License-Identifier: GPL-2.0-or-later
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "privileges.h"

/* Jobs in the order that they came in. */
struct queue {
	struct pluto_job *first, **end;
};

#define BRIEF_MAX  32 /* that wait; others are the threads', if there are several */
#define BRIEF_TURN 16 /* in a row, before others have their turn */
#define END_LIMIT  1  /* seconds that jobs have when the pool ends */

/**
 * struct pool - threads, what they are to do, and what they have done
 * @lock: of @todo, @done, @ends and @alive
 * @alive: threads that have not ended; @ended: one has
 * @wake: an eventfd: something is in @done
 * @brief: the loop's own jobs; @brief_count: how many; @brief_event: they are to be done
 */
struct pool {
	struct event *event, *brief_event;
	struct queue brief;
	unsigned int brief_count;
	void (*turn)(void *arg);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t work, ended;
	struct queue todo, done;
	bool ends;
	unsigned int alive;
	int wake;
	unsigned int count;
	pthread_t threads[];
};

static void push(struct queue *queue, struct pluto_job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct pluto_job *take_all(struct queue *queue)
{
	struct pluto_job *all = queue->first;

	queue->first = NULL;
	queue->end = &queue->first;
	return all;
}

static struct pluto_job *pop(struct queue *queue)
{
	struct pluto_job *job = queue->first;

	if (job)
		queue->first = job->next;
	if (!queue->first)
		queue->end = &queue->first;
	return job;
}

static void finish(struct pool *pool)
{
	struct pluto_job *job, *next;

	pthread_mutex_lock(&pool->lock);
	job = take_all(&pool->done);
	pthread_mutex_unlock(&pool->lock);
	for (; job; job = next) {
		next = job->next;
		job->done(job);
	}
}

static void awake(evutil_socket_t fd, short what, void *arg)
{
	struct pool *pool = arg;
	eventfd_t count;

	(void)what;
	eventfd_read(fd, &count);
	finish(pool);
	pool->turn(pool->arg);
}

static void do_brief(struct pool *pool, unsigned int most)
{
	struct pluto_job *job;

	while (most-- && (job = pop(&pool->brief))) {
		pool->brief_count--;
		job->work(job);
		job->done(job);
	}
}

static void brief_due(evutil_socket_t fd, short what, void *arg)
{
	struct pool *pool = arg;

	(void)fd;
	(void)what;
	do_brief(pool, BRIEF_TURN);
	if (pool->brief_count)
		event_active(pool->brief_event, 0, 0);
	pool->turn(pool->arg);
}

static void submit_brief(struct pool *pool, struct pluto_job *job)
{
	push(&pool->brief, job);
	if (!pool->brief_count++)
		event_active(pool->brief_event, 0, 0);
}

static void *work(void *arg)
{
	struct pool *pool = arg;
	struct pluto_job *job;

	privileges_drop_all();
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (!pool->todo.first && !pool->ends)
			pthread_cond_wait(&pool->work, &pool->lock);
		job = pop(&pool->todo);
		if (!job)
			break;
		pthread_mutex_unlock(&pool->lock);
		job->work(job);
		pthread_mutex_lock(&pool->lock);
		push(&pool->done, job);
		eventfd_write(pool->wake, 1);
	}
	pool->alive--;
	pthread_cond_signal(&pool->ended);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Signals are the loop's. */
static int start(struct pool *pool, unsigned int threads)
{
	sigset_t all, before;
	int err = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&pool->lock);
	for (; !err && pool->count < threads; pool->count += !err)
		err = pthread_create(&pool->threads[pool->count], NULL, work, pool);
	pool->alive = pool->count;
	pthread_mutex_unlock(&pool->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void init_locks(struct pool *pool)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->ended, &attributes);
	pthread_condattr_destroy(&attributes);
}

/**
 * pool_new() - threads, and the event that tells the loop what they have done
 * @base: the loop
 * @threads: how many; 0: none, and each job is done when it is submitted
 * @turn: called in the loop after jobs were done, with @arg
 *
 * Return: it, for pool_free(); NULL with errno
 */
struct pool *pool_new(struct event_base *base, unsigned int threads, void (*turn)(void *arg), void *arg)
{
	struct pool *pool = calloc(1, sizeof(*pool) + threads * sizeof(pool->threads[0]));
	int err = ENOMEM;

	if (!pool)
		return NULL;
	pool->turn = turn;
	pool->arg = arg;
	init_locks(pool);
	take_all(&pool->todo);
	take_all(&pool->done);
	take_all(&pool->brief);
	pool->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pool->event = pool->wake < 0 ? NULL : event_new(base, pool->wake, EV_READ | EV_PERSIST, awake, pool);
	pool->brief_event = event_new(base, -1, 0, brief_due, pool);
	if (pool->brief_event && pool->event && !event_add(pool->event, NULL))
		err = start(pool, threads);
	if (!err)
		return pool;
	pool_free(pool);
	errno = err;
	return NULL;
}

/**
 * pool_submit() - have a job done; its @done is called in the loop
 */
void pool_submit(struct pool *pool, struct pluto_job *job)
{
	if (!pool->count) {
		job->work(job);
		job->done(job);
		return;
	}
	if (job->brief && (pool->count == 1 || pool->brief_count < BRIEF_MAX)) {
		submit_brief(pool, job);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	push(&pool->todo, job);
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

unsigned int pool_threads(const struct pool *pool)
{
	return pool->count;
}

/* Whether all threads have ended. */
static bool end_threads(struct pool *pool)
{
	struct timespec limit;
	unsigned int i;
	bool all;

	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_sec += END_LIMIT;
	pthread_mutex_lock(&pool->lock);
	pool->ends = true;
	pthread_cond_broadcast(&pool->work);
	while (pool->alive && !pthread_cond_timedwait(&pool->ended, &pool->lock, &limit))
		;
	all = !pool->alive;
	pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < pool->count; i++) {
		if (all)
			pthread_join(pool->threads[i], NULL);
		else
			pthread_detach(pool->threads[i]);
	}
	return all;
}

/* What threads that have not ended still look at stays. */
static void free_shared(struct pool *pool)
{
	if (pool->wake >= 0)
		close(pool->wake);
	pthread_cond_destroy(&pool->ended);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/**
 * pool_free() - end the threads when they have done what was submitted; what they did is finished; NULL is none
 *
 * Return: whether all was done, within a second: if not, threads still use what their jobs use
 */
bool pool_free(struct pool *pool)
{
	bool all;

	if (!pool)
		return true;
	all = end_threads(pool);
	/* What is submitted meanwhile is done at once. */
	pool->count = 0;
	finish(pool);
	do_brief(pool, pool->brief_count);
	if (pool->event)
		event_free(pool->event);
	if (pool->brief_event)
		event_free(pool->brief_event);
	if (all)
		free_shared(pool);
	return all;
}
