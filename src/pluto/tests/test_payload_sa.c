// SPDX-License-Identifier: GPL-2.0-or-later
/* SA payloads: RFC 7296, 3.3. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "rebuild.h"

/* One proposal of IKE with AES_CBC of 256 bits and HMAC_SHA2_256, as RFC 7296, 3.3.1 to 3.3.5, draw it. */
#define AES_256	 "\3\0\0\14\1\0\0\14\200\16\1\0"
#define PRF_LAST "\0\0\0\10\2\0\0\5"
#define ONE	 "\0\0\0\34\1\1\0\2" AES_256 PRF_LAST

static int read_sa(struct ike_proposals *to, struct ike_slice body, const char **why)
{
	uint8_t *memory = malloc(body.length);
	struct ike_payload payload = { .type = IKE_P_SA, .body = { memory, body.length } };
	int err;

	if (body.length)
		memcpy(memory, body.data, body.length);
	*why = NULL;
	err = ike_sa_read(to, &payload, why);
	free(memory);
	return err;
}

static void refused(struct ike_slice body, const char *expected)
{
	static struct ike_proposals proposals;
	const char *why;

	assert_int_equal(read_sa(&proposals, body, &why), -1);
	assert_string_equal(why, expected);
}

static void transform_is(const struct ike_proposal *proposal, uint8_t i, uint8_t type, uint16_t id, uint16_t key_bits)
{
	assert_true(i < proposal->count);
	assert_int_equal(proposal->transforms[i].type, type);
	assert_int_equal(proposal->transforms[i].id, id);
	assert_int_equal(proposal->transforms[i].key_bits, key_bits);
}

static void test_read(void **state)
{
	static struct ike_proposals proposals;
	const char *why;

	(void)state;
	assert_int_equal(read_sa(&proposals, TEXT(ONE), &why), 0);
	assert_int_equal(proposals.count, 1);
	assert_int_equal(proposals.proposals[0].protocol, IKE_PROTO_IKE);
	assert_int_equal(proposals.proposals[0].number, 1);
	assert_int_equal(proposals.proposals[0].spi_size, 0);
	assert_int_equal(proposals.proposals[0].count, 2);
	transform_is(&proposals.proposals[0], 0, IKE_ENCR, 12, 256);
	transform_is(&proposals.proposals[0], 1, IKE_PRF, 5, 0);
}

static void test_put(void **state)
{
	static struct ike_proposals proposals;
	struct ike_builder builder;
	uint8_t data[128], first;
	const char *why;

	(void)state;
	assert_int_equal(read_sa(&proposals, TEXT(ONE), &why), 0);
	ike_build_chain(&builder, data, sizeof(data), &first);
	ike_put_sa(&builder, &proposals);
	assert_int_equal(first, IKE_P_SA);
	assert_int_equal(ike_build_end(&builder), 32);
	assert_memory_equal(data, "\0\0\0\40" ONE, 32);
}

/* Two proposals with SPIs: ESP's of four bytes, IKE's of eight. */
static void test_spi(void **state)
{
	static struct ike_proposals proposals;
	const char *why;

	(void)state;
	assert_int_equal(read_sa(&proposals,
				 TEXT("\2\0\0\24\1\3\4\1\1\2\3\4\0\0\0\10\5\0\0\1"
				      "\0\0\0\30\2\1\10\1\1\2\3\4\5\6\7\10" PRF_LAST),
				 &why),
			 0);
	assert_int_equal(proposals.count, 2);
	assert_int_equal(proposals.proposals[0].spi_size, 4);
	assert_memory_equal(proposals.proposals[0].spi, "\1\2\3\4\0\0\0\0", 8);
	transform_is(&proposals.proposals[0], 0, IKE_ESN, 1, 0);
	assert_int_equal(proposals.proposals[1].spi_size, 8);
	assert_memory_equal(proposals.proposals[1].spi, "\1\2\3\4\5\6\7\10", 8);
}

#define WITH(length, attributes) "\0\0\0" length "\1\1\0\2\3\0\0" attributes PRF_LAST

static void unusable(struct ike_slice body)
{
	static struct ike_proposals proposals;
	const char *why;

	assert_int_equal(read_sa(&proposals, body, &why), 0);
	assert_int_equal(proposals.proposals[0].count, 2);
	transform_is(&proposals.proposals[0], 0, IKE_ENCR, 12, IKE_KEY_BITS_UNUSABLE);
	transform_is(&proposals.proposals[0], 1, IKE_PRF, 5, 0);
}

/* RFC 7296, 3.3.6: such a transform is not to be chosen; that it was there is not forgotten. */
static void test_attributes(void **state)
{
	(void)state;
	/* An unknown one, short; long; long and empty; before a key length. */
	unusable(TEXT(WITH("\34", "\14\1\0\0\14\200\17\1\0")));
	unusable(TEXT(WITH("\37", "\17\1\0\0\14\0\17\0\3abc")));
	unusable(TEXT(WITH("\34", "\14\1\0\0\14\0\17\0\0")));
	unusable(TEXT(WITH("\40", "\20\1\0\0\14\200\1\0\1\200\16\1\0")));
	/* A key length in the long form, one of 0, two of them. */
	unusable(TEXT(WITH("\36", "\16\1\0\0\14\0\16\0\2\1\0")));
	unusable(TEXT(WITH("\34", "\14\1\0\0\14\200\16\0\0")));
	unusable(TEXT(WITH("\40", "\20\1\0\0\14\200\16\1\0\200\16\1\0")));
}

static void test_attributes_refused(void **state)
{
	(void)state;
	refused(TEXT(WITH("\35", "\15\1\0\0\14\0\17\0\2x")), "an attribute's length exceeds its transform");
	refused(TEXT(WITH("\33", "\13\1\0\0\14\200\16\1")), "it is too short for its fields");
	refused(TEXT(WITH("\31", "\11\1\0\0\14\200")), "it is too short for its fields");
}

static void test_refused(void **state)
{
	static const char last[] = "a proposal or transform is wrong about whether it is the last";
	static const char spi[] = "a proposal's SPI has not the length that its protocol's have";

	(void)state;
	refused(TEXT(""), "it has no proposal");
	refused(TEXT("\0\0\0"), "it ends within a header");
	refused(TEXT("\0\0\0\10\1\1\0"), "a length exceeds what it is in");
	refused(TEXT("\0\0\0\7\1\1\0"), "it is too short for its fields");
	refused(TEXT("\2\0\0\34\1\1\0\2" AES_256 PRF_LAST), last);
	refused(TEXT("\0\0\0\34\1\1\0\2" AES_256 PRF_LAST ONE), last);
	refused(TEXT("\0\0\0\34\1\1\0\2" AES_256 "\3\0\0\10\2\0\0\5"), last);
	refused(TEXT("\0\0\0\30\1\1\0\2" PRF_LAST PRF_LAST), last);
	refused(TEXT("\0\0\0\34\1\1\0\1" AES_256 PRF_LAST), "a proposal has not as many transforms as it says");
	refused(TEXT("\0\0\0\34\1\1\0\3" AES_256 PRF_LAST), "a proposal has not as many transforms as it says");
	refused(TEXT("\0\0\0\10\1\1\11\0"), "it is too short for its fields");
	refused(TEXT("\0\0\0\11\1\1\1\0x"), spi);
	refused(TEXT("\0\0\0\10\1\3\0\0"), spi);
	refused(TEXT("\0\0\0\20\1\2\10\0abcdefgh"), spi);
	refused(TEXT("\0\0\0\17\1\1\0\1\0\0\0\7\2\0\0"), "it is too short for its fields");
	refused(TEXT("\0\0\0\20\1\1\0\1\0\0\0\11\2\0\0\5"), "a length exceeds what it is in");
}

/* Equal numbers were an "and" in RFC 4306; which may be left out. */
static void test_numbers(void **state)
{
	static const char order[] = "a proposal's number is not higher than the one before";
	static struct ike_proposals proposals;
	const char *why;

	(void)state;
	refused(TEXT("\0\0\0\10\0\1\0\0"), order);
	refused(TEXT("\2\0\0\10\1\1\0\0\0\0\0\10\1\1\0\0"), order);
	refused(TEXT("\2\0\0\10\2\1\0\0\0\0\0\10\1\1\0\0"), order);
	/* The answer to a third one has its number. */
	assert_int_equal(read_sa(&proposals, TEXT("\0\0\0\10\3\1\0\0"), &why), 0);
	assert_int_equal(proposals.proposals[0].number, 3);
}

static void test_other_protocols(void **state)
{
	static struct ike_proposals proposals;
	const char *why;

	(void)state;
	assert_int_equal(read_sa(&proposals, TEXT("\2\0\0\22\1\4\11\7abcdefghi?\0\0\0\10\2\1\0\0"), &why), 0);
	assert_int_equal(proposals.count, 1);
	assert_int_equal(proposals.proposals[0].number, 2);
	assert_int_equal(read_sa(&proposals, TEXT("\0\0\0\10\1\0\0\0"), &why), 0);
	assert_int_equal(proposals.count, 0);
}

/* @proposals of IKE with @transforms each. */
static size_t many(uint8_t *to, unsigned int proposals, unsigned int transforms)
{
	static const uint8_t proposal[8] = { 2, 0, 0, 0, 0, 1, 0, 0 }, transform[8] = { 3, 0, 0, 8, 2, 0, 0, 5 };
	uint8_t *at = to;
	unsigned int i, j;

	for (i = 1; i <= proposals; i++) {
		unsigned int length = 8 + 8 * transforms;

		memcpy(at, proposal, sizeof(proposal));
		at[0] = i < proposals ? 2 : 0;
		at[2] = (uint8_t)(length >> 8);
		at[3] = (uint8_t)length;
		at[4] = (uint8_t)i;
		at[7] = (uint8_t)transforms;
		for (j = 1, at += 8; j <= transforms; j++, at += 8) {
			memcpy(at, transform, sizeof(transform));
			at[0] = j < transforms ? 3 : 0;
		}
	}
	return (size_t)(at - to);
}

static void test_limits(void **state)
{
	static struct ike_proposals proposals;
	static uint8_t data[16384];
	const char *why;
	size_t length = many(data, IKE_PROPOSALS_MAX, IKE_TRANSFORMS_MAX);

	(void)state;
	assert_int_equal(read_sa(&proposals, (struct ike_slice){ data, length }, &why), 0);
	assert_int_equal(proposals.count, IKE_PROPOSALS_MAX);
	assert_int_equal(proposals.proposals[IKE_PROPOSALS_MAX - 1].count, IKE_TRANSFORMS_MAX);
	length = many(data, IKE_PROPOSALS_MAX + 1, 1);
	refused((struct ike_slice){ data, length }, "it has too many proposals");
	length = many(data, 1, IKE_TRANSFORMS_MAX + 1);
	refused((struct ike_slice){ data, length }, "a proposal has too many transforms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_spi),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_attributes_refused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
