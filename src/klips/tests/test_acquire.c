// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "core/acquire.h"

#define S 1000000000ULL

static unsigned int ask(struct klips_acquires *all, unsigned int times, u32 rate, u32 burst, u64 now)
{
	unsigned int allowed = 0;

	while (times-- > 0)
		allowed += klips_acquire_allowed(all, rate, burst, now);
	return allowed;
}

static void a_burst_then_the_rate(void **state)
{
	struct klips_acquires all;

	(void)state;
	klips_acquires_init(&all, 50, 7 * S);
	assert_int_equal(ask(&all, 200, 100, 50, 7 * S), 50);
	/* at 100 a second one each 10 ms, not a nanosecond before */
	assert_int_equal(ask(&all, 1, 100, 50, 7 * S + S / 100 - 1), 0);
	assert_int_equal(ask(&all, 2, 100, 50, 7 * S + S / 100), 1);
	assert_int_equal(ask(&all, 100, 100, 50, 7 * S + S / 100 + S / 4), 25);
	/* a pause fills it up, and no more */
	assert_int_equal(ask(&all, 200, 100, 50, 1000 * S), 50);
	assert_int_equal(atomic64_read(&all.limited), 150 + 1 + 1 + 75 + 150);
}

/* Asked each microsecond for ten seconds, no more than rate and burst say come through, and hardly fewer. */
static void the_rate_is_kept(void **state)
{
	struct klips_acquires all;
	unsigned int i, allowed = 0;

	(void)state;
	klips_acquires_init(&all, 10, 0);
	for (i = 0; i < 1000000; i++)
		allowed += klips_acquire_allowed(&all, 33, 10, 10000ULL * i);
	assert_in_range(allowed, 10 + 329, 10 + 330);
}

static void settings_may_change(void **state)
{
	struct klips_acquires all;

	(void)state;
	klips_acquires_init(&all, 50, S);
	assert_int_equal(ask(&all, 100, 10, 5, 2 * S), 5);  /* a smaller burst counts at once */
	assert_int_equal(ask(&all, 100, 0, 5, 2 * S), 100); /* no limit */
	assert_int_equal(ask(&all, 100, 10, 5, 2 * S), 0);
	assert_int_equal(ask(&all, 100, 10, 0, 100 * S), 1);
}

static void nothing_overflows(void **state)
{
	struct klips_acquires all;

	(void)state;
	klips_acquires_init(&all, 0xffffffff, 0);
	assert_int_equal(ask(&all, 1000, 0xffffffff, 0xffffffff, ~0ULL), 1000);
	klips_acquires_init(&all, 1, 0);
	assert_int_equal(ask(&all, 10, 0xffffffff, 1, ~0ULL), 1);
	/* time that goes back gives nothing, and harms nothing */
	assert_int_equal(ask(&all, 10, 1, 1, 1ULL << 63), 0);
	assert_int_equal(ask(&all, 10, 1, 1, 5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_then_the_rate),
		cmocka_unit_test(the_rate_is_kept),
		cmocka_unit_test(settings_may_change),
		cmocka_unit_test(nothing_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
