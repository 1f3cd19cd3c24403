// SPDX-License-Identifier: GPL-2.0-or-later
/* What users type is read as they mean it, and nothing else is taken. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../format.h"
#include "../hex.h"
#include "../parse.h"
#include "../../klips/core/eroute.h"

/* A SAID, read and printed again the way KLIPS prints it. */
static void assert_said(const char *text, const char *printed)
{
	char buffer[KLIPS_SAID_TEXT];
	struct klips_said said;
	const char *wrong = klips_parse_said(&said, text);

	if (wrong)
		fail_msg("%s: %s", text, wrong);
	klips_said_print(buffer, sizeof(buffer), &said);
	assert_string_equal(buffer, printed);
}

static void said_forms_name_the_same(void **state)
{
	(void)state;
	assert_said("esp0x123@1.2.3.4", "esp0x123@1.2.3.4");
	assert_said("esp.123@1.2.3.4", "esp0x123@1.2.3.4");
	assert_said("esp:123@2001:db8::1", "esp0x123@2001:db8::1");
	assert_said("esp.0x123@1.2.3.4", "esp0x123@1.2.3.4");
	assert_said("ah0xffffffff@::1", "ah0xffffffff@::1");
	assert_said("tun0x1000@192.1.2.23", "tun0x1000@192.1.2.23");
	assert_said("comp0xffff@192.1.2.23", "comp0xffff@192.1.2.23");
	assert_said("int0x101@0.0.0.0", "%drop");
}

static void shunts_have_names(void **state)
{
	static const char *const names[] = { "%pass", "%drop", "%reject", "%hold", "%trap", "%trapsubnet" };
	struct klips_said said;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		assert_null(klips_parse_said(&said, names[i]));
		assert_int_equal(be32_to_cpu(said.spi), KLIPS_SHUNT_PASS + i);
		assert_int_equal(said.proto, KLIPS_PROTO_INT);
		assert_said(names[i], names[i]);
	}
	assert_said("%passthrough", "%pass");
	assert_said("%passthrough4", "%pass");
	assert_null(klips_parse_said(&said, "%passthrough6"));
	assert_int_equal(said.dst.version, KLIPS_V6);
}

static void wrong_saids_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "", "not PROTO" },
		{ "esp0x123", "not PROTO" },
		{ "esp@1.2.3.4", "SPI" },
		{ "esp123@1.2.3.4", "SPI" },
		{ "esp0x@1.2.3.4", "SPI" },
		{ "esp.@1.2.3.4", "SPI" },
		{ "esp0x100000000@1.2.3.4", "SPI" },
		{ "esp0x12g@1.2.3.4", "SPI" },
		{ "esp0x-1@1.2.3.4", "SPI" },
		{ "gre0x1@1.2.3.4", "begin with" },
		{ "espespespesp0x1@1.2.3.4", "begin with" },
		{ "0x1@1.2.3.4", "begin with" },
		{ "comp0x10000@1.2.3.4", "CPI" },
		{ "esp0x1@", "@" },
		{ "esp0x1@1.2.3", "@" },
		{ "esp0x1@1.2.3.4 ", "@" },
		{ "esp0x1@host", "@" },
		{ "esp.1@::1", "IPv4" },
		{ "esp:1@1.2.3.4", "IPv6" },
		{ "%", "%pass" },
		{ "%holdthis", "%pass" },
		{ "%passx", "%pass" },
	};
	struct klips_said said;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *wrong = klips_parse_said(&said, rows[i].text);

		if (!wrong || !strstr(wrong, rows[i].why))
			fail_msg("'%s': %s", rows[i].text, wrong ? wrong : "taken");
	}
}

/* Random SAIDs, printed and read: the same again. */
static void saids_survive_text(void **state)
{
	static const u8 protos[] = { KLIPS_PROTO_ESP, KLIPS_PROTO_AH, KLIPS_PROTO_COMP, KLIPS_PROTO_IPIP };
	u64 seed = 42;
	int i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		struct klips_said said = { 0 }, again;
		char text[KLIPS_SAID_TEXT];
		u64 a = test_random(&seed), b = test_random(&seed);

		said.proto = protos[a % 4];
		said.spi = cpu_to_be32((u32)(said.proto == KLIPS_PROTO_COMP ? a >> 48 : a >> 32));
		said.dst.version = b & 1 ? KLIPS_V6 : KLIPS_V4;
		said.dst.w[0] = (__be32)test_random(&seed);
		if (b & 1) {
			memcpy(&said.dst.w[1], &a, 8);
			said.dst.w[3] = b & 2 ? 0 : (__be32)b;
		}
		klips_said_print(text, sizeof(text), &said);
		assert_null(klips_parse_said(&again, text));
		assert_true(klips_said_equal(&said, &again));
	}
}

static void assert_net(const char *text, const char *printed)
{
	char buffer[KLIPS_NET_TEXT];
	struct klips_addr addr;
	u16 port;
	u8 bits;
	const char *wrong = klips_parse_net(&addr, &bits, &port, text);

	if (wrong)
		fail_msg("%s: %s", text, wrong);
	klips_print_net(buffer, sizeof(buffer), &addr, bits, cpu_to_be16(port));
	assert_string_equal(buffer, printed);
}

static void nets_are_read(void **state)
{
	(void)state;
	assert_net("192.0.2.0/24", "192.0.2.0/24");
	assert_net("192.0.2.0/255.255.255.0", "192.0.2.0/24");
	assert_net("192.0.2.1", "192.0.2.1/32");
	assert_net("192.0.2.1/32:500", "192.0.2.1/32:500");
	assert_net("0.0.0.0/0", "0.0.0.0/0");
	assert_net("0.0.0.0/0.0.0.0", "0.0.0.0/0");
	assert_net("default", "0.0.0.0/0");
	assert_net("default6", "::/0");
	assert_net("2001:db8::/32", "2001:db8::/32");
	assert_net("2001:db8::1", "2001:db8::1/128");
	assert_net("2001:db8::1/128:0x50", "2001:db8::1/128:80");
}

static void wrong_nets_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"/24",
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/-1",
		"192.0.2.0/24x",
		"192.0.2.1/24",
		"192.0.2.0/255.0.255.0",
		"192.0.2.0/24:",
		"192.0.2.0/24:65536",
		"192.0.2.0/24:x",
		"2001:db8::/129",
		"2001:db8::1/64",
		"2001:db8::/255.0.0.0",
		"256.0.0.0/8",
		"192.0.2.0/24/24",
		"192.0.2.0/24:1:2",
		"1.2.3.4:500",
		"192.0.2.0/000000000000000000000000000000000000000024",
	};
	struct klips_addr addr;
	unsigned int i;
	u16 port;
	u8 bits;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!klips_parse_net(&addr, &bits, &port, rows[i]))
			fail_msg("'%s' is taken as %u bits, port %u", rows[i], bits, port);
	}
}

static void numbers_end_where_they_should(void **state)
{
	u64 number;

	(void)state;
	assert_null(klips_parse_number(&number, "18446744073709551615", UINT64_MAX));
	assert_true(number == UINT64_MAX);
	assert_null(klips_parse_number(&number, "0xffffffffffffffff", UINT64_MAX));
	assert_true(number == UINT64_MAX);
	assert_non_null(klips_parse_number(&number, "18446744073709551616", UINT64_MAX));
	assert_non_null(klips_parse_number(&number, "0x10000000000000000", UINT64_MAX));
	assert_null(klips_parse_number(&number, "5", 5));
	assert_non_null(klips_parse_number(&number, "6", 5));
	assert_non_null(klips_parse_number(&number, "15", 5));
	assert_non_null(klips_parse_number(&number, "0x", 5));
	assert_non_null(klips_parse_number(&number, "", 5));
	assert_non_null(klips_parse_number(&number, " 1", 5));
	assert_non_null(klips_parse_number(&number, "+1", 5));
}

static void keys_are_read(void **state)
{
	static const u8 bytes[] = { 0x01, 0xab, 0xCD };
	u8 key[3];
	size_t length;

	(void)state;
	assert_null(klips_parse_key(key, sizeof(key), &length, "0x01_abCD"));
	assert_int_equal(length, 3);
	assert_memory_equal(key, bytes, 3);
	assert_non_null(klips_parse_key(key, sizeof(key), &length, "0x01abcdef"));
	assert_non_null(klips_parse_key(key, sizeof(key), &length, "0x01abc"));
	assert_non_null(klips_parse_key(key, sizeof(key), &length, "0x"));
	assert_non_null(klips_parse_key(key, sizeof(key), &length, "0x_"));
	assert_non_null(klips_parse_key(key, sizeof(key), &length, "01abcd"));
	assert_non_null(klips_parse_key(key, sizeof(key), &length, "0x01 ab"));
	assert_non_null(klips_parse_key(key, sizeof(key), &length, ""));
}

static void bytes_are_shown(void **state)
{
	const uint8_t bytes[] = { 0x00, 0x0f, 0xf0, 0x9a };
	char text[2 * sizeof(bytes) + 2];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_string_equal(hex_print(text, bytes, sizeof(bytes)), "000ff09a");
	assert_int_equal(text[2 * sizeof(bytes) + 1], 'x');
	assert_string_equal(hex_print(text, bytes, 0), "");
}

static void lives_are_read(void **state)
{
	struct klips_limits soft = { 0 }, hard = { 0 };

	(void)state;
	assert_null(klips_parse_life(&soft, &hard, "soft-bytes=1,hard-bytes=2,soft-packets=3,hard-addtime=4"));
	assert_null(klips_parse_life(&soft, &hard, "hard-usetime=0x10"));
	assert_true(soft.bytes == 1 && hard.bytes == 2 && soft.packets == 3 && hard.addtime == 4);
	assert_true(hard.usetime == 16 && !soft.usetime && !hard.packets);
	assert_non_null(klips_parse_life(&soft, &hard, ""));
	assert_non_null(klips_parse_life(&soft, &hard, "bytes=1"));
	assert_non_null(klips_parse_life(&soft, &hard, "soft-bytes"));
	assert_non_null(klips_parse_life(&soft, &hard, "soft-bytes="));
	assert_non_null(klips_parse_life(&soft, &hard, "soft-bytes=1,"));
	assert_non_null(klips_parse_life(&soft, &hard, "soft-,hard-bytes=1"));
	assert_non_null(klips_parse_life(&soft, &hard, "soft-allocations=1"));
	assert_non_null(klips_parse_life(&soft, &hard, "soft-bytes=1x"));
}

static void protocols_have_numbers(void **state)
{
	u8 proto;

	(void)state;
	assert_null(klips_parse_protocol(&proto, "17"));
	assert_int_equal(proto, 17);
	assert_non_null(klips_parse_protocol(&proto, "256"));
	assert_non_null(klips_parse_protocol(&proto, "17x"));
	assert_non_null(klips_parse_protocol(&proto, "no-such-protocol"));
	assert_non_null(klips_parse_protocol(&proto, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(said_forms_name_the_same),
		cmocka_unit_test(shunts_have_names),
		cmocka_unit_test(wrong_saids_are_refused),
		cmocka_unit_test(saids_survive_text),
		cmocka_unit_test(nets_are_read),
		cmocka_unit_test(wrong_nets_are_refused),
		cmocka_unit_test(numbers_end_where_they_should),
		cmocka_unit_test(keys_are_read),
		cmocka_unit_test(bytes_are_shown),
		cmocka_unit_test(lives_are_read),
		cmocka_unit_test(protocols_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
