/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection: what a conn section of ipsec.conf says, ready to be negotiated. */
#ifndef PLUTO_CONNECTION_H
#define PLUTO_CONNECTION_H

#include "identity.h"
#include "pluto.h"
#include "ts.h"

enum connection_auto {
	CONNECTION_IGNORE,
	CONNECTION_ADD,
	CONNECTION_ONDEMAND,
	CONNECTION_START,
	CONNECTION_KEEP,
};

enum connection_kind {
	CONNECTION_TUNNEL,
	CONNECTION_TRANSPORT,
	CONNECTION_PASSTHROUGH,
	CONNECTION_DROP,
};

enum dpd_action {
	DPD_HOLD,
	DPD_CLEAR,
	DPD_RESTART,
};

/* RFC 7296, 3.8: authentication methods. */
enum ike_auth_method {
	AUTH_NONE,
	AUTH_RSA,
	AUTH_PSK,
	AUTH_ECDSA_256 = 9,
	AUTH_ECDSA_384,
	AUTH_ECDSA_521,
	AUTH_NULL = 13,
	AUTH_SIGNATURE, /* RFC 7427 */
};

/**
 * struct connection_end - this host's, or the peer's
 * @host: version 0: any
 * @id: IKE_ID_NONE: of the peer any; of this host its address
 * @auth: how this end shows who it is
 * @client: what is behind it; none: the host itself
 * @protocol, @port: of the host's own traffic, where @client is none; 0: any
 */
struct connection_end {
	struct klips_addr host;
	uint16_t ike_port;
	struct ike_identity id;
	enum ike_auth_method auth;
	struct ike_ts_list client;
	uint8_t protocol;
	uint16_t port;
};

/* Milliseconds; 0: never. */
struct connection_times {
	uint64_t ike_life, child_life, margin;
	unsigned int fuzz; /* per cent of the margin */
	uint64_t dpd_delay, retransmit_first, retransmit_limit;
};

/**
 * struct connection - owned by the engine's list and by the SAs that are made from it
 * @reqid: of its Child SAs
 * @wanted: it is to be up: what ends it not by will is begun again
 * @physical: the interface by which the peer is reached, for KLIPS; empty: not known
 */
struct connection {
	struct cds_list_head node;
	struct pluto *pluto;
	unsigned int users;
	char *name;
	enum connection_kind kind;
	enum connection_auto at_start;
	struct connection_end local, remote;
	struct ike_proposals ike, child;
	struct connection_times times;
	struct backend_limits limits;
	enum dpd_action dpd_action;
	unsigned int keyingtries; /* 0: for ever */
	uint32_t window;
	uint32_t reqid;
	bool rekey, pfs, initial_contact, wanted, routed, encapsulation, fragmentation, mobike;
	char physical[16];
};

/* All is set by the caller but what lists and counts. It takes @name's copy. NULL: no memory. */
struct connection *connection_new(struct pluto *pluto, const char *name);
struct connection *connection_get(struct connection *connection);
void connection_put(struct connection *connection);
struct connection *connection_find(struct pluto *pluto, const char *name);
/* The one that a peer's first message can be for: by addresses, the more exact the better. */
struct connection *connection_for_peer(struct pluto *pluto, const struct klips_addr *local,
				       const struct klips_addr *remote);
/* The same with the peer's identity, and this host's if the peer named one (type none: it did not). */
struct connection *connection_for_identity(struct pluto *pluto, const struct klips_addr *local,
					   const struct klips_addr *remote, const struct ike_identity *peer,
					   const struct ike_identity *own);
void connection_local_id(const struct connection *connection, const struct klips_addr *local, struct ike_identity *id);
/* What is to be protected, with the hosts' addresses where no clients are named. */
void connection_selectors(const struct connection *connection, const struct klips_addr *local,
			  const struct klips_addr *remote, struct ike_ts_list *local_ts, struct ike_ts_list *remote_ts);

#endif
