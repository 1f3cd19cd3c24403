// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include <arpa/inet.h>
#include "core/addr.h"
#include "core/eroute.h"

static struct klips_addr parsed(const char *text)
{
	u8 bytes[16];
	__be32 word;

	if (inet_pton(AF_INET6, text, bytes) == 1)
		return klips_addr_v6(bytes);
	assert_int_equal(inet_pton(AF_INET, text, &word), 1);
	return klips_addr_v4(word);
}

static void assert_prints(const struct klips_addr *addr, const char *wanted)
{
	char text[KLIPS_SAID_TEXT];

	assert_int_equal(klips_addr_print(text, sizeof(text), addr), strlen(wanted));
	assert_string_equal(text, wanted);
}

/* RFC 5952, 4 and 5 */
static void prints_as_the_rfc_says(void **state)
{
	static const char *const texts[] = {
		"2001:db8::1",
		"2001:db8:0:1:1:1:1:1",
		"2001:0:0:1::1",
		"2001:db8::1:0:0:1",
		"::",
		"::1",
		"1::",
		"::ffff:192.0.2.1",
		"0:0:1::",
		"1:2:3:4:5:6:7:8",
		"2001:db8::aaaa:0:0:1",
		"0:1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:0",
		"192.0.2.1",
		"255.255.255.255",
		"0.0.0.0",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	struct klips_addr addr;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		addr = parsed(texts[i]);
		assert_prints(&addr, texts[i]);
	}
	memset(&addr, 0, sizeof(addr));
	assert_prints(&addr, "%none");
}

/* inet_ntop() also writes ::1.2.3.4, which RFC 5952 does not ask for; then we differ. */
static bool is_compatible(const u8 *bytes)
{
	static const u8 zeros[12];

	return !memcmp(bytes, zeros, sizeof(zeros));
}

static void prints_as_the_library_does(void **state)
{
	char wanted[INET6_ADDRSTRLEN];
	uint64_t random = 1;
	struct klips_addr addr;
	u8 bytes[16];
	int n, i;

	(void)state;
	for (n = 0; n < 200000; n++) {
		/* any byte may be zero, and often whole groups are */
		uint64_t zero = test_random(&random), low = test_random(&random), high = test_random(&random);

		memcpy(bytes, &low, 8);
		memcpy(bytes + 8, &high, 8);
		for (i = 0; i < 8; i++) {
			if (zero >> i & 1)
				memset(bytes + 2 * i, 0, 2);
			else if (zero >> (i + 8) & 1)
				bytes[2 * i] = 0;
		}
		if (zero >> 62 == 3)
			memcpy(bytes, "\0\0\0\0\0\0\0\0\0\0\377\377", 12);
		if (is_compatible(bytes))
			continue;
		addr = klips_addr_v6(bytes);
		assert_prints(&addr, inet_ntop(AF_INET6, bytes, wanted, sizeof(wanted)));
		addr = klips_addr_v4(addr.w[3]);
		assert_prints(&addr, inet_ntop(AF_INET, bytes + 12, wanted, sizeof(wanted)));
	}
}

static void print_cuts_off(void **state)
{
	struct klips_addr addr = parsed("192.0.2.1");
	char text[8] = "unused";

	(void)state;
	assert_int_equal(klips_addr_print(text, 0, &addr), 9);
	assert_string_equal(text, "unused");
	assert_int_equal(klips_addr_print(text, 6, &addr), 9);
	assert_string_equal(text, "192.0");
}

static void saids_print_as_ever(void **state)
{
	static const struct {
		u8 proto;
		u32 spi;
		const char *dst, *text;
	} saids[] = {
		{ KLIPS_PROTO_ESP, 0x123, "1.2.3.4", "esp0x123@1.2.3.4" },
		{ KLIPS_PROTO_AH, 0xffffffff, "2001:db8::1", "ah0xffffffff@2001:db8::1" },
		{ KLIPS_PROTO_COMP, 0x1000, "1.2.3.4", "comp0x1000@1.2.3.4" },
		{ KLIPS_PROTO_IPIP, 0x10, "1.2.3.4", "tun0x10@1.2.3.4" },
		{ KLIPS_PROTO_INT, 255, "0.0.0.0", "int0xff@0.0.0.0" },
		{ KLIPS_PROTO_INT, 262, "0.0.0.0", "int0x106@0.0.0.0" },
		{ KLIPS_PROTO_ESP, KLIPS_SHUNT_PASS, "0.0.0.0", "esp0x100@0.0.0.0" },
		{ KLIPS_PROTO_INT, KLIPS_SHUNT_PASS, "0.0.0.0", "%pass" },
		{ KLIPS_PROTO_INT, KLIPS_SHUNT_DROP, "0.0.0.0", "%drop" },
		{ KLIPS_PROTO_INT, KLIPS_SHUNT_REJECT, "::", "%reject" },
		{ KLIPS_PROTO_INT, KLIPS_SHUNT_HOLD, "1.2.3.4", "%hold" },
		{ KLIPS_PROTO_INT, KLIPS_SHUNT_TRAP, "0.0.0.0", "%trap" },
		{ KLIPS_PROTO_INT, KLIPS_SHUNT_TRAPSUBNET, "0.0.0.0", "%trapsubnet" },
		{ 17, 1, "1.2.3.4", "unk0x1@1.2.3.4" },
	};
	char text[KLIPS_SAID_TEXT];
	struct klips_said said;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(saids); i++) {
		said.dst = parsed(saids[i].dst);
		said.spi = cpu_to_be32(saids[i].spi);
		said.proto = saids[i].proto;
		assert_int_equal(klips_said_print(text, sizeof(text), &said), strlen(saids[i].text));
		assert_string_equal(text, saids[i].text);
	}
	said.proto = KLIPS_PROTO_COMP;
	said.spi = 0xffffffff;
	said.dst = parsed("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_in_range(klips_said_print(text, sizeof(text), &said), 1, KLIPS_SAID_TEXT - 1);
}

static bool bit(const struct klips_addr *addr, unsigned int i)
{
	return addr->b[i / 8] >> (7 - i % 8) & 1;
}

/* For each length of prefix, one bit more or less decides. */
static void prefixes_are_exact(void **state)
{
	static const char *const texts[] = { "192.0.2.165", "2001:db8:a5a5:5a5a:1234:fedc:5678:9abc" };
	struct klips_addr addr, net, other;
	unsigned int t, bits, i;

	(void)state;
	for (t = 0; t < ARRAY_SIZE(texts); t++) {
		addr = parsed(texts[t]);
		for (bits = 0; bits <= klips_addr_bits(&addr); bits++) {
			net = klips_addr_mask(&addr, bits);
			assert_int_equal(net.version, addr.version);
			for (i = 0; i < 128; i++)
				assert_int_equal(bit(&net, i), i < bits && bit(&addr, i));
			for (i = 0; i < klips_addr_bits(&addr); i++) {
				other = addr;
				other.b[i / 8] ^= (u8)(0x80 >> i % 8);
				assert_int_equal(klips_addr_in(&other, &net, bits), i >= bits);
			}
		}
	}
	other = klips_addr_v4(0);
	addr = parsed("::");
	assert_false(klips_addr_in(&addr, &other, 0));
}

static void kinds_are_told(void **state)
{
	static const struct {
		const char *text;
		bool unspecified, multicast;
	} kinds[] = {
		{ "0.0.0.0", true, false },    { "::", true, false },
		{ "0.0.0.1", false, false },   { "::1", false, false },
		{ "224.0.0.1", false, true },  { "239.255.255.255", false, true },
		{ "240.0.0.0", false, false }, { "223.255.255.255", false, false },
		{ "ff02::1", false, true },    { "fe80::ff", false, false },
	};
	struct klips_addr addr = { .version = 0 };
	unsigned int i;

	(void)state;
	assert_true(klips_addr_is_unspecified(&addr));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		addr = parsed(kinds[i].text);
		assert_int_equal(klips_addr_is_unspecified(&addr), kinds[i].unspecified);
		assert_int_equal(klips_addr_is_multicast(&addr), kinds[i].multicast);
	}
}

/* SipHash-1-3 of the bytes 0, 1, 2... under the key 0, as Python 3.11's hash() has it with PYTHONHASHSEED=0; halves
 * xored */
static void hash_is_siphash(void **state)
{
	static const struct {
		size_t size;
		u32 hash;
	} known[] = {
		{ 1, 0xe6a8f061 },  { 7, 0xe858b8ea },	{ 8, 0x946a3f0c },  { 9, 0xe0803cff },
		{ 15, 0x489f7ecf }, { 16, 0xbad7dd33 }, { 36, 0x6013b9cc }, { 63, 0xddae4d60 },
	};
	u8 bytes[64];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)i;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		assert_int_equal(klips_hash(bytes, known[i].size, 0), known[i].hash);
	memmove(bytes + 1, bytes, 36);
	assert_int_equal(klips_hash(bytes + 1, 36, 0), 0x6013b9cc);
}

/* Each bit of data and of seed turns about half of the result's. */
static void hash_depends_on_all(void **state)
{
	u8 bytes[20] = { 1, 2, 3 };
	unsigned int i, turned = 0;
	u32 base = klips_hash(bytes, sizeof(bytes), 7);

	(void)state;
	for (i = 0; i < 8 * sizeof(bytes); i++) {
		bytes[i / 8] ^= (u8)(1 << i % 8);
		turned += (unsigned int)__builtin_popcount(base ^ klips_hash(bytes, sizeof(bytes), 7));
		bytes[i / 8] ^= (u8)(1 << i % 8);
	}
	assert_in_range(turned, 160 * 15, 160 * 17);
	for (i = 0, turned = 0; i < 64; i++)
		turned += (unsigned int)__builtin_popcount(base ^ klips_hash(bytes, sizeof(bytes), 7 ^ 1ULL << i));
	assert_in_range(turned, 64 * 14, 64 * 18);
	assert_int_not_equal(base, klips_hash(bytes, sizeof(bytes) - 1, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_as_the_rfc_says), cmocka_unit_test(prints_as_the_library_does),
		cmocka_unit_test(print_cuts_off),	  cmocka_unit_test(saids_print_as_ever),
		cmocka_unit_test(prefixes_are_exact),	  cmocka_unit_test(kinds_are_told),
		cmocka_unit_test(hash_is_siphash),	  cmocka_unit_test(hash_depends_on_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
