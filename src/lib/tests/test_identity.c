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
		{ "%any6", "%any", IKE_ID_NONE },
		{ "0.0.0.0", "%any", IKE_ID_NONE },
		{ "::", "%any", IKE_ID_NONE },
		{ "192.0.2.1", "192.0.2.1", IKE_ID_IPV4_ADDR },
		{ "2001:db8::1", "2001:db8::1", IKE_ID_IPV6_ADDR },
		{ "@west.example.org", "@west.example.org", IKE_ID_FQDN },
		{ "west.example.org", "@west.example.org", IKE_ID_FQDN },
		{ "user@example.org", "user@example.org", IKE_ID_RFC822_ADDR },
		{ "@#0a0b0c", "@#0x0a0b0c", IKE_ID_KEY_ID },
		{ "@#0x0a0b0c", "@#0x0a0b0c", IKE_ID_KEY_ID },
		{ "@[Group 1]", "@#0x47726f75702031", IKE_ID_KEY_ID },
		{ "@[a=b", "@#0x613d62", IKE_ID_KEY_ID },
		{ "@user@example.org", "@user@example.org", IKE_ID_FQDN },
		{ "@C=CA, CN=west", "C=CA, CN=west", IKE_ID_DER_ASN1_DN },
		{ "@~300f310d300b06035504030c0477657374", "CN=west", IKE_ID_DER_ASN1_DN },
		{ "C=CA, O=A B, CN=west", "C=CA, O=A B, CN=west", IKE_ID_DER_ASN1_DN },
		{ "/C=CA/O=A B/CN=west", "C=CA, O=A B, CN=west", IKE_ID_DER_ASN1_DN },
		{ "C=CA/O=A B/CN=west", "C=CA, O=A B, CN=west", IKE_ID_DER_ASN1_DN },
		{ "C=CA / O = A B/CN=west", "C=CA, O=A B, CN=west", IKE_ID_DER_ASN1_DN },
		{ "C=CA, CN=host/west", "C=CA, CN=host/west", IKE_ID_DER_ASN1_DN },
		{ "/O=a, b/CN=west", "O=a\\, b, CN=west", IKE_ID_DER_ASN1_DN },
		{ "C=*, O=A B, CN=*", "C=*, O=A B, CN=*", IKE_ID_DER_ASN1_DN },
		{ "CN=a\\, b", "CN=a\\, b", IKE_ID_DER_ASN1_DN },
		{ "CN=a\\2C\\20b\\0A", "CN=a\\, b\\0A", IKE_ID_DER_ASN1_DN },
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
	static const char *const texts[] = {
		"",	 "@",	   "@#", "@#0x", "@#xyz", "XX=1",   "C=",   "=",    "CN=a,nonsense=b",
		"%null", "%group", "@[", "@[]",	 "@~",	  "@~300f", "@~3g", "C=CAN"
	};
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
	assert_equal_is("@west.example.", "@WEST.example", true);
	assert_equal_is("user@example.org.", "user@example.org", true);
	assert_equal_is("@[west]", "@#77657374", true);
	assert_equal_is("@[west]", "@[WEST]", false);
	assert_equal_is("192.0.2.1", "@192.0.2.1", false);
}

static void assert_match_is(const char *wanted, const char *who, int wild)
{
	struct ike_identity one, other;

	assert_null(ike_identity_parse(&one, wanted));
	assert_null(ike_identity_parse(&other, who));
	if (ike_identity_match(&one, &other) != wild)
		fail_msg("%s and %s: %d", wanted, who, ike_identity_match(&one, &other));
}

static void test_who_is_wanted(void **state)
{
	(void)state;
	assert_match_is("%any", "@west", IKE_ID_WILD);
	assert_match_is("@west", "@West", 0);
	assert_match_is("@west", "west@", -1);
	assert_match_is("@*", "@west", -1);
	assert_match_is("@user@example.org", "user@example.org", -1);
	assert_match_is("C=CA, O=Swan, CN=west", "C=CA, O=Swan, CN=West", 0);
	assert_match_is("CN=west, C=CA, O=Swan", "C=CA, O=Swan, CN=west", 0);
	assert_match_is("C=CA, O=*, CN=*", "C=CA, O=Swan, CN=west", 2);
	assert_match_is("CN=*, O=*, C=CA", "C=CA, O=Swan, CN=west", 2);
	assert_match_is("C=CA, O=*, CN=*", "C=FI, O=Swan, CN=west", -1);
	/* There are as many as there are wanted. */
	assert_match_is("C=CA, CN=*", "C=CA, O=Swan, CN=west", -1);
	assert_match_is("C=CA, O=*, CN=*", "C=CA, CN=west", -1);
	assert_match_is("C=CA, O=*, CN=*", "C=CA, OU=Swan, CN=west", -1);
	assert_match_is("CN=*", "@west", -1);
	/* A star within a value is a star; so is the peer's. */
	assert_match_is("CN=we*", "CN=west", -1);
	assert_match_is("CN=west", "CN=*", -1);
	assert_match_is("CN=*", "CN=*", 0);
	/* What is named takes its own, and leaves the wildcard the rest. */
	assert_match_is("OU=*, OU=a, OU=b", "OU=a, OU=c, OU=b", 1);
	assert_match_is("OU=*, OU=a, OU=a", "OU=a, OU=c, OU=b", -1);
	assert_match_is("O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*,O=*",
			"O=1,O=2,O=3,O=4,O=5,O=6,O=7,O=8,O=9,O=10,O=11,O=12,O=13,O=14,O=15,O=16,O=17", IKE_ID_WILD);
}

/* RDNs of several attributes, which no text here can say: CN and O in one. */
static void test_names_of_several_parts(void **state)
{
	(void)state;
	/* any CN with O=b */
	assert_match_is("@~30163114300806035504030c012a3008060355040a0c0162",
			"@~30163114300806035504030c01613008060355040a0c0162", 1);
	/* any of both */
	assert_match_is("@~30163114300806035504030c012a3008060355040a0c012a",
			"@~30163114300806035504030c01613008060355040a0c0162", 2);
	/* another O */
	assert_match_is("@~30163114300806035504030c012a3008060355040a0c0163",
			"@~30163114300806035504030c01613008060355040a0c0162", -1);
	/* two RDNs */
	assert_match_is("@~3018310a300806035504030c012a310a3008060355040a0c0162",
			"@~30163114300806035504030c01613008060355040a0c0162", -1);
	/* fewer parts */
	assert_match_is("@~300c310a300806035504030c012a", "@~30163114300806035504030c01613008060355040a0c0162", -1);
	/* the same type twice */
	assert_match_is("@~30163114300806035504030c012a300806035504030c0161",
			"@~30163114300806035504030c01613008060355040a0c0162", -1);
	/* none wild */
	assert_match_is("@~30223114300806035504030c01613008060355040a0c0162310a3008060355040a0c0178",
			"@~3022310a3008060355040a0c01783114300806035504030c01613008060355040a0c0162", 0);
}

static void assert_answers_is(const char *own, const char *asked, bool answers)
{
	struct ike_identity one, other;

	assert_null(ike_identity_parse(&one, own));
	assert_null(ike_identity_parse(&other, asked));
	assert_int_equal(ike_identity_answers(&one, &other), answers);
}

static void test_who_answers(void **state)
{
	(void)state;
	assert_answers_is("@east", "@East.", true);
	assert_answers_is("@*.example.org", "@east.example.org", true);
	assert_answers_is("@*.example.org.", "@a.east.Example.org.", true);
	assert_answers_is("@*.example.org", "@example.org", false);
	assert_answers_is("@*.example.org", "@.example.org", false);
	assert_answers_is("@*.example.org", "@eastexample.org", false);
	assert_answers_is("@*.example.org", "east@a.example.org", false);
	assert_answers_is("@*east", "@northeast", false);
	assert_answers_is("@east", "@*.east", false);
}

static void test_who_is_many(void **state)
{
	static const struct {
		const char *text;
		bool many;
	} rows[] = { { "%any", true },	{ "C=CA, CN=*", true }, { "CN=a*", false },
		     { "@*.b", false }, { "192.0.2.1", false }, { "@[*]", false } };
	struct ike_identity identity;
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		assert_null(ike_identity_parse(&identity, rows[at].text));
		assert_int_equal(ike_identity_is_many(&identity), rows[at].many);
	}
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

static void test_zeros_end_nothing(void **state)
{
	static const uint8_t one[] = { 'a', 0, 'b' }, other[] = { 'A', 0, 'c' };
	struct ike_identity a, b;

	(void)state;
	ike_identity_set(&a, IKE_ID_FQDN, (struct ike_slice){ one, sizeof(one) });
	ike_identity_set(&b, IKE_ID_FQDN, (struct ike_slice){ other, sizeof(other) });
	assert_false(ike_identity_equal(&a, &b));
	assert_true(ike_identity_equal(&a, &a));
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
		cmocka_unit_test(test_text_there_and_back),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_the_same_or_not),
		cmocka_unit_test(test_what_cannot_be_shown),
		cmocka_unit_test(test_too_long_on_the_wire),
		cmocka_unit_test(test_who_is_wanted),
		cmocka_unit_test(test_names_of_several_parts),
		cmocka_unit_test(test_who_answers),
		cmocka_unit_test(test_who_is_many),
		cmocka_unit_test(test_zeros_end_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
