// SPDX-License-Identifier: GPL-2.0-or-later
/* See pair.h. */
#include "tests/test.h"
#include "tests/pair.h"

static void keep(struct sk_buff **kept, u32 *count, struct sk_buff **skbs, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		assert_true(*count < PAIR_KEPT);
		kept[(*count)++] = skbs[i];
	}
}

static void on_send(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		    const struct klips_udp *udp)
{
	struct pair_end *end = klips->own;

	assert_ptr_equal(dev, end->dev);
	end->in_udp = udp;
	if (udp)
		end->udp = *udp;
	keep(end->sent, &end->sent_count, skbs, count);
	if (end->meanwhile) {
		void (*meanwhile)(struct pair_end * end) = end->meanwhile;

		end->meanwhile = NULL;
		meanwhile(end);
	}
}

static void on_receive(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	struct pair_end *end = klips->own;

	assert_ptr_equal(dev, end->dev);
	keep(end->received, &end->received_count, skbs, count);
}

static bool on_is_local(struct klips *klips, const struct klips_addr *addr)
{
	struct pair_end *end = klips->own;

	return klips_addr_equal(addr, &end->own);
}

static bool on_acquire(struct klips *klips, const struct klips_acquire *acquire)
{
	struct pair_end *end = klips->own;

	end->acquired++;
	end->acquire = *acquire;
	return !end->deaf;
}

static void on_expire(struct klips_sa *sa, enum klips_life life, void *arg)
{
	struct klips *klips = arg;
	struct pair_end *end = klips->own;

	(void)sa;
	end->expired[life]++;
}

static void on_mapping(struct klips *klips, struct klips_sa *sa, const struct klips_addr *addr, u16 port)
{
	struct pair_end *end = klips->own;

	(void)sa;
	(void)addr;
	end->mapped++;
	end->mapped_port = port;
}

static struct sk_buff *on_defrag(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb)
{
	struct pair_end *end = klips->own;

	return klips_defrag_add(&end->defrag, dev, skb, ktime_get_ns());
}

static const struct klips_ops ops = {
	.send = on_send,
	.receive = on_receive,
	.is_local = on_is_local,
	.acquire = on_acquire,
	.expire = on_expire,
	.mapping = on_mapping,
	.defrag = on_defrag,
};

void pair_begin(struct pair_end *end, u8 version, u8 last)
{
	memset(end, 0, sizeof(*end));
	end->own = transform_addr(version, last);
	klips_defrag_init(&end->defrag, &end->klips.stats.defrag_dropped);
	assert_int_equal(klips_init(&end->klips, &ops, end), 0);
	assert_int_equal(klips_attach(&end->klips, "ipsec0", "eth1", end, end, 1500), 0);
	end->dev = klips_dev_find(&end->klips, "ipsec0");
}

void pair_forget(struct pair_end *end)
{
	while (end->sent_count)
		kfree_skb(end->sent[--end->sent_count]);
	while (end->received_count)
		kfree_skb(end->received[--end->received_count]);
}

void pair_end_all(struct pair_end *end)
{
	pair_forget(end);
	klips_defrag_exit(&end->defrag);
	klips_exit(&end->klips);
	rcu_barrier();
}

void pair_begin_both(struct pair_end *west, struct pair_end *east, u8 version)
{
	pair_begin(west, version, 1);
	pair_begin(east, version, 2);
}

void pair_end_both(struct pair_end *west, struct pair_end *east)
{
	pair_end_all(west);
	pair_end_all(east);
}

struct sk_buff *pair_udp(u8 version, u8 from, u8 to, u16 dport, u32 payload, u16 number)
{
	u32 length = (version == KLIPS_V6 ? 40 : 20) + 8 + payload, i;
	struct sk_buff *skb = klips_skb_new(TRANSFORM_ROOM, length + TRANSFORM_ROOM);
	u8 *at;

	assert_non_null(skb);
	at = skb_put(skb, length);
	at += transform_header(at, version, from, to, length);
	put_unaligned_be16(1000, at);
	put_unaligned_be16(dport, at + 2);
	put_unaligned_be16((u16)(8 + payload), at + 4);
	put_unaligned_be16(0, at + 6); /* no checksum */
	for (i = 0; i < payload; i++)
		at[8 + i] = (u8)(i * 13);
	if (payload >= 2)
		put_unaligned_be16(number, at + 8);
	return skb;
}

u16 pair_number(const struct sk_buff *skb)
{
	return get_unaligned_be16(skb->data + (skb->data[0] >> 4 == KLIPS_V6 ? 48 : 28));
}

void pair_send(struct pair_end *end, struct sk_buff *skb)
{
	klips_xmit(&end->klips, end->dev, &skb, 1);
}

u32 pair_carry(struct pair_end *from, struct pair_end *to)
{
	u32 count = from->sent_count;

	from->sent_count = 0;
	if (count)
		klips_rcv(&to->klips, to->dev, from->sent, count, from->in_udp ? &from->udp : NULL);
	return count;
}

struct klips_selector pair_selector(u8 version, u8 from, u8 to)
{
	struct klips_selector sel = { .src = transform_addr(version, from), .dst = transform_addr(version, to) };

	sel.src_bits = sel.dst_bits = version == KLIPS_V6 ? 128 : 32;
	return sel;
}

struct klips_said pair_shunt(enum klips_shunt spi)
{
	struct klips_said said = { .dst = klips_addr_v4(0), .proto = KLIPS_PROTO_INT };

	said.spi = cpu_to_be32((u32)spi);
	return said;
}
