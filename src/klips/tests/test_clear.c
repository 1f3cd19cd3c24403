// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets in clear: what must not be taken, and what must. */
#include "test.h"

#include "core/klips.h"

static struct klips klips;

static bool is_local(struct klips *of, const struct klips_addr *addr)
{
	(void)of;
	(void)addr;
	return false;
}

static int begin(void **state)
{
	static const struct klips_ops ops = { .is_local = is_local };

	(void)state;
	return klips_init(&klips, &ops, NULL);
}

static int finish(void **state)
{
	(void)state;
	klips_exit(&klips);
	return 0;
}

/* From fd00::1 to fd00::2; @dport is ours. */
static void eroute(u8 proto, u16 sport, u16 dport, u32 spi)
{
	struct klips_selector sel = { .src_bits = 128, .dst_bits = 128, .proto = proto };
	struct klips_said said = { .dst.version = KLIPS_V6, .proto = KLIPS_PROTO_INT, .spi = cpu_to_be32(spi) };

	sel.src = klips_addr_v6((const u8[16]){ 0xfd, [15] = 1 });
	sel.dst = klips_addr_v6((const u8[16]){ 0xfd, [15] = 2 });
	sel.sport = cpu_to_be16(sport);
	sel.dport = cpu_to_be16(dport);
	assert_int_equal(klips_set_eroute(&klips, &sel, &said, false), 0);
}

/* A packet from fd00::2 to fd00::1, with a fragment's header if @place is not -1. */
static bool refuses(u8 proto, u8 hops, int place, const u8 payload[4])
{
	u8 packet[56] = { 0x60, [6] = proto, [7] = hops, [8] = 0xfd, [23] = 2, [24] = 0xfd, [39] = 1 };
	size_t at = 40;

	if (place >= 0) {
		packet[6] = 44;
		packet[at] = proto;
		put_unaligned_be16((u16)place, packet + at + 2);
		at += 8;
	}
	memcpy(packet + at, payload, 4);
	packet[5] = (u8)(at - 40 + 8);
	return klips_refuses_clear(&klips, packet, at + 8);
}

static const u8 ports[4] = { 0, 7, 0, 9 }, some[4] = { 1, 2, 3, 4 };

static void an_eroute_but_pass_refuses(void **state)
{
	(void)state;
	assert_false(refuses(17, 64, -1, ports));
	eroute(17, 9, 7, KLIPS_SHUNT_TRAP);
	assert_true(refuses(17, 64, -1, ports));
	assert_false(refuses(17, 64, -1, some));
	assert_int_equal(atomic64_read(&klips.stats.in_cleartext), 1);
	eroute(0, 0, 0, KLIPS_SHUNT_DROP);
	assert_true(refuses(17, 64, -1, some));
	eroute(17, 0, 0, KLIPS_SHUNT_PASS);
	assert_false(refuses(17, 64, -1, some));
	assert_true(refuses(6, 64, -1, some));
	assert_false(refuses(50, 64, -1, some));
}

static void neighbours_are_heard(void **state)
{
	static const u8 advertisement[4] = { 136 }, echo[4] = { 128 }, redirect[4] = { 137 }, next[4] = { 138 };

	(void)state;
	eroute(0, 0, 0, KLIPS_SHUNT_DROP);
	assert_false(refuses(58, 255, -1, advertisement));
	assert_false(refuses(58, 255, -1, redirect));
	assert_true(refuses(58, 255, -1, next));
	assert_true(refuses(58, 255, -1, echo));
	/* a router has forwarded it */
	assert_true(refuses(58, 254, -1, advertisement));
	assert_true(refuses(17, 255, -1, advertisement));
}

static void a_fragment_is_what_it_may_be(void **state)
{
	const int first = 1, later = 8;

	(void)state;
	eroute(17, 9, 0, KLIPS_SHUNT_PASS);
	assert_false(refuses(17, 64, later, some));
	eroute(17, 10, 0, KLIPS_SHUNT_DROP);
	assert_true(refuses(17, 64, later, some));
	assert_false(refuses(17, 64, first, ports));
	assert_false(refuses(6, 64, later, some));
	/* its protocol is behind another header */
	assert_true(refuses(60, 64, later, some));
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(an_eroute_but_pass_refuses),
		UNIT(neighbours_are_heard),
		UNIT(a_fragment_is_what_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
