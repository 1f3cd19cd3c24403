/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conns of ipsec.conf, as conf_conn_json() has them, become connections: which end is this host, and what each says. */
#ifndef PLUTO_ORIENT_H
#define PLUTO_ORIENT_H

#include <jansson.h>

#include "../lib/policy_group.h"
#include "connection.h"
#include "host.h"

#define ORIENT_WHY	512
#define ORIENT_WARNINGS 32
#define ORIENT_SOURCES	4
#define ORIENT_PAIRS	1024 /* of subnets= of one conn */

/* A name of an end and its address, or why it has none. @side: of struct orient_names: 0 left, 1 right */
struct orient_name {
	char name[256];
	uint8_t family; /* KLIPS_V4, KLIPS_V6; 0: either */
	struct klips_addr addr;
	char why[128];
};

struct orient_names {
	struct orient_name side[2]; /* empty: the end has no name */
};

/**
 * struct orient_pair - which of leftsubnets= and of rightsubnets=, from 1; 0: the conn does not have that
 * @number: of the pairs, from 0
 */
struct orient_pair {
	unsigned int left, right, number;
};

/**
 * struct orient_world - this host
 * @route_to, @route_default: as host_route_to() and host_route_default()
 * @names: of the conn's ends, resolved; NULL: there are none
 * @pair: which of its Child SAs is meant
 * @net: which of the nets of its policy group is; NULL: none, and of right=%group nothing comes but what is wrong
 * @ike_port: of this host; @nat_port: that with a marker
 * @store: of certificates and keys; NULL: none
 */
struct orient_world {
	const struct host_addresses *addresses;
	int (*route_to)(const struct klips_addr *dst, struct host_route *route);
	int (*route_default)(uint8_t version, struct host_route *route);
	const struct orient_names *names;
	struct orient_pair pair;
	const struct policy_net *net;
	uint16_t ike_port, nat_port;
	const struct pki_store *store;
};

/**
 * struct orient_extra - of a conn what the engine does not need
 * @updown: what is run; NULL: nothing. Free it.
 * @sources: addresses that this host speaks from inside
 * @nexthop: version 0: none
 * @home: the device that has this host's address; empty: none has
 * @mtu, @metric: of routes; 0: not said
 * @nflog: the NFLOG group of its packets in clear; 0: none
 * @nat_keepalive: NATs are kept awake
 * @device_addr: of the device that its traffic goes by, with its prefix; empty: none
 * @no_device_routes: nothing is routed into that
 * @no_tracking: connection tracking is not told by which SA a connection came: sareftrack=no
 */
struct orient_extra {
	char *updown;
	struct klips_addr sources[ORIENT_SOURCES];
	unsigned int source_count;
	struct klips_addr nexthop;
	char home[16];
	uint32_t mtu, metric, nflog;
	bool nat_keepalive, no_device_routes, no_tracking;
	char device_addr[64];
};

/**
 * struct orient_said - what is wrong
 * @why: the keyword and the reason, without the conn's name; empty: nothing
 * @warnings: likewise
 */
struct orient_said {
	char why[ORIENT_WHY];
	char warnings[ORIENT_WARNINGS][ORIENT_WHY];
	unsigned int warning_count;
};

/* Whether an end has a name; these are to be resolved by orient_resolve(), which blocks, before orient(). */
bool orient_find_names(struct orient_names *names, const json_t *conn);
void orient_resolve(struct orient_names *names);

/*
 * The pairs of subnets= that are of one version of IP, of which each is a connection of its own: "conn/1x2", or
 * "conn/1x0" where but one end has several. How many
 * were put into @pairs; a conn without subnets= has one; 0: there are none, or too many, and @said->why says so
 */
unsigned int orient_pairs(struct orient_pair pairs[ORIENT_PAIRS], const json_t *conn, struct orient_said *said);

/* Whether an end is %group: its conn has a connection for each net of the policy group of its name. */
bool orient_is_group(const json_t *conn);

/*
 * Fills a connection_new() that has nothing yet. 0; with @said->why -EINVAL: it cannot be, or -EADDRNOTAVAIL: it could,
 * if this host had an address, or a route, that it has not now; or -ENOMEM.
 */
int orient(struct connection *to, struct orient_extra *extra, const json_t *conn, const struct orient_world *world,
	   struct orient_said *said);
void orient_extra_free(struct orient_extra *extra);

#endif
