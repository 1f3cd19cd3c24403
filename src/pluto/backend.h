/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto asks of the IPsec stack, whichever it is: one table of functions a stack. */
#ifndef PLUTO_BACKEND_H
#define PLUTO_BACKEND_H

#include "ts.h"
#include "../klips/core/addr.h"

/* @port: host byte order; 0: none */
struct ike_endpoint {
	struct klips_addr addr;
	uint16_t port;
};

/* Limits of an SA; 0: never. @seconds: since it was added. */
struct backend_limits {
	uint64_t bytes, packets, seconds;
};

/**
 * struct backend_sa - one direction of a Child SA
 * @spi: network byte order
 * @protocol: IKE_PROTO_ESP or IKE_PROTO_AH
 * @src, @dst: outer; the ports count with @encap (RFC 3948)
 * @src_ts, @dst_ts: what may be inside
 * @window: packets, of an inbound SA
 */
struct backend_sa {
	uint32_t spi;
	uint8_t protocol;
	bool inbound, tunnel, encap;
	struct ike_endpoint src, dst;
	struct ike_ts src_ts, dst_ts;
	struct ike_suite suite;
	struct ike_key encr, integ;
	uint32_t reqid;
	uint32_t window;
	struct backend_limits soft, hard;
};

enum backend_action {
	BACKEND_PROTECT,
	BACKEND_TRAP, /* a packet brings an acquire */
	BACKEND_HOLD, /* the first and the last are kept while there are negotiations */
	BACKEND_PASS,
	BACKEND_DROP,
	BACKEND_REJECT,
};

/**
 * struct backend_policy - what happens to traffic between @local and @remote, in both directions
 * @priority: the lower, the earlier; for stacks that do not go by how narrow selectors are
 * @protocol, @tunnel, @local_host, @remote_host, @reqid, @spi_out: BACKEND_PROTECT and, but for the last, _TRAP: the SA
 * @device: of KLIPS: ipsecN by which the traffic goes; empty: none. KLIPS's eroutes are for all devices; it is for
 * routes
 */
struct backend_policy {
	struct ike_ts local, remote;
	enum backend_action action;
	uint32_t priority;
	uint8_t protocol;
	bool tunnel;
	struct klips_addr local_host, remote_host;
	uint32_t reqid;
	uint32_t spi_out;
	char device[16];
};

struct backend_usage {
	uint64_t bytes, packets;
	uint64_t idle; /* seconds since the last packet; UINT64_MAX: there was none */
};

/* What a stack tells. Any may be NULL. */
struct backend_events {
	void (*acquire)(void *arg, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid);
	void (*expire)(void *arg, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard);
	void (*mapping)(void *arg, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now);
};

struct backend;

/**
 * struct backend_ops - a stack
 * @name: "klips" or "netkey"
 * @open: NULL and a text in @why (size bytes) if there is no such stack here
 * @fd: to wait for, for reading; then @dispatch brings events. Neither blocks.
 *
 * The others return 0 or a negative errno, with a text from @why; -ENOENT: there is no such SA or policy.
 * @sa_add: of an inbound SA, one from get_spi becomes whole
 * @policy_set: also in place of one with the same selectors, with no moment without
 * @encap_socket: a socket for UDP port 4500, before it is bound: ESP in it goes to the stack, IKE comes still
 */
struct backend_ops {
	const char *name;
	struct backend *(*open)(const struct backend_events *events, void *arg, char *why, size_t size);
	void (*close)(struct backend *backend);
	int (*fd)(struct backend *backend);
	void (*dispatch)(struct backend *backend);
	int (*get_spi)(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		       const struct klips_addr *dst, uint32_t reqid, uint32_t *spi);
	int (*sa_add)(struct backend *backend, const struct backend_sa *sa);
	int (*sa_delete)(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			 const struct klips_addr *dst);
	int (*sa_usage)(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			const struct klips_addr *dst, struct backend_usage *usage);
	int (*policy_set)(struct backend *backend, const struct backend_policy *policy);
	int (*policy_delete)(struct backend *backend, const struct backend_policy *policy);
	/* IKE's own sockets are beside all policies. */
	int (*bypass_socket)(struct backend *backend, int fd, uint8_t version);
	int (*encap_socket)(struct backend *backend, int fd, uint8_t version);
	/* Of KLIPS: the device that is attached to what has that address, made if there is none. */
	int (*attach)(struct backend *backend, const char *physical, char device[16]);
	const char *(*why)(struct backend *backend);
};

/* All start with this. */
struct backend {
	const struct backend_ops *ops;
};

extern const struct backend_ops backend_klips;
extern const struct backend_ops backend_netkey;
extern const struct backend_ops backend_none; /* no stack: IKE alone */

/*
 * protostack= of ipsec.conf: auto (klips if it runs, else netkey), klips, netkey (or xfrm, native), none. Returns 0, or
 * a negative errno; in any case @why gets a line on what was chosen and why, or why nothing can be.
 */
int backend_choose(struct backend **backend, const char *protostack, const struct backend_events *events, void *arg,
		   char *why, size_t size);

#endif
