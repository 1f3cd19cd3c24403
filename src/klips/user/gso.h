/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Super packets: what a TUN with virtio headers gives and takes. Cut into what goes on the wire, and chained again. */
#ifndef KLIPS_USER_GSO_H
#define KLIPS_USER_GSO_H

#include <sys/uio.h>
#include <linux/virtio_net.h>

#include "../core/port.h"

#define KLIPS_GSO_HEADER 256   /* bytes of headers that each segment may have */
#define KLIPS_GSO_BATCH	 64    /* KLIPS_BATCH */
#define KLIPS_GSO_MAX	 65535 /* bytes of a packet */

/* Of linux/virtio_net.h 6.2. */
#define KLIPS_GSO_UDP_L4 5

/**
 * struct klips_gso - how a packet is cut
 * @type: VIRTIO_NET_HDR_GSO_, without the ECN bit; NONE: not at all
 * @version: KLIPS_V4 or KLIPS_V6
 * @transport: offset of the TCP or UDP header
 * @header: bytes before the payload
 * @segment: bytes of payload that each segment has, but the last
 * @payload: bytes of all
 * @count: segments, at least 1
 * @headers: those of the packet
 */
struct klips_gso {
	u8 type;
	u8 version;
	u32 transport;
	u32 header;
	u32 segment;
	u32 payload;
	u32 count;
	u8 headers[KLIPS_GSO_HEADER];
};

/**
 * struct klips_joined - segments as one packet
 * @head: goes before it
 * @iov: its pieces, of which the first is for @head
 * @pieces: of them
 */
struct klips_joined {
	struct virtio_net_hdr head;
	struct iovec iov[KLIPS_GSO_BATCH + 1];
	unsigned int pieces;
};

int klips_gso_plan(struct klips_gso *gso, const struct virtio_net_hdr *head, const u8 *packet, u32 have, u32 length);
u32 klips_gso_payload(const struct klips_gso *gso, u32 index);
void klips_gso_finish(const struct klips_gso *gso, u32 index, u8 *packet);
int klips_gso_complete(const struct virtio_net_hdr *head, u8 *packet, u32 length);
unsigned int klips_gso_join(struct klips_joined *joined, struct sk_buff *const *skbs, unsigned int count);

#endif
