// SPDX-License-Identifier: GPL-2.0-or-later
/* IP headers: read and mended; tunnels' ECN, DSCP, DF and TTL; BEET's pseudo header. */
#include "test.h"
#include "transform.h"

static struct klips_sa *make(u8 proto, enum klips_mode mode, u8 inner, u8 outer, u32 flags, enum klips_df df)
{
	struct klips_sa_config config;
	struct klips_sa *sa;

	transform_config(&config, proto, mode, inner, outer);
	if (proto == KLIPS_PROTO_ESP)
		transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config.flags = flags;
	config.df = df;
	assert_int_equal(klips_sa_new(&sa, &config), 0);
	return sa;
}

static void set_tos(struct sk_buff *skb, u8 tos)
{
	if (skb->data[0] >> 4 == 6) {
		put_unaligned_be16((u16)(0x6000 | tos << 4), skb->data);
		return;
	}
	skb->data[1] = tos;
	put_unaligned_be16(0, skb->data + 10);
	put_unaligned_be16(klips_checksum(skb->data, 20, 0), skb->data + 10);
}

static struct klips_ip read_ip(const struct sk_buff *skb)
{
	struct klips_ip ip;

	assert_int_equal(klips_ip_read(&ip, skb->data, skb->len), 0);
	if (ip.version == KLIPS_V4)
		assert_int_equal(klips_checksum(skb->data, ip.header, 0), 0);
	return ip;
}

/* The outer ECN field, and DSCP, of an inner one. */
static u8 outer_tos(u8 tos, u8 inner, u8 outer, u32 flags)
{
	struct klips_sa *sa = make(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, inner, outer, flags, KLIPS_DF_CLEAR);
	struct sk_buff *skb = transform_packet(inner, 60);
	struct klips_ip ip;

	set_tos(skb, tos);
	assert_int_equal(transform_seal(sa, skb), 0);
	ip = read_ip(skb);
	assert_int_equal(ip.version, outer);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.proto, inner == KLIPS_V6 ? 41 : 4);
	assert_true(klips_addr_equal(&ip.src, &sa->src) && klips_addr_equal(&ip.dst, &sa->said.dst));
	kfree_skb(skb);
	klips_sa_put(sa);
	return ip.tos;
}

/* The inner field after decapsulation, or an error. */
static int inner_tos(u8 inner_tos, u8 outer_tos, u8 inner, u8 outer, u32 flags)
{
	struct klips_sa *sa = make(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, inner, outer, flags, KLIPS_DF_CLEAR);
	struct sk_buff *skb = transform_packet(inner, 60);
	int result;

	set_tos(skb, inner_tos);
	assert_int_equal(transform_seal(sa, skb), 0);
	set_tos(skb, outer_tos);
	result = transform_open(sa, &skb);
	if (!result)
		result = read_ip(skb).tos;
	kfree_skb(skb);
	klips_sa_put(sa);
	return result;
}

#define NOT  0
#define E1   1
#define E0   2
#define CE   3
#define DROP (-EBADMSG)

static void test_ecn_out(void **state)
{
	u8 ecn, in, out;

	(void)state;
	for (in = 4; in <= 6; in += 2)
		for (out = 4; out <= 6; out += 2)
			for (ecn = 0; ecn < 4; ecn++) {
				assert_int_equal(outer_tos(0xb8 | ecn, in, out, 0), 0xb8 | ecn);
				assert_int_equal(outer_tos(0xb8 | ecn, in, out, KLIPS_SA_NO_ECN), 0xb8);
				assert_int_equal(outer_tos(0xb8 | ecn, in, out, KLIPS_SA_NO_ENCAP_DSCP), ecn);
			}
}

/* RFC 6040, figure 4: rows are the inner field, columns the outer one; both in the order of their values. */
static void test_ecn_in(void **state)
{
	static const int expected[4][4] = {
		[NOT] = { [NOT] = NOT, [E0] = NOT, [E1] = NOT, [CE] = DROP },
		[E0] = { [NOT] = E0, [E0] = E0, [E1] = E1, [CE] = CE },
		[E1] = { [NOT] = E1, [E0] = E1, [E1] = E1, [CE] = CE },
		[CE] = { [NOT] = CE, [E0] = CE, [E1] = CE, [CE] = CE },
	};
	u8 i, o, in, out;

	(void)state;
	for (in = 4; in <= 6; in += 2)
		for (out = 4; out <= 6; out += 2)
			for (i = 0; i < 4; i++)
				for (o = 0; o < 4; o++) {
					int tos = expected[i][o];

					assert_int_equal(inner_tos(0x28 | i, 0xb8 | o, in, out, 0),
							 tos < 0 ? tos : 0x28 | tos);
					assert_int_equal(inner_tos(0x28 | i, 0xb8 | o, in, out, KLIPS_SA_DECAP_DSCP),
							 tos < 0 ? tos : 0xb8 | tos);
					assert_int_equal(inner_tos(0x28 | i, 0xb8 | o, in, out, KLIPS_SA_NO_ECN),
							 0x28 | i);
				}
}

/* A header that was damaged inside the tunnel must not be mended by the tunnel. */
static void test_wrong_checksum_stays_wrong(void **state)
{
	struct klips_sa *sa = make(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 4, 4, 0, KLIPS_DF_CLEAR);
	struct sk_buff *skb = transform_packet(KLIPS_V4, 60);

	(void)state;
	set_tos(skb, E0);
	skb->data[8] = 9;
	assert_int_equal(transform_seal(sa, skb), 0);
	set_tos(skb, CE);
	assert_int_equal(transform_open(sa, &skb), 0);
	assert_int_equal(skb->data[1], CE);
	assert_int_not_equal(klips_checksum(skb->data, 20, 0), 0);
	kfree_skb(skb);
	klips_sa_put(sa);
}

static void test_df_and_ttl(void **state)
{
	static const bool expected[3][2] = {
		[KLIPS_DF_CLEAR] = { false, false },
		[KLIPS_DF_COPY] = { false, true },
		[KLIPS_DF_SET] = { true, true },
	};
	int df, inner;

	(void)state;
	for (df = KLIPS_DF_CLEAR; df <= KLIPS_DF_SET; df++)
		for (inner = 0; inner < 3; inner++) {
			struct klips_sa *sa = make(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 4, 4, 0, df);
			struct sk_buff *skb = transform_packet(inner == 2 ? KLIPS_V6 : KLIPS_V4, 60);

			sa->ttl = 7;
			if (inner == 1)
				skb->data[6] = 0x40;
			assert_int_equal(transform_seal(sa, skb), 0);
			assert_int_equal(read_ip(skb).df, expected[df][inner > 0]);
			assert_int_equal(read_ip(skb).ttl, 7);
			kfree_skb(skb);
			klips_sa_put(sa);
		}
}

static void test_encap_errors(void **state)
{
	struct klips_sa *v4 = make(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 4, 4, 0, 0);
	struct klips_sa *v6 = make(KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 4, 6, 0, 0);
	struct sk_buff *skb = klips_skb_new(39, 0), *big = klips_skb_new(40, 65536);
	struct klips_ip ip = { .tos = 0 };

	(void)state;
	assert_int_equal(klips_tunnel_encap(v6, skb, &ip, 4), -ENOBUFS);
	assert_int_equal(klips_tunnel_encap(v4, skb, &ip, 4), 0);
	assert_int_equal(klips_tunnel_encap(v4, skb, &ip, 4), -ENOBUFS);
	memset(skb_put(big, 65535), 0, 65535);
	assert_int_equal(klips_tunnel_encap(v4, big, &ip, 4), -EMSGSIZE);
	assert_int_equal(klips_tunnel_encap(v6, big, &ip, 4), 0);
	skb_pull(big, 40);
	skb_put(big, 1);
	assert_int_equal(klips_tunnel_encap(v6, big, &ip, 4), -EMSGSIZE);
	v6->src.version = KLIPS_V4;
	skb_trim(big, 8);
	assert_int_equal(klips_tunnel_encap(v6, big, &ip, 4), -EINVAL);
	kfree_skb(skb);
	kfree_skb(big);
	klips_sa_put(v4);
	klips_sa_put(v6);
}

/* IDs of packets that may be cut in pieces do not come again for 65,536 packets of an SA. */
static void test_ids(void **state)
{
	struct klips_sa *sa = make(KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, 4, 4, 0, KLIPS_DF_CLEAR);
	static bool seen[65536];
	u32 i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		struct sk_buff *skb = transform_packet(KLIPS_V4, 40);
		u16 id;

		assert_int_equal(transform_seal(sa, skb), 0);
		id = get_unaligned_be16(skb->data + 4);
		assert_false(seen[id]);
		seen[id] = true;
		kfree_skb(skb);
	}
	klips_sa_put(sa);
}

static void expect_header(const char *hex, u32 header, u8 proto, bool fragment, bool first)
{
	u8 packet[256], *block;
	u32 cut, length = transform_hex(hex, packet, sizeof(packet));
	struct klips_ip ip;

	assert_int_equal(klips_ip_read(&ip, packet, length), 0);
	assert_int_equal(ip.header, header);
	assert_int_equal(ip.total, length);
	assert_int_equal(ip.proto, proto);
	assert_int_equal(packet[ip.proto_at], proto);
	assert_int_equal(ip.fragment, fragment);
	assert_int_equal(ip.first, first);
	block = malloc(length); /* a copy ends where it does, so that ASan sees one byte too much */
	assert_non_null(block);
	for (cut = 0; cut < length; cut++) {
		u8 *copy = block + length - cut;

		memcpy(copy, packet, cut);
		assert_int_equal(klips_ip_read(&ip, copy, cut), -EBADMSG);
	}
	free(block);
}

#define V6(length, next) "60000000" length next "40 20010db8000000000000000000000001 20010db8000000000000000000000002 "

static void test_read(void **state)
{
	(void)state;
	expect_header("4500001c 00000000 40110000 c0000201 c0000202 0001000200080000", 20, 17, false, true);
	expect_header("4600001c 00000000 40320000 c0000201 c0000202 94040000 00001000", 24, 50, false, true);
	expect_header("4500001c 00002000 40110000 c0000201 c0000202 0001000200080000", 20, 17, true, true);
	expect_header("4500001c 00002001 40110000 c0000201 c0000202 0001000200080000", 20, 17, true, false);
	expect_header("4500001c 00000001 40110000 c0000201 c0000202 0001000200080000", 20, 17, true, false);
	expect_header(V6("0008", "11") "0001000200080000", 40, 17, false, true);
	expect_header(V6("0010", "00") "1100050200000100 0001000200080000", 48, 17, false, true);
	expect_header(V6("0010", "3c") "3200010400000000 0001000200080000", 48, 50, false, true);
	/* destination options before a routing header stay outside, those behind it go inside */
	expect_header(V6("0020", "3c") "2b00010400000000 3c00000000000000 1100010400000000 0001000200080000", 56, 60,
		      false, true);
	expect_header(V6("0010", "2c") "1100000100000001 0001000200080000", 48, 17, true, true);
	expect_header(V6("0010", "2c") "1100000800000001 0001000200080000", 48, 17, true, false);
	expect_header(V6("0010", "2c") "1100000000000001 0001000200080000", 48, 17, false, true);
}

static void test_read_nonsense(void **state)
{
	static const char *const bad[] = {
		"",
		"00",
		"5500001c 00000000 40110000 c0000201 c0000202",
		"4400001c 00000000 40110000 c0000201 c0000202",
		"45000013 00000000 40110000 c0000201 c0000202",
		"4f000014 00000000 40110000 c0000201 c0000202",
		V6("0008", "00") "11ff050200000100",
	};
	u8 packet[64];
	struct klips_ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(klips_ip_read(&ip, packet, transform_hex(bad[i], packet, sizeof(packet))), -EBADMSG);
}

/* RFC 1071, 3: the example; and the rule that a sum over itself is 0. */
static void test_checksum(void **state)
{
	static const u8 example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	u8 v6[16] = { 0x20, 0x01 };
	struct klips_addr a = klips_addr_v6(v6), b = klips_addr_v4(cpu_to_be32(0x01020304));

	(void)state;
	assert_int_equal(klips_checksum(example, 8, 0), (u16)~0xddf2);
	assert_int_equal(klips_checksum(example, 7, 0), (u16) ~(0xddf2 - 0xf7));
	assert_int_equal(klips_checksum(example, 0, 0x1fffe), 0);
	assert_int_equal(klips_checksum_pseudo(&a, &a, 58, 0x10002), 0x2001 * 2 + 58 + 1 + 2);
	assert_int_equal(klips_checksum_pseudo(&b, &b, 17, 8), (0x0102 + 0x0304) * 2 + 17 + 8);
}

static void test_shift(void **state)
{
	struct sk_buff *skb = klips_skb_new(8, 16);

	(void)state;
	memcpy(skb_put(skb, 12), "headpayload!", 12);
	assert_int_equal(klips_ip_shift(skb, 4, 9), -ENOBUFS);
	assert_int_equal(klips_ip_shift(skb, 4, 8), 0);
	assert_int_equal(skb->len, 20);
	assert_memory_equal(skb->data, "head", 4);
	assert_memory_equal(skb->data + 12, "payload!", 8);
	assert_int_equal(klips_ip_shift(skb, 4, -17), -EINVAL);
	assert_int_equal(klips_ip_shift(skb, 4, -8), 0);
	assert_int_equal(skb->len, 12);
	assert_memory_equal(skb->data, "headpayload!", 12);
	kfree_skb(skb);
}

/* IPv4 options travel in a pseudo header: draft-nikander-esp-beet-mode, 5.4. All lengths that there can be. */
static void test_beet_options(void **state)
{
	u32 words, outer;

	(void)state;
	for (outer = 4; outer <= 6; outer += 2)
		for (words = 1; words <= 10; words++) {
			struct klips_sa *sa = make(KLIPS_PROTO_ESP, KLIPS_MODE_BEET, 4, (u8)outer, 0, KLIPS_DF_COPY);
			struct sk_buff *skb = transform_packet(KLIPS_V4, 100), *plain;
			u32 header = 20 + words * 4, i;

			for (i = 20; i < header; i++)
				skb->data[i] = (u8)(i == 20 ? 0x94 : i == 21 ? words * 4 : i);
			skb->data[0] = (u8)(0x40 | header / 4);
			skb->data[1] = 0xb9;
			skb->data[6] = 0x40;
			skb->data[8] = 33;
			put_unaligned_be16(0, skb->data + 10);
			put_unaligned_be16(klips_checksum(skb->data, header, 0), skb->data + 10);
			plain = skb_copy(skb, GFP_KERNEL);
			assert_int_equal(transform_seal(sa, skb), 0);
			assert_int_equal(read_ip(skb).ttl, 33);
			assert_int_equal(read_ip(skb).header, outer == 6 ? 40 : 20);
			assert_int_equal(transform_open(sa, &skb), 0);
			assert_int_equal(skb->len, plain->len);
			assert_memory_equal(skb->data, plain->data, plain->len);
			kfree_skb(skb);
			kfree_skb(plain);
			klips_sa_put(sa);
		}
}

static void test_beet_errors(void **state)
{
	static const char *const bad[] = { "04", "0405000000000000", "0400050000000000", "0400010000000000",
					   "0400040000000000" };
	struct klips_sa *sa = make(KLIPS_PROTO_ESP, KLIPS_MODE_BEET, 4, 4, 0, 0);
	struct klips_ip ip = { .ttl = 1 };
	struct sk_buff *skb;
	u8 bytes[8];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		skb = transform_skb(bytes, transform_hex(bad[i], bytes, 8));
		assert_int_equal(klips_beet_decap(sa, skb, &ip, 94), i == 4 ? 0 : -EBADMSG);
		kfree_skb(skb);
	}
	skb = transform_packet(KLIPS_V4, 40);
	skb->data[15] ^= 1; /* another's source */
	assert_int_equal(transform_seal(sa, skb), -EINVAL);
	skb->data[15] ^= 1;
	skb->data[6] = 0x20; /* a fragment */
	assert_int_equal(transform_seal(sa, skb), -EINVAL);
	kfree_skb(skb);
	sa->inner_src.version = 0;
	skb = transform_skb("12345678", 8);
	assert_int_equal(klips_beet_decap(sa, skb, &ip, 17), -EINVAL);
	kfree_skb(skb);
	klips_sa_put(sa);
}

static u16 sum_of(const struct sk_buff *skb)
{
	const struct klips_ip ip = read_ip(skb);
	const u32 length = ip.total - ip.header;

	return klips_checksum(skb->data + ip.header, length, klips_checksum_pseudo(&ip.src, &ip.dst, ip.proto, length));
}

/* A NAT has changed an address, and could not see the checksum. RFC 3948, 3.1.2. */
static void sum_anew(u8 version, u8 proto, u32 payload, u32 at)
{
	struct sk_buff *skb = transform_packet(version, (version == KLIPS_V6 ? 40 : 20) + payload);
	u32 header = version == KLIPS_V6 ? 40 : 20, i;

	for (i = 8; i < payload; i++)
		skb->data[header + i] = (u8)(i * 7);
	skb->data[version == KLIPS_V6 ? 6 : 9] = proto;
	if (version == KLIPS_V4)
		set_tos(skb, 0);
	put_unaligned_be16(0xabcd, skb->data + header + at);
	assert_int_not_equal(sum_of(skb), 0);
	klips_ip_sum_anew(skb);
	assert_int_equal(sum_of(skb), 0);
	kfree_skb(skb);
}

static void test_checksums_are_made_anew(void **state)
{
	struct sk_buff *skb = transform_packet(KLIPS_V4, 60);

	(void)state;
	sum_anew(KLIPS_V4, 17, 41, 6);
	sum_anew(KLIPS_V6, 17, 40, 6);
	sum_anew(KLIPS_V4, 6, 41, 16);
	sum_anew(KLIPS_V6, 6, 20, 16);
	/* none stays none; what is too short, a fragment, or no packet stays as it is */
	put_unaligned_be16(0, skb->data + 26);
	klips_ip_sum_anew(skb);
	assert_int_equal(get_unaligned_be16(skb->data + 26), 0);
	put_unaligned_be16(0x1234, skb->data + 26);
	put_unaligned_be16(0x2000, skb->data + 6);
	klips_ip_sum_anew(skb);
	assert_int_equal(get_unaligned_be16(skb->data + 26), 0x1234);
	put_unaligned_be16(0, skb->data + 6);
	put_unaligned_be16(27, skb->data + 2);
	klips_ip_sum_anew(skb);
	assert_int_equal(get_unaligned_be16(skb->data + 26), 0x1234);
	skb_trim(skb, 19);
	klips_ip_sum_anew(skb);
	kfree_skb(skb);
}

/* What is written is what is read, and bytes that RFC 791 and RFC 8200 have in one place only. */
static void test_put(void **state)
{
	static const u8 v4[] = { 0x46, 0xb8, 0x00, 0x20, 0x12, 0x34, 0x40, 0x00, 0x3f, 0x11, 0x00, 0x00,
				 192,  0,    2,	   1,	 192,  0,    2,	   2,	 1,    1,    1,	   0 };
	static const u8 v6[] = { 0x6b, 0x80, 0x00, 0x00, 0x00, 0x08, 0x32, 0x40 };
	struct klips_ip ip = {
		.header = 24, .total = 32, .version = KLIPS_V4, .proto = 17, .tos = 0xb8, .ttl = 63, .df = true
	};
	u8 packet[48];

	(void)state;
	ip.src = klips_addr_v4(cpu_to_be32(0xc0000201));
	ip.dst = klips_addr_v4(cpu_to_be32(0xc0000202));
	memset(packet, 1, sizeof(packet));
	packet[23] = 0;
	klips_ip_put(packet, &ip, 0x1234);
	assert_int_equal(klips_checksum(packet, 24, 0), 0);
	put_unaligned_be16(0, packet + 10);
	assert_memory_equal(packet, v4, sizeof(v4));
	ip.version = ip.src.version = ip.dst.version = KLIPS_V6;
	ip.header = 40;
	ip.total = 48;
	ip.proto = 50;
	ip.ttl = 64;
	klips_ip_put(packet, &ip, 0);
	assert_memory_equal(packet, v6, sizeof(v6));
	assert_memory_equal(packet + 8, ip.src.b, 16);
	assert_memory_equal(packet + 24, ip.dst.b, 16);
	assert_int_equal(packet[40], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),	      cmocka_unit_test(test_ecn_out),
		cmocka_unit_test(test_ecn_in),	      cmocka_unit_test(test_wrong_checksum_stays_wrong),
		cmocka_unit_test(test_df_and_ttl),    cmocka_unit_test(test_encap_errors),
		cmocka_unit_test(test_ids),	      cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_nonsense), cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_shift),	      cmocka_unit_test(test_beet_options),
		cmocka_unit_test(test_beet_errors),   cmocka_unit_test(test_checksums_are_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
