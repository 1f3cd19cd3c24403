// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments, cut as the input says and given in its order: what comes of them is what was cut. Then the input itself,
 * as fragments: whatever they are, what comes of them is a packet, and memory keeps its limit.
 */
#include "user/defrag.h"
#include "user/fragment.h"

#define PARTS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct klips_dev dev;

static void check(bool good)
{
	if (!good)
		abort();
}

static struct sk_buff *make(const u8 *data, size_t size)
{
	struct sk_buff *skb = klips_skb_new(0, (u32)size);

	check(skb);
	memcpy(skb_put(skb, (u32)size), data, size);
	return skb;
}

/* A header before the input, of the family that its first byte says. */
static struct sk_buff *make_packet(const u8 *data, size_t size)
{
	bool v6 = data[0] & 1;
	u32 header = v6 ? 40 : 20, length = header + (u32)size;
	struct sk_buff *skb = klips_skb_new(0, length);
	u8 *at;

	check(skb);
	at = skb_put(skb, length);
	memset(at, 0, header);
	memcpy(at + header, data, size);
	at[0] = v6 ? 0x60 : 0x45;
	at[v6 ? 6 : 9] = 17;
	put_unaligned_be16((u16)(v6 ? size : length), at + (v6 ? 4 : 2));
	if (!v6)
		put_unaligned_be16(klips_checksum(at, header, 0), at + 10);
	return skb;
}

static void expect_same(const struct sk_buff *whole, const struct sk_buff *got)
{
	u32 from = whole->data[0] >> 4 == 6 ? 0 : 12; /* IPv4's ID is new, and so is its checksum */

	check(got->len == whole->len && !memcmp(got->data + from, whole->data + from, whole->len - from));
	check(!from || (!klips_checksum(got->data, 20, 0) && !memcmp(got->data, whole->data, 4)));
}

/* The input swaps fragments; some are given twice. */
static void cut_and_join(struct klips_defrag *all, const u8 *data, size_t size)
{
	struct sk_buff *whole = make_packet(data, size), *parts[PARTS], *got = NULL;
	struct klips_fragments cut;
	u32 count = 0, i;

	if (klips_fragments_begin(&cut, whole, 64 + (u32)data[0] * 4) || size <= cut.room || size > PARTS * cut.room) {
		kfree_skb(whole);
		return;
	}
	while (count < PARTS && (parts[count] = klips_fragments_next(&cut)))
		count++;
	for (i = 0; i < count; i++) {
		u32 other = data[i % size] % count;
		struct sk_buff *part = parts[i];

		parts[i] = parts[other];
		parts[other] = part;
	}
	for (i = 0; i < count; i++) {
		check(!got);
		if (i + 1 < count && data[i % size] & 1)
			check(!klips_defrag_add(all, &dev, skb_copy(parts[i], GFP_KERNEL), 0));
		got = klips_defrag_add(all, &dev, parts[i], 0);
	}
	check(got && !all->count && !all->bytes && !atomic64_read(all->dropped));
	expect_same(whole, got);
	kfree_skb(got);
	kfree_skb(whole);
}

/* Pieces of the input, each behind a byte that says how long it is. */
static void give_garbage(struct klips_defrag *all, const u8 *data, size_t size)
{
	struct sk_buff *got;
	struct klips_ip ip;
	size_t length;
	u64 now = 0;

	while (size > 1) {
		length = min_t(size_t, data[0], size - 1);
		got = klips_defrag_add(all, &dev, make(data + 1, length), now);
		if (got)
			check(!klips_ip_read(&ip, got->data, got->len) && ip.total == got->len);
		kfree_skb(got);
		check(all->count <= KLIPS_DEFRAG_DATAGRAMS && all->bytes <= KLIPS_DEFRAG_BYTES);
		now += (u64)data[length] * NSEC_PER_SEC / 16;
		klips_defrag_expire(all, now);
		data += length + 1;
		size -= length + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct klips_defrag all;
	atomic64_t dropped;

	if (!size || size > 60000)
		return 0;
	atomic64_set(&dropped, 0);
	klips_defrag_init(&all, &dropped);
	cut_and_join(&all, data, size);
	give_garbage(&all, data, size);
	klips_defrag_exit(&all);
	check(!all.bytes);
	return 0;
}
