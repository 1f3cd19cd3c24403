// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration payloads: RFC 7296, 3.15. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "rebuild.h"

static int read_cp(struct ike_cp *to, struct ike_slice body, const char **why)
{
	struct ike_payload payload = { .type = IKE_P_CP, .body = body };

	*why = NULL;
	return ike_cp_read(to, &payload, why);
}

static void refused(struct ike_slice body, const char *expected)
{
	uint8_t *memory = malloc(body.length);
	struct ike_cp cp;
	const char *why;

	memcpy(memory, body.data, body.length);
	assert_int_equal(read_cp(&cp, (struct ike_slice){ memory, body.length }, &why), -1);
	assert_string_equal(why, expected);
	free(memory);
}

static void addr_is(const struct ike_cp *cp, uint16_t type, const char *expected, uint8_t expected_bits)
{
	const struct ike_cp_attribute *attribute = ike_cp_find(cp, type);
	struct klips_addr addr;
	char text[64];
	uint8_t bits;

	assert_non_null(attribute);
	assert_true(ike_cp_addr(attribute, &addr, &bits));
	klips_addr_print(text, sizeof(text), &addr);
	assert_string_equal(text, expected);
	assert_int_equal(bits, expected_bits);
}

/* The example of RFC 7296, 2.19 and 3.15.1: an address with DNS and a subnet. */
#define REPLY                                                \
	"\2\0\0\0"                                           \
	"\0\1\0\4\300\0\2\12"                                \
	"\0\2\0\4\377\377\377\0"                             \
	"\0\3\0\4\300\0\2\1"                                 \
	"\0\15\0\10\300\0\2\100\377\377\377\300"             \
	"\0\10\0\21\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\5\100" \
	"\0\12\0\20\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\6"     \
	"\0\31\0\13example.org"

static void test_read(void **state)
{
	struct ike_cp cp;
	const char *why;
	char text[32];

	(void)state;
	assert_int_equal(read_cp(&cp, TEXT(REPLY), &why), 0);
	assert_int_equal(cp.type, CFG_REPLY);
	assert_int_equal(cp.count, 7);
	addr_is(&cp, CP_INTERNAL_IP4_ADDRESS, "192.0.2.10", 32);
	addr_is(&cp, CP_INTERNAL_IP4_NETMASK, "255.255.255.0", 24);
	addr_is(&cp, CP_INTERNAL_IP4_DNS, "192.0.2.1", 32);
	addr_is(&cp, CP_INTERNAL_IP4_SUBNET, "192.0.2.64", 26);
	addr_is(&cp, CP_INTERNAL_IP6_ADDRESS, "2001:db8::5", 64);
	addr_is(&cp, CP_INTERNAL_IP6_DNS, "2001:db8::6", 128);
	assert_true(ike_cp_text(ike_cp_find(&cp, CP_INTERNAL_DNS_DOMAIN), text, sizeof(text)));
	assert_string_equal(text, "example.org");
	assert_null(ike_cp_find(&cp, CP_INTERNAL_IP4_NBNS));
}

static void put_addr(struct ike_builder *builder, uint16_t type, const char *text, uint8_t bits)
{
	struct ike_ts ts;
	struct klips_addr addr;

	assert_null(ike_ts_parse(&ts, text));
	memset(&addr, 0, sizeof(addr));
	memcpy(addr.b, ts.first, 16);
	addr.version = ts.version;
	ike_put_cp_addr(builder, type, &addr, bits);
}

static void test_put(void **state)
{
	struct ike_builder builder;
	uint8_t data[256], first;
	size_t begin;

	(void)state;
	ike_build_chain(&builder, data, sizeof(data), &first);
	begin = ike_put_cp_begin(&builder, CFG_REPLY);
	put_addr(&builder, CP_INTERNAL_IP4_ADDRESS, "192.0.2.10", 32);
	put_addr(&builder, CP_INTERNAL_IP4_NETMASK, "192.0.2.10", 24);
	put_addr(&builder, CP_INTERNAL_IP4_DNS, "192.0.2.1", 32);
	put_addr(&builder, CP_INTERNAL_IP4_SUBNET, "192.0.2.64", 26);
	put_addr(&builder, CP_INTERNAL_IP6_ADDRESS, "2001:db8::5", 64);
	put_addr(&builder, CP_INTERNAL_IP6_DNS, "2001:db8::6", 128);
	ike_put_cp_attribute(&builder, CP_INTERNAL_DNS_DOMAIN, TEXT("example.org"));
	ike_put_cp_end(&builder, begin);
	assert_int_equal(ike_build_end(&builder), 4 + sizeof(REPLY) - 1);
	assert_int_equal(first, IKE_P_CP);
	assert_int_equal(data[3], 4 + sizeof(REPLY) - 1);
	assert_memory_equal(data + 4, REPLY, sizeof(REPLY) - 1);
}

static int put_alone(uint16_t type, const char *text, uint8_t bits)
{
	struct ike_builder builder;
	uint8_t data[64], first;
	size_t begin;

	ike_build_chain(&builder, data, sizeof(data), &first);
	begin = ike_put_cp_begin(&builder, CFG_REPLY);
	put_addr(&builder, type, text, bits);
	ike_put_cp_end(&builder, begin);
	return ike_build_end(&builder);
}

static void test_put_refused(void **state)
{
	(void)state;
	assert_int_equal(put_alone(CP_INTERNAL_IP4_SUBNET, "0.0.0.0", 0), 20);
	assert_int_equal(put_alone(CP_INTERNAL_IP6_SUBNET, "::", 0), 29);
	assert_int_equal(put_alone(CP_INTERNAL_IP4_ADDRESS, "2001:db8::1", 32), -1);
	assert_int_equal(put_alone(CP_INTERNAL_IP6_DNS, "192.0.2.1", 32), -1);
	assert_int_equal(put_alone(CP_INTERNAL_IP4_SUBNET, "192.0.2.0", 33), -1);
	assert_int_equal(put_alone(CP_INTERNAL_DNS_DOMAIN, "192.0.2.1", 32), -1);
	assert_int_equal(put_alone(CP_SUPPORTED_ATTRIBUTES, "192.0.2.1", 32), -1);
}

/* In a request attributes are empty; the reserved bit is not looked at; what is not known stays. */
static void test_request(void **state)
{
	const struct ike_cp_attribute *attribute;
	struct klips_addr addr;
	struct ike_cp cp;
	const char *why;
	uint8_t bits;

	(void)state;
	assert_int_equal(
		read_cp(&cp, TEXT("\1xyz\200\1\0\0\0\3\0\0\0\3\0\4\1\2\3\4\0\15\0\0\0\10\0\0\177\377\0\3abc"), &why),
		0);
	assert_int_equal(cp.type, CFG_REQUEST);
	assert_int_equal(cp.count, 6);
	assert_false(ike_cp_addr(ike_cp_find(&cp, CP_INTERNAL_IP4_ADDRESS), &addr, &bits));
	attribute = ike_cp_find(&cp, CP_INTERNAL_IP4_DNS);
	assert_false(ike_cp_addr(attribute, &addr, &bits));
	attribute = ike_cp_next(&cp, attribute);
	assert_true(ike_cp_addr(attribute, &addr, &bits));
	assert_null(ike_cp_next(&cp, attribute));
	attribute = ike_cp_find(&cp, 0x7fff);
	assert_int_equal(attribute->value.length, 3);
	assert_false(ike_cp_addr(attribute, &addr, &bits));
	assert_int_equal(read_cp(&cp, TEXT("\1\0\0\0"), &why), 0);
	assert_int_equal(cp.count, 0);
}

static void test_refused(void **state)
{
	(void)state;
	refused(TEXT("\1\0\0"), "it is too short for its fields");
	refused(TEXT("\1\0\0\0\0\1\0"), "it is too short for its fields");
	refused(TEXT("\1\0\0\0\0\1\0\1"), "it is too short for its fields");
	refused(TEXT("\1\0\0\0\0\1\0\3abc"), "an IPv4 address has not four bytes");
	refused(TEXT("\1\0\0\0\0\2\0\5abcde"), "a mask of IPv4 has not four bytes");
	refused(TEXT("\1\0\0\0\0\2\0\4\377\0\377\0"), "a mask of IPv4 has a gap");
	refused(TEXT("\1\0\0\0\0\15\0\4\1\2\3\4"), "an IPv4 address with its mask has not eight bytes");
	refused(TEXT("\1\0\0\0\0\15\0\10\1\2\3\4\0\0\0\1"), "a mask of IPv4 has a gap");
	refused(TEXT("\1\0\0\0\0\12\0\4\1\2\3\4"), "an IPv6 address has not 16 bytes");
	refused(TEXT("\1\0\0\0\0\10\0\20abcdefghijklmnop"), "an IPv6 address with its prefix has not 17 bytes");
	refused(TEXT("\1\0\0\0\0\10\0\21abcdefghijklmnop\201"), "a prefix of IPv6 has more than 128 bits");
	refused(TEXT("\1\0\0\0\0\16\0\3abc"), "a list of attributes has an odd length");
}

static void test_too_many(void **state)
{
	uint8_t body[4 + 4 * (IKE_CP_MAX + 1)] = { CFG_REQUEST };
	struct ike_cp cp;
	const char *why;

	(void)state;
	assert_int_equal(read_cp(&cp, (struct ike_slice){ body, sizeof(body) - 4 }, &why), 0);
	assert_int_equal(cp.count, IKE_CP_MAX);
	refused(BYTES(body), "it has too many attributes");
}

static bool text_of(uint16_t type, struct ike_slice value, char *text, size_t size)
{
	struct ike_cp_attribute attribute = { .type = type, .value = value };

	return ike_cp_text(&attribute, text, size);
}

static void test_text(void **state)
{
	char text[12];

	(void)state;
	assert_true(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("a-b_c.org\0"), text, sizeof(text)));
	assert_string_equal(text, "a-b_c.org");
	assert_true(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("12345678901"), text, sizeof(text)));
	assert_false(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("123456789012"), text, sizeof(text)));
	assert_false(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT(""), text, sizeof(text)));
	assert_false(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("\0"), text, sizeof(text)));
	assert_false(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("a\0b"), text, sizeof(text)));
	assert_false(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("$(reboot)"), text, sizeof(text)));
	assert_false(text_of(CP_INTERNAL_DNS_DOMAIN, TEXT("a b"), text, sizeof(text)));
	assert_true(text_of(CP_APPLICATION_VERSION, TEXT("Cygnet (1)"), text, sizeof(text)));
	assert_false(text_of(CP_APPLICATION_VERSION, TEXT("\033[2J"), text, sizeof(text)));
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(ike_cp_name(1), "INTERNAL_IP4_ADDRESS");
	assert_string_equal(ike_cp_name(25), "INTERNAL_DNS_DOMAIN");
	assert_string_equal(ike_cp_name(23), "EXTERNAL_SOURCE_IP4_NAT_INFO");
	assert_string_equal(ike_cp_name(5), "5");
	assert_string_equal(ike_cp_name(30000), "30000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),	cmocka_unit_test(test_put),	cmocka_unit_test(test_put_refused),
		cmocka_unit_test(test_request), cmocka_unit_test(test_refused), cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_text),	cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
