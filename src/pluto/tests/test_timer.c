// SPDX-License-Identifier: GPL-2.0-or-later
/* Timers against a plain list of them. */
#include "../../klips/tests/test.h"

#include "../timer.h"

#define COUNT 300

static struct pluto_timers timers;
static struct pluto_timer one[COUNT];
static uint64_t now, last;
static unsigned int ran;

static void run(struct pluto_timer *timer)
{
	assert_false(pluto_timer_is_set(timer));
	assert_true(timer->at <= now);
	assert_true(timer->at >= last);
	last = timer->at;
	ran++;
}

static uint64_t earliest(void)
{
	uint64_t at = UINT64_MAX;
	size_t number;

	for (number = 0; number < COUNT; number++)
		if (pluto_timer_is_set(&one[number]) && one[number].at < at)
			at = one[number].at;
	return at;
}

static void test_they_run_in_order(void **state)
{
	uint64_t chance = 88172645463325252ULL;
	unsigned int step, which;

	(void)state;
	for (step = 0; step < 20000; step++) {
		which = test_random(&chance) % COUNT;
		if (test_random(&chance) % 4)
			assert_int_equal(pluto_timer_set(&timers, &one[which], now + test_random(&chance) % 1000, run),
					 0);
		else
			pluto_timer_cancel(&timers, &one[which]);
		assert_int_equal(pluto_timers_next(&timers), earliest());
		if (step % 50 == 0) {
			now += 100;
			last = 0;
			pluto_timers_run(&timers, now);
			assert_true(earliest() > now);
		}
	}
	assert_true(ran > 1000);
	pluto_timers_free(&timers);
}

static struct pluto_timer chain;
static unsigned int times;

static void again(struct pluto_timer *timer)
{
	if (++times < 3)
		pluto_timer_set(&timers, timer, 5, again);
}

static void test_one_that_sets_itself_for_now_runs_again(void **state)
{
	(void)state;
	for (size_t number = 0; number < COUNT; number++)
		one[number] = (struct pluto_timer){ 0 };
	pluto_timer_set(&timers, &chain, 5, again);
	pluto_timers_run(&timers, 5);
	assert_int_equal(times, 3);
	assert_int_equal(pluto_timers_next(&timers), UINT64_MAX);
	pluto_timers_free(&timers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_run_in_order),
		cmocka_unit_test(test_one_that_sets_itself_for_now_runs_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
