/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two ends of a tunnel through the module, each in a network namespace: what makes them, and takes them down. */
#ifndef KLIPS_GUEST_TUNNEL_END_H
#define KLIPS_GUEST_TUNNEL_END_H

#include <netinet/in.h>

#include "lib/control_client.h"

#define TUNNEL_DEVICE  "ipsec0"
#define TUNNEL_PORT    9999
#define TUNNEL_WAIT_MS 20000 /* for a packet, and for the module to go */

/**
 * struct tunnel_end - one of the two
 * @netns: its namespace, as `ip netns` calls it
 * @phys: its device there
 * @outer: last byte of its address
 * @inner: last byte of that behind it
 * @netns_fd: its namespace
 * @fd: a socket there
 * @client: connected to the module there
 */
struct tunnel_end {
	const char *netns, *phys;
	u8 outer, inner;
	int netns_fd, fd;
	struct klips_client client;
};

/* As testing/module/ends.sh makes them. */
extern struct tunnel_end tunnel_ends[2];

/* Says what failed and why, of @end unless it is NULL; exit status 1. */
void tunnel_fail(const struct tunnel_end *end, const char *what, const char *why) __attribute__((noreturn));
/* The same if @err, a negative errno, is not 0; @why may be NULL. */
void tunnel_must(const struct tunnel_end *end, int err, const char *what, const struct klips_refusal *why);

/* Opens its namespace and goes there, with a socket and a connection to the module. */
void tunnel_begin(struct tunnel_end *end);
void tunnel_enter(const struct tunnel_end *end);
/* Connects to the module there, again if need be. */
void tunnel_connect(struct tunnel_end *end);

struct sockaddr_in tunnel_address(u8 last);
struct klips_selector tunnel_flow(const struct tunnel_end *from, const struct tunnel_end *to);
/* These return 0 or a negative errno. */
int tunnel_set_up(const struct tunnel_end *end, const char *device, bool up);
int tunnel_set_mtu(const struct tunnel_end *end, const char *device, int mtu);
int tunnel_set_route(const struct tunnel_end *end, const struct tunnel_end *other);
/* Of transform_addr(), with so many bits of its network: 1 to 32. */
int tunnel_set_address(const struct tunnel_end *end, const char *device, u8 last, unsigned int bits);
int tunnel_device(struct tunnel_end *end, u8 op, const char *phys);

/* What tunnel_build() makes has SPIs that follow from @cycle: device, address, route, SAs and eroute. */
void tunnel_build(struct tunnel_end *end, struct tunnel_end *other, u32 cycle);
void tunnel_wait_for_packet(struct tunnel_end *end);
/* Packets that its devices have received so far. */
u64 tunnel_received(struct tunnel_end *end);
void tunnel_flush(struct tunnel_end *end);

/* Unloads the module, whatever is under way, and loads it again from a file. */
void tunnel_reload(const char *module);

#endif
