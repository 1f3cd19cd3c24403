/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outer packets that are longer than their path, and may be cut: RFC 791, 3.2; RFC 8200, 4.5. */
#ifndef KLIPS_USER_FRAGMENT_H
#define KLIPS_USER_FRAGMENT_H

#include "../core/ip.h"

/**
 * struct klips_fragments - a packet that is cut
 * @at: bytes of its payload that are cut off already
 * @room: bytes of payload that each fragment but the last has
 * @id: what the fragments share
 */
struct klips_fragments {
	const struct sk_buff *skb;
	struct klips_ip ip;
	u32 at;
	u32 room;
	u32 id;
};

int klips_fragments_begin(struct klips_fragments *all, const struct sk_buff *skb, u32 mtu);
struct sk_buff *klips_fragments_next(struct klips_fragments *all);

#endif
