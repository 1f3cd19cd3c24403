/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto asks of the IPsec stack, whichever it is: one table of functions a stack. */
#ifndef PLUTO_BACKEND_H
#define PLUTO_BACKEND_H

#include "backend_sa.h"

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
 * @sa_refer: what comes by one of the pair is marked with a reference, and with @send what has that mark goes by the
 * other, and by no SA that had it before. @ref: that reference; 0: there is none yet, and it gets one. May be NULL: the
 * stack has no @overlap
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
	int (*sa_refer)(struct backend *backend, const struct backend_pair *pair, uint32_t *ref);
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
 * protostack= of ipsec.conf: auto (klips if it runs, else netkey), klips, mast (klips that has @overlap: the kernel
 * module), netkey (or xfrm, native), none. Returns 0, or a negative errno; in any case @why gets a line on what was
 * chosen and why, or why nothing can be.
 */
int backend_choose(struct backend **backend, const char *protostack, const struct backend_events *events, void *arg,
		   char *why, size_t size);

#endif
