// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "core/replay.h"

/* A model: the numbers that were taken, without end, in a table that a window of the greatest size cannot fill. */
#define MODEL_SLOTS (4 * KLIPS_REPLAY_MAX)

struct model {
	u32 size;
	u64 top;
	u64 taken[MODEL_SLOTS];
};

static bool model_accept(struct model *model, u64 number)
{
	if (!number || (number <= model->top && model->top - number >= model->size))
		return false;
	if (model->taken[number % MODEL_SLOTS] == number)
		return false;
	model->taken[number % MODEL_SLOTS] = number;
	model->top = max(model->top, number);
	return true;
}

/* A number near the top: mostly within twice the window, now and then far ahead. */
static u64 near_top(const struct model *model, uint64_t *random, u64 limit)
{
	u64 r = test_random(random), spread = 4 * (u64)model->size, number;

	if (r % 64 == 0)
		return min(limit, model->top + r % (20 * KLIPS_REPLAY_MAX));
	number = model->top + (r >> 8) % spread;
	number = number > spread * 3 / 4 ? number - spread * 3 / 4 : number % (spread + 1);
	return number > limit || number < model->top - min(model->top, spread) ? limit : number;
}

static void run_against_model(u32 size, bool esn, u64 start, u64 limit, uint64_t random)
{
	static struct model model;
	struct klips_replay replay;
	unsigned int i, accepted = 0;
	u64 number;

	memset(&model, 0, sizeof(model));
	model.size = size;
	assert_int_equal(klips_replay_init(&replay, size, esn), 0);
	if (start)
		assert_true(klips_replay_accept(&replay, start) == model_accept(&model, start));
	for (i = 0; i < 20000; i++) {
		bool expected, may;

		number = near_top(&model, &random, limit);
		may = klips_replay_may_accept(&replay, number);
		expected = model_accept(&model, number);
		assert_int_equal(may, expected);
		assert_int_equal(klips_replay_accept(&replay, number), expected);
		assert_false(klips_replay_may_accept(&replay, number));
		assert_true(replay.top == model.top);
		accepted += expected;
	}
	/* the sequence must have had both sorts, or it says little */
	assert_in_range(accepted, 10, 19990);
	klips_replay_free(&replay);
}

static void agrees_with_the_model(void **state)
{
	static const u32 sizes[] = { 32, 64, 96, 128, 160, 1024, 4064, 4096 };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		run_against_model(sizes[i], false, 0, 0xffffffff, 1 + i);
		run_against_model(sizes[i], true, 0, ~0ULL, 100 + i);
		run_against_model(sizes[i], true, 0xffffffff - sizes[i], ~0ULL, 200 + i); /* the low half wraps */
		run_against_model(sizes[i], true, (7ULL << 32) - 1, ~0ULL, 300 + i);
	}
}

/* Only a few numbers are left, and then none: 2^32 - 1 and 2^64 - 1 are the last. */
static void ends_at_the_top(void **state)
{
	static const u64 limits[] = { 0xffffffff, ~0ULL };
	struct klips_replay replay;
	unsigned int i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		assert_int_equal(klips_replay_init(&replay, 128, i == 1), 0);
		for (n = 3; n-- > 0;) {
			assert_true(klips_replay_accept(&replay, limits[i] - n));
			assert_false(klips_replay_may_accept(&replay, limits[i] - n));
		}
		assert_int_equal(klips_replay_number(&replay, 0xffffffff), limits[i]);
		assert_false(klips_replay_may_accept(&replay, klips_replay_number(&replay, 0)));
		assert_false(klips_replay_may_accept(&replay, klips_replay_number(&replay, 1)));
		assert_true(klips_replay_accept(&replay, limits[i] - 127));
		assert_false(klips_replay_may_accept(&replay, limits[i] - 128));
		klips_replay_free(&replay);
	}
}

/* The old code shifted 32-bit words, so a window of more than 32 forgot, or saw, numbers that it should not have. */
static void wide_windows_remember_all(void **state)
{
	struct klips_replay replay;
	u64 number;

	(void)state;
	assert_int_equal(klips_replay_init(&replay, 4096, false), 0);
	for (number = 5000; number > 5000 - 4096; number -= 3)
		assert_true(klips_replay_accept(&replay, number));
	for (number = 5000; number > 5000 - 4096; number--)
		assert_int_equal(klips_replay_may_accept(&replay, number), (5000 - number) % 3 != 0);
	/* a jump of exactly 32, 64 and the ring's length leaves no bit of old */
	for (number = 0; number < 3; number++) {
		static const u64 jumps[] = { 32, 64, 128 * 64 };
		u64 top = replay.top;

		assert_true(klips_replay_accept(&replay, top + jumps[number]));
		assert_int_equal(klips_replay_may_accept(&replay, top), false);
		assert_int_equal(klips_replay_may_accept(&replay, top + 1), jumps[number] <= 4096);
		assert_true(klips_replay_may_accept(&replay, top + jumps[number] - 1));
	}
	klips_replay_free(&replay);
}

static void zero_is_never_new(void **state)
{
	struct klips_replay replay;

	(void)state;
	assert_int_equal(klips_replay_init(&replay, 64, false), 0);
	assert_false(klips_replay_may_accept(&replay, 0));
	assert_false(klips_replay_accept(&replay, 0));
	assert_true(klips_replay_accept(&replay, 1));
	assert_false(klips_replay_accept(&replay, 0));
	klips_replay_free(&replay);
}

static void without_a_window_all_are_new(void **state)
{
	struct klips_replay replay;

	(void)state;
	assert_int_equal(klips_replay_init(&replay, 0, true), 0);
	assert_true(klips_replay_accept(&replay, 0));
	assert_true(klips_replay_accept(&replay, 5));
	assert_true(klips_replay_accept(&replay, 5));
	assert_true(klips_replay_accept(&replay, 0xfffffff0));
	/* numbers go on being found over the wrap of the low half */
	assert_int_equal(klips_replay_number(&replay, 0xffffff00), 0xffffff00);
	assert_int_equal(klips_replay_number(&replay, 3), 0x100000003);
	assert_true(klips_replay_accept(&replay, 0x100000003));
	assert_int_equal(klips_replay_number(&replay, 0xfffffffe), 0xfffffffe);
	assert_int_equal(klips_replay_number(&replay, 4), 0x100000004);
	klips_replay_free(&replay);
}

/* RFC 4303, A2.2: any number within the window, or less than 2^32 - window ahead of it, is found from its low half. */
static void finds_the_high_half(void **state)
{
	static const u64 tops[] = { 0x100000000,    0x1ffffffff,       0x12345678900000ff, 0x123456780000003f,
				    0x12345678003f, 0x1ffffffc0,       0x5000000040,	   0x500000003f,
				    0x5000000041,   0xffffffff00000000 };
	static const u32 sizes[] = { 32, 64, 4096 };
	struct klips_replay replay;
	uint64_t random = 77;
	unsigned int s, t, n;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		assert_int_equal(klips_replay_init(&replay, sizes[s], true), 0);
		for (t = 0; t < ARRAY_SIZE(tops); t++) {
			u64 bottom = tops[t] - sizes[s] + 1, ahead = 0x100000000ULL - sizes[s];

			replay.top = tops[t];
			for (n = 0; n < sizes[s]; n++)
				assert_true(klips_replay_number(&replay, (u32)(bottom + n)) == bottom + n);
			for (n = 0; n < 2000; n++) {
				u64 number = tops[t] + test_random(&random) % (ahead + 1);

				if (number >= tops[t])
					assert_true(klips_replay_number(&replay, (u32)number) == number);
			}
			if (tops[t] + ahead > tops[t])
				assert_true(klips_replay_number(&replay, (u32)(tops[t] + ahead)) == tops[t] + ahead);
			/* one more is one that the window is past */
			assert_true(klips_replay_number(&replay, (u32)(bottom - 1)) != bottom - 1);
		}
		klips_replay_free(&replay);
	}
}

/* At the start there is no run of the low half before the first: nothing may be taken for one of it. */
static void starts_in_the_first_run(void **state)
{
	struct klips_replay replay;

	(void)state;
	assert_int_equal(klips_replay_init(&replay, 64, true), 0);
	assert_int_equal(klips_replay_number(&replay, 1), 1);
	assert_int_equal(klips_replay_number(&replay, 0xffffffff), 0xffffffff);
	assert_true(klips_replay_accept(&replay, 10));
	assert_int_equal(klips_replay_number(&replay, 0xfffffff0), 0xfffffff0);
	klips_replay_free(&replay);
}

static void refuses_sizes(void **state)
{
	static const u32 wrong[] = { 1, 31, 33, 63, 4097, 4128, 0xffffffe0 };
	struct klips_replay replay;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(klips_replay_init(&replay, wrong[i], false), -EINVAL);
		klips_replay_free(&replay);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),	cmocka_unit_test(ends_at_the_top),
		cmocka_unit_test(wide_windows_remember_all),	cmocka_unit_test(zero_is_never_new),
		cmocka_unit_test(without_a_window_all_are_new), cmocka_unit_test(finds_the_high_half),
		cmocka_unit_test(starts_in_the_first_run),	cmocka_unit_test(refuses_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
