// SPDX-License-Identifier: GPL-2.0-or-later
/* Super packets are cut into segments: as the kernel does where a device has no offloads. */
#include "gso.h"
#include "transport.h"

/* The transport header: where the checksum begins, which the kernel always leaves to us in a super packet. */
static int find_transport(struct klips_gso *gso, const struct virtio_net_hdr *head, const u8 *packet, u32 have)
{
	u32 least = gso->version == KLIPS_V6 ? IPV6_HEADER : (packet[0] & 15) * 4U;

	if (!(head->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || least < IPV4_HEADER)
		return -EINVAL;
	gso->transport = head->csum_start;
	if (gso->transport < least || (gso->version == KLIPS_V4 && gso->transport != least))
		return -EINVAL;
	if (gso->type == KLIPS_GSO_UDP_L4) {
		gso->header = gso->transport + UDP_HEADER;
		return head->csum_offset == UDP_CHECKSUM ? 0 : -EINVAL;
	}
	if (head->csum_offset != TCP_CHECKSUM || have < gso->transport + TCP_HEADER)
		return -EINVAL;
	gso->header = gso->transport + (packet[gso->transport + 12] >> 4) * 4U;
	return gso->header >= gso->transport + TCP_HEADER ? 0 : -EINVAL;
}

static bool is_family(const struct klips_gso *gso, const u8 *packet)
{
	switch (gso->type) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return gso->version == KLIPS_V4 && packet[9] == PROTO_TCP;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return gso->version == KLIPS_V6;
	case KLIPS_GSO_UDP_L4:
		return gso->version == KLIPS_V6 || (gso->version == KLIPS_V4 && packet[9] == PROTO_UDP);
	default:
		return false;
	}
}

/**
 * klips_gso_plan() - see how a packet is to be cut
 * @gso: gets it
 * @head: what came before the packet
 * @packet: its beginning
 * @have: bytes of it that are there
 * @length: bytes of the packet, at least @have
 *
 * Return: 0; -EINVAL: the two do not fit each other, or it is of no known kind.
 */
int klips_gso_plan(struct klips_gso *gso, const struct virtio_net_hdr *head, const u8 *packet, u32 have, u32 length)
{
	int err;

	if (have < IPV4_HEADER || length > KLIPS_GSO_MAX || have > length)
		return -EINVAL;
	gso->version = ip_version(packet);
	if (gso->version == KLIPS_V6 && have < IPV6_HEADER)
		return -EINVAL;
	gso->type = head->gso_type & (u8)~VIRTIO_NET_HDR_GSO_ECN;
	if (gso->type == VIRTIO_NET_HDR_GSO_NONE) {
		gso->header = 0;
		gso->payload = gso->segment = length;
		gso->count = 1;
		return 0;
	}
	if (!is_family(gso, packet) || !head->gso_size)
		return -EINVAL;
	err = find_transport(gso, head, packet, have);
	if (err)
		return err;
	if (gso->header > have || gso->header > KLIPS_GSO_HEADER || gso->header >= length)
		return -EINVAL;
	memcpy(gso->headers, packet, gso->header);
	gso->segment = head->gso_size;
	gso->payload = length - gso->header;
	gso->count = DIV_ROUND_UP(gso->payload, gso->segment);
	return 0;
}

/**
 * klips_gso_payload() - how much of the payload a segment has
 * @gso: the packet
 * @index: the segment, from 0
 *
 * Return: bytes.
 */
u32 klips_gso_payload(const struct klips_gso *gso, u32 index)
{
	return min(gso->payload - index * gso->segment, gso->segment);
}

static void finish_tcp(const struct klips_gso *gso, u32 index, u8 *tcp)
{
	put_unaligned_be32(get_unaligned_be32(tcp + 4) + index * gso->segment, tcp + 4);
	if (index + 1 < gso->count)
		tcp[13] &= (u8) ~(TCP_FIN | TCP_PSH);
	if (index)
		tcp[13] &= (u8)~TCP_CWR; /* RFC 3168, 6.1.2: told once */
}

/**
 * klips_gso_finish() - give a segment its headers, once its payload is in place
 * @gso: the packet, of a kind that is cut
 * @index: the segment, from 0
 * @packet: its memory; the payload begins @gso->header bytes later
 */
void klips_gso_finish(const struct klips_gso *gso, u32 index, u8 *packet)
{
	u32 length = gso->header + klips_gso_payload(gso, index);
	bool udp = gso->type == KLIPS_GSO_UDP_L4;
	u8 *transport = packet + gso->transport;
	u8 *checksum = transport + (udp ? UDP_CHECKSUM : TCP_CHECKSUM);
	u16 sum;

	memcpy(packet, gso->headers, gso->header);
	if (gso->version == KLIPS_V4)
		put_unaligned_be16((u16)(get_unaligned_be16(packet + 4) + index), packet + 4);
	set_ip_length(packet, length);
	if (udp)
		put_unaligned_be16((u16)(length - gso->transport), transport + 4);
	else
		finish_tcp(gso, index, transport);
	put_u16(checksum, 0);
	sum = (u16)~klips_sum_fold(klips_sum(transport, length - gso->transport,
					     pseudo_sum(packet, udp ? PROTO_UDP : PROTO_TCP, length - gso->transport)));
	put_u16(checksum, sum || !udp ? sum : 0xffff);
}

/**
 * klips_gso_complete() - compute the checksum that was left open in a packet that is not cut
 * @head: what came before it
 * @packet: the packet
 * @length: its bytes
 *
 * Return: 0; -EINVAL: there is no such place in the packet.
 */
int klips_gso_complete(const struct virtio_net_hdr *head, u8 *packet, u32 length)
{
	u32 start = head->csum_start, at = start + head->csum_offset;
	u16 sum;

	if (!(head->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return 0;
	if (start > length || at + 2 > length)
		return -EINVAL;
	/* What stands there is the sum of the pseudo header. */
	sum = (u16)~klips_sum_fold(klips_sum(packet + start, length - start, 0));
	put_u16(packet + at, sum ? sum : 0xffff);
	return 0;
}
