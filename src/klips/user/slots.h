/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet buffers of one size that threads keep for the next packets. */
#ifndef KLIPS_USER_SLOTS_H
#define KLIPS_USER_SLOTS_H

#include "../core/port.h"

/* Bytes before a packet: an outer IPv6 header, ESP's or AH's, and once more for a bundle. */
#define KLIPS_SLOT_HEAD 192
/* Bytes of a packet that find room, beside what is put after it. */
#define KLIPS_SLOT_ROOM 1792
#define KLIPS_SLOT_TAIL 128

struct sk_buff *klips_slot_new(void);
struct sk_buff *klips_slot_for(u32 length);
void klips_slots_end(void);

#endif
