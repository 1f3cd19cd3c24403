/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of the headers that super packets have. */
#ifndef KLIPS_USER_TRANSPORT_H
#define KLIPS_USER_TRANSPORT_H

#include "../core/addr.h"
#include "checksum.h"

#define IPV4_HEADER  20
#define IPV6_HEADER  40
#define PROTO_TCP    6
#define PROTO_UDP    17
#define TCP_HEADER   20
#define TCP_CHECKSUM 16 /* offset in the header */
#define UDP_HEADER   8
#define UDP_CHECKSUM 6
#define TCP_FIN	     0x01
#define TCP_PSH	     0x08
#define TCP_ACK	     0x10
#define TCP_CWR	     0x80

static inline u8 ip_version(const u8 *packet)
{
	return packet[0] >> 4;
}

/* The sum of a pseudo header, in the machine's order: RFC 793, 3.1; RFC 8200, 8.1. */
static inline u64 pseudo_sum(const u8 *packet, u8 proto, u32 length)
{
	u64 sum = (u64)cpu_to_be32(length) + cpu_to_be16(proto);

	if (ip_version(packet) == KLIPS_V6)
		return klips_sum(packet + 8, 32, sum);
	return klips_sum(packet + 12, 8, sum);
}

static inline void put_u16(u8 *at, u16 in_order)
{
	memcpy(at, &in_order, 2);
}

/* The IP header's length field, and its checksum. @length: of the whole packet */
static inline void set_ip_length(u8 *packet, u32 length)
{
	if (ip_version(packet) == KLIPS_V6) {
		put_unaligned_be16((u16)(length - IPV6_HEADER), packet + 4);
		return;
	}
	put_unaligned_be16((u16)length, packet + 2);
	put_u16(packet + 10, 0);
	put_u16(packet + 10, (u16)~klips_sum_fold(klips_sum(packet, (packet[0] & 15) * 4U, 0)));
}

#endif
