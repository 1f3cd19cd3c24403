/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection: what a conn section of ipsec.conf says, ready to be negotiated. */
#ifndef PLUTO_CONNECTION_H
#define PLUTO_CONNECTION_H

#include "../lib/pki_cert.h"
#include "../lib/identity.h"
#include "pluto.h"
#include "ts.h"

struct cp_settings;
struct plan;

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
	CONNECTION_REJECT,
};

enum dpd_action {
	DPD_HOLD,
	DPD_CLEAR,
	DPD_RESTART,
};

/* How an end may show who it is: bits, those of authby= (keywords_conn.c), which struct pki_scheme has too. */
enum connection_auth {
	AUTH_BY_SECRET = 1 << 0,
	AUTH_BY_RSA = 7 << 1, /* with SHA-2: a bit for each of its three lengths */
	AUTH_BY_ECDSA = 7 << 4,
	AUTH_BY_EDDSA = 1 << 7,
	AUTH_BY_NULL = 1 << 8,
	AUTH_NEVER = 1 << 9,
	AUTH_BY_RSA_SHA1 = 1 << 10,
	AUTH_BY_SIGNATURE = AUTH_BY_RSA | AUTH_BY_ECDSA | AUTH_BY_EDDSA | AUTH_BY_RSA_SHA1,
};

/* When a certificate is sent: sendcert= */
enum connection_sendcert {
	SENDCERT_NEVER,
	SENDCERT_IF_ASKED,
	SENDCERT_ALWAYS,
};

/**
 * struct connection_end - this host's, or the peer's
 * @host: version 0: any
 * @id: of the peer any, or one with wildcards, may be meant (ike_identity_match()); IKE_ID_NONE of this host: its
 * address
 * @id_from_cert: of the peer: it is the subject of its certificate, whatever it says
 * @auth: how it may show who it is: bits of enum connection_auth; 0: not at all
 * @key: this host's, private; of the peer, the public one that it must have; NULL: none, of the peer a certificate's
 * @cert: this host's, or the one that the peer must have; NULL: none
 * @ca: DER of the subject of a CA that its certificate must lead to, and memory of the end's; empty: any
 * @cert_uri_base, @cert_bundle_uri: of this host: where its certificates are; NULL: nowhere
 * @client: what is behind it; none: the host itself
 * @protocol, @port: of the host's own traffic, where @client is none; 0: any
 */
struct connection_end {
	struct klips_addr host;
	uint16_t ike_port;
	struct ike_identity id;
	bool id_from_cert;
	uint32_t auth;
	struct pki_key *key;
	struct pki_cert *cert;
	enum connection_sendcert sendcert;
	struct ike_slice ca;
	char *cert_uri_base, *cert_bundle_uri;
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
 * @sas: IKE SAs that have it, of those in the engine's list; @children: Child SAs that have it
 * @plan: what the daemon has loaded it by; NULL: nothing, or it is forgotten
 * @family: of several that one conn with subnets= becomes: the conn's name; NULL: it is the only one
 * @group: of several that a policy group makes of one conn: the conn's name; NULL: it is of none
 * @away: this host does not have its address now: nothing is begun. @missed: something was to be, meanwhile
 * @aliases: other names, apart by blanks, which other connections may have too; NULL: none
 * @reauth: IKE SAs are not rekeyed: the ends authenticate again
 * @require_id: the peer's certificate must have its identity
 * @downgrades: its Child SAs may be rekeyed without a key exchange, if the peer wants none (ms-dh-downgrade=)
 * @compress: its Child SAs are to have IPCOMP, if the peer will
 * @own_ports: at least one of the ends has a port of its own, so that both are at ports with a marker from the start
 * @encapsulation: ESP goes in UDP also without a NAT; @no_encapsulation: never
 * @exact: a Child SA is for all of the traffic that its initiator asked for, or it is not made
 * @reqid: of its Child SAs
 * @failure: what happens to its traffic after a negotiation failed; BACKEND_PROTECT: what happens without
 * @shunt: what happens to it now because of a negotiation; BACKEND_PROTECT: nothing else; @shunt_timer ends it
 * @negotiating: by this side, and not over; @negotiation_passes: meanwhile, what a trap has met goes in clear
 * @priority: of its policies; 0: by their selectors
 * @tfc: bytes that payloads of tunnels are padded to; 0: not
 * @options: of its SAs and policies, those that not every stack has
 * @waiting: for an IKE SA of its kin, which is under way; connection_wait() sets it
 * @packet: the traffic that it is to come up for, if @has_packet: where from, where to
 * @single_pair: the peer makes Child SAs for single pairs of addresses alone; @additional: for more than it has made
 * @fixed_reqid: it is the user's choice, also for all instances
 * @instances: how many peers it has had, where it is for any: connection_is_template()
 * @cp: addresses for road warriors; NULL: none
 * @physical: the interface by which the peer is reached, for KLIPS; empty: not known
 */
struct connection {
	struct cds_list_head node, sas, children;
	struct pluto *pluto;
	struct plan *plan;
	unsigned int users;
	char *name, *family, *group, *aliases;
	enum connection_kind kind;
	enum connection_auto at_start;
	struct connection_end local, remote;
	struct ike_proposals ike, child;
	struct connection_times times;
	struct backend_limits limits;
	enum dpd_action dpd_action;
	unsigned int keyingtries, sendca; /* 0: for ever; enum ike_sendca */
	enum backend_action failure, shunt;
	struct pluto_timer shunt_timer;
	uint32_t priority, window, tfc;
	struct backend_options options;
	uint32_t reqid, instances;
	struct ike_ts packet[2];
	struct cp_settings *cp;
	bool fixed_reqid, own_ports;
	bool exact, rekey, reauth, pfs, initial_contact, routed, encapsulation, no_encapsulation, fragmentation, mobike;
	bool waiting, require_id, compress, downgrades, negotiating, negotiation_passes, away, missed;
	bool has_packet, single_pair, additional;
	char physical[16];
};

/* All is set by the caller but what lists and counts. It takes @name's copy. NULL: no memory. */
struct connection *connection_new(struct pluto *pluto, const char *name);
struct connection *connection_get(struct connection *connection);
void connection_put(struct connection *connection);
void connection_wait(struct connection *connection, bool waiting);
/* Its own name, or that of its conn. */
bool connection_is_named(const struct connection *connection, const char *name);
/* Whether it is one of connalias=. */
bool connection_has_alias(const struct connection *connection, const char *name);
/* Whether both have one IKE SA: those of one conn, and those of conns whose ends and ike= are the same. */
bool connection_is_kin(const struct connection *one, const struct connection *other);
/* Whether @peer, who has an IKE SA of @one, may have Child SAs of @other: it showed all that @other wants to see. */
bool connection_shares_ike(const struct connection *one, const struct connection *other,
			   const struct ike_identity *peer);
/* Whether an IKE SA with that suite is good enough. */
bool connection_has_suite(const struct connection *connection, const struct ike_suite *suite);
/* As type= has it. */
const char *connection_kind_name(enum connection_kind kind);
/* Whether it is for many peers: each IKE SA is an instance of it, with a number and SAs of its own. */
bool connection_is_template(const struct connection *connection);
void connection_local_id(const struct connection *connection, const struct klips_addr *local, struct ike_identity *id);
/* Whether this host may call itself that: it is its identity, or its certificate has it. */
bool connection_answers(const struct connection *connection, const struct klips_addr *local,
			const struct ike_identity *asked);
/* What is to be protected, with the hosts' addresses where no clients are named. */
void connection_selectors(const struct connection *connection, const struct klips_addr *local,
			  const struct klips_addr *remote, struct ike_ts_list *local_ts, struct ike_ts_list *remote_ts);

#endif
