/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control protocol's way to the module: generic netlink. */
#ifndef LIB_CONTROL_NETLINK_H
#define LIB_CONTROL_NETLINK_H

#include "control_client.h"

int klips_netlink_open(struct klips_client *client, bool load);
bool klips_netlink_is_end(const struct klips_client *client, const struct nlmsghdr *head);
int klips_netlink_subscribe(struct klips_client *client, u32 groups);

#endif
