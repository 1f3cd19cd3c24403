/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of IKE's cryptography share: known bytes in hexadecimal, and algorithms by name. */
#ifndef LIB_TESTS_IKE_BYTES_H
#define LIB_TESTS_IKE_BYTES_H

#include "../../klips/tests/test.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ike_own.h"

struct bytes {
	uint8_t data[2048];
	size_t length;
};

/* Blanks between digits are ignored. */
static inline struct bytes bytes(const char *hex)
{
	struct bytes result = { .length = 0 };
	unsigned int byte, digits = 0;

	for (; *hex; hex++) {
		if (isspace((unsigned char)*hex))
			continue;
		assert_true(isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]));
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		assert_true(digits < sizeof(result.data));
		result.data[digits++] = (uint8_t)byte;
		hex++;
	}
	result.length = digits;
	return result;
}

static inline struct ike_slice slice(const struct bytes *from)
{
	return (struct ike_slice){ from->data, from->length };
}

static inline void assert_bytes(const uint8_t *data, size_t length, const char *hex)
{
	struct bytes expected = bytes(hex);

	assert_int_equal(length, expected.length);
	assert_memory_equal(data, expected.data, length);
}

static inline const struct ike_alg *alg(uint8_t type, const char *name)
{
	const struct ike_alg *found = ike_alg_by_name(type, name, strlen(name), NULL);

	if (!found) {
		fail_msg("%s is not known", name);
		abort();
	}
	return found;
}

/* With a seed of one part. */
static inline int prf_plus(const struct ike_alg *prf, struct ike_slice key, struct ike_slice seed, uint8_t *out,
			   size_t length)
{
	return ike_prf_expand(prf, key, &seed, 1, out, length);
}

#endif
