// SPDX-License-Identifier: GPL-2.0-or-later
/* What routers say of too long packets, and what follows for those that are sent then. */
#include "tests/test.h"
#include "tests/pair.h"
#include "core/ip.h"

#define DEVICE 1500 /* as pair.c has it */

static struct pair_end west;
static struct klips_said said;

static int begin(void **state)
{
	(void)state;
	pair_begin(&west, KLIPS_V4, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	pair_end_all(&west);
	return 0;
}

static void tunnel(u8 proto, u8 outer, enum klips_natt natt, enum klips_df df)
{
	struct klips_selector sel = pair_selector(KLIPS_V4, 11, 12);
	struct klips_sa_config config;

	transform_config(&config, proto, KLIPS_MODE_TUNNEL, KLIPS_V4, outer);
	if (proto == KLIPS_PROTO_ESP)
		transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	else if (proto == KLIPS_PROTO_AH)
		transform_keys(&config.keys, KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA2_256_128, 0);
	config.natt = natt;
	config.natt_sport = config.natt_dport = 4500;
	config.df = df;
	said = config.said;
	assert_int_equal(klips_sadb_add(west.klips.sadb, &config), 0);
	assert_int_equal(klips_set_eroute(&west.klips, &sel, &said, false), 0);
}

static struct sk_buff *packet(u32 length, bool df)
{
	struct sk_buff *skb = pair_udp(KLIPS_V4, 11, 12, 2000, length - 28, 1);

	if (df)
		skb->data[6] = 0x40;
	put_unaligned_be16(0, skb->data + 10);
	put_unaligned_be16(klips_checksum(skb->data, 20, 0), skb->data + 10);
	return skb;
}

static u32 fits(void)
{
	u32 mtu;

	rcu_read_lock();
	mtu = klips_bundle_mtu(klips_sadb_find(west.klips.sadb, &said), DEVICE, 20);
	rcu_read_unlock();
	return mtu;
}

/* Sends a long packet, and says of it what a router with a narrow link says. @quote: bytes behind the IP header */
static bool complain(u32 mtu, u32 quote)
{
	u8 quoted[200];
	u32 header;
	bool heard;

	pair_send(&west, packet(fits(), true));
	assert_int_equal(west.sent_count, 1);
	header = west.sent[0]->data[0] >> 4 == KLIPS_V6 ? 40 : 20;
	memcpy(quoted, west.sent[0]->data, header);
	if (west.in_udp) {
		quoted[header == 40 ? 6 : 9] = 17;
		memset(quoted + header, 0, 8);
		memcpy(quoted + header + 8, west.sent[0]->data + header, quote);
		quote += 8;
	} else {
		memcpy(quoted + header, west.sent[0]->data + header, quote);
	}
	heard = klips_pmtu_learn(&west.klips, quoted, header + quote, mtu);
	pair_forget(&west);
	return heard;
}

/* From then on senders of packets with DF are told, and what fits goes through. */
static void learns(void)
{
	u32 before = fits(), after;

	assert_true(complain(1000, 8));
	after = fits();
	assert_in_range(after, before - 516, before - 484); /* less 500, and padding */
	pair_send(&west, packet(after + 1, true));
	assert_int_equal(west.sent_count, 0);
	assert_int_equal(west.received_count, 1);
	assert_int_equal(get_unaligned_be16(west.received[0]->data + 26), after);
	pair_send(&west, packet(after, true));
	assert_int_equal(west.sent_count, 1);
	assert_in_range(west.sent[0]->len + (west.in_udp ? 8 : 0), 985, 1000);
	assert_int_equal(klips_pmtu_of(&west.klips, west.sent[0]->data, west.sent[0]->len), west.in_udp ? 0 : 1000);
}

static void test_esp(void **state)
{
	(void)state;
	tunnel(KLIPS_PROTO_ESP, KLIPS_V4, KLIPS_NATT_NONE, KLIPS_DF_COPY);
	learns();
}

static void test_esp_in_udp(void **state)
{
	(void)state;
	tunnel(KLIPS_PROTO_ESP, KLIPS_V4, KLIPS_NATT_NONESP, KLIPS_DF_COPY);
	learns();
}

static void test_ah(void **state)
{
	(void)state;
	tunnel(KLIPS_PROTO_AH, KLIPS_V4, KLIPS_NATT_NONE, KLIPS_DF_COPY);
	learns();
}

static void test_ipv6(void **state)
{
	(void)state;
	tunnel(KLIPS_PROTO_ESP, KLIPS_V6, KLIPS_NATT_NONE, KLIPS_DF_COPY);
	assert_true(complain(1300, 8));
	assert_false(complain(1290, 7)); /* RFC 4443 quotes more */
	assert_true(complain(1290, 8));
	assert_true(complain(1000, 8)); /* no link is so narrow: it is 1280 */
	assert_in_range(fits(), 1280 - 40 - 8 - 8 - 16 - 6, 1280 - 40 - 8 - 8 - 16 - 2);
}

static void test_lies(void **state)
{
	u8 quoted[28] = { 0x45, 0, 5, 220 };
	u32 before;

	(void)state;
	tunnel(KLIPS_PROTO_ESP, KLIPS_V4, KLIPS_NATT_NONE, KLIPS_DF_COPY);
	before = fits();
	assert_false(complain(0, 8));
	assert_false(complain(1500, 8)); /* the packet was not longer */
	assert_false(complain(1000, 7));
	quoted[9] = KLIPS_PROTO_ESP; /* of no SA */
	assert_false(klips_pmtu_learn(&west.klips, quoted, sizeof(quoted), 1000));
	assert_false(klips_pmtu_learn(&west.klips, quoted, 0, 1000));
	assert_int_equal(fits(), before);
	assert_true(complain(100, 8));
	assert_in_range(fits(), 480, 552); /* not lower */
}

/* It only gets less, until it is forgotten. */
static void test_ageing(void **state)
{
	struct klips_sa *sa;
	u32 before;

	(void)state;
	tunnel(KLIPS_PROTO_ESP, KLIPS_V4, KLIPS_NATT_NONE, KLIPS_DF_COPY);
	before = fits();
	assert_true(complain(1200, 8));
	assert_true(complain(1100, 8));
	rcu_read_lock();
	sa = klips_sadb_find(west.klips.sadb, &said);
	assert_int_equal(klips_sa_pmtu(sa), 1100);
	assert_in_range(sa->pmtu_until, ktime_get_ns() + 590 * NSEC_PER_SEC, ktime_get_ns() + 600 * NSEC_PER_SEC);
	sa->pmtu_until = ktime_get_coarse_ns();
	assert_int_equal(klips_sa_pmtu(sa), 0);
	rcu_read_unlock();
	assert_int_equal(fits(), before);
	assert_true(complain(1200, 8));
}

/* With DF always set outside, what may be cut inside is cut outside where it does not fit. */
static void test_df_set(void **state)
{
	(void)state;
	tunnel(KLIPS_PROTO_ESP, KLIPS_V4, KLIPS_NATT_NONE, KLIPS_DF_SET);
	pair_send(&west, packet(1300, false));
	assert_int_equal(west.sent[0]->data[6], 0x40);
	pair_forget(&west);
	assert_true(complain(1000, 8));
	pair_send(&west, packet(1300, false));
	pair_send(&west, packet(fits(), false));
	assert_int_equal(west.sent_count, 2);
	assert_int_equal(west.sent[0]->data[6], 0);
	assert_int_equal(west.sent[1]->data[6], 0x40);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(test_esp),	 UNIT(test_esp_in_udp), UNIT(test_ah),	   UNIT(test_ipv6),
		UNIT(test_lies), UNIT(test_ageing),	UNIT(test_df_set),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
