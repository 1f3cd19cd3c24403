// SPDX-License-Identifier: GPL-2.0-or-later
/* See fragment.h. */
#include "fragment.h"
#include "transport.h"

#define FRAGMENT_HEADER 8
#define NEXT_FRAGMENT	44
#define MORE_V4		0x2000

/**
 * klips_fragments_begin() - prepare to cut a packet
 * @all: gets what klips_fragments_next() needs
 * @skb: the packet, which stays the caller's, and as it is
 * @mtu: bytes that each fragment may have
 *
 * Return: 0; -EMSGSIZE: it must not be cut (DF, IPv4 options, or it is a fragment), or the MTU is too small; -EBADMSG.
 */
int klips_fragments_begin(struct klips_fragments *all, const struct sk_buff *skb, u32 mtu)
{
	int err = klips_ip_read(&all->ip, skb->data, skb->len);
	u32 header = all->ip.header;

	if (err)
		return err;
	if (all->ip.version == KLIPS_V6)
		header += FRAGMENT_HEADER;
	else if (all->ip.df || header != IPV4_HEADER)
		return -EMSGSIZE;
	if (all->ip.fragment || mtu < header + 8)
		return -EMSGSIZE;
	all->skb = skb;
	all->at = 0;
	all->room = (mtu - header) & ~7U;
	get_random_bytes(&all->id, sizeof(all->id));
	return 0;
}

static void finish_v4(const struct klips_fragments *all, u8 *packet, u32 length, bool more)
{
	put_unaligned_be16((u16)all->id, packet + 4);
	put_unaligned_be16((u16)(all->at / 8 | (more ? MORE_V4 : 0)), packet + 6);
	set_ip_length(packet, length);
}

static void finish_v6(const struct klips_fragments *all, u8 *packet, u32 length, bool more)
{
	u8 *header = packet + all->ip.header;

	packet[all->ip.proto_at] = NEXT_FRAGMENT;
	header[0] = all->ip.proto;
	header[1] = 0;
	put_unaligned_be16((u16)(all->at | more), header + 2);
	memcpy(header + 4, &all->id, 4);
	set_ip_length(packet, length);
}

/**
 * klips_fragments_next() - cut off one more
 * @all: the packet
 *
 * Return: a fragment, the caller's; NULL: there are no more, or no memory.
 */
struct sk_buff *klips_fragments_next(struct klips_fragments *all)
{
	bool v6 = all->ip.version == KLIPS_V6;
	u32 header = all->ip.header, left = all->ip.total - header - all->at;
	u32 payload = min(left, all->room), length = header + (v6 ? FRAGMENT_HEADER : 0) + payload;
	struct sk_buff *part;

	part = payload ? klips_skb_new(0, length) : NULL;
	if (!part)
		return NULL;
	skb_put(part, length);
	memcpy(part->data, all->skb->data, header);
	memcpy(part->data + length - payload, all->skb->data + header + all->at, payload);
	if (v6)
		finish_v6(all, part->data, length, payload < left);
	else
		finish_v4(all, part->data, length, payload < left);
	all->at += payload;
	return part;
}
