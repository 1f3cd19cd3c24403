/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all who talk netlink share, and rtnetlink. */
#ifndef LIB_NETLINK_H
#define LIB_NETLINK_H

#include <libmnl/libmnl.h>

#include "../klips/core/addr.h"

/* Bytes of the longest packet of answers of rtnetlink. */
#define NETLINK_ROUTE_ROOM 32768

/* Whether a message is within the @left bytes. mnl_nlmsg_ok() takes lengths of 2 GiB and more for negative ones. */
static inline bool netlink_message_ok(const struct nlmsghdr *message, int left)
{
	return mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (uint32_t)left;
}

void *netlink_begin(void *buffer, uint16_t type, uint16_t flags, size_t size);
int netlink_route_ask(void *buffer, mnl_cb_t take, void *arg);
struct klips_addr netlink_addr(const struct nlattr *attr, uint8_t family);

#endif
