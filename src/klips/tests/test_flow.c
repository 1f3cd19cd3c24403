// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets through two whole KLIPS: eroutes, shunts, bundles, holds, and what comes in. */
#include "tests/test.h"
#include "tests/pair.h"
#include "core/hold.h"

static struct pair_end west, east;

static void set_gcm_tunnel(struct klips_sa_config *config)
{
	transform_config(config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config->keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
}

static int begin(void **state)
{
	(void)state;
	pair_begin_both(&west, &east, KLIPS_V4);
	return 0;
}

static int end(void **state)
{
	(void)state;
	pair_end_both(&west, &east);
	return 0;
}

/* The SA west to east, on both. */
static struct klips_said add_sa(u8 proto, enum klips_mode mode, u32 flags, const struct klips_selector *sel,
				enum klips_natt natt)
{
	struct klips_sa_config config;

	transform_config(&config, proto, mode, KLIPS_V4, KLIPS_V4);
	config.flags = flags;
	config.natt = natt;
	config.natt_sport = config.natt_dport = natt ? 4500 : 0;
	if (proto == KLIPS_PROTO_ESP)
		transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	else if (proto == KLIPS_PROTO_AH)
		transform_keys(&config.keys, KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA2_256_128, 0);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	config.flags |= KLIPS_SA_INBOUND;
	if (sel)
		config.selector = *sel;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	return config.said;
}

static struct klips_said tunnel(void)
{
	struct klips_said said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONE);
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);

	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	return said;
}

static struct sk_buff *udp(u16 number)
{
	return pair_udp(KLIPS_V4, 11, 12, 2000, 100, number);
}

static void expect_received(struct pair_end *end, u32 count, const u16 *numbers)
{
	u32 i;

	assert_int_equal(end->received_count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(pair_number(end->received[i]), numbers[i]);
}

static void test_tunnel_carries_what_was_sent(void **state)
{
	struct sk_buff *skb = udp(7), *copy = skb_copy(skb, GFP_KERNEL);
	struct klips_traffic traffic;

	(void)state;
	tunnel();
	pair_send(&west, skb);
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(west.sent[0]->data[9], KLIPS_PROTO_ESP);
	assert_int_equal(pair_carry(&west, &east), 1);
	assert_int_equal(east.received_count, 1);
	assert_int_equal(east.received[0]->len, copy->len);
	assert_memory_equal(east.received[0]->data, copy->data, copy->len);
	klips_dev_traffic(east.dev, &traffic);
	assert_int_equal(traffic.packets[0], 1);
	klips_dev_traffic(west.dev, &traffic);
	assert_int_equal(traffic.packets[1], 1);
	kfree_skb(copy);
}

static void test_batch_keeps_its_order(void **state)
{
	struct sk_buff *batch[KLIPS_BATCH];
	u16 numbers[KLIPS_BATCH], i;

	(void)state;
	tunnel();
	for (i = 0; i < KLIPS_BATCH; i++) {
		numbers[i] = i;
		batch[i] = pair_udp(KLIPS_V4, 11, 12, 2000, 64 + i * 20U, i);
	}
	klips_xmit(&west.klips, west.dev, batch, KLIPS_BATCH);
	assert_int_equal(pair_carry(&west, &east), KLIPS_BATCH);
	expect_received(&east, KLIPS_BATCH, numbers);
}

static void test_replay_is_dropped(void **state)
{
	struct sk_buff *again;

	(void)state;
	tunnel();
	pair_send(&west, udp(1));
	again = skb_copy(west.sent[0], GFP_KERNEL);
	pair_carry(&west, &east);
	klips_rcv(&east.klips, east.dev, &again, 1, NULL);
	assert_int_equal(east.received_count, 1);
	assert_int_equal(atomic64_read(&east.klips.stats.in_replay), 1);
}

/* Packets and bytes that east has counted for an SA. */
static void expect_usage(const struct klips_said *said, u64 packets, u64 bytes)
{
	struct klips_sa *sa;

	rcu_read_lock();
	sa = klips_sadb_find(east.klips.sadb, said);
	assert_non_null(sa);
	assert_int_equal(atomic64_read(&sa->usage.packets), packets);
	assert_int_equal(atomic64_read(&sa->usage.bytes), bytes);
	assert_int_equal(sa->usage.first != 0, packets != 0);
	rcu_read_unlock();
}

/* Nor does it use up the SA: who has no key must not end it. */
static void test_changed_bit_is_dropped(void **state)
{
	struct klips_said said = tunnel();
	u32 length;

	(void)state;
	pair_send(&west, udp(1));
	west.sent[0]->data[60] ^= 1;
	pair_carry(&west, &east);
	assert_int_equal(east.received_count, 0);
	assert_int_equal(atomic64_read(&east.klips.stats.in_auth), 1);
	expect_usage(&said, 0, 0);
	pair_send(&west, udp(2));
	length = west.sent[0]->len;
	pair_carry(&west, &east);
	expect_usage(&said, 1, length);
}

/* Where the first packet of a batch is malformed, those of different peers still do not count as of one. */
static void test_peers_are_told_apart_behind_garbage(void **state)
{
	struct klips_sa_config config;
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	u16 i;

	(void)state;
	set_gcm_tunnel(&config);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	config.flags = KLIPS_SA_INBOUND;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &config.said, false), 0);
	for (i = 0; i < 3; i++)
		pair_send(&west, udp(i));
	west.sent[0]->data[15] = west.sent[2]->data[15] = 77; /* another source */
	west.sent[0]->data[6] = 0x20;			      /* a fragment */
	pair_carry(&west, &east);
	assert_int_equal(atomic64_read(&east.klips.stats.in_malformed), 1);
	assert_int_equal(atomic64_read(&east.klips.stats.in_policy), 1);
	assert_int_equal(east.received_count, 1);
	assert_int_equal(pair_number(east.received[0]), 1);
}

static void test_no_eroute_drops(void **state)
{
	(void)state;
	pair_send(&west, udp(1));
	assert_int_equal(west.sent_count + west.received_count, 0);
	assert_int_equal(atomic64_read(&west.klips.stats.no_eroute), 1);
}

static void test_eroute_without_sa_drops(void **state)
{
	struct klips_said said = { .dst = transform_addr(KLIPS_V4, 2),
				   .spi = cpu_to_be32(9),
				   .proto = KLIPS_PROTO_ESP };
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);

	(void)state;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	pair_send(&west, udp(1));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(atomic64_read(&west.klips.stats.no_sa), 1);
}

static void shunt(enum klips_shunt spi)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_said said = pair_shunt(spi);

	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
}

static void test_pass_sends_in_clear(void **state)
{
	(void)state;
	shunt(KLIPS_SHUNT_PASS);
	pair_send(&west, udp(5));
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(pair_number(west.sent[0]), 5);
}

static void test_drop_drops(void **state)
{
	(void)state;
	shunt(KLIPS_SHUNT_DROP);
	pair_send(&west, udp(5));
	assert_int_equal(west.sent_count + west.received_count, 0);
	assert_int_equal(atomic64_read(&west.klips.stats.dropped), 1);
	assert_int_equal(atomic64_read(&west.klips.stats.no_eroute), 0);
}

static void test_reject_tells_the_sender(void **state)
{
	(void)state;
	shunt(KLIPS_SHUNT_REJECT);
	pair_send(&west, udp(5));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(west.received_count, 1);
	assert_int_equal(west.received[0]->data[9], 1);
	assert_int_equal(west.received[0]->data[20], 3);  /* unreachable */
	assert_int_equal(west.received[0]->data[21], 13); /* prohibited */
	assert_int_equal(atomic64_read(&west.klips.stats.rejected), 1);
}

static void trap_wide(enum klips_shunt spi, struct klips_selector *sel)
{
	struct klips_said said = pair_shunt(spi);

	*sel = pair_selector(KLIPS_V4, 11, 12);
	sel->src_bits = sel->dst_bits = 24;
	klips_selector_normalise(sel);
	assert_int_equal(klips_set_eroute(&west.klips, sel, &said, false), 0);
}

/* Eight pings: one acquire; the first and the last come through when the SA is there, in that order. */
static void first_and_last(enum klips_shunt spi)
{
	const u16 numbers[] = { 0, 7, 8 };
	struct klips_selector sel;
	struct klips_said said;
	u16 i;

	trap_wide(spi, &sel);
	for (i = 0; i < 8; i++)
		pair_send(&west, udp(i));
	assert_int_equal(west.acquired, 1);
	assert_int_equal(be16_to_cpu(west.acquire.flow.dport), 2000);
	assert_int_equal(klips_selector_compare(&west.acquire.trap, &sel), 0);
	assert_int_equal(west.sent_count, 0);
	said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONE);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, true), 0);
	pair_send(&west, udp(8));
	assert_int_equal(pair_carry(&west, &east), 3);
	expect_received(&east, 3, numbers);
	assert_int_equal(atomic64_read(&west.klips.stats.hold_dropped), 6);
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 1);
}

static void test_trap_keeps_first_and_last(void **state)
{
	(void)state;
	first_and_last(KLIPS_SHUNT_TRAP);
}

static void test_trapsubnet_keeps_first_and_last(void **state)
{
	(void)state;
	first_and_last(KLIPS_SHUNT_TRAPSUBNET);
}

static void test_host_trap_becomes_its_own_hold(void **state)
{
	const u16 numbers[] = { 3, 4 };
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_said said;

	(void)state;
	shunt(KLIPS_SHUNT_TRAP);
	pair_send(&west, udp(3));
	pair_send(&west, udp(4));
	assert_int_equal(west.acquired, 1);
	said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONE);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, true), 0);
	pair_carry(&west, &east);
	expect_received(&east, 2, numbers);
}

static void send_newer(struct pair_end *end)
{
	pair_send(end, udp(8));
	pair_send(end, udp(9));
}

/* A flow goes on while its %hold is released: what comes then must not overtake what was held. */
static void released_in_order(struct klips_selector *sel)
{
	const u16 numbers[] = { 0, 3, 8, 9, 10 };
	struct klips_said said;
	u16 i;

	for (i = 0; i < 4; i++)
		pair_send(&west, udp(i));
	said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONE);
	west.meanwhile = send_newer;
	assert_int_equal(klips_set_eroute(&west.klips, sel, &said, true), 0);
	assert_null(west.meanwhile);
	pair_send(&west, udp(10));
	assert_int_equal(pair_carry(&west, &east), 5);
	expect_received(&east, 5, numbers);
	assert_int_equal(atomic64_read(&west.klips.stats.hold_dropped), 2);
}

static void test_hold_is_released_in_order(void **state)
{
	struct klips_selector sel;

	(void)state;
	trap_wide(KLIPS_SHUNT_TRAP, &sel);
	released_in_order(&sel);
}

static void test_hold_is_replaced_in_order(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_eroute *er;

	(void)state;
	shunt(KLIPS_SHUNT_HOLD);
	released_in_order(&sel);
	rcu_read_lock();
	er = klips_eroute_exact(west.klips.eroutes, &sel);
	assert_int_equal(atomic64_read(&er->count), 5);
	rcu_read_unlock();
}

/* What a %hold displaces counts at once, not when the %hold ends. */
static void test_hold_counts_what_it_drops(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	u16 i;

	(void)state;
	shunt(KLIPS_SHUNT_HOLD);
	for (i = 0; i < 5; i++)
		pair_send(&west, udp(i));
	assert_int_equal(atomic64_read(&west.klips.stats.held), 5);
	assert_int_equal(atomic64_read(&west.klips.stats.hold_dropped), 3);
	assert_int_equal(klips_unset_eroute(&west.klips, &sel), 0);
	assert_int_equal(atomic64_read(&west.klips.stats.hold_dropped), 5);
}

static void test_nobody_listens(void **state)
{
	struct klips_selector sel;
	u16 i;

	(void)state;
	trap_wide(KLIPS_SHUNT_TRAP, &sel);
	west.deaf = true;
	for (i = 0; i < 3; i++)
		pair_send(&west, udp(i));
	assert_int_equal(west.acquired, 3); /* the trap stays, and each packet asks */
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 1);
	assert_int_equal(atomic64_read(&west.klips.stats.trap_count), 3);
	assert_int_equal(atomic64_read(&west.klips.stats.trap_sendcount), 0);
	assert_int_equal(atomic64_read(&west.klips.acquires.sent), 0);
	assert_int_equal(atomic64_read(&west.klips.acquires.unheard), 3);
	assert_int_equal(atomic64_read(&west.klips.stats.hold_dropped), 3);
}

static void test_acquires_are_limited(void **state)
{
	struct klips_selector sel;
	u16 i;

	(void)state;
	trap_wide(KLIPS_SHUNT_TRAP, &sel);
	west.klips.settings.acquire_rate = 1;
	west.klips.settings.acquire_burst = 50;
	for (i = 0; i < 200; i++)
		pair_send(&west, pair_udp(KLIPS_V4, (u8)(20 + i), 12, 2000, 10, i));
	assert_in_range(west.acquired, 50, 60);
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 1 + west.acquired);
	assert_int_equal(atomic64_read(&west.klips.stats.trap_count), 200);
}

static void test_unanswered_hold_ends(void **state)
{
	struct klips_selector sel;
	u64 now = ktime_get_ns(), next;

	(void)state;
	trap_wide(KLIPS_SHUNT_TRAP, &sel);
	pair_send(&west, udp(1));
	next = klips_run_timers(&west.klips, now);
	assert_true(next > now && next <= ktime_get_ns() + KLIPS_HOLD_TIME);
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 2);
	assert_int_equal(klips_run_timers(&west.klips, next), 0);
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 1);
	assert_int_equal(atomic64_read(&west.klips.stats.hold_dropped), 1);
	pair_send(&west, udp(2));
	assert_int_equal(west.acquired, 2);
}

/* The old KLIPS made a %hold for all protocols of two hosts, whatever the trap was for. */
static void test_hold_is_as_narrow_as_its_trap(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_said said = pair_shunt(KLIPS_SHUNT_TRAP), pass = pair_shunt(KLIPS_SHUNT_PASS);
	struct klips_selector wide = { .src = klips_addr_v4(0), .dst = klips_addr_v4(0) };

	(void)state;
	sel.src_bits = 24;
	sel.proto = 17;
	sel.dport = cpu_to_be16(2000);
	klips_selector_normalise(&sel);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	assert_int_equal(klips_set_eroute(&west.klips, &wide, &pass, false), 0);
	pair_send(&west, udp(1));
	pair_send(&west, pair_udp(KLIPS_V4, 11, 12, 2001, 10, 2));
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(pair_number(west.sent[0]), 2);
}

static void test_deleted_trap_lets_its_packets_go(void **state)
{
	struct klips_selector sel;
	struct klips_selector wide = { .src = klips_addr_v4(0), .dst = klips_addr_v4(0) };
	struct klips_said pass = pair_shunt(KLIPS_SHUNT_PASS);

	(void)state;
	trap_wide(KLIPS_SHUNT_TRAP, &sel);
	assert_int_equal(klips_set_eroute(&west.klips, &wide, &pass, false), 0);
	pair_send(&west, udp(1));
	pair_send(&west, udp(2));
	sel.src.b[3] = 99; /* bits behind the prefix do not count */
	assert_int_equal(klips_unset_eroute(&west.klips, &sel), 0);
	assert_int_equal(west.sent_count, 2);
	assert_int_equal(pair_number(west.sent[0]), 1);
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 1);
}

/* What its %hold kept meets the new one, and asks once. */
static void test_trap_in_place_of_a_trap(void **state)
{
	const struct klips_said trap = pair_shunt(KLIPS_SHUNT_TRAP);
	struct klips_selector sel;

	(void)state;
	trap_wide(KLIPS_SHUNT_TRAP, &sel);
	pair_send(&west, udp(1));
	pair_send(&west, udp(2));
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &trap, true), 0);
	assert_int_equal(west.acquired, 2);
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(klips_eroutes_count(west.klips.eroutes), 2);
	assert_int_equal(klips_unset_eroute(&west.klips, &sel), 0);
	assert_int_equal(atomic64_read(&west.klips.stats.no_eroute), 2);
}

static void bundle(const struct klips_said *saids, u32 count)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);

	assert_int_equal(klips_sadb_group(west.klips.sadb, saids, count), 0);
	assert_int_equal(klips_sadb_group(east.klips.sadb, saids, count), 0);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &saids[0], false), 0);
}

/* One packet through a tunnel of @inner in transport mode of @outer, with @natt. */
static void through_two(u8 inner, u8 outer, enum klips_natt natt)
{
	const u16 numbers[] = { 1 };
	struct klips_said saids[2];

	saids[0] = add_sa(inner, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONE);
	saids[1] = add_sa(outer, KLIPS_MODE_TRANSPORT, 0, NULL, natt);
	bundle(saids, 2);
	pair_send(&west, udp(1));
	assert_int_equal(west.sent[0]->data[9], outer);
	pair_carry(&west, &east);
	expect_received(&east, 1, numbers);
}

static void test_ah_over_esp(void **state)
{
	(void)state;
	through_two(KLIPS_PROTO_ESP, KLIPS_PROTO_AH, KLIPS_NATT_NONE);
}

/* tun and esp, as KLIPS's users have grouped them for twenty years. */
static void test_ipip_in_esp_transport(void **state)
{
	(void)state;
	through_two(KLIPS_PROTO_IPIP, KLIPS_PROTO_ESP, KLIPS_NATT_NONE);
}

/* The SA inside is in no UDP: it has no mapping that could be a new one. */
static void test_mapping_is_of_the_outer_sa(void **state)
{
	(void)state;
	through_two(KLIPS_PROTO_AH, KLIPS_PROTO_ESP, KLIPS_NATT_NONESP);
	assert_true(west.in_udp);
	assert_int_equal(east.mapped, 0);
}

/* Of one batch the long packet is compressed and the short one is not. */
static void test_ipcomp_in_esp(void **state)
{
	struct sk_buff *batch[2];
	struct klips_said saids[2];

	(void)state;
	saids[0] = add_sa(KLIPS_PROTO_COMP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONE);
	saids[1] = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, 0, NULL, KLIPS_NATT_NONE);
	bundle(saids, 2);
	batch[0] = pair_udp(KLIPS_V4, 11, 12, 2000, 20, 1);
	batch[1] = pair_udp(KLIPS_V4, 11, 12, 2000, 1200, 2);
	klips_xmit(&west.klips, west.dev, batch, 2);
	assert_int_equal(west.sent_count, 2);
	assert_true(west.sent[1]->len < 1000);
	pair_carry(&west, &east);
	assert_int_equal(east.received_count, 2);
	assert_int_equal(pair_number(east.received[0]) + pair_number(east.received[1]), 3);
}

static void test_selector_of_inbound_sa(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12), only = sel;
	struct klips_said said;

	(void)state;
	only.proto = 17;
	only.dport = cpu_to_be16(2000);
	said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, &only, KLIPS_NATT_NONE);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	pair_send(&west, udp(1));
	pair_send(&west, pair_udp(KLIPS_V4, 11, 12, 2001, 10, 2));
	pair_carry(&west, &east);
	assert_int_equal(east.received_count, 1);
	assert_int_equal(pair_number(east.received[0]), 1);
	assert_int_equal(atomic64_read(&east.klips.stats.in_policy), 1);
	east.klips.settings.inbound_policy_check = 0;
	pair_send(&west, pair_udp(KLIPS_V4, 11, 12, 2001, 10, 3));
	pair_carry(&west, &east);
	assert_int_equal(east.received_count, 2);
}

static void test_selectors_of_inbound_sa(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_sa_config config;
	u16 port;

	(void)state;
	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	config.flags = KLIPS_SA_INBOUND;
	config.more_count = 1;
	config.selector = config.more[0] = sel;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &config.said, false), 0);
	config.selector.proto = config.more[0].proto = 17;
	config.selector.dport = cpu_to_be16(2000);
	config.more[0].dport = cpu_to_be16(2002);
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	for (port = 2000; port < 2004; port++)
		pair_send(&west, pair_udp(KLIPS_V4, 11, 12, port, 10, port));
	pair_carry(&west, &east);
	expect_received(&east, 2, (const u16[]){ 2000, 2002 });
	assert_int_equal(atomic64_read(&east.klips.stats.in_policy), 2);
	config.said.spi = cpu_to_be32(0x9999);
	config.more[0].dport = cpu_to_be16(1);
	config.more[0].proto = 4;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), -EINVAL);
}

static void test_clear_is_refused_where_sas_are_meant(void **state)
{
	struct sk_buff *skb = pair_udp(KLIPS_V4, 12, 11, 1000, 10, 1), *other = pair_udp(KLIPS_V4, 13, 11, 1000, 10, 1);
	struct sk_buff *ike = pair_udp(KLIPS_V4, 12, 11, 500, 10, 1);

	(void)state;
	tunnel();
	assert_true(klips_refuses_clear(&west.klips, skb->data, skb->len));
	assert_false(klips_refuses_clear(&west.klips, other->data, other->len));
	assert_false(klips_refuses_clear(&west.klips, ike->data, ike->len));
	kfree_skb(skb);
	kfree_skb(other);
	kfree_skb(ike);
}

static void test_natt_tells_a_new_mapping(void **state)
{
	struct klips_said said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONESP);
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);

	(void)state;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	pair_send(&west, udp(1));
	assert_true(west.in_udp);
	assert_int_equal(west.udp.dport, 4500);
	pair_carry(&west, &east);
	assert_int_equal(east.mapped, 0);
	pair_send(&west, udp(2));
	west.udp.sport = 4501;
	west.sent[0]->data[40] ^= 1; /* not authentic: no news */
	pair_carry(&west, &east);
	assert_int_equal(east.mapped, 0);
	pair_send(&west, udp(3));
	west.udp.sport = 4501;
	pair_carry(&west, &east);
	assert_int_equal(east.mapped, 1);
	assert_int_equal(east.mapped_port, 4501);
	assert_int_equal(east.received_count, 2);
}

static void test_natt_sa_wants_udp(void **state)
{
	struct klips_said said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 0, NULL, KLIPS_NATT_NONESP);
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);

	(void)state;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	pair_send(&west, udp(1));
	west.in_udp = false;
	pair_carry(&west, &east);
	assert_int_equal(east.received_count, 0);
	assert_int_equal(atomic64_read(&east.klips.stats.in_policy), 1);
}

/* RFC 3948, 3.1.2: of a peer that its NAT has at .99, the checksum is right only once it is made anew. */
static void test_natt_transport_sums_anew(void **state)
{
	struct klips_said said = add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, 0, NULL, KLIPS_NATT_NONESP);
	struct klips_selector sel = pair_selector(KLIPS_V4, 1, 2);
	const struct klips_addr nat = transform_addr(KLIPS_V4, 99), own = transform_addr(KLIPS_V4, 2);
	struct sk_buff *skb = pair_udp(KLIPS_V4, 1, 2, 2000, 100, 7);
	u32 sum = klips_checksum_pseudo(&west.own, &own, 17, 108);

	(void)state;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	put_unaligned_be16(klips_checksum(skb->data + 20, 108, sum), skb->data + 26);
	pair_send(&west, skb);
	skb = west.sent[0];
	memcpy(skb->data + 12, nat.b, 4);
	put_unaligned_be16(0, skb->data + 10);
	put_unaligned_be16(klips_checksum(skb->data, 20, 0), skb->data + 10);
	pair_carry(&west, &east);
	expect_received(&east, 1, (u16[]){ 7 });
	sum = klips_checksum_pseudo(&nat, &own, 17, 108);
	assert_int_equal(klips_checksum(east.received[0]->data + 20, 108, sum), 0);
}

static struct sk_buff *long_packet(bool df)
{
	struct sk_buff *skb = pair_udp(KLIPS_V4, 11, 12, 2000, 1460, 1);

	if (df)
		skb->data[6] = 0x40;
	put_unaligned_be16(0, skb->data + 10);
	put_unaligned_be16(klips_checksum(skb->data, 20, 0), skb->data + 10);
	return skb;
}

static void test_too_long(void **state)
{
	unsigned int mtu;
	struct klips_said said = tunnel();

	(void)state;
	pair_send(&west, long_packet(false));
	assert_int_equal(west.sent_count, 1); /* goes out in fragments */
	pair_send(&west, long_packet(true));
	assert_int_equal(west.sent_count, 1);
	assert_int_equal(west.received_count, 1);
	assert_int_equal(west.received[0]->data[20], 3);
	assert_int_equal(west.received[0]->data[21], 4);
	rcu_read_lock();
	mtu = klips_bundle_mtu(klips_sadb_find(west.klips.sadb, &said), 1500, 20);
	rcu_read_unlock();
	assert_int_equal(get_unaligned_be16(west.received[0]->data + 26), mtu);
	assert_int_equal(atomic64_read(&west.klips.stats.too_big), 1);
	west.klips.settings.icmp = 0;
	pair_send(&west, long_packet(true));
	assert_int_equal(west.sent_count, 2);
}

static void test_tfc_hides_lengths(void **state)
{
	struct klips_sa_config config;
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	const u16 numbers[] = { 1, 2 };

	(void)state;
	set_gcm_tunnel(&config);
	config.flags = KLIPS_SA_TFC_PMTU;
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	config.flags = KLIPS_SA_INBOUND;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &config.said, false), 0);
	pair_send(&west, pair_udp(KLIPS_V4, 11, 12, 2000, 10, 1));
	pair_send(&west, pair_udp(KLIPS_V4, 11, 12, 2000, 1000, 2));
	assert_int_equal(west.sent[0]->len, west.sent[1]->len);
	assert_in_range(west.sent[0]->len, 1490, 1500);
	pair_carry(&west, &east);
	expect_received(&east, 2, numbers);
	assert_int_equal(east.received[0]->len, 38);
}

static void test_tos_is_hidden_if_wanted(void **state)
{
	struct sk_buff *skb;

	(void)state;
	tunnel();
	skb = udp(1);
	skb->data[1] = 0xb8;
	pair_send(&west, skb);
	assert_int_equal(west.sent[0]->data[1], 0xb8);
	west.klips.settings.tos = 0;
	skb = udp(2);
	skb->data[1] = 0xb8;
	pair_send(&west, skb);
	assert_int_equal(west.sent[1]->data[1], 0);
}

static void test_hard_limit_ends_an_sa(void **state)
{
	struct klips_sa_config config;
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	u16 i;

	(void)state;
	set_gcm_tunnel(&config);
	config.soft.packets = 2;
	config.hard.packets = 4;
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &config.said, false), 0);
	for (i = 0; i < 10; i++)
		pair_send(&west, udp(i));
	assert_int_equal(west.expired[KLIPS_LIFE_SOFT], 1);
	assert_int_equal(west.expired[KLIPS_LIFE_HARD], 1);
	assert_int_equal(west.sent_count, 5); /* the fifth passes the limit, the sixth finds that out */
	assert_int_equal(klips_sadb_count(west.klips.sadb), 0);
}

static void test_detached_sends_nothing(void **state)
{
	(void)state;
	tunnel();
	assert_int_equal(klips_detach(&west.klips, "ipsec0"), 0);
	assert_int_equal(klips_detach(&west.klips, "ipsec0"), -ENODEV);
	pair_send(&west, udp(1));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(klips_attach(&west.klips, "ipsec0", "eth2", &west, &west, 1500), 0);
	assert_int_equal(klips_attach(&west.klips, "ipsec0", "eth2", &west, &west, 1500), -EBUSY);
	pair_send(&west, udp(2));
	assert_int_equal(west.sent_count, 1);
}

/* What a tunnel makes is looked for an eroute of its own, also when there was none before. */
static void test_eroute_comes_for_what_a_tunnel_makes(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 1, 2);
	struct klips_said said = tunnel();

	(void)state;
	said.dst = klips_addr_v4(cpu_to_be32(0xcb007109)); /* another end, so that it is a bundle around the first */
	pair_send(&west, udp(1));
	pair_send(&west, udp(2));
	assert_int_equal(west.sent_count, 2);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	pair_send(&west, udp(3));
	assert_int_equal(west.sent_count, 2);
	assert_int_equal(atomic64_read(&west.klips.stats.no_sa), 1);
	assert_int_equal(klips_unset_eroute(&west.klips, &sel), 0);
	pair_send(&west, udp(4));
	assert_int_equal(west.sent_count, 3);
}

/* Takes a packet from what west has sent. */
static struct sk_buff *take_sent(void)
{
	assert_int_equal(west.sent_count, 1);
	west.sent_count = 0;
	return west.sent[0];
}

static void test_sa_is_known(void **state)
{
	struct klips_said said = tunnel();
	struct sk_buff *skb;
	struct klips_sa *sa;

	(void)state;
	rcu_read_lock();
	sa = klips_sadb_find(east.klips.sadb, &said);
	pair_send(&west, udp(1));
	klips_rcv_by(&east.klips, east.dev, take_sent(), NULL, sa);
	assert_int_equal(east.received_count, 1);
	pair_send(&west, udp(2));
	skb = take_sent();
	skb->data[9] = KLIPS_PROTO_AH;
	klips_rcv_by(&east.klips, east.dev, skb, NULL, sa);
	pair_send(&west, udp(3));
	skb = take_sent();
	skb->data[3]++; /* longer than it is */
	klips_rcv_by(&east.klips, east.dev, skb, NULL, sa);
	rcu_read_unlock();
	assert_int_equal(east.received_count, 1);
	assert_int_equal(atomic64_read(&east.klips.stats.in_malformed), 2);
}

static void test_garbage_is_dropped(void **state)
{
	static const u8 lengths[] = { 1, 19, 20, 27, 28, 29, 36, 44 };
	struct sk_buff *skb;
	u32 i;

	(void)state;
	tunnel();
	for (i = 0; i < sizeof(lengths); i++) {
		pair_send(&west, udp(1));
		skb = west.sent[--west.sent_count];
		skb_trim(skb, lengths[i]);
		klips_rcv(&east.klips, east.dev, &skb, 1, NULL);
	}
	assert_int_equal(east.received_count, 0);
	assert_int_equal(atomic64_read(&east.klips.stats.in_malformed), sizeof(lengths));
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(test_tunnel_carries_what_was_sent),
		UNIT(test_batch_keeps_its_order),
		UNIT(test_replay_is_dropped),
		UNIT(test_changed_bit_is_dropped),
		UNIT(test_peers_are_told_apart_behind_garbage),
		UNIT(test_no_eroute_drops),
		UNIT(test_eroute_without_sa_drops),
		UNIT(test_pass_sends_in_clear),
		UNIT(test_drop_drops),
		UNIT(test_reject_tells_the_sender),
		UNIT(test_trap_keeps_first_and_last),
		UNIT(test_trapsubnet_keeps_first_and_last),
		UNIT(test_host_trap_becomes_its_own_hold),
		UNIT(test_hold_is_released_in_order),
		UNIT(test_hold_is_replaced_in_order),
		UNIT(test_hold_counts_what_it_drops),
		UNIT(test_nobody_listens),
		UNIT(test_acquires_are_limited),
		UNIT(test_unanswered_hold_ends),
		UNIT(test_hold_is_as_narrow_as_its_trap),
		UNIT(test_trap_in_place_of_a_trap),
		UNIT(test_deleted_trap_lets_its_packets_go),
		UNIT(test_ah_over_esp),
		UNIT(test_ipip_in_esp_transport),
		UNIT(test_mapping_is_of_the_outer_sa),
		UNIT(test_ipcomp_in_esp),
		UNIT(test_selector_of_inbound_sa),
		UNIT(test_selectors_of_inbound_sa),
		UNIT(test_clear_is_refused_where_sas_are_meant),
		UNIT(test_natt_tells_a_new_mapping),
		UNIT(test_natt_sa_wants_udp),
		UNIT(test_natt_transport_sums_anew),
		UNIT(test_too_long),
		UNIT(test_tfc_hides_lengths),
		UNIT(test_tos_is_hidden_if_wanted),
		UNIT(test_hard_limit_ends_an_sa),
		UNIT(test_detached_sends_nothing),
		UNIT(test_garbage_is_dropped),
		UNIT(test_eroute_comes_for_what_a_tunnel_makes),
		UNIT(test_sa_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
