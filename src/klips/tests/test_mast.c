// SPDX-License-Identifier: GPL-2.0-or-later
/* A mastN: packets go by the SA that their mark names, whatever they look like. */
#include "tests/test.h"
#include "tests/pair.h"
#include "core/mark.h"

static struct pair_end west;

static int begin(void **state)
{
	(void)state;
	pair_begin(&west, KLIPS_V4, 1);
	assert_int_equal(klips_mast_create(&west.klips, "mast0", &west, 1500), 0);
	west.dev = klips_dev_find(&west.klips, "mast0");
	return 0;
}

static int end(void **state)
{
	(void)state;
	pair_end_all(&west);
	return 0;
}

static struct klips_sa *find(const struct klips_said *said)
{
	struct klips_sa *sa;

	rcu_read_lock();
	sa = klips_sadb_find(west.klips.sadb, said);
	rcu_read_unlock();
	assert_non_null(sa);
	return sa;
}

static void make_config(struct klips_sa_config *config, enum klips_mode mode, u32 spi)
{
	transform_config(config, KLIPS_PROTO_ESP, mode, KLIPS_V4, KLIPS_V4);
	transform_keys(&config->keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config->said.spi = cpu_to_be32(spi);
}

static struct klips_sa *add(enum klips_mode mode, u32 spi, u32 flags)
{
	struct klips_sa_config config;

	make_config(&config, mode, spi);
	config.flags = flags;
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	return find(&config.said);
}

static void send_marked(u32 mark)
{
	struct sk_buff *skb = pair_udp(KLIPS_V4, 11, 12, 2000, 100, 1);

	skb->mark = mark;
	pair_send(&west, skb);
}

static u32 mark_of(const struct klips_sa *sa)
{
	return klips_mark_received(0, sa->ref);
}

static u32 spi_sent(u32 index)
{
	assert_true(index < west.sent_count);
	assert_int_equal(west.sent[index]->mark, 0);
	return get_unaligned_be32(west.sent[index]->data + 20);
}

static u64 count_of(const atomic64_t *counter)
{
	return (u64)atomic64_read(counter);
}

static void the_mark_says_which(void **state)
{
	const struct klips_sa *one = add(KLIPS_MODE_TUNNEL, 0x100, 0), *other = add(KLIPS_MODE_TUNNEL, 0x200, 0);

	(void)state;
	send_marked(mark_of(other));
	send_marked(mark_of(one) | 0x1234);
	send_marked(mark_of(other));
	assert_int_equal(west.sent_count, 3);
	assert_int_equal(spi_sent(0), 0x200);
	assert_int_equal(spi_sent(1), 0x100);
	assert_int_equal(spi_sent(2), 0x200);
}

static void without_one_it_is_dropped(void **state)
{
	const struct klips_sa *sa = add(KLIPS_MODE_TUNNEL, 0x100, 0);
	struct klips_said said = pair_shunt(KLIPS_SHUNT_PASS);
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	const struct klips_stats *stats = &west.klips.stats;

	(void)state;
	/* eroutes are for ipsecN */
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
	send_marked(0);
	send_marked(klips_mark_received(sa->ref, 0));
	assert_int_equal(count_of(&stats->no_eroute), 2);
	send_marked(klips_mark_received(0, sa->ref + 1));
	assert_int_equal(count_of(&stats->no_sa), 1);
	assert_int_equal(count_of(&west.dev->stats.dropped[1]), 3);
	assert_int_equal(west.sent_count, 0);
}

static void one_that_is_gone_is_nobodys(void **state)
{
	struct klips_sa *sa = add(KLIPS_MODE_TUNNEL, 0x100, 0);
	const struct klips_said said = sa->said;
	const u32 mark = mark_of(sa);

	(void)state;
	assert_int_equal(klips_sadb_delete(west.klips.sadb, &said), 0);
	add(KLIPS_MODE_TUNNEL, 0x200, 0);
	send_marked(mark);
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(count_of(&west.klips.stats.no_sa), 1);
}

static void an_inbound_one_sends_nothing(void **state)
{
	const struct klips_sa *sa = add(KLIPS_MODE_TUNNEL, 0x100, KLIPS_SA_INBOUND);

	(void)state;
	send_marked(mark_of(sa));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(count_of(&west.klips.stats.dead_sa), 1);
}

static void only_what_it_is_for(void **state)
{
	struct klips_sa_config config;

	(void)state;
	make_config(&config, KLIPS_MODE_TUNNEL, 0x100);
	config.selector = pair_selector(KLIPS_V4, 11, 13);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	send_marked(mark_of(find(&config.said)));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(count_of(&west.klips.stats.dropped), 1);
	config.said.spi = cpu_to_be32(0x200);
	config.selector = pair_selector(KLIPS_V4, 11, 12);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	send_marked(mark_of(find(&config.said)));
	assert_int_equal(spi_sent(0), 0x200);
}

static void a_new_one_takes_over(void **state)
{
	const struct klips_sa *old = add(KLIPS_MODE_TUNNEL, 0x100, 0), *new = add(KLIPS_MODE_TUNNEL, 0x200, 0);
	const u32 mark = mark_of(old);
	u32 now;

	(void)state;
	send_marked(mark);
	assert_int_equal(klips_sadb_refer(west.klips.sadb, &new->said, old->ref, 0, &now), 0);
	send_marked(mark);
	assert_int_equal(spi_sent(0), 0x100);
	assert_int_equal(spi_sent(1), 0x200);
}

/* IPIP in ESP: whichever reference a mark has, packets go through both. */
static void a_bundle_is_entered_at_its_beginning(void **state)
{
	struct klips_sa_config config;
	struct klips_said saids[2];
	unsigned int i;

	(void)state;
	transform_config(&config, KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	saids[0] = config.said;
	saids[1] = add(KLIPS_MODE_TRANSPORT, 0x100, 0)->said;
	assert_int_equal(klips_sadb_group(west.klips.sadb, saids, 2), 0);
	for (i = 0; i < 2; i++) {
		send_marked(mark_of(find(&saids[i])));
		assert_int_equal(spi_sent(i), 0x100);
	}
	assert_int_equal(west.sent[0]->len, west.sent[1]->len);
}

/* Outer packets that are for this host's own ipsecN go on: the eroute there is for others. */
static void what_protects_is_not_dropped(void **state)
{
	const struct klips_said drop = pair_shunt(KLIPS_SHUNT_DROP);
	struct klips_selector sel = pair_selector(KLIPS_V4, 1, 2);

	(void)state;
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &drop, false), 0);
	send_marked(mark_of(add(KLIPS_MODE_TUNNEL, 0x100, 0)));
	assert_int_equal(spi_sent(0), 0x100);
}

/* A datagram that this host has cut, in transport mode; in a tunnel its fragments go as they are. */
static void send_cut(u32 mark)
{
	struct sk_buff *first = pair_udp(KLIPS_V4, 1, 12, 2000, 100, 1), *second = skb_copy(first, GFP_KERNEL);

	put_unaligned_be16(0x2000, first->data + 6);
	put_unaligned_be16(208, first->data + 24);
	put_unaligned_be16((108 / 8) + 1, second->data + 6);
	skb_trim(first, 20 + 112 - 4);
	skb_put(first, 4);
	put_unaligned_be16(20 + 112, first->data + 2);
	first->mark = second->mark = mark;
	pair_send(&west, first);
	pair_send(&west, second);
}

static void fragments_are_whole_in_transport_mode(void **state)
{
	(void)state;
	send_cut(mark_of(add(KLIPS_MODE_TUNNEL, 0x100, 0)));
	assert_int_equal(west.sent_count, 2);
	send_cut(mark_of(add(KLIPS_MODE_TRANSPORT, 0x200, 0)));
	assert_int_equal(west.sent_count, 3);
	assert_int_equal(spi_sent(2), 0x200);
	assert_true(west.sent[2]->len > 20 + 112 + 108);
}

static void what_comes_has_a_mark(void **state)
{
	struct klips_sa *sa = add(KLIPS_MODE_TUNNEL, 0x100, 0);
	const u32 mark = mark_of(sa);
	struct klips_sa_config config;
	struct pair_end east;
	u32 now;

	(void)state;
	pair_begin(&east, KLIPS_V4, 2);
	make_config(&config, KLIPS_MODE_TUNNEL, 0x100);
	config.flags = KLIPS_SA_INBOUND;
	config.ref = 9;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	send_marked(mark);
	pair_carry(&west, &east);
	assert_int_equal(klips_sadb_refer(east.klips.sadb, &config.said, 0, 21, &now), 0);
	send_marked(mark);
	pair_carry(&west, &east);
	assert_int_equal(east.received_count, 2);
	assert_int_equal(east.received[0]->mark, 9 << 16);
	assert_int_equal(east.received[1]->mark, 0x80000000 | 21 << 16);
	pair_end_all(&east);
}

/* Of an SA that names it, packets appear on it. */
static void what_comes_may_come_by_it(void **state)
{
	struct klips_traffic traffic;
	struct klips_sa *sa = add(KLIPS_MODE_TUNNEL, 0x100, 0);
	struct klips_sa_config config;
	struct pair_end east;

	(void)state;
	pair_begin(&east, KLIPS_V4, 2);
	assert_int_equal(klips_mast_create(&east.klips, "mast0", &east, 1500), 0);
	make_config(&config, KLIPS_MODE_TUNNEL, 0x100);
	config.flags = KLIPS_SA_INBOUND;
	config.if_id = klips_dev_find(&east.klips, "mast0")->id;
	assert_int_equal(klips_sadb_add(east.klips.sadb, &config), 0);
	send_marked(mark_of(sa));
	west.sent_count = 0;
	east.dev = klips_dev_find(&east.klips, "mast0");
	klips_rcv(&east.klips, klips_dev_find(&east.klips, "ipsec0"), west.sent, 1, NULL);
	assert_int_equal(east.received_count, 1);
	klips_dev_traffic(east.dev, &traffic);
	assert_int_equal(traffic.packets[0], 1);
	pair_end_all(&east);
}

static void it_is_attached_to_nothing(void **state)
{
	(void)state;
	assert_int_equal(klips_mast_create(&west.klips, "mast0", &west, 1500), -EEXIST);
	assert_int_equal(klips_mast_create(&west.klips, "mast1", &west, 0), -EINVAL);
	assert_int_equal(klips_attach(&west.klips, "mast0", "eth1", &west, &west, 1500), -EBUSY);
	assert_int_equal(klips_detach(&west.klips, "mast0"), -ENODEV);
	assert_int_equal(klips_dev_remove(&west.klips, "mast0"), 0);
	assert_null(klips_dev_find(&west.klips, "mast0"));
	/* an ipsecN that gets its place is none */
	assert_int_equal(klips_dev_create(&west.klips, "mast0", &west), 0);
	assert_false(klips_dev_find(&west.klips, "mast0")->mast);
	assert_int_equal(klips_dev_find(&west.klips, "mast0")->phys_mtu, 0);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_mark_says_which),
		UNIT(without_one_it_is_dropped),
		UNIT(one_that_is_gone_is_nobodys),
		UNIT(an_inbound_one_sends_nothing),
		UNIT(only_what_it_is_for),
		UNIT(a_new_one_takes_over),
		UNIT(a_bundle_is_entered_at_its_beginning),
		UNIT(what_protects_is_not_dropped),
		UNIT(fragments_are_whole_in_transport_mode),
		UNIT(what_comes_has_a_mark),
		UNIT(what_comes_may_come_by_it),
		UNIT(it_is_attached_to_nothing),
	};

	return cmocka_run_group_tests_name("mast", tests, NULL, NULL);
}
