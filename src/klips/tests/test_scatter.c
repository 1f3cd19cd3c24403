// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads into many buffers: whatever was guessed, the bytes that came are those that are found. */
#include "test.h"
#include "user/scatter.h"

static u8 bytes[KLIPS_SCATTER_MAX];

/* What readv() does. */
static void arrive(struct klips_scatter *s, u32 total)
{
	u32 done = 0, n;
	unsigned int i;

	for (i = 1; i <= s->pieces && done < total; i++, done += n) {
		n = min_t(u32, total - done, s->iov[i].iov_len);
		memcpy(s->iov[i].iov_base, bytes + done, n);
	}
	assert_int_equal(done, total);
}

static void check_segments(struct klips_scatter *s, u32 lead, u32 step, u32 count, u32 total)
{
	u32 i, at = lead, n;

	for (i = 0; i < count; i++, at += n) {
		struct sk_buff *skb;

		n = min(total - at, step);
		skb = klips_scatter_take(s, i, lead + n);
		assert_int_equal(skb->len, lead + n);
		assert_memory_equal(skb->data + lead, bytes + at, n);
		if (!i)
			assert_memory_equal(skb->data, bytes, lead);
		assert_int_equal(skb_headroom(skb), KLIPS_SLOT_HEAD);
		kfree_skb(skb);
	}
	assert_int_equal(at, total);
}

static void test_guesses(void **state)
{
	static const u32 steps[] = { 0, 1, 40, 1024, 1448, KLIPS_SLOT_ROOM, 9000 };
	struct klips_scatter s;
	uint64_t random = 5;
	u32 n, total, lead, step, count, fitted = 0;

	(void)state;
	for (n = 0; n < sizeof(bytes); n++)
		bytes[n] = (u8)test_random(&random);
	assert_int_equal(klips_scatter_init(&s), 0);
	for (n = 0; n < 3000; n++) {
		lead = n % 2 ? 0 : 52;
		if (n % 3)
			klips_scatter_guess(&s, lead, steps[test_random(&random) % ARRAY_SIZE(steps)]);
		assert_int_equal(klips_scatter_prepare(&s), 0);
		step = n % 5 ? 1448 : 700;
		total = lead + 1 + (u32)(test_random(&random) % (n % 4 ? 60000 : 1000));
		count = DIV_ROUND_UP(total - lead, step);
		arrive(&s, total);
		if (klips_scatter_fits(&s, lead, step, count, total)) {
			check_segments(&s, lead, step, count, total);
			fitted++;
		} else {
			assert_memory_equal(klips_scatter_flat(&s, total), bytes, total);
		}
	}
	assert_in_range(fitted, 300, 2700);
	klips_scatter_exit(&s);
}

/* After one read that tells, the next of its like needs no copy. */
static void test_right_guess(void **state)
{
	struct klips_scatter s;

	(void)state;
	assert_int_equal(klips_scatter_init(&s), 0);
	klips_scatter_guess(&s, 52, 1324);
	assert_int_equal(klips_scatter_prepare(&s), 0);
	assert_true(klips_scatter_fits(&s, 52, 1324, 43, 52 + 43 * 1324));
	assert_true(klips_scatter_fits(&s, 0, 0, 1, 1376));
	assert_false(klips_scatter_fits(&s, 0, 0, 1, 1377));
	assert_false(klips_scatter_fits(&s, 40, 1324, 2, 2688));
	assert_false(klips_scatter_fits(&s, 52, 1300, 2, 2652));
	assert_false(klips_scatter_fits(&s, 52, 1324, 65, 60000));
	klips_scatter_exit(&s);
}

static int end_slots(void **state)
{
	(void)state;
	klips_slots_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guesses),
		cmocka_unit_test(test_right_guess),
	};

	return cmocka_run_group_tests(tests, NULL, end_slots);
}
