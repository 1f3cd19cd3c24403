// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets that come out of a TUN, on their way to klips_xmit(). */
#include "daemon.h"
#include "transport.h"

#define READS 16 /* in a row, before others have their turn */

/**
 * struct batch - packets of one flow that were read one by one
 */
struct batch {
	struct klips *klips;
	struct klips_dev *dev;
	unsigned int count;
	struct sk_buff *skbs[KLIPS_BATCH];
};

static void flush(struct batch *batch)
{
	if (batch->count)
		klips_xmit(batch->klips, batch->dev, batch->skbs, batch->count);
	batch->count = 0;
}

/* Where TCP's or UDP's ports are; 0: not such a packet, or a fragment. */
static u32 find_ports(const struct sk_buff *skb)
{
	const u8 *p = skb->data;
	u32 at = ip_version(p) == KLIPS_V6 ? IPV6_HEADER : IPV4_HEADER;
	u8 proto;

	if (skb->len < at + 4)
		return 0;
	if (ip_version(p) == KLIPS_V4 && (p[0] != 0x45 || get_unaligned_be16(p + 6) & 0x3fff))
		return 0;
	proto = ip_version(p) == KLIPS_V6 ? p[6] : p[9];
	return proto == PROTO_TCP || proto == PROTO_UDP ? at : 0;
}

static bool is_same_flow(const struct sk_buff *a, const struct sk_buff *b)
{
	const u8 *p = a->data, *q = b->data;
	u32 at = find_ports(a);

	if (!at || p[0] != q[0] || at != find_ports(b) || memcmp(p + at, q + at, 4))
		return false;
	if (at == IPV6_HEADER)
		return p[6] == q[6] && !memcmp(p + 8, q + 8, 32);
	return p[9] == q[9] && !memcmp(p + 12, q + 12, 8);
}

static void add(struct batch *batch, struct sk_buff *skb)
{
	if (batch->count == KLIPS_BATCH || (batch->count && !is_same_flow(batch->skbs[0], skb)))
		flush(batch);
	batch->skbs[batch->count++] = skb;
}

static void take_single(struct klips_worker *worker, struct batch *batch, const struct virtio_net_hdr *head, u32 length)
{
	struct klips_scatter *s = &worker->tun_scatter;
	struct sk_buff *skb;

	if (klips_scatter_fits(s, 0, 0, 1, length)) {
		skb = klips_scatter_take(s, 0, length);
	} else {
		const u8 *flat = klips_scatter_flat(s, length);

		skb = klips_slot_for(length);
		if (!skb)
			return;
		memcpy(skb_put(skb, length), flat, length);
	}
	if (klips_gso_complete(head, skb->data, skb->len))
		kfree_skb(skb);
	else
		add(batch, skb);
}

/* The guess was right: only headers are missing. */
static void take_in_place(struct klips_worker *worker, struct batch *batch)
{
	const struct klips_gso *gso = &worker->gso;
	u32 i;

	for (i = 0; i < gso->count; i++) {
		batch->skbs[i] = klips_scatter_take(&worker->tun_scatter, i, gso->header + klips_gso_payload(gso, i));
		klips_gso_finish(gso, i, batch->skbs[i]->data);
	}
	batch->count = gso->count;
	flush(batch);
}

static void take_copied(struct klips_worker *worker, struct batch *batch, u32 length)
{
	const u8 *from = klips_scatter_flat(&worker->tun_scatter, length);
	const struct klips_gso *gso = &worker->gso;
	struct sk_buff *skb;
	u32 i, payload;

	from += gso->header;
	for (i = 0; i < gso->count; i++, from += payload) {
		payload = klips_gso_payload(gso, i);
		skb = klips_slot_for(gso->header + payload);
		if (!skb)
			break;
		skb_put(skb, gso->header + payload);
		memcpy(skb->data + gso->header, from, payload);
		klips_gso_finish(gso, i, skb->data);
		if (batch->count == KLIPS_BATCH)
			flush(batch);
		batch->skbs[batch->count++] = skb;
	}
	flush(batch);
	klips_scatter_guess(&worker->tun_scatter, gso->header, gso->segment);
}

static void take(struct klips_worker *worker, struct batch *batch, const struct virtio_net_hdr *head, u32 length)
{
	struct klips_scatter *s = &worker->tun_scatter;
	struct klips_gso *gso = &worker->gso;
	const u8 *packet = s->skbs[0]->data;
	u32 have = min(length, s->first);

	/* The headers may reach past the first buffer only if the guess was for tiny segments. */
	if (have < length && have < KLIPS_GSO_HEADER) {
		packet = klips_scatter_flat(s, length);
		have = length;
	}
	if (klips_gso_plan(gso, head, packet, have, length)) {
		atomic64_inc(&batch->dev->stats.errors[1]);
		return;
	}
	if (gso->type == VIRTIO_NET_HDR_GSO_NONE) {
		take_single(worker, batch, head, length);
		return;
	}
	flush(batch);
	if (klips_scatter_fits(s, gso->header, gso->segment, gso->count, length))
		take_in_place(worker, batch);
	else
		take_copied(worker, batch, length);
}

/**
 * klips_tun_read() - send what waits in this thread's queue of a TUN, or some of it
 * @worker: the thread
 * @tun: the TUN
 */
void klips_tun_read(struct klips_worker *worker, struct klips_tun *tun)
{
	struct batch batch = { .klips = &worker->daemon->klips, .dev = tun->dev };
	struct klips_scatter *s = &worker->tun_scatter;
	struct virtio_net_hdr head;
	unsigned int i;
	ssize_t got;

	for (i = 0; i < READS; i++) {
		if (klips_scatter_prepare(s))
			break;
		s->iov[0].iov_base = &head;
		s->iov[0].iov_len = sizeof(head);
		got = readv(tun->fds[worker->index], s->iov, (int)s->pieces + 1);
		if (got < (ssize_t)sizeof(head))
			break;
		take(worker, &batch, &head, (u32)got - sizeof(head));
	}
	flush(&batch);
}
