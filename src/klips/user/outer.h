/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outer headers as sockets have them: in a name and in control messages. */
#ifndef KLIPS_USER_OUTER_H
#define KLIPS_USER_OUTER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "../core/ip.h"

#define KLIPS_OUTER_CONTROL 160

/**
 * struct klips_outer - where packets go to, or came from
 * @src: where from
 * @phys: interface index, 0: any
 * @segment: bytes of each datagram of several, 0: it is one
 */
struct klips_outer {
	struct klips_addr src;
	struct klips_addr dst;
	u16 sport;
	u16 dport;
	u32 phys;
	u32 segment;
	u8 tos;
	u8 ttl;
};

/* What sendmsg() needs; it points into itself. */
struct klips_outer_message {
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name;
	char control[KLIPS_OUTER_CONTROL] __aligned(8);
};

void klips_outer_put(const struct klips_outer *outer, struct klips_outer_message *to, struct msghdr *message, bool udp);
int klips_outer_get(struct klips_outer *outer, struct msghdr *message);
void klips_outer_push(const struct klips_outer *outer, struct sk_buff *skb, u8 proto);

#endif
