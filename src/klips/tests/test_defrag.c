// SPDX-License-Identifier: GPL-2.0-or-later
/* Fragments of this host's own datagrams, put together: in any order, and what must not be. */
#include "tests/test.h"
#include "tests/pair.h"
#include "user/fragment.h"

#define PARTS_MAX 64

static struct klips_defrag all;
static atomic64_t dropped;
static struct klips_dev dev;
static struct sk_buff *parts[PARTS_MAX];
static u32 count;

static int begin(void **state)
{
	(void)state;
	atomic64_set(&dropped, 0);
	klips_defrag_init(&all, &dropped);
	count = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	klips_defrag_exit(&all);
	assert_int_equal(all.bytes, 0);
	return 0;
}

/* Cuts a datagram into parts[]. */
static void cut(const struct sk_buff *whole, u32 mtu)
{
	struct klips_fragments fragments;

	assert_int_equal(klips_fragments_begin(&fragments, whole, mtu), 0);
	for (count = 0; (parts[count] = klips_fragments_next(&fragments)); count++)
		assert_true(count + 1 < PARTS_MAX);
}

static struct sk_buff *give(struct sk_buff *skb)
{
	return klips_defrag_add(&all, &dev, skb, 0);
}

static struct sk_buff *copy_of(const struct sk_buff *skb)
{
	return skb_copy(skb, GFP_KERNEL);
}

/* The same but for what cutting changes in IPv4: the ID, and with it the checksum, which is right. */
static void expect_same(struct sk_buff *got, const struct sk_buff *whole)
{
	u32 from = whole->data[0] >> 4 == KLIPS_V6 ? 0 : 12;

	if (!got) {
		fail();
		return;
	}
	assert_int_equal(got->len, whole->len);
	if (from) {
		assert_memory_equal(got->data, whole->data, 4);
		assert_int_equal(get_unaligned_be16(got->data + 6), 0);
		assert_int_equal(klips_checksum(got->data, 20, 0), 0);
	}
	assert_memory_equal(got->data + from, whole->data + from, whole->len - from);
	kfree_skb(got);
}

static void expect_empty(u64 lost)
{
	assert_int_equal(all.count, 0);
	assert_int_equal(all.bytes, 0);
	assert_int_equal(atomic64_read(&dropped), lost);
}

static void give_in_order(u8 version, const u8 *order, u32 n)
{
	struct sk_buff *whole = pair_udp(version, 1, 2, 2000, 3000, 1), *got = NULL;
	u32 i;

	cut(whole, 1280);
	assert_int_equal(count, n);
	for (i = 0; i < n; i++) {
		assert_null(got);
		got = give(parts[order[i]]);
	}
	expect_same(got, whole);
	kfree_skb(whole);
	expect_empty(0);
}

static void test_any_order(void **state)
{
	static const u8 orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		give_in_order(KLIPS_V4, orders[i], 3);
		give_in_order(KLIPS_V6, orders[i], 3);
	}
}

static void test_longest(void **state)
{
	static const u32 most[] = { 65535 - 28, 65535 - 8 };
	struct sk_buff *whole, *got = NULL;
	u32 i, v;

	(void)state;
	for (v = 0; v < 2; v++) {
		whole = pair_udp(v ? KLIPS_V6 : KLIPS_V4, 1, 2, 2000, most[v], 1);
		cut(whole, 1400);
		for (i = 0; i < count; i++)
			got = give(parts[count - 1 - i]);
		expect_same(got, whole);
		kfree_skb(whole);
	}
	expect_empty(0);
}

/* IPv6 with headers before and behind the fragment header; the one behind is the first fragment's alone. */
static void test_extension_headers(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V6, 1, 2, 2000, 2000, 1), *got;
	u8 *at;

	(void)state;
	at = skb_push(whole, 16);
	memmove(at, at + 16, 40);
	at[6] = 0;				/* hop-by-hop, then destination options */
	memcpy(at + 40, "\x3c\0\1\4\0\0\0", 8); /* PadN */
	memcpy(at + 48, "\x11\0\1\4\0\0\0", 8);
	put_unaligned_be16((u16)(whole->len - 40), at + 4);
	cut(whole, 1280);
	assert_int_equal(count, 2);
	assert_int_equal(parts[0]->data[48], 44);
	assert_null(give(parts[1]));
	got = give(parts[0]);
	expect_same(got, whole);
	kfree_skb(whole);
	expect_empty(0);
}

static void test_copy_is_ignored(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V4, 1, 2, 2000, 3000, 1);

	(void)state;
	cut(whole, 1280);
	assert_null(give(copy_of(parts[0])));
	assert_null(give(copy_of(parts[2])));
	assert_null(give(parts[2]));
	assert_null(give(parts[0]));
	expect_same(give(parts[1]), whole);
	kfree_skb(whole);
	expect_empty(0);
}

/* Other bytes at the same place; fewer at the same place; and some that reach into a neighbour. */
static void test_overlap_ends_the_datagram(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V6, 1, 2, 2000, 3000, 1), *bad;
	u32 kind;

	(void)state;
	for (kind = 0; kind < 3; kind++) {
		cut(whole, 1280);
		bad = copy_of(parts[1]);
		if (kind == 0)
			bad->data[100] ^= 1;
		else if (kind == 1)
			put_unaligned_be16((u16)(get_unaligned_be16(bad->data + 4) - 8), bad->data + 4);
		else
			put_unaligned_be16((u16)(get_unaligned_be16(bad->data + 42) - 8), bad->data + 42);
		assert_null(give(parts[0]));
		assert_null(give(parts[1]));
		assert_null(give(bad));
		assert_int_equal(atomic64_read(&dropped), 3);
		/* What comes later is lost too, even if it could be a datagram by itself. */
		assert_null(give(parts[2]));
		assert_int_equal(atomic64_read(&dropped), 4);
		assert_int_equal(all.bytes, 0);
		klips_defrag_expire(&all, KLIPS_DEFRAG_TIME_V6);
		expect_empty(4);
		atomic64_set(&dropped, 0);
	}
	kfree_skb(whole);
}

/* More, behind what says that it is the last. */
static void test_behind_the_end(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V4, 1, 2, 2000, 3000, 1), *behind;

	(void)state;
	cut(whole, 1280);
	behind = copy_of(parts[1]);
	put_unaligned_be16(0x2000 | 3008 / 8, behind->data + 6);
	assert_null(give(parts[2]));
	assert_null(give(behind));
	assert_int_equal(atomic64_read(&dropped), 2);
	kfree_skb(parts[0]);
	kfree_skb(parts[1]);
	kfree_skb(whole);
}

static void test_two_ends(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V4, 1, 2, 2000, 3000, 1);

	(void)state;
	cut(whole, 1280);
	parts[1]->data[6] &= ~0x20; /* no more, and yet there is parts[2] */
	assert_null(give(parts[1]));
	assert_null(give(parts[2]));
	assert_int_equal(atomic64_read(&dropped), 2);
	assert_null(give(parts[0]));
	assert_int_equal(atomic64_read(&dropped), 3);
	kfree_skb(whole);
}

/* Behind 65,535 bytes; not a multiple of 8, and more; nothing at all; not a fragment. */
static void test_what_cannot_be(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V4, 1, 2, 2000, 3000, 1);

	(void)state;
	cut(whole, 1280);
	put_unaligned_be16(0x1fff, parts[2]->data + 6);
	assert_null(give(parts[2]));
	put_unaligned_be16(20 + 100, parts[1]->data + 2);
	assert_null(give(parts[1]));
	put_unaligned_be16(20, parts[0]->data + 2);
	assert_null(give(parts[0]));
	assert_null(give(whole));
	expect_empty(4);
}

static void test_tells_datagrams_apart(void **state)
{
	struct sk_buff *a = pair_udp(KLIPS_V4, 1, 2, 2000, 2000, 1), *b = pair_udp(KLIPS_V4, 1, 3, 2000, 2000, 2);
	struct klips_dev other;
	struct sk_buff *of_a[2];

	(void)state;
	cut(a, 1280);
	memcpy(of_a, parts, sizeof(of_a));
	cut(b, 1280);
	memcpy(parts[0]->data + 4, of_a[0]->data + 4, 2); /* the same ID */
	memcpy(parts[1]->data + 4, of_a[0]->data + 4, 2);
	assert_null(give(of_a[0]));
	assert_null(give(parts[1]));
	assert_null(klips_defrag_add(&all, &other, copy_of(of_a[1]), 0));
	assert_int_equal(all.count, 3);
	expect_same(give(of_a[1]), a);
	expect_same(give(parts[0]), b);
	kfree_skb(a);
	kfree_skb(b);
}

static void test_time_ends(void **state)
{
	struct sk_buff *v4 = pair_udp(KLIPS_V4, 1, 2, 2000, 3000, 1), *v6 = pair_udp(KLIPS_V6, 1, 2, 2000, 3000, 1);
	struct sk_buff *late;

	(void)state;
	cut(v6, 1280);
	assert_null(give(parts[0]));
	assert_null(give(parts[1]));
	late = parts[2];
	cut(v4, 1280);
	assert_null(give(parts[0]));
	klips_defrag_expire(&all, KLIPS_DEFRAG_TIME_V4 - 1);
	assert_int_equal(all.count, 2);
	klips_defrag_expire(&all, KLIPS_DEFRAG_TIME_V4);
	assert_int_equal(all.count, 1);
	klips_defrag_expire(&all, KLIPS_DEFRAG_TIME_V6 - 1);
	assert_int_equal(all.count, 1);
	klips_defrag_expire(&all, KLIPS_DEFRAG_TIME_V6);
	expect_empty(3);
	assert_null(give(late));
	assert_int_equal(all.count, 1);
	kfree_skb(parts[1]);
	kfree_skb(parts[2]);
	kfree_skb(v4);
	kfree_skb(v6);
}

/* One more than there is room for: the oldest goes. */
static void test_datagrams_are_limited(void **state)
{
	struct sk_buff *whole = pair_udp(KLIPS_V6, 1, 2, 2000, 2000, 1), *first[2] = { NULL, NULL };
	u32 i;

	(void)state;
	for (i = 0; i <= KLIPS_DEFRAG_DATAGRAMS; i++) {
		cut(whole, 1280);
		put_unaligned_be32(i, parts[0]->data + 44);
		put_unaligned_be32(i, parts[1]->data + 44);
		assert_null(give(parts[0]));
		if (i < 2)
			first[i] = parts[1];
		else
			kfree_skb(parts[1]);
	}
	assert_int_equal(all.count, KLIPS_DEFRAG_DATAGRAMS);
	assert_int_equal(atomic64_read(&dropped), 1);
	expect_same(give(first[1]), whole);
	assert_null(give(first[0]));
	kfree_skb(whole);
}

#define BIG 200000 /* bytes of memory for a fragment, far more than it needs */

/* A first fragment of 1000 bytes, or a later one. */
static struct sk_buff *big_fragment(u16 id, u16 at)
{
	struct sk_buff *whole = pair_udp(KLIPS_V4, 1, 2, 2000, 992, 1), *skb = klips_skb_new(0, BIG);

	memcpy(skb_put(skb, whole->len), whole->data, whole->len);
	put_unaligned_be16(id, skb->data + 4);
	put_unaligned_be16((u16)(0x2000 | at / 8), skb->data + 6);
	kfree_skb(whole);
	return skb;
}

static void test_memory_is_limited(void **state)
{
	u32 i, most = KLIPS_DEFRAG_BYTES / BIG;

	(void)state;
	assert_true(most < KLIPS_DEFRAG_DATAGRAMS);
	for (i = 0; i < 2 * most; i++) {
		assert_null(give(big_fragment((u16)i, 0)));
		assert_true(all.bytes <= KLIPS_DEFRAG_BYTES);
	}
	assert_in_range(all.count, most - 1, most);
	assert_int_equal(atomic64_read(&dropped) + all.count, 2 * most);
}

/* One datagram alone may not have more either: it is lost. */
static void test_memory_of_one_is_limited(void **state)
{
	u32 i, given = 0;

	(void)state;
	for (i = 0; !atomic64_read(&dropped); i++, given++) {
		assert_true(i < 60);
		assert_null(give(big_fragment(1, (u16)(i * 1000))));
	}
	assert_in_range(given, KLIPS_DEFRAG_BYTES / BIG, KLIPS_DEFRAG_BYTES / BIG + 1);
	expect_empty(given);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(test_any_order),
		UNIT(test_longest),
		UNIT(test_extension_headers),
		UNIT(test_copy_is_ignored),
		UNIT(test_overlap_ends_the_datagram),
		UNIT(test_behind_the_end),
		UNIT(test_two_ends),
		UNIT(test_what_cannot_be),
		UNIT(test_tells_datagrams_apart),
		UNIT(test_time_ends),
		UNIT(test_datagrams_are_limited),
		UNIT(test_memory_is_limited),
		UNIT(test_memory_of_one_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
