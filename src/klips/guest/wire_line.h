/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that go out by a device as they are, many in a call, some with what drivers and GRO leave on theirs. */
#ifndef KLIPS_GUEST_WIRE_LINE_H
#define KLIPS_GUEST_WIRE_LINE_H

#include <net/ethernet.h>
#include <linux/virtio_net.h>

#include "guest/wire.h"

#define WIRE_BATCH  64
#define WIRE_FRAMES (WIRE_BATCH + 4) /* a packet may be several fragments */

/**
 * struct wire_frame - a packet that waits
 * @offload: what the device that it seems to come from says of it
 * @bytes: it, the link's header first if there is one
 * @length: of @bytes
 */
struct wire_frame {
	struct virtio_net_hdr offload;
	u8 bytes[ETH_HLEN + WIRE_ROOM];
	u32 length;
};

/**
 * struct wire_line - a device to send by
 * @fd: a socket there
 * @index: the device's
 * @link: bytes of a link's header: ETH_HLEN or 0
 * @ether: both addresses, if there is one
 * @frames: what waits, @count of them
 * @sent: how many were taken; @refused: how many were not, as those that are too long
 */
struct wire_line {
	int fd;
	int index;
	u32 link;
	u8 ether[2 * ETH_ALEN];
	struct wire_frame frames[WIRE_FRAMES];
	unsigned int count;
	u64 sent, refused;
};

/* In the network namespace that this process is in; its end if there is no such device. @to: the other end's address,
 * NULL: a device without. */
void wire_line_open(struct wire_line *line, const char *device, const u8 *to);
/* A device's own address. */
void wire_line_mac(const char *device, u8 *mac);
/* @chance: NULL: as it is; otherwise it may go in fragments, in pages, or unfinished. */
void wire_line_put(struct wire_line *line, struct chance *chance, const u8 *packet, u32 length);
void wire_line_flush(struct wire_line *line);

#endif
