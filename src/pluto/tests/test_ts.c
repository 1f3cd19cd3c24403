// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors: on the wire, what two have in common, narrowing. RFC 7296, 2.9 and 3.13. */
#include "tests/test.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "rebuild.h"

static struct ike_ts ts(const char *text)
{
	struct ike_ts one;

	assert_null(ike_ts_parse(&one, text));
	return one;
}

/* Selectors with blanks between them. */
static struct ike_ts_list list(const char *text)
{
	struct ike_ts_list all = { .count = 0 };
	char *copy = strdup(text), *save = NULL, *word;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		assert_true(all.count < IKE_TS_MAX);
		all.ts[all.count++] = ts(word);
	}
	free(copy);
	return all;
}

static void list_is(const struct ike_ts_list *all, const char *expected)
{
	char text[IKE_TS_MAX * (IKE_TS_TEXT + 1)] = "", one[IKE_TS_TEXT];
	size_t length = 0;
	uint8_t i;

	for (i = 0; i < all->count; i++) {
		assert_true(ike_ts_print(one, sizeof(one), &all->ts[i]) < (int)sizeof(one));
		length += snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", one);
	}
	assert_string_equal(text, expected);
}

static int read_ts(struct ike_ts_list *to, struct ike_slice body, const char **why)
{
	uint8_t *memory = malloc(body.length);
	struct ike_payload payload = { .type = IKE_P_TSI, .body = { memory, body.length } };
	int err;

	memcpy(memory, body.data, body.length);
	*why = NULL;
	err = ike_ts_read(to, &payload, why);
	free(memory);
	return err;
}

#define V4_ALL	 "\7\0\0\20\0\0\377\377\300\0\2\0\300\0\2\377"
#define V6_HTTPS "\10\6\0\50\1\273\1\273\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\17"
#define LABEL	 "\12\0\0\11label"

static void test_read(void **state)
{
	struct ike_ts_list all;
	const char *why;

	(void)state;
	assert_int_equal(read_ts(&all, TEXT("\2\0\0\0" V4_ALL V6_HTTPS), &why), 0);
	list_is(&all, "192.0.2.0/24 2001:db8::1-2001:db8::f[tcp/443]");
	/* What is not known is as if it were not there. Reserved bytes are not looked at. */
	assert_int_equal(read_ts(&all, TEXT("\2xyz" LABEL V4_ALL), &why), 0);
	list_is(&all, "192.0.2.0/24");
	assert_int_equal(read_ts(&all, TEXT("\1\0\0\0" LABEL), &why), 0);
	assert_int_equal(all.count, 0);
}

static void test_put(void **state)
{
	struct ike_ts_list all = list("192.0.2.0/24 2001:db8::1-2001:db8::f[tcp/443]");
	struct ike_builder builder;
	uint8_t data[128], first;

	(void)state;
	ike_build_chain(&builder, data, sizeof(data), &first);
	ike_put_ts(&builder, IKE_P_TSR, &all);
	assert_int_equal(ike_build_end(&builder), 64);
	assert_int_equal(first, IKE_P_TSR);
	assert_memory_equal(data, "\0\0\0\100\2\0\0\0" V4_ALL V6_HTTPS, 64);
	all.ts[0].version = 5;
	ike_build_chain(&builder, data, sizeof(data), &first);
	ike_put_ts(&builder, IKE_P_TSR, &all);
	assert_int_equal(ike_build_end(&builder), -1);
}

static void refused(struct ike_slice body, const char *expected)
{
	struct ike_ts_list all;
	const char *why;

	assert_int_equal(read_ts(&all, body, &why), -1);
	assert_string_equal(why, expected);
}

static void test_refused(void **state)
{
	uint8_t many[4 + 16 * (IKE_TS_MAX + 1)] = { IKE_TS_MAX + 1 };
	size_t i;

	(void)state;
	refused(TEXT("\0\0\0"), "it is too short for its fields");
	refused(TEXT("\0\0\0\0"), "it has no selector");
	refused(TEXT("\2\0\0\0" V4_ALL), "it has not as many selectors as it says");
	refused(TEXT("\1\0\0\0" V4_ALL V4_ALL), "it has not as many selectors as it says");
	refused(TEXT("\1\0\0\0\7\0\0"), "it ends within a header");
	refused(TEXT("\1\0\0\0\7\0\0\3"), "a length is shorter than the header it is in");
	refused(TEXT("\1\0\0\0\7\0\0\21\0\0\377\377\300\0\2\0\300\0\2\377"), "a length exceeds what it is in");
	refused(TEXT("\1\0\0\0\7\0\0\17\0\0\377\377\300\0\2\0\300\0\2"), "it is too short for its fields");
	refused(TEXT("\1\0\0\0\7\0\0\21\0\0\377\377\300\0\2\0\300\0\2\377x"), "a selector is longer than its type's");
	refused(TEXT("\1\0\0\0\10\0\0\20\0\0\377\377\300\0\2\0\300\0\2\377"), "it is too short for its fields");
	refused(TEXT("\1\0\0\0\7\0\0\20\0\0\377\377\300\0\2\1\300\0\2\0"),
		"a selector's addresses end before they begin");
	refused(TEXT("\1\0\0\0\7\6\0\20\0\2\0\1\300\0\2\0\300\0\2\1"), "a selector's ports end before they begin");
	for (i = 4; i < sizeof(many); i += 16)
		memcpy(many + i, V4_ALL, 16);
	refused(BYTES(many), "it has too many selectors");
	many[0]--;
	assert_int_equal(read_ts(&(struct ike_ts_list){ 0 }, (struct ike_slice){ many, sizeof(many) - 16 },
				 &(const char *){ NULL }),
			 0);
}

static void test_texts(void **state)
{
	static const char *const same[] = {
		"192.0.2.0/24",
		"0.0.0.0/0",
		"::/0",
		"10.0.0.1/32",
		"2001:db8::/32",
		"10.0.0.1-10.0.0.9",
		"2001:db8::1-2001:db8::ffff",
		"255.255.255.255/32",
		"192.0.2.0/24[tcp]",
		"192.0.2.0/24[tcp/80]",
		"192.0.2.0/24[udp/1701-1702]",
		"192.0.2.0/24[99/0-65534]",
		"192.0.2.0/24[sctp/%opaque]",
		"192.0.2.0/24[icmp/8]",
		"192.0.2.0/24[icmp/8(0)]",
		"192.0.2.0/24[icmp/3(1)-3(4)]",
		"192.0.2.0/24[icmp/8-10]",
		"192.0.2.0/24[icmp/3(4)-5]",
		"2001:db8::/32[ipv6-icmp/128-129]",
		"2001:db8::/32[135/5]",
	};
	char text[IKE_TS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		struct ike_ts one = ts(same[i]);

		assert_int_equal(ike_ts_print(text, sizeof(text), &one), strlen(same[i]));
		assert_string_equal(text, same[i]);
	}
}

static void test_other_texts(void **state)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{ "10.0.0.1", "10.0.0.1/32" },
		{ "2001:db8::1", "2001:db8::1/128" },
		{ "10.0.0.0-10.0.0.255", "10.0.0.0/24" },
		{ "0.0.0.0-255.255.255.255", "0.0.0.0/0" },
		{ "10.1.0.0/255.255.0.0", "10.1.0.0/16" },
		{ "10.0.0.1[6/80]", "10.0.0.1/32[tcp/80]" },
		{ "10.0.0.1[17/%any]", "10.0.0.1/32[udp]" },
		{ "10.0.0.1[17/0-65535]", "10.0.0.1/32[udp]" },
		{ "10.0.0.1[%any]", "10.0.0.1/32" },
		{ "10.0.0.1[0/%any]", "10.0.0.1/32" },
		{ "10.0.0.1[icmp/8-8]", "10.0.0.1/32[icmp/8]" },
		{ "10.0.0.1[icmp/0-255]", "10.0.0.1/32[icmp]" },
	};
	char text[IKE_TS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ike_ts one = ts(rows[i].text);

		ike_ts_print(text, sizeof(text), &one);
		assert_string_equal(text, rows[i].printed);
	}
}

/* Where /etc/services is, which not every container has. */
static void test_service(void **state)
{
	char text[IKE_TS_TEXT];
	struct ike_ts one;

	(void)state;
	if (!getservbyname("iso-tsap", NULL))
		skip();
	one = ts("10.0.0.1[tcp/iso-tsap]");
	ike_ts_print(text, sizeof(text), &one);
	assert_string_equal(text, "10.0.0.1/32[tcp/102]");
}

static void test_bad_texts(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "not an IP address" },
		{ "[tcp]", "not an IP address" },
		{ "2001:db8:0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		  "0000000000000000000::1",
		  "not an IP address" },
		{ "10.0.0.0/33", "its mask is not a length that fits the address" },
		{ "10.0.0.1/24", "its address has bits that its mask leaves out" },
		{ "10.0.0.0/24:80", "its ports go into [], after its addresses" },
		{ "10.0.0.1-", "what is around its - are not two addresses" },
		{ "-10.0.0.1", "what is around its - are not two addresses" },
		{ "10.0.0.1-10.0.0.2-10.0.0.3", "what is around its - are not two addresses" },
		{ "10.0.0.1-::1", "its range begins and ends in different families" },
		{ "10.0.0.2-10.0.0.1", "its range ends before it begins" },
		{ "10.0.0.1[", "what follows its addresses is not [PROTOCOL/PORT]" },
		{ "10.0.0.1[tcp", "what follows its addresses is not [PROTOCOL/PORT]" },
		{ "10.0.0.1[tcp]x", "what follows its addresses is not [PROTOCOL/PORT]" },
		{ "10.0.0.1[tcp/0123456789012345678901234567890123456789012345678]",
		  "what follows its addresses is not [PROTOCOL/PORT]" },
		{ "10.0.0.1[]", "not a protocol's number or name" },
		{ "10.0.0.1[256]", "not a protocol's number or name" },
		{ "10.0.0.1[nonsense]", "not a protocol's number or name" },
		{ "10.0.0.1[tcp/]", "its port is neither a number nor a service's name" },
		{ "10.0.0.1[tcp/no-such-service]", "its port is neither a number nor a service's name" },
		{ "10.0.0.1[tcp/65536]", "its port is not a number up to 65535" },
		{ "10.0.0.1[tcp/1-2-3]", "its port is not a number up to 65535" },
		{ "10.0.0.1[tcp/2-1]", "its ports end before they begin" },
		{ "10.0.0.1[0/80]", "ports are of a protocol" },
		{ "10.0.0.1[%any/%opaque]", "ports are of a protocol" },
		{ "10.0.0.1[icmp/256]", "its type is not a number up to 255" },
		{ "10.0.0.1[icmp/8(]", "its code is not a number up to 255 in ()" },
		{ "10.0.0.1[icmp/8()]", "its code is not a number up to 255 in ()" },
		{ "10.0.0.1[icmp/8(256)]", "its code is not a number up to 255 in ()" },
		{ "10.0.0.1[icmp/8(0]", "its code is not a number up to 255 in ()" },
		{ "10.0.0.1[icmp/8(1)-8(0)]", "its ports end before they begin" },
	};
	struct ike_ts one;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(ike_ts_parse(&one, rows[i].text), rows[i].why);
}

static void test_short_print(void **state)
{
	struct ike_ts one = ts("192.0.2.0/24[tcp/80]");
	char text[8];

	(void)state;
	assert_int_equal(ike_ts_print(text, sizeof(text), &one), 20);
	assert_string_equal(text, "192.0.2");
	assert_int_equal(ike_ts_print(NULL, 0, &one), 20);
}

/* What selectors have in common; NULL: nothing. */
static void test_intersect(void **state)
{
	static const struct {
		const char *a, *b, *common;
	} rows[] = {
		{ "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16" },
		{ "10.0.0.0-10.0.0.9", "10.0.0.5-10.0.0.20", "10.0.0.5-10.0.0.9" },
		{ "10.0.0.0/24", "10.0.1.0/24", NULL },
		{ "0.0.0.0/0", "::/0", NULL },
		{ "2001:db8::/32", "2001:db8:1::/48[tcp]", "2001:db8:1::/48[tcp]" },
		{ "10.0.0.1[tcp]", "10.0.0.1[udp]", NULL },
		{ "10.0.0.1[tcp/80]", "10.0.0.1", "10.0.0.1/32[tcp/80]" },
		{ "10.0.0.1[tcp/80-90]", "10.0.0.1[tcp/85-99]", "10.0.0.1/32[tcp/85-90]" },
		{ "10.0.0.1[tcp/80]", "10.0.0.1[tcp/81]", NULL },
		{ "10.0.0.1[icmp/8]", "10.0.0.1[icmp/8(0)]", "10.0.0.1/32[icmp/8(0)]" },
		{ "10.0.0.1[icmp/8]", "10.0.0.1[icmp/0]", NULL },
		{ "10.0.0.1[tcp/%opaque]", "10.0.0.1[tcp]", "10.0.0.1/32[tcp/%opaque]" },
		{ "10.0.0.1[tcp/%opaque]", "10.0.0.1", "10.0.0.1/32[tcp/%opaque]" },
		{ "10.0.0.1[tcp/%opaque]", "10.0.0.1[tcp/%opaque]", "10.0.0.1/32[tcp/%opaque]" },
		{ "10.0.0.1[tcp/%opaque]", "10.0.0.1[tcp/80]", NULL },
		{ "10.0.0.1[tcp/%opaque]", "10.0.0.1[tcp/1-65535]", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ike_ts_list common = { .count = 1 };
		struct ike_ts a = ts(rows[i].a), b = ts(rows[i].b);

		assert_int_equal(ike_ts_intersect(&common.ts[0], &a, &b), rows[i].common != NULL);
		if (rows[i].common)
			list_is(&common, rows[i].common);
		assert_int_equal(ike_ts_intersect(&common.ts[0], &b, &a), rows[i].common != NULL);
		if (rows[i].common)
			list_is(&common, rows[i].common);
	}
}

static bool contains(const char *outer, const char *inner)
{
	struct ike_ts a = ts(outer), b = ts(inner);

	return ike_ts_contains(&a, &b);
}

static void test_contains(void **state)
{
	struct ike_ts a = ts("10.0.0.1"), b = a;

	(void)state;
	assert_true(contains("10.0.0.0/8", "10.1.2.3[tcp/80]"));
	assert_true(contains("10.0.0.0/8[tcp]", "10.0.0.0/8[tcp]"));
	assert_true(contains("10.0.0.0/8[tcp]", "10.0.0.0/8[tcp/%opaque]"));
	assert_false(contains("10.0.0.0/8[tcp/%opaque]", "10.0.0.0/8[tcp]"));
	assert_false(contains("10.0.0.0/8[tcp]", "10.0.0.0/8"));
	assert_false(contains("10.0.0.0/9", "10.0.0.0/8"));
	assert_false(contains("0.0.0.0/0", "::1"));
	/* Of IPv4, what is behind its four bytes says nothing. */
	memset(a.first + 4, 0xee, 12);
	memset(b.last + 4, 0xdd, 12);
	assert_true(ike_ts_contains(&a, &b));
}

static void narrowed(const char *offered, const char *policy, const char *expected)
{
	struct ike_ts_list o = list(offered), p = list(policy), answer;

	assert_int_equal(ike_ts_narrow(&answer, &o, &p), expected != NULL);
	if (!expected)
		return;
	list_is(&answer, expected);
	assert_true(ike_ts_is_within(&answer, &o));
	assert_true(ike_ts_is_within(&answer, &p));
}

/* RFC 7296, 2.9: its examples, and others. */
static void test_narrow(void **state)
{
	(void)state;
	/* All that was offered, of which the packet's selector is a part. */
	narrowed("192.0.1.43[udp/5000] 192.0.1.0/24", "192.0.1.0/24", "192.0.1.0/24");
	/* The responder's policy is smaller, but has the packet. */
	narrowed("192.0.1.43[udp/5000] 192.0.1.0/24", "192.0.1.0/26", "192.0.1.0/26");
	/* It allows no more than the packet's own port. */
	narrowed("192.0.1.43[udp/5000] 192.0.1.0/24", "192.0.1.0/24[udp/5000]", "192.0.1.0/24[udp/5000]");
	/* It does not allow the packet, but other traffic. */
	narrowed("192.0.1.200[tcp/1] 192.0.1.0/24", "192.0.1.0/26", "192.0.1.0/26");
	narrowed("192.0.1.43[tcp/1] 192.0.1.0/24", "192.0.1.0/24[udp]", "192.0.1.0/24[udp]");
	/* Nothing in common. */
	narrowed("192.0.1.0/24", "192.0.2.0/24", NULL);
	narrowed("0.0.0.0/0", "2001:db8::/32", NULL);
	narrowed("", "192.0.2.0/24", NULL);
	narrowed("192.0.2.0/24", "", NULL);
	/* Both halves, in the policy's order; what is not allowed between them goes. */
	narrowed("10.0.0.0/8", "10.2.0.0/16 10.1.0.0/16", "10.2.0.0/16 10.1.0.0/16");
	narrowed("10.1.0.0/16 10.2.0.0/16 172.16.0.0/12", "10.2.0.0/15 10.0.0.0/15 2001:db8::/32",
		 "10.2.0.0/16 10.1.0.0/16");
	narrowed("0.0.0.0/0 ::/0", "2001:db8::/32 192.0.2.0/24", "2001:db8::/32 192.0.2.0/24");
	/* Overlapping ranges are cut where both end. */
	narrowed("10.0.0.5-10.0.0.20", "10.0.0.0-10.0.0.9 10.0.0.15-10.0.0.30",
		 "10.0.0.5-10.0.0.9 10.0.0.15-10.0.0.20");
	/* Protocols and ports. */
	narrowed("10.0.0.0/8[tcp] 10.0.0.0/8[udp]", "10.0.0.0/8[udp/53]", "10.0.0.0/8[udp/53]");
	narrowed("10.0.0.0/8", "10.0.0.0/8[icmp/8] 10.0.0.0/8[tcp/%opaque]",
		 "10.0.0.0/8[icmp/8] 10.0.0.0/8[tcp/%opaque]");
	/* A later one that contains an earlier one takes its place. */
	narrowed("10.0.0.1 10.0.0.0/8", "10.0.0.0/24 10.0.0.0/16", "10.0.0.0/16");
}

/* More pairs than there is room for: the packet's stays. */
static void test_narrow_full(void **state)
{
	struct ike_ts_list offered = { .count = IKE_TS_MAX }, policy = { .count = IKE_TS_MAX }, answer;
	struct ike_ts packet = ts("10.0.240.7[tcp/15]");
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < IKE_TS_MAX; i++) {
		sprintf(text, "10.0.%d.0/24", 16 * i);
		policy.ts[i] = ts(text);
		sprintf(text, "10.0.0.0/16[tcp/%d]", i);
		offered.ts[i] = ts(text);
	}
	offered.ts[0] = packet;
	assert_true(ike_ts_narrow(&answer, &offered, &policy));
	assert_int_equal(answer.count, IKE_TS_MAX);
	assert_true(ike_ts_contains(&answer.ts[IKE_TS_MAX - 1], &packet));
	assert_true(ike_ts_is_within(&answer, &offered));
	assert_true(ike_ts_is_within(&answer, &policy));
	/* It is not let in where the policy does not. */
	offered.ts[0] = ts("192.0.2.1");
	assert_true(ike_ts_narrow(&answer, &offered, &policy));
	assert_true(ike_ts_is_within(&answer, &policy));
}

static void test_is_within(void **state)
{
	struct ike_ts_list offered = list("10.0.0.0/8 2001:db8::/32[tcp]"),
			   answer = list("10.1.0.0/16 2001:db8::1[tcp/80]");
	struct ike_ts_list more = list("10.1.0.0/16 2001:db8::1"), empty = { .count = 0 };

	(void)state;
	assert_true(ike_ts_is_within(&answer, &offered));
	assert_true(ike_ts_is_within(&offered, &offered));
	assert_false(ike_ts_is_within(&offered, &answer));
	assert_false(ike_ts_is_within(&more, &offered));
	assert_false(ike_ts_is_within(&empty, &offered));
}

static void prefix_is(const char *text, unsigned int bits, bool exact)
{
	struct ike_ts one = ts(text);
	bool is_exact = !exact;

	assert_int_equal(ike_ts_prefix(&one, &is_exact), bits);
	assert_int_equal(is_exact, exact);
	assert_int_equal(ike_ts_prefix(&one, NULL), bits);
}

static void test_prefix(void **state)
{
	(void)state;
	prefix_is("0.0.0.0/0", 0, true);
	prefix_is("192.0.2.0/24[tcp/80]", 24, true);
	prefix_is("192.0.2.1", 32, true);
	prefix_is("192.0.2.1-192.0.2.2", 30, false);
	prefix_is("192.0.2.0-192.0.2.2", 30, false);
	prefix_is("192.0.2.1-192.0.2.3", 30, false);
	prefix_is("127.255.255.255-128.0.0.0", 0, false);
	prefix_is("::/0", 0, true);
	prefix_is("2001:db8::/47", 47, true);
	prefix_is("2001:db8::1", 128, true);
	prefix_is("2001:db8::1-2001:db8::2", 126, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),	    cmocka_unit_test(test_put),
		cmocka_unit_test(test_refused),	    cmocka_unit_test(test_texts),
		cmocka_unit_test(test_other_texts), cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_service),	    cmocka_unit_test(test_short_print),
		cmocka_unit_test(test_intersect),   cmocka_unit_test(test_contains),
		cmocka_unit_test(test_narrow),	    cmocka_unit_test(test_narrow_full),
		cmocka_unit_test(test_is_within),   cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
