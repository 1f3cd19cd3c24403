// SPDX-License-Identifier: GPL-2.0-or-later
/* TCP segments of one flow that follow each other become one packet again, as the kernel's GRO would have it. */
#include "gso.h"
#include "transport.h"

/**
 * struct segment - a TCP segment that may have others after it
 */
struct segment {
	u8 *packet;
	u32 transport;
	u32 header;
	u32 payload;
	u32 seq;
	u8 flags;
};

static bool read_ip(struct segment *seg, const struct sk_buff *skb)
{
	const u8 *p = skb->data;

	if (skb->len < IPV4_HEADER + TCP_HEADER)
		return false;
	if (ip_version(p) == KLIPS_V6) {
		seg->transport = IPV6_HEADER;
		return skb->len >= IPV6_HEADER + TCP_HEADER && p[6] == PROTO_TCP &&
		       get_unaligned_be16(p + 4) == skb->len - IPV6_HEADER;
	}
	seg->transport = IPV4_HEADER;
	return p[0] == 0x45 && p[9] == PROTO_TCP && !(get_unaligned_be16(p + 6) & 0xbfff) &&
	       get_unaligned_be16(p + 2) == skb->len && klips_sum_fold(klips_sum(p, IPV4_HEADER, 0)) == 0xffff;
}

/* The checksum is looked at here, since nobody will do so after: the kernel takes a super packet's for granted. */
static bool is_sound(const struct segment *seg, const struct sk_buff *skb)
{
	u32 length = skb->len - seg->transport;

	return klips_sum_fold(klips_sum(seg->packet + seg->transport, length,
					pseudo_sum(seg->packet, PROTO_TCP, length))) == 0xffff;
}

static bool read_segment(struct segment *seg, const struct sk_buff *skb)
{
	const u8 *tcp;

	seg->packet = skb->data;
	if (!read_ip(seg, skb))
		return false;
	tcp = seg->packet + seg->transport;
	seg->header = seg->transport + (tcp[12] >> 4) * 4U;
	if (seg->header < seg->transport + TCP_HEADER || seg->header >= skb->len)
		return false;
	seg->payload = skb->len - seg->header;
	seg->seq = get_unaligned_be32(tcp + 4);
	seg->flags = tcp[13];
	return (seg->flags & (u8)~TCP_PSH) == TCP_ACK;
}

/* All but lengths, identification, checksums, sequence and PSH. */
static bool is_same_flow(const struct segment *a, const struct segment *b)
{
	const u8 *x = a->packet + a->transport, *y = b->packet + b->transport;
	const u8 *p = a->packet, *q = b->packet;

	if (ip_version(p) != ip_version(q) || a->header != b->header)
		return false;
	if (ip_version(p) == KLIPS_V6 ? memcmp(p, q, 4) || memcmp(p + 6, q + 6, 34) :
					p[1] != q[1] || memcmp(p + 6, q + 6, 4) || memcmp(p + 12, q + 12, 8))
		return false;
	return !memcmp(x, y, 4) && !memcmp(x + 8, y + 8, 5) && !memcmp(x + 14, y + 14, 2) &&
	       !memcmp(x + 18, y + 18, a->header - a->transport - 18);
}

/*
 * What comes after the segments that are there, as far as headers say. A checksum costs more than all that: it is
 * looked at last, and once.
 */
static bool follows(const struct segment *first, const struct segment *next, u32 payload)
{
	return is_same_flow(first, next) && next->seq == first->seq + payload && next->payload <= first->payload &&
	       first->header + payload + next->payload <= KLIPS_GSO_MAX;
}

static void add_piece(struct klips_joined *joined, const void *data, u32 length)
{
	joined->iov[joined->pieces].iov_base = (void *)data;
	joined->iov[joined->pieces++].iov_len = length;
}

/* The first segment's headers become those of the whole. */
static void finish(struct klips_joined *joined, const struct segment *first, u32 payload, u8 last_flags)
{
	u32 length = first->header + payload;
	u8 *tcp = first->packet + first->transport;

	set_ip_length(first->packet, length);
	tcp[13] |= last_flags & TCP_PSH;
	put_u16(tcp + TCP_CHECKSUM, klips_sum_fold(pseudo_sum(first->packet, PROTO_TCP, length - first->transport)));
	joined->head.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	joined->head.gso_type =
		ip_version(first->packet) == KLIPS_V6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	joined->head.hdr_len = (u16)first->header;
	joined->head.gso_size = (u16)first->payload;
	joined->head.csum_start = (u16)first->transport;
	joined->head.csum_offset = TCP_CHECKSUM;
}

/**
 * klips_gso_join() - chain the first of some packets with those that follow it in its flow
 * @joined: gets what is written to the TUN: its pieces are the packets' own memory, of which the first is changed
 * @skbs: packets
 * @count: 1 to KLIPS_GSO_BATCH
 *
 * Return: how many were taken, at least 1.
 */
unsigned int klips_gso_join(struct klips_joined *joined, struct sk_buff *const *skbs, unsigned int count)
{
	struct segment first, last, next;
	unsigned int taken = 1;
	u32 payload;

	memset(&joined->head, 0, sizeof(joined->head));
	joined->pieces = 0;
	add_piece(joined, &joined->head, sizeof(joined->head));
	add_piece(joined, skbs[0]->data, skbs[0]->len);
	if (count < 2 || !read_segment(&first, skbs[0]) || (first.flags & TCP_PSH))
		return 1;
	payload = first.payload;
	for (last = first; taken < count; taken++, last = next) {
		if (last.payload != first.payload || (last.flags & TCP_PSH) || !read_segment(&next, skbs[taken]) ||
		    !follows(&first, &next, payload))
			break;
		if ((taken == 1 && !is_sound(&first, skbs[0])) || !is_sound(&next, skbs[taken]))
			break;
		payload += next.payload;
		add_piece(joined, next.packet + next.header, next.payload);
	}
	if (taken > 1)
		finish(joined, &first, payload, last.flags);
	return taken;
}
