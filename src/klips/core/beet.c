// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BEET: bound end-to-end tunnels, draft-nikander-esp-beet-mode. What transport mode would send, with addresses inside
 * that only the SA knows. See ip.h.
 */
#include "ip.h"

#define IPV4_HEADER  20
#define IPV6_HEADER  40
#define PSEUDO	     4U /* of a BEET pseudo header, before its padding and the IPv4 options */
#define PROTO_BEETPH 94
#define OPTION_NOP   1

/* Draft, 5.4: IPv4 options travel in a pseudo header, in units of 8 bytes. */
unsigned int klips_beet_pseudo(unsigned int options)
{
	return options ? round_up(PSEUDO + options, 8) : 0;
}

static void put_pseudo(u8 *at, const u8 *options, unsigned int length, u8 next)
{
	unsigned int padding = klips_beet_pseudo(length) - PSEUDO - length;

	at[0] = next;
	at[1] = (u8)(klips_beet_pseudo(length) / 8 - 1);
	at[2] = (u8)padding;
	at[3] = 0;
	memset(at + PSEUDO, OPTION_NOP, padding);
	memcpy(at + PSEUDO + padding, options, length);
}

static void put_outer(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *inner, u16 id, u8 proto)
{
	const struct klips_ip outer = {
		.src = sa->src,
		.dst = sa->said.dst,
		.header = klips_tunnel_head(sa),
		.total = skb->len,
		.version = sa->said.dst.version,
		.proto = proto,
		.tos = inner->tos,
		.ttl = inner->ttl,
		.df = sa->df == KLIPS_DF_SET || (sa->df == KLIPS_DF_COPY && inner->df),
	};

	klips_ip_put(skb->data, &outer, id);
}

static int check_encap(const struct klips_sa *sa, const struct sk_buff *skb, const struct klips_ip *inner, int grow)
{
	if (sa->src.version != sa->said.dst.version || inner->fragment)
		return -EINVAL;
	if (!klips_addr_equal(&inner->src, &sa->inner_src) || !klips_addr_equal(&inner->dst, &sa->inner_dst))
		return -EINVAL;
	if (grow > 0 && skb_headroom(skb) < (unsigned int)grow)
		return -ENOBUFS;
	return (int)skb->len + grow > 65535 ? -EMSGSIZE : 0;
}

/**
 * klips_beet_encap() - replace the inner header by the outer one
 * @sa: the SA; its inner addresses must be the packet's
 * @skb: the packet, skb->data at the inner header, and at the outer one after it. IPv6 extension headers stay behind
 * it.
 * @inner: what the inner header said
 * @proto: what the outer header is to say: of what will be put between it and the payload
 * @next: gets the payload's protocol
 *
 * Return: 0; -ENOBUFS: no room, -EMSGSIZE: too long, -EINVAL: a fragment, or other addresses than the SA's.
 */
int klips_beet_encap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *inner, u8 proto, u8 *next)
{
	unsigned int fixed = inner->version == KLIPS_V6 ? IPV6_HEADER : IPV4_HEADER;
	unsigned int options = inner->version == KLIPS_V4 ? inner->header - IPV4_HEADER : 0;
	unsigned int pseudo = klips_beet_pseudo(options), head = klips_tunnel_head(sa);
	int grow = (int)(head + pseudo) - (int)(fixed + options);
	int err = check_encap(sa, skb, inner, grow);
	u8 saved[IPV4_HEADER * 2], proto_inside = skb->data[inner->version == KLIPS_V6 ? 6 : 9];
	u16 id = inner->version == KLIPS_V4 ? get_unaligned_be16(skb->data + 4) : 0;

	if (err)
		return err;
	memcpy(saved, skb->data + fixed, options);
	skb_pull(skb, fixed + options);
	if (inner->version == KLIPS_V6)
		get_random_bytes(&id, sizeof(id));
	if (pseudo)
		put_pseudo(skb_push(skb, pseudo), saved, options, proto_inside);
	skb_push(skb, head);
	put_outer(sa, skb, inner, id, proto);
	*next = pseudo ? PROTO_BEETPH : proto_inside;
	return 0;
}

/* Takes the pseudo header out: its options, which are the last bytes of it, and the protocol behind it. */
static int take_pseudo(struct sk_buff *skb, u8 options[IPV4_HEADER * 2], unsigned int *length, u8 *next)
{
	const u8 *at = skb->data;
	unsigned int size;

	if (skb->len < 8)
		return -EBADMSG;
	size = (at[1] + 1U) * 8;
	if (size > skb->len || at[2] + PSEUDO > size || size - PSEUDO - at[2] > IPV4_HEADER * 2 || at[2] % 4)
		return -EBADMSG;
	*length = size - PSEUDO - at[2];
	*next = at[0];
	memcpy(options, at + PSEUDO + at[2], *length);
	skb_pull(skb, size);
	return 0;
}

static void put_inner(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *outer, unsigned int header,
		      u8 next)
{
	const struct klips_ip inner = {
		.src = sa->inner_src,
		.dst = sa->inner_dst,
		.header = header,
		.total = skb->len,
		.version = sa->inner_dst.version,
		.proto = next,
		.tos = outer->tos,
		.ttl = outer->ttl,
		.df = outer->df,
	};

	klips_ip_put(skb->data, &inner, 0);
}

/**
 * klips_beet_decap() - put the inner header before what was protected
 * @sa: the SA, which has the inner addresses
 * @skb: skb->data is at what was protected, and at the inner header after it
 * @outer: what the outer header said: TTL, traffic class and DF are its
 * @next: protocol of what was protected
 *
 * Return: 0; -EBADMSG: a bad pseudo header, or too long, -ENOBUFS: no room, -EINVAL: the SA has no inner addresses.
 */
int klips_beet_decap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *outer, u8 next)
{
	bool v6 = sa->inner_dst.version == KLIPS_V6;
	u8 options[IPV4_HEADER * 2];
	unsigned int header, length = 0;
	int err;

	if (!sa->inner_dst.version || sa->inner_src.version != sa->inner_dst.version)
		return -EINVAL;
	if (next == PROTO_BEETPH) {
		err = v6 ? -EBADMSG : take_pseudo(skb, options, &length, &next);
		if (err)
			return err;
	}
	header = (v6 ? IPV6_HEADER : IPV4_HEADER) + length;
	if (skb_headroom(skb) < header)
		return -ENOBUFS;
	if (skb->len > 65535 - header)
		return -EBADMSG;
	skb_push(skb, header);
	if (length)
		memcpy(skb->data + IPV4_HEADER, options, length);
	put_inner(sa, skb, outer, header, next);
	return 0;
}
