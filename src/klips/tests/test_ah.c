// SPDX-License-Identifier: GPL-2.0-or-later
/* AH: what it protects, what it leaves open, and source routes. Against scapy: test_oracle.py. */
#include "test.h"
#include "transform.h"

static struct klips_sa *make(enum klips_auth auth, enum klips_mode mode, u8 inner, u8 outer, u32 flags)
{
	struct klips_sa_config config;
	struct klips_sa *sa;

	transform_config(&config, KLIPS_PROTO_AH, mode, inner, outer);
	transform_keys(&config.keys, KLIPS_ENCR_NONE, auth, 0);
	config.flags = flags;
	assert_int_equal(klips_sa_new(&sa, &config), 0);
	return sa;
}

static void check_round(enum klips_auth auth, enum klips_mode mode, u8 inner, u8 outer, u32 flags)
{
	struct klips_sa *out = make(auth, mode, inner, outer, flags), *in = make(auth, mode, inner, outer, flags);
	u32 length;

	if (flags & KLIPS_SA_ESN) {
		atomic64_set(&out->seq, 0xfffffff0);
		klips_replay_accept(&in->replay, 0xfffffff0);
	}
	for (length = 48; length < 80; length++) {
		struct sk_buff *skb = transform_packet(inner, length), *plain = skb_copy(skb, GFP_KERNEL);

		assert_int_equal(transform_seal(out, skb), 0);
		assert_int_equal(transform_open(in, &skb), 0);
		assert_int_equal(skb->len, length);
		assert_memory_equal(skb->data, plain->data, length);
		kfree_skb(skb);
		kfree_skb(plain);
	}
	klips_sa_put(out);
	klips_sa_put(in);
}

static void test_rounds(void **state)
{
	u32 auth, flags;
	u8 inner, outer;

	(void)state;
	for (auth = 1; auth < KLIPS_AUTH_COUNT; auth++)
		for (flags = 0; flags <= KLIPS_SA_ESN; flags += KLIPS_SA_ESN)
			for (inner = 4; inner <= 6; inner += 2) {
				check_round(auth, KLIPS_MODE_TRANSPORT, inner, inner, flags);
				for (outer = 4; outer <= 6; outer += 2)
					check_round(auth, KLIPS_MODE_TUNNEL, inner, outer, flags);
			}
}

/* RFC 4302, 2.2: the ICV padded to 4 bytes in IPv4, to 8 in IPv6. */
static void test_lengths(void **state)
{
	static const u32 expected[KLIPS_AUTH_COUNT][2] = {
		[KLIPS_AUTH_HMAC_MD5_96] = { 24, 24 },	     [KLIPS_AUTH_HMAC_SHA1_96] = { 24, 24 },
		[KLIPS_AUTH_AES_XCBC_96] = { 24, 24 },	     [KLIPS_AUTH_AES_CMAC_96] = { 24, 24 },
		[KLIPS_AUTH_HMAC_SHA2_256_128] = { 28, 32 }, [KLIPS_AUTH_HMAC_SHA2_384_192] = { 36, 40 },
		[KLIPS_AUTH_HMAC_SHA2_512_256] = { 44, 48 },
	};
	u32 auth;

	(void)state;
	for (auth = 1; auth < KLIPS_AUTH_COUNT; auth++) {
		struct klips_sa *sa = make(auth, KLIPS_MODE_TRANSPORT, 4, 4, 0);

		assert_int_equal(klips_ah_length(sa, KLIPS_V4), expected[auth][0]);
		assert_int_equal(klips_ah_length(sa, KLIPS_V6), expected[auth][1]);
		klips_sa_put(sa);
	}
}

/* Bytes that routers change, and AH therefore does not protect: in IPv4, in IPv6. */
static bool is_mutable(u8 version, u32 bit)
{
	u32 byte = bit / 8;

	if (version == KLIPS_V4)
		return byte == 1 || byte == 6 || byte == 7 || byte == 8 || byte == 10 || byte == 11;
	return byte == 7 || (bit >= 8 && byte < 4) || bit < 4; /* bits of a byte count from its lowest */
}

/* Every bit of a packet: those that may change on the way do not matter, all others do. */
static void check_damage(u8 version)
{
	struct klips_sa *out = make(KLIPS_AUTH_HMAC_SHA2_256_128, KLIPS_MODE_TRANSPORT, version, version, 0);
	struct sk_buff *skb = transform_packet(version, 60);
	u32 bit, opened = 0;

	assert_int_equal(transform_seal(out, skb), 0);
	for (bit = 0; bit < skb->len * 8; bit++) {
		struct klips_sa *in = make(KLIPS_AUTH_HMAC_SHA2_256_128, KLIPS_MODE_TRANSPORT, version, version, 0);
		struct sk_buff *damaged = skb_copy(skb, GFP_KERNEL);
		bool fragment = version == KLIPS_V4 && (bit / 8 == 7 || (bit / 8 == 6 && bit % 8 < 6));
		int err;

		damaged->data[bit / 8] ^= (u8)(1 << bit % 8);
		err = transform_open(in, &damaged);
		if (is_mutable(version, bit) && !fragment)
			assert_int_equal(err, 0);
		else
			assert_int_not_equal(err, 0);
		opened += !err;
		kfree_skb(damaged);
		klips_sa_put(in);
	}
	assert_int_equal(opened, version == KLIPS_V4 ? 8 + 2 + 8 + 16 : 4 + 24 + 8);
	kfree_skb(skb);
	klips_sa_put(out);
}

static void test_damage(void **state)
{
	(void)state;
	check_damage(KLIPS_V4);
	check_damage(KLIPS_V6);
}

static void test_replay_and_end(void **state)
{
	struct klips_sa *out = make(KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 4, 4, 0);
	struct klips_sa *in = make(KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 4, 4, 0);
	struct sk_buff *skb = transform_packet(KLIPS_V4, 40), *again;

	(void)state;
	atomic64_set(&out->seq, 0xfffffffe);
	assert_int_equal(transform_seal(out, skb), 0);
	again = skb_copy(skb, GFP_KERNEL);
	assert_int_equal(transform_open(in, &skb), 0);
	assert_int_equal(transform_open(in, &again), -EALREADY);
	assert_int_equal(transform_seal(out, skb), -EOVERFLOW);
	kfree_skb(skb);
	kfree_skb(again);
	klips_sa_put(out);
	klips_sa_put(in);
}

/* Linux pads AH to 8 bytes in IPv4, too, if not told otherwise. */
static void test_padded_to_8(void **state)
{
	struct klips_sa *in = make(KLIPS_AUTH_HMAC_SHA2_256_128, KLIPS_MODE_TRANSPORT, 4, 4, 0);
	u8 packet[128], zeroed[128], icv[KLIPS_ICV_MAX];
	const struct klips_piece piece = { zeroed, 60 };
	struct sk_buff *skb;

	(void)state;
	transform_hex("4500003c 00000000 40330000 c000020b c000020c 11060000 01020304 00000001"
		      "00000000000000000000000000000000 00000000 0001000200080000",
		      packet, sizeof(packet));
	memcpy(zeroed, packet, 60);
	zeroed[8] = 0;
	assert_int_equal(klips_crypto_mac(in->crypto, &piece, 1, icv), 0);
	memcpy(packet + 32, icv, 16);
	skb = transform_skb(packet, 60);
	assert_int_equal(transform_open(in, &skb), 0);
	assert_int_equal(skb->len, 28);
	assert_int_equal(skb->data[9], 17);
	assert_int_equal(klips_checksum(skb->data, 20, 0), 0);
	kfree_skb(skb);
	klips_sa_put(in);
}

/* A router on a loose source route: the destination changes places with the next address. */
static void test_source_route(void **state)
{
	struct klips_sa *out = make(KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 4, 4, 0);
	struct klips_sa *in = make(KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 4, 4, 0);
	struct sk_buff *skb;
	u8 packet[64];
	u32 n;

	(void)state;
	n = transform_hex("48000028 00000000 40110000 c000020b c0000263 830b04 c0000264 c000020c 00 0001000200080000",
			  packet, sizeof(packet));
	skb = transform_skb(packet, n);
	assert_int_equal(transform_seal(out, skb), 0);
	memcpy(skb->data + 23, skb->data + 16, 4); /* the route so far */
	transform_hex("c000020c", skb->data + 16, 4);
	skb->data[22] = 12;
	skb->data[8] = 62;
	assert_int_equal(transform_open(in, &skb), 0);
	kfree_skb(skb);
	klips_sa_put(out);
	klips_sa_put(in);
}

#define V6_ROUTED(type, left)                                                                    \
	"60000000 0020 2b 40 20010db8000000000000000000000001 20010db8000000000000000000000002 " \
	"1102" type left "00000000 20010db8000000000000000000000003 0001000200080000"

static int seal_hex(const char *hex)
{
	struct klips_sa *out = make(KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 6, 6, 0);
	struct sk_buff *skb;
	u8 packet[256];
	int err;

	skb = transform_skb(packet, transform_hex(hex, packet, sizeof(packet)));
	err = transform_seal(out, skb);
	kfree_skb(skb);
	klips_sa_put(out);
	return err;
}

static void test_refused_headers(void **state)
{
	(void)state;
	assert_int_equal(seal_hex(V6_ROUTED("00", "01")), 0);
	assert_int_equal(seal_hex(V6_ROUTED("02", "01")), 0);
	assert_int_equal(seal_hex(V6_ROUTED("00", "02")), -EINVAL); /* more hops than addresses */
	assert_int_equal(seal_hex(V6_ROUTED("04", "01")), -EINVAL); /* segment routing: RFC 8754, 7.5 */
	assert_int_equal(seal_hex("4500001c 00000001 40110000 c000020b c000020c 0001000200080000"), -EINVAL);
	assert_int_equal(seal_hex("4600001c 00000000 40110000 c000020b c000020c 94050000 00000000"), -EINVAL);
	assert_int_equal(seal_hex("4600001c 00000000 40110000 c000020b c000020c 94010000 00000000"), -EINVAL);
	assert_int_equal(
		seal_hex("60000000 0010 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002 "
			 "1100050500000000 0001000200080000"),
		-EINVAL);
	assert_int_equal(seal_hex(""), -EBADMSG);
}

static void test_no_room_and_too_long(void **state)
{
	struct klips_sa *out = make(KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 4, 4, 0);
	struct sk_buff *skb = transform_packet(KLIPS_V4, 65535 - 23);

	(void)state;
	assert_int_equal(klips_ah_seal(out, skb, 20), -EMSGSIZE);
	kfree_skb(skb);
	skb = transform_packet(KLIPS_V4, 65535 - 24);
	skb->head = skb->data - 23;
	skb->size -= TRANSFORM_ROOM - 23;
	assert_int_equal(klips_ah_seal(out, skb, 20), -ENOBUFS);
	assert_int_equal(klips_ah_seal(out, skb, 24), -EINVAL);
	assert_true(atomic64_read(&out->seq) == 0);
	kfree_skb(skb);
	klips_sa_put(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_damage),		cmocka_unit_test(test_replay_and_end),
		cmocka_unit_test(test_padded_to_8),	cmocka_unit_test(test_source_route),
		cmocka_unit_test(test_refused_headers), cmocka_unit_test(test_no_room_and_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
