// SPDX-License-Identifier: GPL-2.0-or-later
/* Tunnels without ESP or AH: IPIP alone, and IPCOMP, whose short packets go as they are. */
#include "tests/test.h"
#include "tests/pair.h"

static struct pair_end west, east;

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

/* From west to east, on both. @sel: what may arrive; NULL: all */
static struct klips_said add_sa(u8 proto, enum klips_mode mode, u32 spi, const struct klips_selector *sel)
{
	struct klips_sa_config config;

	transform_config(&config, proto, mode, KLIPS_V4, KLIPS_V4);
	config.said.spi = cpu_to_be32(spi);
	if (proto == KLIPS_PROTO_ESP)
		transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	config.flags |= KLIPS_SA_INBOUND;
	if (sel)
		config.selector = *sel;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	return config.said;
}

static void group(const struct klips_said *saids, unsigned int count)
{
	assert_int_equal(klips_sadb_group(west.klips.sadb, saids, count), 0);
	assert_int_equal(klips_sadb_group(east.klips.sadb, saids, count), 0);
}

static void route(u8 from, u8 to, const struct klips_said *said)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, from, to);

	assert_int_equal(klips_set_eroute(&west.klips, &sel, said, true), 0);
}

static u64 used(const struct klips_said *said)
{
	struct klips_sa *sa;
	u64 packets;

	rcu_read_lock();
	sa = klips_sadb_find(east.klips.sadb, said);
	assert_non_null(sa);
	packets = (u64)atomic64_read(&sa->usage.packets);
	rcu_read_unlock();
	return packets;
}

/* Sends one and has it arrive; what protocol it had on its way. */
static u8 carry(u8 from, u8 to, u32 payload)
{
	u8 proto;

	pair_send(&west, pair_udp(KLIPS_V4, from, to, 2000, payload, 7));
	assert_int_equal(west.sent_count, 1);
	proto = west.sent[0]->data[9];
	pair_carry(&west, &east);
	return proto;
}

static void test_ipip_alone(void **state)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_said said = add_sa(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0x1000, &sel);

	(void)state;
	route(11, 12, &said);
	route(13, 12, &said);
	assert_int_equal(carry(11, 12, 50), KLIPS_PROTO_IPIP);
	assert_int_equal(east.received_count, 1);
	assert_int_equal(pair_number(east.received[0]), 7);
	assert_int_equal(used(&said), 1);
	carry(13, 12, 50); /* not what the SA is for */
	assert_int_equal(east.received_count, 1);
	assert_int_equal(atomic64_read(&east.klips.stats.in_policy), 1);
}

static void test_ipip_of_no_sa_is_not_ours(void **state)
{
	struct klips_said said = add_sa(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0x1000, NULL);

	(void)state;
	route(11, 12, &said);
	assert_int_equal(klips_sadb_delete(east.klips.sadb, &said), 0);
	carry(11, 12, 50);
	assert_int_equal(east.received_count, 0);
	assert_int_equal(atomic64_read(&east.klips.stats.in_no_sa), 0);
	assert_int_equal(atomic64_read(&east.klips.stats.in_malformed), 0);
}

/* Of several between the same two, that whose selector the packet inside has. */
static void test_selector_chooses(void **state)
{
	struct klips_selector one = pair_selector(KLIPS_V4, 11, 12), two = pair_selector(KLIPS_V4, 13, 14);
	struct klips_said first = add_sa(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0x1000, &one);
	struct klips_said second = add_sa(KLIPS_PROTO_COMP, KLIPS_MODE_TUNNEL, 0x1001, &two);

	(void)state;
	route(11, 12, &first);
	route(13, 14, &second);
	assert_int_equal(carry(11, 12, 50), KLIPS_PROTO_IPIP);
	assert_int_equal(carry(13, 14, 50), KLIPS_PROTO_IPIP);
	assert_int_equal(east.received_count, 2);
	assert_int_equal(used(&first), 1);
	assert_int_equal(used(&second), 1);
}

/* Who can send from anywhere must not get into a tunnel that ESP protects. */
static void test_esp_is_not_gone_around(void **state)
{
	const struct klips_said saids[] = { add_sa(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0x1000, NULL),
					    add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, 0x1001, NULL) };

	(void)state;
	route(11, 12, &saids[0]);
	assert_int_equal(klips_sadb_group(east.klips.sadb, saids, 2), 0);
	assert_int_equal(carry(11, 12, 50), KLIPS_PROTO_IPIP);
	assert_int_equal(east.received_count, 0);
	assert_int_equal(klips_sadb_group(west.klips.sadb, saids, 2), 0);
	assert_int_equal(carry(11, 12, 50), KLIPS_PROTO_ESP);
	assert_int_equal(east.received_count, 1);
	assert_int_equal(klips_sadb_group(west.klips.sadb, saids, 1), 0);
	assert_int_equal(klips_sadb_group(east.klips.sadb, saids, 1), 0);
	assert_int_equal(carry(11, 12, 50), KLIPS_PROTO_IPIP);
	assert_int_equal(east.received_count, 2);
}

/* Likewise what is compressed: the way through ESP is the only one, for long packets and for short ones. */
static void test_esp_is_not_gone_around_by_ipcomp(void **state)
{
	const struct klips_said saids[] = { add_sa(KLIPS_PROTO_COMP, KLIPS_MODE_TUNNEL, 0x1000, NULL),
					    add_sa(KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, 0x1001, NULL) };

	(void)state;
	route(11, 12, &saids[0]);
	assert_int_equal(klips_sadb_group(east.klips.sadb, saids, 2), 0);
	assert_int_equal(carry(11, 12, 1000), KLIPS_PROTO_COMP);
	assert_int_equal(carry(11, 12, 20), KLIPS_PROTO_IPIP);
	assert_int_equal(east.received_count, 0);
	assert_int_equal(atomic64_read(&east.klips.stats.in_policy), 1);
	assert_int_equal(klips_sadb_group(west.klips.sadb, saids, 2), 0);
	assert_int_equal(carry(11, 12, 1000), KLIPS_PROTO_ESP);
	assert_int_equal(carry(11, 12, 20), KLIPS_PROTO_ESP);
	assert_int_equal(east.received_count, 2);
}

/* RFC 3173, 2.2: what would not shrink goes as it is. */
static void test_ipcomp_tunnel(void **state)
{
	struct klips_said said = add_sa(KLIPS_PROTO_COMP, KLIPS_MODE_TUNNEL, 0x1001, NULL);

	(void)state;
	route(11, 12, &said);
	assert_int_equal(carry(11, 12, 20), KLIPS_PROTO_IPIP);
	assert_int_equal(carry(11, 12, 1000), KLIPS_PROTO_COMP);
	assert_int_equal(east.received_count, 2);
	assert_int_equal(used(&said), 2);
}

static void test_ipip_in_ipcomp(void **state)
{
	const struct klips_said saids[] = { add_sa(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0x1000, NULL),
					    add_sa(KLIPS_PROTO_COMP, KLIPS_MODE_TRANSPORT, 0x1001, NULL) };

	(void)state;
	group(saids, 2);
	route(11, 12, &saids[0]);
	assert_int_equal(carry(11, 12, 20), KLIPS_PROTO_IPIP);
	assert_int_equal(carry(11, 12, 1000), KLIPS_PROTO_COMP);
	assert_int_equal(east.received_count, 2);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(test_ipip_alone),
		UNIT(test_ipip_of_no_sa_is_not_ours),
		UNIT(test_selector_chooses),
		UNIT(test_esp_is_not_gone_around),
		UNIT(test_esp_is_not_gone_around_by_ipcomp),
		UNIT(test_ipcomp_tunnel),
		UNIT(test_ipip_in_ipcomp),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
