// SPDX-License-Identifier: GPL-2.0-or-later
/* Fragments of what west itself sends, through west and east: transport mode and BEET want whole datagrams. */
#include "tests/test.h"
#include "tests/pair.h"
#include "user/fragment.h"

#define MTU 1280 /* of ipsec0: what west's own kernel cuts at */

static struct pair_end west, east;

static int end(void **state)
{
	(void)state;
	pair_end_both(&west, &east);
	return 0;
}

static int begin_v4(void **state)
{
	(void)state;
	pair_begin_both(&west, &east, KLIPS_V4);
	return 0;
}

static int begin_v6(void **state)
{
	(void)state;
	pair_begin_both(&west, &east, KLIPS_V6);
	return 0;
}

/* What is between west and east themselves, on both. */
static struct klips_said add_sa(u8 version, u8 proto, enum klips_mode mode)
{
	struct klips_sa_config config;

	transform_config(&config, proto, mode, version, version);
	if (mode == KLIPS_MODE_BEET) {
		config.inner_src = config.src;
		config.inner_dst = config.said.dst;
	}
	if (proto == KLIPS_PROTO_AH)
		transform_keys(&config.keys, KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA2_256_128, 0);
	else
		transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	config.flags |= KLIPS_SA_INBOUND;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	return config.said;
}

static void add_eroute(u8 version, u16 dport, struct klips_said said)
{
	struct klips_selector sel = pair_selector(version, 1, 2);

	if (dport) {
		sel.proto = 17;
		sel.dport = cpu_to_be16(dport);
	}
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
}

#define PARTS 64

static u32 cut(const struct sk_buff *whole, struct sk_buff **parts)
{
	struct klips_fragments all;
	u32 count = 0;

	assert_int_equal(klips_fragments_begin(&all, whole, MTU), 0);
	while (count < PARTS && (parts[count] = klips_fragments_next(&all)))
		count++;
	assert_in_range(count, 2, PARTS - 1);
	return count;
}

/* West sends a datagram that its kernel has cut; returns a copy of it. */
static struct sk_buff *send_cut(u8 version, u8 from, u16 dport, u32 payload, bool backwards)
{
	struct sk_buff *whole = pair_udp(version, from, 2, dport, payload, 1), *parts[PARTS];
	u32 i, count = cut(whole, parts);

	for (i = 0; i < count; i++)
		pair_send(&west, parts[backwards ? count - 1 - i : i]);
	return whole;
}

/* East has one whole datagram; the IDs of IPv4 are those of who cut it. */
static void expect_arrived(struct sk_buff *whole)
{
	u32 header = whole->data[0] >> 4 == KLIPS_V6 ? 40 : 20;

	assert_int_equal(east.received_count, 1);
	assert_int_equal(east.received[0]->len, whole->len);
	assert_memory_equal(east.received[0]->data + header, whole->data + header, whole->len - header);
	kfree_skb(whole);
}

static void carry_transport(u8 version, u8 proto, enum klips_mode mode, bool backwards)
{
	struct sk_buff *whole;

	add_eroute(version, 0, add_sa(version, proto, mode));
	whole = send_cut(version, 1, 2000, 3000, backwards);
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(west.received_count, 0); /* no ICMP error, though IPv6's datagram is too long for the path */
	assert_true(west.sent[0]->len > 3000);
	assert_int_equal(pair_carry(&west, &east), 1);
	expect_arrived(whole);
}

static void test_esp_v4(void **state)
{
	(void)state;
	carry_transport(KLIPS_V4, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, false);
}

static void test_esp_v6(void **state)
{
	(void)state;
	carry_transport(KLIPS_V6, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, true);
}

static void test_ah_v4(void **state)
{
	(void)state;
	carry_transport(KLIPS_V4, KLIPS_PROTO_AH, KLIPS_MODE_TRANSPORT, true);
}

static void test_ah_v6(void **state)
{
	(void)state;
	carry_transport(KLIPS_V6, KLIPS_PROTO_AH, KLIPS_MODE_TRANSPORT, false);
}

static void test_beet(void **state)
{
	(void)state;
	carry_transport(KLIPS_V4, KLIPS_PROTO_ESP, KLIPS_MODE_BEET, false);
}

/* A tunnel takes fragments as they are: each fits its path. */
static void test_tunnel_takes_fragments(void **state)
{
	(void)state;
	add_eroute(KLIPS_V4, 0, add_sa(KLIPS_V4, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL));
	kfree_skb(send_cut(KLIPS_V4, 1, 2000, 3000, false));
	assert_int_equal(west.sent_count, 3);
	assert_true(west.sent[0]->len <= 1500);
	assert_int_equal(west.defrag.count, 0);
}

/* What others sent is refused as ever: its source need not agree to be put together. */
static void test_forwarded_fragments_are_refused(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 2);
	struct klips_said said = add_sa(KLIPS_V4, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT);

	(void)state;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	kfree_skb(send_cut(KLIPS_V4, 11, 2000, 3000, false));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(atomic64_read(&west.klips.stats.malformed), 3);
}

/* Only the first fragment has the port; the whole datagram takes the eroute of it, and another port's takes another. */
static void port_specific(u8 version)
{
	struct sk_buff *whole;

	add_eroute(version, 2000, add_sa(version, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT));
	whole = send_cut(version, 1, 2000, 3000, true);
	assert_int_equal(west.sent_count, 1);
	pair_carry(&west, &east);
	expect_arrived(whole);
	kfree_skb(send_cut(version, 1, 2001, 3000, false));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(atomic64_read(&west.klips.stats.no_eroute), 1);
	add_eroute(version, 0, pair_shunt(KLIPS_SHUNT_PASS));
	kfree_skb(send_cut(version, 1, 2001, 3000, true));
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(klips_passed(&west.klips), 1);
	assert_int_equal(atomic64_read(&west.klips.stats.dropped), 0);
}

static void test_port_specific_v4(void **state)
{
	(void)state;
	port_specific(KLIPS_V4);
}

static void test_port_specific_v6(void **state)
{
	(void)state;
	port_specific(KLIPS_V6);
}

/* A %trap holds the datagram, not its fragments; the SA that comes later carries it, though it is long for IPv6. */
static void trap_and_hold(u8 version)
{
	struct klips_selector sel = pair_selector(version, 1, 2);
	struct klips_said said;
	struct sk_buff *whole;

	add_eroute(version, 0, pair_shunt(KLIPS_SHUNT_TRAP));
	whole = send_cut(version, 1, 2000, 3000, false);
	assert_int_equal(west.acquired, 1);
	assert_int_equal(be16_to_cpu(west.acquire.flow.dport), 2000);
	assert_int_equal(atomic64_read(&west.klips.stats.held), 1);
	said = add_sa(version, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, true), 0);
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(west.received_count, 0);
	pair_carry(&west, &east);
	expect_arrived(whole);
}

static void test_trap_v4(void **state)
{
	(void)state;
	trap_and_hold(KLIPS_V4);
}

static void test_trap_v6(void **state)
{
	(void)state;
	trap_and_hold(KLIPS_V6);
}

/* From one %hold to the next it stays a datagram that may be cut. */
static void test_two_holds(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V6, 1, 2);
	struct klips_said said = pair_shunt(KLIPS_SHUNT_HOLD);
	struct sk_buff *whole;

	(void)state;
	add_eroute(KLIPS_V6, 0, said);
	whole = send_cut(KLIPS_V6, 1, 2000, 3000, false);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, true), 0);
	assert_int_equal(atomic64_read(&west.klips.stats.held), 2);
	said = add_sa(KLIPS_V6, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, true), 0);
	assert_int_equal(west.received_count, 0);
	assert_int_equal(pair_carry(&west, &east), 1);
	expect_arrived(whole);
}

/* A tunnel may be what an SA becomes, or what a port leads to: then the datagram is cut outside, so DF must not be. */
static void test_whole_datagram_in_a_tunnel(void **state)
{
	struct sk_buff *whole;

	(void)state;
	add_eroute(KLIPS_V6, 2000, add_sa(KLIPS_V6, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL));
	whole = send_cut(KLIPS_V6, 1, 2000, 3000, false);
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(west.received_count, 0);
	pair_carry(&west, &east);
	expect_arrived(whole);
}

/*
 * Destination options behind the fragment header: only the first fragment shows that UDP follows, which an eroute is
 * for. It must not go into the tunnel while the others wait for it.
 */
static void test_hidden_protocol(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V6, 1, 2, 2000, 3000, 1), *parts[PARTS];
	struct klips_selector sel = pair_selector(KLIPS_V6, 1, 2);
	struct klips_said said = add_sa(KLIPS_V6, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL);
	u32 i, count;

	(void)state;
	sel.proto = 17;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	memmove(whole->data + 48, whole->data + 40, 8);	 /* the UDP header goes back */
	memcpy(whole->data + 40, "\x11\0\1\4\0\0\0", 8); /* before it: PadN */
	count = cut(whole, parts);
	for (i = 0; i < count; i++) {
		parts[i]->data[40] = 60;
		pair_send(&west, parts[i]);
	}
	assert_int_equal(west.sent_count, 1);
	pair_carry(&west, &east);
	expect_arrived(whole);
	assert_int_equal(east.received[0]->data[6], 60);
}

/* What ESP makes of the longest datagram is no IP packet any more. */
static void test_too_long_for_ip(void **state)
{
	(void)state;
	add_eroute(KLIPS_V4, 0, add_sa(KLIPS_V4, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT));
	kfree_skb(send_cut(KLIPS_V4, 1, 2000, 65535 - 28, false));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(atomic64_read(&west.klips.stats.too_big), 1);
	kfree_skb(send_cut(KLIPS_V4, 1, 2000, 65400, false));
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(get_unaligned_be16(west.sent[0]->data + 2), west.sent[0]->len);
}

/* The mark is of the datagram, and not of the memory that it was in. */
static void test_next_packet_is_told(void **state)
{
	struct sk_buff *skb = pair_udp(KLIPS_V6, 1, 2, 2000, 1460, 1);

	(void)state;
	add_eroute(KLIPS_V6, 0, add_sa(KLIPS_V6, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT));
	memset(skb->cb, 1, sizeof(skb->cb));
	pair_send(&west, skb);
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(west.received_count, 1);
	assert_int_equal(west.received[0]->data[40], 2);
	assert_int_equal(atomic64_read(&west.klips.stats.too_big), 1);
}

#define UNIT_V4(test) cmocka_unit_test_setup_teardown(test, begin_v4, end)
#define UNIT_V6(test) cmocka_unit_test_setup_teardown(test, begin_v6, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_V4(test_esp_v4),
		UNIT_V6(test_esp_v6),
		UNIT_V4(test_ah_v4),
		UNIT_V6(test_ah_v6),
		UNIT_V4(test_beet),
		UNIT_V4(test_tunnel_takes_fragments),
		UNIT_V4(test_forwarded_fragments_are_refused),
		UNIT_V4(test_port_specific_v4),
		UNIT_V6(test_port_specific_v6),
		UNIT_V4(test_trap_v4),
		UNIT_V6(test_trap_v6),
		UNIT_V6(test_whole_datagram_in_a_tunnel),
		UNIT_V6(test_two_holds),
		UNIT_V6(test_hidden_protocol),
		UNIT_V4(test_too_long_for_ip),
		UNIT_V6(test_next_packet_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
