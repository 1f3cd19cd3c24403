// SPDX-License-Identifier: GPL-2.0-or-later
/* Outer headers of tunnels: RFC 4301, 5.1.2; their ECN fields: RFC 6040. See ip.h. */
#include "ip.h"
#include "debug.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define UDP_HEADER  8
#define LONGEST	    65535

#define ECN	    3
#define ECN_NONE    0 /* not ECT */
#define ECN_1	    1 /* ECT(1) */
#define ECN_CE	    3

/**
 * klips_tunnel_head() - how long a tunnel's outer header is
 * @sa: the tunnel
 *
 * Return: bytes.
 */
unsigned int klips_tunnel_head(const struct klips_sa *sa)
{
	return sa->said.dst.version == KLIPS_V6 ? IPV6_HEADER : IPV4_HEADER;
}

/* RFC 6040, 4.1: normal mode copies the ECN field; compatibility mode, for peers that ignore the outer one, clears it.
 */
static u8 outer_tos(const struct klips_sa *sa, u8 inner)
{
	u8 dscp = sa->flags & KLIPS_SA_NO_ENCAP_DSCP ? 0 : inner & ~ECN;

	return dscp | (sa->flags & KLIPS_SA_NO_ECN ? ECN_NONE : inner & ECN);
}

/* Whether a packet will be too long for its path, as far as routers said, when it has left the bundle. */
static bool is_too_long(const struct klips_sa *sa, u32 length)
{
	const struct klips_sa *next = rcu_dereference(sa->next);
	u32 most = next ? klips_bundle_mtu(next, LONGEST, klips_tunnel_head(sa)) : klips_sa_pmtu(sa);

	if (!next && sa->natt != KLIPS_NATT_NONE)
		length += UDP_HEADER;
	return most && length > most;
}

/* What may be cut in pieces inside, and does not fit, may be cut outside: RFC 4301, 8.1, lets nothing vanish. */
static bool outer_df(const struct klips_sa *sa, bool inner, u32 length)
{
	if (sa->df == KLIPS_DF_SET)
		return inner || !is_too_long(sa, length);
	return sa->df == KLIPS_DF_COPY && inner;
}

/*
 * RFC 6864, 4: the ID must not come back soon if the packet can be cut in pieces. ESP's sequence number is such a
 * number; its SPI keeps the SAs between two hosts apart.
 */
static u16 outer_id(const struct sk_buff *skb, u8 proto)
{
	u16 id;

	if (proto == KLIPS_PROTO_ESP && skb->len >= 8)
		return (u16)(get_unaligned_be32(skb->data + 4) + get_unaligned_be32(skb->data) * 40503U);
	get_random_bytes(&id, sizeof(id));
	return id;
}

/**
 * klips_tunnel_encap() - put a tunnel's outer header before what follows it
 * @sa: the tunnel: source, destination, TTL, DF and flags are its
 * @skb: what follows; it may be encrypted already
 * @inner: what the inner header said
 * @proto: of what follows
 *
 * Return: 0; -ENOBUFS: no room before it, -EMSGSIZE: it is too long, -EINVAL: the SA's addresses are not of one family.
 */
int klips_tunnel_encap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *inner, u8 proto)
{
	bool v6 = sa->said.dst.version == KLIPS_V6;
	struct klips_ip outer = {
		.src = sa->src,
		.dst = sa->said.dst,
		.header = klips_tunnel_head(sa),
		.total = skb->len + klips_tunnel_head(sa),
		.version = sa->said.dst.version,
		.proto = proto,
		.tos = outer_tos(sa, inner->tos),
		.ttl = sa->ttl,
	};
	u16 id;

	klips_trace(TUNNEL, "SPI %x: %u bytes, TOS %02x", be32_to_cpu(sa->said.spi), skb->len, outer.tos);
	if (sa->src.version != sa->said.dst.version)
		return -EINVAL;
	if (skb_headroom(skb) < outer.header)
		return -ENOBUFS;
	if (skb->len > (v6 ? LONGEST : LONGEST - IPV4_HEADER))
		return -EMSGSIZE;
	outer.df = outer_df(sa, inner->df, outer.total);
	id = v6 || outer.df ? 0 : outer_id(skb, proto);
	klips_ip_put(skb_push(skb, outer.header), &outer, id);
	return 0;
}

/* RFC 6040, 4.2, figure 4. -EBADMSG: congestion was met, and the inner packet's sender would not understand. */
static int merge_ecn(u8 inner, u8 outer)
{
	if (outer == ECN_CE)
		return inner == ECN_NONE ? -EBADMSG : ECN_CE;
	if (outer == ECN_1 && inner != ECN_NONE && inner != ECN_CE)
		return ECN_1;
	return inner;
}

/* The header checksum follows by its difference (RFC 1624), so that a wrong one stays wrong. */
static void set_tos(u8 *at, u8 version, u8 tos)
{
	u16 old = get_unaligned_be16(at), new;
	u32 sum;

	if (version == KLIPS_V6) {
		put_unaligned_be16((u16)((old & 0xf00f) | (u16)tos << 4), at);
		return;
	}
	new = (u16)((old & 0xff00) | tos);
	sum = (u32)(u16)~get_unaligned_be16(at + 10) + (u16)~old + new;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	at[1] = tos;
	put_unaligned_be16((u16)~sum, at + 10);
}

/**
 * klips_tunnel_decap() - let the inner header learn from the outer one
 * @sa: the tunnel; its flags say what is learnt
 * @skb: skb->data is at the inner header; what follows the inner packet (TFC padding, RFC 4303, 2.7) is cut off
 * @outer: what the outer header said
 *
 * Return: 0, or -EBADMSG: not an IP packet, or one that met congestion and cannot say so (RFC 6040, 4.2).
 */
int klips_tunnel_decap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *outer)
{
	struct klips_ip inner;
	int err = klips_ip_read(&inner, skb->data, skb->len);
	u8 tos;

	if (err)
		return err;
	skb_trim(skb, inner.total);
	klips_trace(TUNNEL, "SPI %x: %u bytes, TOS %02x", be32_to_cpu(sa->said.spi), inner.total, outer->tos);
	tos = inner.tos;
	if (sa->flags & KLIPS_SA_DECAP_DSCP)
		tos = (outer->tos & ~ECN) | (tos & ECN);
	if (!(sa->flags & KLIPS_SA_NO_ECN)) {
		err = merge_ecn(tos & ECN, outer->tos & ECN);
		if (err < 0)
			return err;
		tos = (tos & ~ECN) | (u8)err;
	}
	if (tos != inner.tos)
		set_tos(skb->data, inner.version, tos);
	return 0;
}
