// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See wire_line.h. A packet socket takes a virtio_net_hdr before each packet: so it may be one of many segments, may
 * lack its checksum, and if it is longer than a page all but its first bytes are in pages.
 */
#define _GNU_SOURCE
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "guest/netns.h"
#include "guest/wire_line.h"

#define FRAGMENT_HEAD 8 /* RFC 8200, 4.5 */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5 /* Linux 6.2 and later; older ones refuse it */
#endif

void wire_line_mac(const char *device, u8 *mac)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request))
		guest_fail(device);
	memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
}

void wire_line_open(struct wire_line *line, const char *device, const u8 *to)
{
	line->index = (int)if_nametoindex(device);
	line->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (!line->index || line->fd < 0 || setsockopt(line->fd, SOL_PACKET, PACKET_VNET_HDR, &(int){ 1 }, sizeof(int)))
		guest_fail(device);
	if (to) {
		line->link = ETH_HLEN;
		memcpy(line->ether, to, ETH_ALEN);
		wire_line_mac(device, line->ether + ETH_ALEN);
	}
}

static u16 ethertype(const struct wire_line *line, const struct wire_frame *frame)
{
	return frame->length > line->link && frame->bytes[line->link] >> 4 == KLIPS_V6 ? ETH_P_IPV6 : ETH_P_IP;
}

void wire_line_flush(struct wire_line *line)
{
	struct sockaddr_ll to[WIRE_FRAMES];
	struct mmsghdr messages[WIRE_FRAMES];
	struct iovec pieces[WIRE_FRAMES][2];
	unsigned int i, at = 0;
	int done;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < line->count; i++) {
		struct wire_frame *frame = &line->frames[i];

		to[i] = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_ifindex = line->index };
		to[i].sll_protocol = htons(ethertype(line, frame));
		pieces[i][0] = (struct iovec){ .iov_base = &frame->offload, .iov_len = sizeof(frame->offload) };
		pieces[i][1] = (struct iovec){ .iov_base = frame->bytes, .iov_len = frame->length };
		messages[i].msg_hdr.msg_name = &to[i];
		messages[i].msg_hdr.msg_namelen = sizeof(to[i]);
		messages[i].msg_hdr.msg_iov = pieces[i];
		messages[i].msg_hdr.msg_iovlen = 2;
	}
	while (at < line->count) {
		done = sendmmsg(line->fd, messages + at, line->count - at, 0);
		if (done <= 0) {
			line->refused++;
			done = 1;
		} else {
			line->sent += (u64)done;
		}
		at += (unsigned int)done;
	}
	line->count = 0;
}

/* The protocol of a packet, and where what it carries begins. */
static u8 look(const u8 *packet, u32 length, u32 *header)
{
	bool v6 = length >= 40 && packet[0] >> 4 == KLIPS_V6;

	*header = v6 ? 40 : 20;
	if (length < 20)
		return 0;
	if (!v6)
		*header = (packet[0] & 15U) * 4;
	return packet[v6 ? 6 : 9];
}

/* What a device leaves to be done, mostly what it could leave of such a packet. */
static void offer(const struct wire_line *line, struct chance *chance, struct wire_frame *frame)
{
	static const u8 types[] = { VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_HDR_GSO_UDP,
				    VIRTIO_NET_HDR_GSO_UDP_L4, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN };
	struct virtio_net_hdr *offload = &frame->offload;
	u32 header, most = frame->length;
	u8 proto = look(frame->bytes + line->link, most - line->link, &header);
	bool v6 = ethertype(line, frame) == ETH_P_IPV6, any = chance_one_in(chance, 4);

	offload->hdr_len = (u16)min(most, line->link + chance_below(chance, 80));
	if (chance_one_in(chance, 2)) {
		offload->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		offload->csum_start = (u16)(line->link + (any ? chance_below(chance, 128) : header));
		offload->csum_offset = any ? (u16)chance_below(chance, 32) : proto == IPPROTO_TCP ? 16 : 6;
	}
	if (chance_one_in(chance, 2)) {
		offload->gso_type = any			 ? types[chance_below(chance, ARRAY_SIZE(types))] :
				    proto != IPPROTO_TCP ? VIRTIO_NET_HDR_GSO_UDP_L4 :
				    v6			 ? VIRTIO_NET_HDR_GSO_TCPV6 :
							   VIRTIO_NET_HDR_GSO_TCPV4;
		offload->gso_size = (u16)(1 + chance_below(chance, 1460));
	}
}

static void put_frame(struct wire_line *line, struct chance *chance, const u8 *packet, u32 length)
{
	struct wire_frame *frame = &line->frames[line->count++];

	memset(&frame->offload, 0, sizeof(frame->offload));
	memcpy(frame->bytes + line->link, packet, length);
	frame->length = line->link + length;
	if (line->link) {
		memcpy(frame->bytes, line->ether, sizeof(line->ether));
		put_unaligned_be16(ethertype(line, frame), frame->bytes + sizeof(line->ether));
	}
	if (chance && chance_one_in(chance, 6))
		offer(line, chance, frame);
}

static void swap_last(struct wire_line *line)
{
	struct wire_frame last = line->frames[line->count - 1];

	line->frames[line->count - 1] = line->frames[line->count - 2];
	line->frames[line->count - 2] = last;
}

/* A fragment of @size bytes from @at on, the last one or not. Returns its length. */
static u32 make_fragment(u8 *part, const u8 *packet, u32 header, u32 at, u32 size, bool more)
{
	u32 head = header;

	memcpy(part, packet, header);
	if (packet[0] >> 4 == KLIPS_V6) {
		head += FRAGMENT_HEAD;
		put_unaligned_be16((u16)(FRAGMENT_HEAD + size), part + 4);
		part[6] = IPPROTO_FRAGMENT;
		part[40] = packet[6];
		part[41] = 0;
		put_unaligned_be16((u16)(at | more), part + 42);
		memcpy(part + 44, packet + 40, sizeof(u32)); /* any identification: what the datagram begins with */
	} else {
		put_unaligned_be16((u16)(header + size), part + 2);
		put_unaligned_be16((u16)(at / 8 | (more ? 0x2000 : 0)), part + 6);
		put_unaligned_be16(0, part + 10);
		put_unaligned_be16(klips_checksum(part, header, 0), part + 10);
	}
	memcpy(part + head, packet + header + at, size);
	return head + size;
}

/* In two or three fragments, in any order; now and then one of them overlaps the one before, or does not come. */
static void put_fragments(struct wire_line *line, struct chance *chance, const u8 *packet, u32 length, u32 header)
{
	u32 rest = length - header, step = (rest / 3 + 8) & ~7U, at, back;
	u8 part[WIRE_ROOM + FRAGMENT_HEAD];

	for (at = 0; at < rest; at += step) {
		u32 size = min(step, rest - at);

		if (chance_one_in(chance, 32))
			continue;
		back = at && chance_one_in(chance, 16) ? 8 : 0;
		size = make_fragment(part, packet, header, at - back, size + back, at + size < rest);
		put_frame(line, chance, part, min_t(u32, size, WIRE_ROOM));
		if (at && line->count > 1 && chance_one_in(chance, 2))
			swap_last(line);
	}
}

void wire_line_put(struct wire_line *line, struct chance *chance, const u8 *packet, u32 length)
{
	u32 header;

	look(packet, length, &header);
	if (length > WIRE_ROOM)
		line->refused++;
	else if (chance && length > header + 64 && header >= 20 && chance_one_in(chance, 12))
		put_fragments(line, chance, packet, length, header);
	else
		put_frame(line, chance, packet, length);
	if (line->count >= WIRE_BATCH)
		wire_line_flush(line);
}
