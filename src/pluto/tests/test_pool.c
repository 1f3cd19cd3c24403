// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs: who does them, and that each is done once. */
#include "../../klips/tests/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../pool.h"

#define MANY 100

struct one {
	struct pluto_job job;
	pthread_t by;
	unsigned int worked, done;
};

static struct event_base *base;
static struct one jobs[MANY];
static unsigned int over;

static void work(struct pluto_job *job)
{
	struct one *one = caa_container_of(job, struct one, job);

	one->by = pthread_self();
	one->worked++;
}

static void done(struct pluto_job *job)
{
	caa_container_of(job, struct one, job)->done++;
	over++;
}

static void turn(void *arg)
{
	const unsigned int *wanted = arg;

	if (over == *wanted)
		event_base_loopbreak(base);
}

static void submit(struct pool *pool, unsigned int count, bool brief)
{
	unsigned int at;

	for (at = 0; at < count; at++) {
		jobs[at] = (struct one){ .job = { .work = work, .done = done, .brief = brief } };
		pool_submit(pool, &jobs[at].job);
	}
}

/* How many of them were done in this thread. */
static unsigned int run(unsigned int threads, unsigned int count, bool brief, bool loops)
{
	const struct timeval limit = { .tv_sec = 10 };
	unsigned int at, own = 0;
	struct pool *pool;

	base = event_base_new();
	over = 0;
	pool = pool_new(base, threads, turn, &count);
	assert_non_null(pool);
	submit(pool, count, brief);
	event_base_loopexit(base, &limit);
	if (loops)
		event_base_dispatch(base);
	assert_true(pool_free(pool));
	for (at = 0; at < count; at++) {
		assert_int_equal(jobs[at].worked, 1);
		assert_int_equal(jobs[at].done, 1);
		own += pthread_equal(jobs[at].by, pthread_self()) != 0;
	}
	event_base_free(base);
	return own;
}

static void test_heavy_ones_are_the_threads(void **state)
{
	(void)state;
	assert_int_equal(run(2, MANY, false, true), 0);
}

static void test_without_threads_at_once(void **state)
{
	(void)state;
	assert_int_equal(run(0, MANY, false, false), MANY);
	assert_int_equal(run(0, MANY, true, false), MANY);
}

static void test_few_brief_ones_are_the_loops(void **state)
{
	(void)state;
	assert_int_equal(run(2, 20, true, true), 20);
}

static void test_many_brief_ones_are_shared(void **state)
{
	unsigned int own;

	(void)state;
	own = run(2, MANY, true, true);
	assert_in_range(own, 1, MANY - 1);
	assert_int_equal(run(1, MANY, true, true), MANY); /* nobody to share them with */
}

static void test_the_end_leaves_none(void **state)
{
	(void)state;
	run(2, MANY, true, false);
	run(2, MANY, false, false);
}

static int never[2];

/* Of somebody who does not answer. */
static void wait_for_ever(struct pluto_job *job)
{
	char byte;

	(void)job;
	while (read(never[0], &byte, 1) < 0)
		;
}

static void test_the_end_does_not_wait_for_ever(void **state)
{
	static struct one stuck = { .job = { .work = wait_for_ever, .done = done } };
	struct timespec began, ended;
	unsigned int wanted = UINT32_MAX;
	struct pool *pool;

	(void)state;
	assert_int_equal(pipe(never), 0);
	base = event_base_new();
	over = 0;
	pool = pool_new(base, 2, turn, &wanted);
	assert_non_null(pool);
	pool_submit(pool, &stuck.job);
	submit(pool, 3, false);
	clock_gettime(CLOCK_MONOTONIC, &began);
	assert_false(pool_free(pool));
	clock_gettime(CLOCK_MONOTONIC, &ended);
	assert_in_range(ended.tv_sec - began.tv_sec, 0, 5);
	assert_int_equal(over, 3); /* the others are over */
	assert_int_equal(stuck.done, 0);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heavy_ones_are_the_threads),
		cmocka_unit_test(test_without_threads_at_once),
		cmocka_unit_test(test_few_brief_ones_are_the_loops),
		cmocka_unit_test(test_many_brief_ones_are_shared),
		cmocka_unit_test(test_the_end_leaves_none),
		cmocka_unit_test(test_the_end_does_not_wait_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
