// SPDX-License-Identifier: GPL-2.0-or-later
/* ICMP and ICMPv6 errors about packets that cannot go on: RFC 792, 1122, 1812, 4443. See ip.h. */
#include "ip.h"

#define IPV4_HEADER  20
#define IPV6_HEADER  40
#define ICMP_HEADER  8
#define PROTO_ICMP   1
#define PROTO_ICMPV6 58
#define TTL	     64

#define V4_LONGEST   576  /* RFC 1812, 4.3.2.3 */
#define V6_LONGEST   1280 /* RFC 4443, 2.4 (c) */
#define V6_TOO_BIG   2
#define V6_REDIRECT  137

#define NEXT_AH	     51
#define NEXT_OPTIONS 60

static bool is_v4_error(u8 type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* RFC 1122, 3.2.2: whether a source names one host that may be told. */
static bool is_v4_host(const u8 *addr)
{
	return addr[0] != 0 && addr[0] != 127 && addr[0] < 224;
}

static bool may_tell_v4(const struct klips_ip *ip, const u8 *packet)
{
	if (!ip->first || !is_v4_host(ip->src.b) || ip->dst.b[0] >= 224)
		return false;
	if (ip->proto != PROTO_ICMP)
		return true;
	return ip->total > ip->header && !is_v4_error(packet[ip->header]);
}

/* Past what klips_ip_read() leaves: destination options and AH. Returns the offset; @proto gets what is there. */
static u32 upper_layer(const struct klips_ip *ip, const u8 *packet, u8 *proto)
{
	u32 at = ip->header;

	*proto = ip->proto;
	while ((*proto == NEXT_OPTIONS || *proto == NEXT_AH) && ip->total >= at + 8) {
		u32 size = *proto == NEXT_AH ? (packet[at + 1] + 2U) * 4 : (packet[at + 1] + 1U) * 8;

		if (size > ip->total - at)
			return ip->total;
		*proto = packet[at];
		at += size;
	}
	return at;
}

static bool may_tell_v6(const struct klips_ip *ip, const u8 *packet, u8 type)
{
	u8 proto;
	u32 at;

	if (!ip->first || klips_addr_is_unspecified(&ip->src) || klips_addr_is_multicast(&ip->src))
		return false;
	if (klips_addr_is_multicast(&ip->dst) && type != V6_TOO_BIG)
		return false; /* RFC 4443, 2.4 (e.3): the path's MTU matters to multicast, too */
	at = upper_layer(ip, packet, &proto);
	if (proto == NEXT_OPTIONS || proto == NEXT_AH)
		return false; /* cut short: what it is nobody knows */
	if (proto != PROTO_ICMPV6)
		return true;
	return at < ip->total && packet[at] >= 128 && packet[at] != V6_REDIRECT;
}

static void put_icmp(u8 *at, u8 type, u8 code, u32 info)
{
	at[0] = type;
	at[1] = code;
	put_unaligned_be16(0, at + 2);
	put_unaligned_be32(info, at + 4);
}

/* The checksum, and the IP header. */
static void wrap(struct sk_buff *skb, const struct klips_addr *from, const struct klips_addr *to)
{
	bool v6 = from->version == KLIPS_V6;
	struct klips_ip ip = {
		.src = *from,
		.dst = *to,
		.header = v6 ? IPV6_HEADER : IPV4_HEADER,
		.version = from->version,
		.proto = v6 ? PROTO_ICMPV6 : PROTO_ICMP,
		.ttl = TTL,
	};
	u32 sum = v6 ? klips_checksum_pseudo(from, to, PROTO_ICMPV6, skb->len) : 0;
	u16 id;

	put_unaligned_be16(klips_checksum(skb->data, skb->len, sum), skb->data + 2);
	get_random_bytes(&id, sizeof(id));
	ip.total = ip.header + skb->len;
	klips_ip_put(skb_push(skb, ip.header), &ip, id);
}

/**
 * klips_icmp_error() - tell the sender of a packet what is wrong with it
 * @skb: the packet, skb->data at its IP header; it stays the caller's
 * @from: who tells it, an address of the packet's family
 * @type: of ICMP or, about an IPv6 packet, of ICMPv6
 * @code: likewise
 * @info: the last 4 bytes of the header: the MTU, or 0
 *
 * Return: a whole packet, the caller's; NULL: there must be none (about errors, redirects, fragments but the first,
 * packets to or from several hosts, and what cannot be read), or there is no memory.
 */
struct sk_buff *klips_icmp_error(const struct sk_buff *skb, const struct klips_addr *from, u8 type, u8 code, u32 info)
{
	struct sk_buff *error;
	struct klips_ip ip;
	u32 head, longest;
	bool v6;

	if (klips_ip_read(&ip, skb->data, skb->len) || ip.version != from->version)
		return NULL;
	v6 = ip.version == KLIPS_V6;
	if (v6 ? !may_tell_v6(&ip, skb->data, type) : !may_tell_v4(&ip, skb->data))
		return NULL;
	head = (v6 ? IPV6_HEADER : IPV4_HEADER) + ICMP_HEADER;
	longest = v6 ? V6_LONGEST : V4_LONGEST;
	error = skb_copy_expand(skb, (int)head, 0, GFP_ATOMIC);
	if (!error)
		return NULL;
	skb_trim(error, min_t(u32, ip.total, longest - head));
	put_icmp(skb_push(error, ICMP_HEADER), type, code, info);
	wrap(error, from, &ip.src);
	return error;
}
