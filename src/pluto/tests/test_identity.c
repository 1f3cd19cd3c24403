// SPDX-License-Identifier: GPL-2.0-or-later
/* Identities: as text, and whether two are the same. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../identity.h"

static void test_text_there_and_back(void **state)
{
	static const struct {
		const char *text, *back;
		uint8_t type;
	} rows[] = {
		{ "%any", "%any", IKE_ID_NONE },
		{ "192.0.2.1", "192.0.2.1", IKE_ID_IPV4_ADDR },
		{ "2001:db8::1", "2001:db8::1", IKE_ID_IPV6_ADDR },
		{ "@west.example.org", "@west.example.org", IKE_ID_FQDN },
		{ "west.example.org", "@west.example.org", IKE_ID_FQDN },
		{ "user@example.org", "user@example.org", IKE_ID_RFC822_ADDR },
		{ "@#0a0b0c", "@#0x0a0b0c", IKE_ID_KEY_ID },
		{ "@#0x0a0b0c", "@#0x0a0b0c", IKE_ID_KEY_ID },
		{ "C=CA, O=A B, CN=west", "C=CA, O=A B, CN=west", IKE_ID_DER_ASN1_DN },
		{ "/C=CA/O=A B/CN=west", "C=CA, O=A B, CN=west", IKE_ID_DER_ASN1_DN },
		{ "CN=a\\, b", "CN=a\\, b", IKE_ID_DER_ASN1_DN },
		{ "OU=a,, b, CN=c", "OU=a\\, b, CN=c", IKE_ID_DER_ASN1_DN },
		{ "cn=west, E=a@b.org", "CN=west, emailAddress=a@b.org", IKE_ID_DER_ASN1_DN },
	};
	struct ike_identity identity;
	char text[IKE_ID_TEXT];
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		assert_null(ike_identity_parse(&identity, rows[at].text));
		assert_int_equal(identity.type, rows[at].type);
		assert_int_equal(ike_identity_print(text, sizeof(text), &identity), strlen(rows[at].back));
		assert_string_equal(text, rows[at].back);
	}
}

static void test_what_is_none(void **state)
{
	static const char *const texts[] = { "", "@", "@#", "@#0x", "@#xyz", "XX=1", "C=", "=", "CN=a,nonsense=b" };
	struct ike_identity identity;
	char longest[5000];
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(texts) / sizeof(*texts); at++)
		assert_non_null(ike_identity_parse(&identity, texts[at]));
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_non_null(ike_identity_parse(&identity, longest));
	memcpy(longest, "CN=", 3);
	assert_non_null(ike_identity_parse(&identity, longest));
	memcpy(longest, "@#0", 3);
	assert_non_null(ike_identity_parse(&identity, longest));
}

static void assert_equal_is(const char *a, const char *b, bool equal)
{
	struct ike_identity one, other;

	assert_null(ike_identity_parse(&one, a));
	assert_null(ike_identity_parse(&other, b));
	assert_int_equal(ike_identity_equal(&one, &other), equal);
	assert_int_equal(ike_identity_hash(&one, 7) == ike_identity_hash(&other, 7), equal);
}

static void test_the_same_or_not(void **state)
{
	(void)state;
	assert_equal_is("@west", "@WEST", true);
	assert_equal_is("@west", "@east", false);
	assert_equal_is("@west", "west@", false);
	assert_equal_is("User@Example.org", "user@example.ORG", true);
	assert_equal_is("C=CA,CN=west", "C=CA, CN=West", true);
	assert_equal_is("C=CA,CN=west", "CN=west,C=CA", false);
	assert_equal_is("@#0a", "@#0a0b", false);
	assert_equal_is("192.0.2.1", "@192.0.2.1", false);
}

/* What a peer sends goes to logs. */
static void test_what_cannot_be_shown(void **state)
{
	static const uint8_t bytes[] = { 'a', 0, 27, '[', 0xff };
	struct ike_identity identity;
	char text[64], little[4];

	(void)state;
	assert_int_equal(ike_identity_set(&identity, IKE_ID_FQDN, (struct ike_slice){ bytes, sizeof(bytes) }), 0);
	ike_identity_print(text, sizeof(text), &identity);
	assert_string_equal(text, "@a??[?");
	assert_int_equal(ike_identity_print(little, sizeof(little), &identity), 6);
	assert_string_equal(little, "@a?");
	ike_identity_set(&identity, IKE_ID_DER_ASN1_DN, (struct ike_slice){ bytes, sizeof(bytes) });
	ike_identity_print(text, sizeof(text), &identity);
	assert_string_equal(text, "%malformed");
	ike_identity_set(&identity, IKE_ID_IPV4_ADDR, (struct ike_slice){ bytes, sizeof(bytes) });
	ike_identity_print(text, sizeof(text), &identity);
	assert_string_equal(text, "@#0x61001b5bff");
}

static void test_too_long_on_the_wire(void **state)
{
	static uint8_t bytes[IKE_ID_MAX + 1];
	struct ike_identity identity;

	(void)state;
	assert_true(ike_identity_set(&identity, IKE_ID_FQDN, (struct ike_slice){ bytes, sizeof(bytes) }) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_there_and_back),  cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_the_same_or_not),	     cmocka_unit_test(test_what_cannot_be_shown),
		cmocka_unit_test(test_too_long_on_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
