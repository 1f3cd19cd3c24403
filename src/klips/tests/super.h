/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Super packets for tests, and a sum of their own to check with. */
#ifndef KLIPS_TESTS_SUPER_H
#define KLIPS_TESTS_SUPER_H

#include "user/gso.h"
#include "user/transport.h"

/* The plain way: RFC 1071, 4.1. */
static inline u16 super_sum(const u8 *data, size_t length, u32 sum)
{
	size_t i;

	for (i = 0; i < length; i++)
		sum += i % 2 ? data[i] : (u32)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

/* Whether the transport checksum of a whole packet is right: the sum over all with it is ffff. */
static inline bool super_is_right(const u8 *packet, u32 transport, u32 length, u8 proto)
{
	bool v6 = ip_version(packet) == KLIPS_V6;
	u32 sum = proto + (length - transport);

	sum += super_sum(packet + (v6 ? 8 : 12), v6 ? 32 : 8, 0);
	return super_sum(packet + transport, length - transport, sum) == 0xffff;
}

/**
 * struct super - a packet from a TUN
 */
struct super {
	struct virtio_net_hdr head;
	u32 transport;
	u32 header;
	u32 length;
	u8 packet[KLIPS_GSO_MAX];
};

static inline void super_set_head(struct super *s, u8 version, bool udp, u16 segment)
{
	memset(&s->head, 0, sizeof(s->head));
	s->head.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	s->head.gso_type = version == KLIPS_V6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	if (udp)
		s->head.gso_type = KLIPS_GSO_UDP_L4;
	s->head.gso_size = segment;
	s->head.hdr_len = (u16)s->header;
	s->head.csum_start = (u16)s->transport;
	s->head.csum_offset = udp ? UDP_CHECKSUM : TCP_CHECKSUM;
}

/* As a kernel would hand it out: the sum of the pseudo header stands where the checksum goes. @options: bytes of TCP's
 */
static inline void super_make(struct super *s, u8 version, bool udp, u32 options, u32 payload, u16 segment)
{
	bool v6 = version == KLIPS_V6;
	u8 *p = s->packet, *t;
	u32 i;

	s->transport = v6 ? IPV6_HEADER : IPV4_HEADER;
	s->header = s->transport + (udp ? UDP_HEADER : TCP_HEADER + options);
	s->length = s->header + payload;
	for (i = 0; i < s->length; i++)
		p[i] = (u8)(i * 31 + (i >> 8));
	p[0] = v6 ? 0x60 : 0x45;
	p[v6 ? 6 : 9] = udp ? PROTO_UDP : PROTO_TCP;
	if (!v6)
		put_unaligned_be16(0x4000, p + 6);
	set_ip_length(p, s->length);
	t = p + s->transport;
	if (udp) {
		put_unaligned_be16((u16)(s->length - s->transport), t + 4);
	} else {
		t[12] = (u8)((TCP_HEADER + options) / 4 << 4);
		t[13] = TCP_ACK | TCP_PSH;
	}
	put_u16(t + (udp ? UDP_CHECKSUM : TCP_CHECKSUM),
		klips_sum_fold(pseudo_sum(p, udp ? PROTO_UDP : PROTO_TCP, s->length - s->transport)));
	super_set_head(s, version, udp, segment);
}

#endif
