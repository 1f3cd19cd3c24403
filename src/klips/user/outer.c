// SPDX-License-Identifier: GPL-2.0-or-later
/* See outer.h. */
#define _GNU_SOURCE
#include <netinet/udp.h>

#include "outer.h"
#include "transport.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#define UDP_GRO	    104
#endif

#define TTL 64 /* what is said of packets whose TTL nobody told */

static struct cmsghdr *put(struct msghdr *message, int level, int type, const void *data, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)message->msg_control + message->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), data, size);
	message->msg_controllen += CMSG_SPACE(size);
	return c;
}

static void put_v4(const struct klips_outer *outer, struct klips_outer_message *to, struct msghdr *message, bool udp)
{
	struct in_pktinfo info = { .ipi_ifindex = (int)outer->phys, .ipi_spec_dst.s_addr = outer->src.w[0] };
	int tos = outer->tos, ttl = outer->ttl;

	to->name.v4.sin_family = AF_INET;
	to->name.v4.sin_port = cpu_to_be16(outer->dport);
	to->name.v4.sin_addr.s_addr = outer->dst.w[0];
	message->msg_namelen = sizeof(to->name.v4);
	if (!udp)
		info.ipi_spec_dst.s_addr = 0; /* of a raw packet the header says it, whosever address it is */
	put(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	if (udp && tos)
		put(message, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	if (udp && ttl)
		put(message, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
}

static void put_v6(const struct klips_outer *outer, struct klips_outer_message *to, struct msghdr *message, bool udp)
{
	struct in6_pktinfo info = { .ipi6_ifindex = outer->phys };
	int tos = outer->tos, ttl = outer->ttl;

	to->name.v6.sin6_family = AF_INET6;
	to->name.v6.sin6_port = cpu_to_be16(outer->dport);
	memcpy(&to->name.v6.sin6_addr, outer->dst.b, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&to->name.v6.sin6_addr))
		to->name.v6.sin6_scope_id = outer->phys;
	message->msg_namelen = sizeof(to->name.v6);
	if (udp)
		memcpy(&info.ipi6_addr, outer->src.b, 16);
	put(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	if (udp && tos)
		put(message, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	if (udp && ttl)
		put(message, IPPROTO_IPV6, IPV6_HOPLIMIT, &ttl, sizeof(ttl));
}

/**
 * klips_outer_put() - say where a message goes to
 * @outer: it
 * @to: memory for that
 * @message: gets name and control
 * @udp: its header is made by the kernel; of a raw socket it is there already
 */
void klips_outer_put(const struct klips_outer *outer, struct klips_outer_message *to, struct msghdr *message, bool udp)
{
	u16 segment = (u16)outer->segment;

	memset(to, 0, sizeof(*to));
	message->msg_name = &to->name;
	message->msg_control = to->control;
	message->msg_controllen = 0;
	if (outer->dst.version == KLIPS_V6)
		put_v6(outer, to, message, udp);
	else
		put_v4(outer, to, message, udp);
	if (segment)
		put(message, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
}

static void get_v4(struct klips_outer *outer, const struct cmsghdr *c)
{
	struct in_pktinfo info;

	switch (c->cmsg_type) {
	case IP_PKTINFO:
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		outer->phys = (u32)info.ipi_ifindex;
		outer->dst = klips_addr_v4(info.ipi_addr.s_addr);
		break;
	case IP_TOS:
		outer->tos = *CMSG_DATA(c);
		break;
	}
}

static void get_v6(struct klips_outer *outer, const struct cmsghdr *c)
{
	struct in6_pktinfo info;
	int value;

	switch (c->cmsg_type) {
	case IPV6_PKTINFO:
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		outer->phys = info.ipi6_ifindex;
		outer->dst = klips_addr_v6(&info.ipi6_addr);
		break;
	case IPV6_TCLASS:
		memcpy(&value, CMSG_DATA(c), sizeof(value));
		outer->tos = (u8)value;
		break;
	}
}

static int get_name(struct klips_outer *outer, const void *name)
{
	const struct sockaddr_in6 *v6 = name;
	const struct sockaddr_in *v4 = name;

	switch (v4->sin_family) {
	case AF_INET:
		outer->src = klips_addr_v4(v4->sin_addr.s_addr);
		outer->sport = be16_to_cpu(v4->sin_port);
		return 0;
	case AF_INET6:
		outer->src = klips_addr_v6(&v6->sin6_addr);
		outer->sport = be16_to_cpu(v6->sin6_port);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

/**
 * klips_outer_get() - see where a message came from
 * @outer: gets it
 * @message: what recvmsg() filled in
 *
 * Return: 0, or -EAFNOSUPPORT: that cannot be told.
 */
int klips_outer_get(struct klips_outer *outer, struct msghdr *message)
{
	struct cmsghdr *c;
	int size;

	memset(outer, 0, sizeof(*outer));
	outer->ttl = TTL;
	for (c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == IPPROTO_IP) {
			get_v4(outer, c);
		} else if (c->cmsg_level == IPPROTO_IPV6) {
			get_v6(outer, c);
		} else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
			memcpy(&size, CMSG_DATA(c), sizeof(size));
			outer->segment = (u32)size;
		}
	}
	if (get_name(outer, message->msg_name))
		return -EAFNOSUPPORT;
	return outer->dst.version == outer->src.version ? 0 : -EAFNOSUPPORT;
}

/**
 * klips_outer_push() - put an IP header before a payload that came without
 * @outer: how it came
 * @skb: the payload, with room before it
 * @proto: its protocol
 */
void klips_outer_push(const struct klips_outer *outer, struct sk_buff *skb, u8 proto)
{
	u32 length = skb->len;
	u8 *ip;

	if (outer->dst.version == KLIPS_V6) {
		ip = skb_push(skb, IPV6_HEADER);
		put_unaligned_be32(6U << 28 | (u32)outer->tos << 20, ip);
		put_unaligned_be16((u16)length, ip + 4);
		ip[6] = proto;
		ip[7] = outer->ttl;
		memcpy(ip + 8, outer->src.b, 16);
		memcpy(ip + 24, outer->dst.b, 16);
		return;
	}
	ip = skb_push(skb, IPV4_HEADER);
	memset(ip, 0, IPV4_HEADER);
	ip[0] = 0x45;
	ip[1] = outer->tos;
	put_unaligned_be16((u16)(length + IPV4_HEADER), ip + 2);
	ip[8] = outer->ttl;
	ip[9] = proto;
	memcpy(ip + 12, outer->src.b, 4);
	memcpy(ip + 16, outer->dst.b, 4);
}
