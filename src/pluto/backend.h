/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto asks of the IPsec stack, whichever it is: one table of functions a stack. */
#ifndef PLUTO_BACKEND_H
#define PLUTO_BACKEND_H

#include "ts.h"
#include "../klips/core/addr.h"

#define BACKEND_SPI_FIRST 0x100	 /* RFC 4303, 2.1, and of CPIs RFC 3173, 3.3: those below are reserved */
#define BACKEND_CPI_LAST  0xefff /* RFC 3173, 3.3 */
#define BACKEND_IPCOMP	  108	 /* a protocol without a number in IKE; its SPI is a CPI */

/* @port: host byte order; 0: none */
struct ike_endpoint {
	struct klips_addr addr;
	uint16_t port;
};

/* Limits of an SA; 0: never. @seconds: since it was added. */
struct backend_limits {
	uint64_t bytes, packets, seconds;
};

enum backend_offload {
	BACKEND_OFFLOAD_NO,
	BACKEND_OFFLOAD_CRYPTO,
	BACKEND_OFFLOAD_PACKET,
	BACKEND_OFFLOAD_AUTO, /* cryptography, if the network card can */
};

/* @mask: 0: none. */
struct backend_mark {
	uint32_t value, mask;
};

/**
 * struct backend_options - what not every stack has, or not for every SA; all 0: nothing special
 * @decap_dscp, @no_encap_dscp: RFC 4301, 5.1.2; @no_pmtu_disc: outer IPv4 headers are without DF
 * @offload: what the network card does
 * @mark: of the packets that a policy is for: what comes, what goes
 * @device: by which the traffic goes; empty: none; @if_id: of an XFRM device; 0: it is a VTI one, known by @mark
 * @keep: the device stays when pluto ends
 */
struct backend_options {
	bool decap_dscp, no_encap_dscp, no_pmtu_disc, keep;
	enum backend_offload offload;
	struct backend_mark mark[2];
	uint32_t if_id;
	char device[16];
};

/**
 * struct backend_sa - one direction of a Child SA
 * @spi: network byte order
 * @protocol: IKE_PROTO_ESP or IKE_PROTO_AH
 * @cpi: network byte order; packets are compressed before (RFC 3173), by an SA of IPCOMP that has this name, and a
 * tunnel if it is one; 0: not
 * @src, @dst: outer; the ports count with @encap (RFC 3948)
 * @src_ts, @dst_ts: what may be inside: all their pairs; none: anything
 * @window: packets, of an inbound SA
 * @tfc: bytes that payloads of an outbound tunnel are padded to; 0: they are not (RFC 4303, 2.7)
 * @options: NULL: none; @physical: the interface that its packets go by; NULL: not known
 */
struct backend_sa {
	uint32_t spi, cpi;
	uint8_t protocol;
	bool inbound, tunnel, encap;
	struct ike_endpoint src, dst;
	struct ike_ts_list src_ts, dst_ts;
	struct ike_suite suite;
	struct ike_key encr, integ;
	uint32_t reqid;
	uint32_t window, tfc;
	struct backend_limits soft, hard;
	const struct backend_options *options;
	const char *physical;
};

/**
 * struct backend_move - an SA's new outer addresses
 * @spi: network byte order
 * @from: its destination until now
 * @src, @dst, @encap: as struct backend_sa has them
 */
struct backend_move {
	uint8_t protocol;
	uint32_t spi;
	bool inbound, encap;
	struct klips_addr from;
	struct ike_endpoint src, dst;
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
 * @protocol, @tunnel, @local_host, @remote_host, @reqid, @spi_out, @cpi_out: BACKEND_PROTECT and, but for the last two,
 * _TRAP: the SA
 * @options: NULL: none; @physical: as struct backend_sa has them
 * @device: of KLIPS: ipsecN by which the traffic goes, for routes; empty: none. KLIPS's eroutes are for all devices
 */
struct backend_policy {
	struct ike_ts local, remote;
	enum backend_action action;
	uint32_t priority;
	uint8_t protocol;
	bool tunnel;
	struct klips_addr local_host, remote_host;
	uint32_t reqid;
	uint32_t spi_out, cpi_out;
	const struct backend_options *options;
	const char *physical;
	char device[16];
};

struct backend_usage {
	uint64_t bytes, packets;
	uint64_t idle; /* seconds since the last packet; UINT64_MAX: there was none */
};

/* What a stack tells. Any may be NULL. @presence: it has gone; or, from @dispatch alone, came again, perhaps empty. */
struct backend_events {
	void (*acquire)(void *arg, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid);
	void (*expire)(void *arg, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard);
	void (*mapping)(void *arg, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now);
	void (*presence)(void *arg, bool there);
};

struct backend;

/**
 * struct backend_ops - a stack
 * @name: "klips" or "netkey"
 * @open: NULL and a text in @why (size bytes) if there is no such stack here
 * @fd: to wait for, for reading; then @dispatch brings events. Neither blocks.
 *
 * The others return 0 or a negative errno, with a text from @why; -ENOENT: there is no such SA or policy.
 * @get_spi, @sa_delete, @sa_move: also of BACKEND_IPCOMP
 * @sa_add: of an inbound SA, one from get_spi becomes whole; with a @cpi it is two, and after an error one of them may
 * be there. Whether they go with one sa_delete() is the stack's affair
 * @sa_move: keys, limits, numbers and the window stay, and no number is used twice. With another destination it has
 * another name: then both lead to it until sa_delete() of the old one, so that policies can be changed in between
 * @policy_set: also in place of one with the same selectors, with no moment without
 * @sweep: takes away what a killed pluto has left, no one else's, and returns how much. May be NULL: nobody can tell
 * @bypass_socket: one of IKE's, after it was bound: it is beside all policies
 * @encap_socket: a socket for that UDP port, before it is bound: ESP in it goes to the stack, IKE comes still
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
	int (*sa_move)(struct backend *backend, const struct backend_move *move);
	int (*sa_usage)(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			const struct klips_addr *dst, struct backend_usage *usage);
	int (*sweep)(struct backend *backend);
	int (*policy_set)(struct backend *backend, const struct backend_policy *policy);
	int (*policy_delete)(struct backend *backend, const struct backend_policy *policy);
	int (*bypass_socket)(struct backend *backend, int fd, uint8_t version);
	int (*encap_socket)(struct backend *backend, int fd, uint8_t version, uint16_t port);
	/* The device that traffic in clear goes by, made if need be: KLIPS's, or that of its options; empty: none. */
	int (*attach)(struct backend *backend, const struct backend_policy *like, char device[16]);
	/* Whether the stack has all of these; else -EOPNOTSUPP. May be NULL: it has. */
	int (*check)(struct backend *backend, const struct backend_options *options);
	/* Whether it has one of ike_algs: 1, 0, or -1 without @ask: it is not known. May be NULL: it has all. */
	int (*has)(struct backend *backend, const struct ike_alg *alg, bool ask);
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
