// SPDX-License-Identifier: GPL-2.0-or-later
/* See ip.h. */
#include "ip.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define IPV4_MF		0x2000
#define IPV4_DF		0x4000
#define IPV4_OFFSET	0x1fff

#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING	43
#define NEXT_FRAGMENT	44
#define NEXT_OPTIONS	60

#define PROTO_TCP	6
#define PROTO_UDP	17
#define TCP_HEADER	20
#define TCP_CHECKSUM	16 /* offset in the header */
#define UDP_HEADER	8
#define UDP_CHECKSUM	6

/**
 * klips_checksum() - the Internet checksum: RFC 1071
 * @data: bytes
 * @length: how many; an odd one is as if a zero byte followed
 * @sum: what is added, as from klips_checksum_pseudo(); 0 if nothing
 *
 * Return: the complement of the sum, in host byte order: put_unaligned_be16() writes it. 0 where @data has it in place.
 */
u16 klips_checksum(const void *data, size_t length, u32 sum)
{
	const u8 *at = data;
	u64 all = sum;

	for (; length > 1; length -= 2, at += 2)
		all += get_unaligned_be16(at);
	if (length)
		all += (u32)*at << 8;
	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	return (u16)~all;
}

static u32 sum_addr(const struct klips_addr *addr)
{
	unsigned int i, bytes = addr->version == KLIPS_V6 ? 16 : 4;
	u32 sum = 0;

	for (i = 0; i < bytes; i += 2)
		sum += get_unaligned_be16(addr->b + i);
	return sum;
}

/**
 * klips_checksum_pseudo() - the sum of a pseudo header: RFC 793, 3.1; RFC 8200, 8.1
 * @src: source
 * @dst: destination, of the same family
 * @proto: of the upper layer
 * @length: of the upper layer's packet, in bytes
 *
 * Return: what klips_checksum() adds.
 */
u32 klips_checksum_pseudo(const struct klips_addr *src, const struct klips_addr *dst, u8 proto, u32 length)
{
	return sum_addr(src) + sum_addr(dst) + proto + (length >> 16) + (length & 0xffff);
}

static int read_v4(struct klips_ip *ip, const u8 *at, size_t length)
{
	u16 fragment;

	if (length < IPV4_HEADER)
		return -EBADMSG;
	ip->header = (at[0] & 15) * 4;
	ip->total = get_unaligned_be16(at + 2);
	if (ip->header < IPV4_HEADER || ip->total < ip->header || ip->total > length)
		return -EBADMSG;
	fragment = get_unaligned_be16(at + 6);
	ip->version = KLIPS_V4;
	ip->tos = at[1];
	ip->ttl = at[8];
	ip->proto = at[9];
	ip->proto_at = 9;
	ip->df = fragment & IPV4_DF;
	ip->fragment = fragment & (IPV4_MF | IPV4_OFFSET);
	ip->first = !(fragment & IPV4_OFFSET);
	memcpy(&ip->src.w[0], at + 12, 4);
	memcpy(&ip->dst.w[0], at + 16, 4);
	ip->src.version = KLIPS_V4;
	ip->dst.version = KLIPS_V4;
	return 0;
}

/* Whether a header stays before ESP and AH: RFC 4303, 3.1.1; destination options behind a routing header do not. */
static bool stays_before(u8 proto, bool routed)
{
	switch (proto) {
	case NEXT_HOP_BY_HOP:
	case NEXT_ROUTING:
		return true;
	case NEXT_OPTIONS:
		return !routed;
	default:
		return false;
	}
}

static int read_extensions(struct klips_ip *ip, const u8 *at)
{
	bool routed = false;
	u32 size;

	while (stays_before(ip->proto, routed)) {
		if (ip->total - ip->header < 8)
			return -EBADMSG;
		size = (at[ip->header + 1] + 1) * 8;
		if (size > ip->total - ip->header)
			return -EBADMSG;
		routed |= ip->proto == NEXT_ROUTING;
		ip->proto_at = ip->header;
		ip->proto = at[ip->header];
		ip->header += size;
	}
	if (ip->proto != NEXT_FRAGMENT)
		return 0;
	if (ip->total - ip->header < 8)
		return -EBADMSG;
	ip->first = !(get_unaligned_be16(at + ip->header + 2) & 0xfff8);
	ip->fragment = !ip->first || at[ip->header + 3] & 1;
	ip->proto_at = ip->header;
	ip->proto = at[ip->header];
	ip->header += 8;
	return 0;
}

static int read_v6(struct klips_ip *ip, const u8 *at, size_t length)
{
	if (length < IPV6_HEADER)
		return -EBADMSG;
	ip->total = IPV6_HEADER + get_unaligned_be16(at + 4);
	if (ip->total > length)
		return -EBADMSG;
	ip->version = KLIPS_V6;
	ip->header = IPV6_HEADER;
	ip->tos = (u8)(get_unaligned_be16(at) >> 4);
	ip->proto = at[6];
	ip->proto_at = 6;
	ip->ttl = at[7];
	ip->df = true;
	ip->first = true;
	memcpy(ip->src.b, at + 8, 16);
	memcpy(ip->dst.b, at + 24, 16);
	ip->src.version = KLIPS_V6;
	ip->dst.version = KLIPS_V6;
	return read_extensions(ip, at);
}

/**
 * klips_ip_read() - read a packet's header
 * @ip: gets what it says
 * @packet: the packet, from its IP header on
 * @length: bytes that there are; the packet may be shorter
 *
 * Return: 0, or -EBADMSG: not IP, or cut short.
 */
int klips_ip_read(struct klips_ip *ip, const void *packet, size_t length)
{
	const u8 *at = packet;

	memset(ip, 0, sizeof(*ip));
	if (!length)
		return -EBADMSG;
	switch (at[0] >> 4) {
	case 4:
		return read_v4(ip, at, length);
	case 6:
		return read_v6(ip, at, length);
	default:
		return -EBADMSG;
	}
}

static void put_v4(u8 *at, const struct klips_ip *ip, u16 id)
{
	at[0] = (u8)(0x40 | ip->header / 4);
	at[1] = ip->tos;
	put_unaligned_be16((u16)ip->total, at + 2);
	put_unaligned_be16(id, at + 4);
	put_unaligned_be16(ip->df ? IPV4_DF : 0, at + 6);
	at[8] = ip->ttl;
	at[9] = ip->proto;
	put_unaligned_be16(0, at + 10);
	memcpy(at + 12, &ip->src.w[0], 4);
	memcpy(at + 16, &ip->dst.w[0], 4);
	put_unaligned_be16(klips_checksum(at, ip->header, 0), at + 10);
}

/**
 * klips_ip_put() - write the header of a whole packet: the reverse of klips_ip_read()
 * @packet: gets it; where it has IPv4 options, they are in place
 * @ip: what it says: its source, destination, header (of IPv6: 40), total, proto, version, tos, ttl and df
 * @id: IPv4's identification: RFC 6864, 4
 */
void klips_ip_put(void *packet, const struct klips_ip *ip, u16 id)
{
	u8 *at = packet;

	if (ip->version == KLIPS_V4) {
		put_v4(at, ip, id);
		return;
	}
	put_unaligned_be32(6U << 28 | (u32)ip->tos << 20, at);
	put_unaligned_be16((u16)(ip->total - IPV6_HEADER), at + 4);
	at[6] = ip->proto;
	at[7] = ip->ttl;
	memcpy(at + 8, ip->src.b, 16);
	memcpy(at + 24, ip->dst.b, 16);
}

/**
 * klips_ip_mend() - let an IP header say what is there after a change of its payload
 * @skb: the packet, skb->data at its IP header; all of its bytes are the packet, 65,535 at most (65,575 in IPv6)
 * @ip: what klips_ip_read() said of the header before; only where its parts are is used
 * @proto: of the payload now
 */
void klips_ip_mend(struct sk_buff *skb, const struct klips_ip *ip, u8 proto)
{
	u8 *at = skb->data;

	at[ip->proto_at] = proto;
	if (ip->version == KLIPS_V6) {
		put_unaligned_be16((u16)(skb->len - IPV6_HEADER), at + 4);
		return;
	}
	put_unaligned_be16((u16)skb->len, at + 2);
	put_unaligned_be16(0, at + 10);
	put_unaligned_be16(klips_checksum(at, ip->header, 0), at + 10);
}

/**
 * klips_ip_shift() - make or close a gap between an IP header and its payload
 * @skb: the packet, skb->data at its IP header
 * @header: bytes of it
 * @gap: bytes between it and the payload then, more than now; less than 0: fewer
 *
 * Return: 0; -ENOBUFS: no room before the packet, -EINVAL: the packet is shorter than what is to be closed.
 */
int klips_ip_shift(struct sk_buff *skb, unsigned int header, int gap)
{
	if (gap >= 0) {
		if (skb_headroom(skb) < (unsigned int)gap)
			return -ENOBUFS;
		skb_push(skb, gap);
		memmove(skb->data, skb->data + gap, header);
		return 0;
	}
	if (skb->len < header + (unsigned int)-gap)
		return -EINVAL;
	memmove(skb->data - gap, skb->data, header);
	skb_pull(skb, (unsigned int)-gap);
	return 0;
}

/* Where the checksum is; NULL: there is none. */
static u8 *checksum_at(const struct klips_ip *ip, u8 *upper, u32 length)
{
	if (ip->proto == PROTO_TCP && length >= TCP_HEADER)
		return upper + TCP_CHECKSUM;
	if (ip->proto == PROTO_UDP && length >= UDP_HEADER && get_unaligned_be16(upper + UDP_CHECKSUM))
		return upper + UDP_CHECKSUM;
	return NULL;
}

/**
 * klips_ip_sum_anew() - make the checksum of a packet's TCP or UDP anew: RFC 3948, 3.1.2
 * @skb: skb->data at its IP header
 *
 * In transport mode it has the addresses from before the NAT in it, which are not known here. ESP has shown that nobody
 * changed the rest. UDP without one stays so (RFC 768).
 */
void klips_ip_sum_anew(struct sk_buff *skb)
{
	struct klips_ip ip;
	u32 length, sum;
	u8 *upper, *at;

	if (klips_ip_read(&ip, skb->data, skb->len) || ip.fragment)
		return;
	upper = skb->data + ip.header;
	length = ip.total - ip.header;
	at = checksum_at(&ip, upper, length);
	if (!at)
		return;
	put_unaligned_be16(0, at);
	sum = klips_checksum(upper, length, klips_checksum_pseudo(&ip.src, &ip.dst, ip.proto, length));
	put_unaligned_be16((u16)(sum ? sum : ip.proto == PROTO_UDP ? 0xffff : 0), at);
}
