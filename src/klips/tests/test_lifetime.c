// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "core/lifetime.h"

#define S 1000000000ULL

static const struct klips_limits none;

static struct klips_usage usage_of(u64 bytes, u64 packets, u64 added, u64 first)
{
	struct klips_usage usage = { .added = added, .first = first, .last = first };

	atomic64_set(&usage.bytes, (s64)bytes);
	atomic64_set(&usage.packets, (s64)packets);
	return usage;
}

static void assert_life(const struct klips_limits *soft, const struct klips_limits *hard, struct klips_usage usage,
			u64 now, enum klips_life wanted)
{
	assert_int_equal(klips_life_check(soft, hard, &usage, now), wanted);
}

static void without_limits_life_goes_on(void **state)
{
	struct klips_usage usage = usage_of(~0ULL, ~0ULL, 1, 1);

	(void)state;
	assert_life(&none, &none, usage, ~0ULL, KLIPS_LIFE_GOES_ON);
	assert_int_equal(klips_life_next(&none, &none, &usage, 5), 0);
}

static void counting(void **state)
{
	struct klips_usage usage = usage_of(0, 0, 10, 0);

	(void)state;
	klips_usage_count(&usage, 100, 1, 20);
	klips_usage_count(&usage, 3000, 2, 30);
	assert_int_equal(atomic64_read(&usage.bytes), 3100);
	assert_int_equal(atomic64_read(&usage.packets), 3);
	assert_int_equal(usage.first, 20);
	assert_int_equal(usage.last, 30);
	assert_int_equal(usage.added, 10);
}

/* A limit is passed by one more than it. */
static void limits_are_exact(void **state)
{
	static const struct klips_limits by[] = {
		{ .bytes = 1000 }, { .packets = 10 }, { .addtime = 5 }, { .usetime = 5 }
	};
	static const struct {
		u64 bytes, packets, now;
	} at[] = { { 1000, 1, 6 * S }, { 1, 10, 6 * S }, { 1, 1, 6 * S }, { 1, 1, 7 * S } },
	  past[] = { { 1001, 1, 6 * S }, { 1, 11, 6 * S }, { 1, 1, 6 * S + 1 }, { 1, 1, 7 * S + 1 } };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		struct klips_usage before = usage_of(at[i].bytes, at[i].packets, S, 2 * S);
		struct klips_usage after = usage_of(past[i].bytes, past[i].packets, S, 2 * S);

		assert_life(&by[i], &none, before, at[i].now, KLIPS_LIFE_GOES_ON);
		assert_life(&none, &by[i], before, at[i].now, KLIPS_LIFE_GOES_ON);
		assert_life(&by[i], &none, after, past[i].now, KLIPS_LIFE_SOFT);
		assert_life(&none, &by[i], after, past[i].now, KLIPS_LIFE_HARD);
		assert_life(&by[i], &by[i], after, past[i].now, KLIPS_LIFE_HARD);
	}
}

/* The old code took the time since the SA was added for the time of its use. */
static void use_begins_with_the_first_packet(void **state)
{
	const struct klips_limits hard = { .usetime = 10 };
	struct klips_usage usage = usage_of(0, 0, S, 0);

	(void)state;
	assert_life(&none, &hard, usage, 1000 * S, KLIPS_LIFE_GOES_ON);
	assert_int_equal(klips_life_next(&none, &hard, &usage, 1000 * S), 0);
	klips_usage_count(&usage, 1, 1, 1000 * S);
	assert_life(&none, &hard, usage, 1010 * S, KLIPS_LIFE_GOES_ON);
	assert_life(&none, &hard, usage, 1010 * S + 1, KLIPS_LIFE_HARD);
	assert_true(klips_life_next(&none, &hard, &usage, 1000 * S) == 1010 * S + 1);
}

/* Limits that are further away than time goes on are none. */
static void far_limits_do_not_wrap(void **state)
{
	static const u64 far[] = { ~0ULL, ~0ULL / S, ~0ULL / S - 1, 1ULL << 63, 18446744074ULL };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		struct klips_limits limits = { .addtime = far[i], .usetime = far[i] };
		struct klips_usage usage = usage_of(0, 1, 5 * S, 5 * S);

		assert_life(&limits, &limits, usage, 100000 * S, KLIPS_LIFE_GOES_ON);
		assert_int_equal(klips_life_next(&limits, &limits, &usage, 100000 * S), 0);
	}
}

/* klips_life_next() by its own definition: before that instant time changes nothing, and at it something. */
static void next_is_when_something_changes(void **state)
{
	uint64_t random = 3;
	unsigned int n, changes = 0;

	(void)state;
	for (n = 0; n < 100000; n++) {
		u64 r = test_random(&random), now = 1 + (r >> 8) % (20 * S), next;
		struct klips_limits soft = { .addtime = r % 7, .usetime = r / 7 % 7 };
		struct klips_limits hard = { .addtime = r / 49 % 11, .usetime = r / 539 % 11 };
		struct klips_usage usage = usage_of(1, 1, 1 + test_random(&random) % now, 0);

		if (r >> 63)
			usage.first = usage.added + test_random(&random) % S;
		next = klips_life_next(&soft, &hard, &usage, now);
		if (!next) {
			assert_int_equal(klips_life_check(&soft, &hard, &usage, now),
					 klips_life_check(&soft, &hard, &usage, 1000 * S));
			continue;
		}
		assert_true(next > now);
		assert_true(klips_life_next(&soft, &hard, &usage, next) != next);
		assert_int_equal(klips_life_check(&soft, &hard, &usage, now),
				 klips_life_check(&soft, &hard, &usage, next - 1));
		changes += klips_life_check(&soft, &hard, &usage, now) < klips_life_check(&soft, &hard, &usage, next);
	}
	assert_in_range(changes, 1000, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_limits_life_goes_on),
		cmocka_unit_test(counting),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(use_begins_with_the_first_packet),
		cmocka_unit_test(far_limits_do_not_wrap),
		cmocka_unit_test(next_is_when_something_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
