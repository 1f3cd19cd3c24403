// SPDX-License-Identifier: GPL-2.0-or-later
/* IPCOMP: RFC 3173. */
#include "test.h"
#include "transform.h"

static struct klips_sa *make(enum klips_mode mode, u8 inner, u8 outer)
{
	struct klips_sa_config config;
	struct klips_sa *sa;

	transform_config(&config, KLIPS_PROTO_COMP, mode, inner, outer);
	assert_int_equal(klips_sa_new(&sa, &config), 0);
	return sa;
}

/* Random bytes, or without @state those of a pattern. */
static void fill(u8 *at, u32 length, uint64_t *state)
{
	u32 i;

	for (i = 0; i < length; i++)
		at[i] = state ? (u8)test_random(state) : (u8)(i % 23);
}

static void check_round(struct klips_sa *sa, u8 inner, u32 length)
{
	u32 header = inner == KLIPS_V6 ? 40 : 20,
	    outer = sa->mode == KLIPS_MODE_TUNNEL ? klips_tunnel_head(sa) : header;
	struct sk_buff *skb = transform_packet(inner, header + length), *plain;

	fill(skb->data + header, length, NULL);
	plain = skb_copy(skb, GFP_KERNEL);
	assert_int_equal(transform_seal(sa, skb), 0);
	assert_true(skb->len < plain->len + outer);
	assert_int_equal(skb->data[outer], sa->mode == KLIPS_MODE_TUNNEL ? (inner == 6 ? 41 : 4) : 17);
	assert_int_equal(skb->data[outer + 1], 0);
	assert_int_equal(get_unaligned_be16(skb->data + outer + 2), 0x1234);
	assert_int_equal(transform_open(sa, &skb), 0);
	assert_int_equal(skb->len, plain->len);
	assert_memory_equal(skb->data, plain->data, plain->len);
	kfree_skb(skb);
	kfree_skb(plain);
}

static void test_rounds(void **state)
{
	static const u32 lengths[] = { 90, 91, 500, 1400, 9000, 60000 };
	u8 inner, outer;
	size_t i;

	(void)state;
	for (inner = 4; inner <= 6; inner += 2)
		for (outer = 4; outer <= 6; outer += 2)
			for (i = 0; i < ARRAY_SIZE(lengths); i++) {
				struct klips_sa *tunnel = make(KLIPS_MODE_TUNNEL, inner, outer);

				check_round(tunnel, inner, lengths[i]);
				klips_sa_put(tunnel);
				if (inner == outer) {
					tunnel = make(KLIPS_MODE_TRANSPORT, inner, outer);
					check_round(tunnel, inner, lengths[i]);
					klips_sa_put(tunnel);
				}
			}
}

/* Whether a payload was compressed. */
static int seal(struct klips_sa *sa, u32 length, uint64_t *state)
{
	struct sk_buff *skb = klips_skb_new(0, length), *plain;
	int done;

	fill(skb_put(skb, length), length, state);
	plain = skb_copy(skb, GFP_KERNEL);
	done = klips_ipcomp_seal(sa, skb, 17);
	if (!done) {
		assert_int_equal(skb->len, length);
		assert_memory_equal(skb->data, plain->data, length);
	} else {
		assert_true(skb->len < length);
	}
	kfree_skb(skb);
	kfree_skb(plain);
	return done;
}

static void test_short(void **state)
{
	struct klips_sa *sa = make(KLIPS_MODE_TRANSPORT, 4, 4);
	u32 length;

	(void)state;
	for (length = 0; length < 120; length++)
		assert_int_equal(seal(sa, length, NULL), length >= 90);
	klips_sa_put(sa);
}

/* 8 tries, 4 not tried, then 2 tries and 8 not tried, again and again; what shrinks ends that. */
static void test_adaptive(void **state)
{
	struct klips_sa *sa = make(KLIPS_MODE_TRANSPORT, 4, 4);
	uint64_t random = 11;
	int i, round;

	(void)state;
	for (i = 0; i < 8; i++) {
		assert_int_equal(sa->comp_skip, 0);
		assert_int_equal(seal(sa, 1000, &random), 0);
	}
	for (i = 0; i < 4; i++)
		assert_int_equal(seal(sa, 1000, NULL), 0);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 2; i++) {
			assert_int_equal(sa->comp_skip, 0);
			assert_int_equal(seal(sa, 1000, &random), 0);
		}
		assert_int_equal(sa->comp_skip, 8);
		for (i = 0; i < 8; i++)
			assert_int_equal(seal(sa, 1000, NULL), 0);
	}
	for (i = 0; i < 7; i++) {
		assert_int_equal(seal(sa, 1000, NULL), 1);
		assert_int_equal(seal(sa, 1000, &random), 0);
	}
	assert_int_equal(sa->comp_skip, 0);
	klips_sa_put(sa);
}

static int open_packet(struct klips_sa *sa, const void *packet, u32 length, u32 *result)
{
	struct sk_buff *skb = transform_skb(packet, length);
	u8 next;
	int err = klips_ipcomp_open(sa, &skb, 40, &next);

	*result = skb->len;
	if (err)
		assert_int_equal(skb->len, length); /* the caller still has what it gave */
	else
		assert_true(skb_headroom(skb) >= 40);
	kfree_skb(skb);
	return err;
}

static void test_damaged(void **state)
{
	struct klips_sa *sa = make(KLIPS_MODE_TRANSPORT, 4, 4);
	static u8 big[70000], packet[70004] = { 17, 0, 0x12, 0x34 };
	u32 cut, result;
	int length;

	(void)state;
	length = klips_deflate(big, 65535, packet + 4, 65535);
	assert_true(length > 0);
	assert_int_equal(open_packet(sa, packet, 4 + (u32)length, &result), 0);
	assert_int_equal(result, 65535);
	assert_int_equal(open_packet(sa, packet, 4 + (u32)length + 9, &result), 0); /* TFC padding behind it */
	for (cut = 0; cut < 4 + (u32)length; cut++)
		assert_int_equal(open_packet(sa, packet, cut, &result), -EBADMSG);
	length = klips_deflate(big, 65536, packet + 4, 65535);
	assert_int_equal(open_packet(sa, packet, 4 + (u32)length, &result), -EBADMSG);
	length = klips_deflate(big, 0, packet + 4, 65535);
	assert_int_equal(open_packet(sa, packet, 4 + (u32)length, &result), -EBADMSG);
	memset(packet + 4, 0xff, 100);
	assert_int_equal(open_packet(sa, packet, 104, &result), -EBADMSG);
	klips_sa_put(sa);
}

static void test_deflate(void **state)
{
	static u8 in[3000], out[4000], back[3000];
	uint64_t random = 2;
	int length;

	(void)state;
	fill(in, sizeof(in), NULL);
	length = klips_deflate(in, sizeof(in), out, sizeof(out));
	assert_in_range(length, 1, 200);
	assert_int_equal(klips_deflate(in, sizeof(in), out, (u32)length), -ENOSPC);
	assert_int_equal(klips_deflate(in, sizeof(in), out, (u32)length + 1), length);
	assert_int_equal(klips_inflate(out, (u32)length, back, 2999), -ENOSPC);
	assert_int_equal(klips_inflate(out, (u32)length, back, 3000), 3000);
	assert_memory_equal(in, back, sizeof(in));
	fill(in, sizeof(in), &random);
	assert_int_equal(klips_deflate(in, sizeof(in), out, sizeof(in)), -ENOSPC);
}

/* Where the last code is a long match, all of the input is read before what it stands for is written. */
static void test_last_match_beyond_the_room(void **state)
{
	static u8 in[4096], out[400], back[2048];
	u32 length, room;
	int packed;

	(void)state;
	for (length = 2; length < 700; length++) {
		packed = klips_deflate(in, length, out, sizeof(out));
		assert_true(packed > 0);
		for (room = 1; room < length; room++)
			assert_int_equal(klips_inflate(out, (u32)packed, back, room), -ENOSPC);
		assert_int_equal(klips_inflate(out, (u32)packed, back, length), length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),	 cmocka_unit_test(test_short),
		cmocka_unit_test(test_adaptive), cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_deflate),	 cmocka_unit_test(test_last_match_beyond_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
