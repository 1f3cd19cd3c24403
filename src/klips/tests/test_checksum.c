// SPDX-License-Identifier: GPL-2.0-or-later
/* Checksums: RFC 1071's example, and all lengths and alignments against the plain sum. */
#include "test.h"
#include "super.h"

static void test_rfc1071(void **state)
{
	/* RFC 1071, 3: ddf0 + 2 is folded to ddf2. */
	static const u8 bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	(void)state;
	assert_int_equal(be16_to_cpu(klips_sum_fold(klips_sum(bytes, sizeof(bytes), 0))), 0xddf2);
}

static void test_lengths(void **state)
{
	u8 bytes[1600 + 64];
	uint64_t random = 3;
	u32 i, at, length;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)test_random(&random);
	for (length = 0; length <= 1600; length++)
		for (at = 0; at < 64; at += 13)
			assert_int_equal(be16_to_cpu(klips_sum_fold(klips_sum(bytes + at, length, 0))),
					 super_sum(bytes + at, length, 0));
}

/* As many carries as there can be. */
static void test_carries(void **state)
{
	static u8 bytes[65536];
	u32 length;

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	for (length = 2; length <= sizeof(bytes); length += 4098)
		assert_int_equal(klips_sum_fold(klips_sum(bytes, length, 0xffffffffULL)), 0xffff);
}

static void test_in_parts(void **state)
{
	u8 bytes[1000];
	uint64_t random = 4;
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)test_random(&random);
	for (i = 0; i < sizeof(bytes); i += 2)
		assert_int_equal(klips_sum_fold(klips_sum(bytes + i, sizeof(bytes) - i, klips_sum(bytes, i, 0))),
				 klips_sum_fold(klips_sum(bytes, sizeof(bytes), 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc1071),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_carries),
		cmocka_unit_test(test_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
