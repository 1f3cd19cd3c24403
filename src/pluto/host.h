/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This host: its addresses, and where its routes lead. */
#ifndef PLUTO_HOST_H
#define PLUTO_HOST_H

#include <event2/event.h>

#include "../klips/core/addr.h"

struct host_address {
	struct klips_addr addr;
	char device[16];
};

/* Those of devices that are up, without link-local ones of IPv6. */
struct host_addresses {
	struct host_address *list;
	size_t count;
};

/* @device: empty: there is no such route; @source, @gateway: version 0: none */
struct host_route {
	char device[16];
	struct klips_addr source, gateway;
};

/* 0 or a negative errno. */
int host_addresses_read(struct host_addresses *addresses);
void host_addresses_free(struct host_addresses *addresses);
const struct host_address *host_address_find(const struct host_addresses *addresses, const struct klips_addr *addr);

/* How packets go to @dst. 0, -ENETUNREACH, or another negative errno. */
int host_route_to(const struct klips_addr *dst, struct host_route *route);
/* The default route of that version of IP with the lowest metric. */
int host_route_default(uint8_t version, struct host_route *route);

/* Calls @changed in the loop when addresses or routes came or went. NULL with errno. */
struct host_watch;
struct host_watch *host_watch_new(struct event_base *base, void (*changed)(void *arg), void *arg);
void host_watch_free(struct host_watch *watch);

#endif
