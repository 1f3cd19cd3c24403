/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE's UDP sockets. */
#ifndef PLUTO_NET_H
#define PLUTO_NET_H

#include <event2/event.h>

#include "host.h"
#include "pluto.h"

#define NET_PORTS 12 /* beside the two usual ones */

/**
 * struct net_options
 * @ike_port, @nat_port: the latter is where messages have a marker (RFC 3948, 2.2)
 * @shared: the stack has a socket of its own at @nat_port (klipsd --share-udp), so ours is for all addresses
 * @listen: addresses to listen at; version 0: all
 * @room: bytes of the sockets' buffers; 0: the kernel's choice
 */
struct net_options {
	uint16_t ike_port, nat_port;
	bool shared;
	const struct klips_addr *listen;
	size_t listen_count;
	int room;
	struct backend *backend;
};

/* @received: of each message, without the marker; @turn: after some came */
struct net_calls {
	void (*received)(void *arg, const struct ike_endpoint *local, const struct ike_endpoint *remote,
			 struct ike_slice data);
	void (*turn)(void *arg);
	void *arg;
};

struct net;
struct net *net_new(struct event_base *base, const struct net_options *options, const struct net_calls *calls);
void net_free(struct net *net);
/* As the NAT's port are those too, from the next net_listen() on. */
void net_set_ports(struct net *net, const uint16_t *ports, unsigned int count);
/* Opens sockets for addresses and ports that are new, closes those of what went. How many there are now. */
unsigned int net_listen(struct net *net, const struct host_addresses *addresses);
/* Whether options let it listen at that address, if this host has it. */
bool net_listens(const struct net *net, const struct klips_addr *addr);
/* The marker is put before what goes from the port that has it. */
void net_send(struct net *net, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data);
/* RFC 3948, 2.3: one byte that keeps a NAT awake. */
void net_keep_alive(struct net *net, const struct ike_endpoint *from, const struct ike_endpoint *to);
/* "192.0.2.1:500" of each. */
void net_each(const struct net *net, void (*each)(void *arg, const struct ike_endpoint *at), void *arg);

#endif
