/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IKE SA: RFC 7296, 1 and 2. */
#ifndef PLUTO_IKE_SA_H
#define PLUTO_IKE_SA_H

#include "connection.h"
#include "ike_sa_log.h"
#include "notify.h"

#define IKE_NONCE_MAX 256
#define IKE_NONCE_OWN 32 /* bytes: at least half of the strongest PRF's key (RFC 7296, 2.10) */

enum ike_sa_state {
	IKE_SA_CONNECTING, /* IKE_SA_INIT and IKE_AUTH are not over */
	IKE_SA_ESTABLISHED,
	IKE_SA_REKEYED,	 /* another has its Child SAs; it is to be deleted */
	IKE_SA_DELETING, /* its deletion waits for an answer */
	IKE_SA_DEAD,	 /* in no list; memory until nobody holds it */
};

struct ike_nonce {
	uint16_t length;
	uint8_t data[IKE_NONCE_MAX];
};

/**
 * struct ike_fresh - the nonces of an exchange's initiator and responder; of the initiator, its part of the key
 * exchange
 * @method: NULL: there is none
 * @tries: see IKE_FRESH_TRIES
 */
struct ike_fresh {
	struct ike_nonce nonce[2];
	const struct ike_alg *method;
	struct ike_ke *ke;
	uint8_t tries;
};

/* A datagram that may have to be sent again, without the marker of port 4500. */
struct ike_packet {
	struct ike_packet *next;
	size_t length;
	uint8_t data[];
};

/* The two ends of what is sent. */
struct ike_path {
	struct ike_endpoint local, remote;
};

struct ike_exchange;
struct ike_fragments;
struct ike_lookup;
struct mobike;

/**
 * struct ike_setup - what an IKE SA needs only until it is authenticated
 * @first: the first message of each side, the initiator's first: what AUTH signs
 * @cookie: that the peer demands
 * @number: of the proposal that this side chose
 * @hashes: that the peer can have signatures of (RFC 7427): 1 << enum pki_hash of each; 0: it has not said
 * @wants_cert, @wants_key: the peer asks for a certificate, for a raw public key
 * @wants_urls: the peer looks certificates up; @takes_urls: it was told that this side does; @lookup: those that it did
 * @message: the peer's of IKE_AUTH, while it is looked at
 */
struct ike_setup {
	struct ike_fresh fresh;
	struct ike_packet *first[2];
	uint8_t cookie[64];
	uint8_t cookie_length;
	uint8_t number;
	uint32_t hashes;
	bool wants_cert, wants_key, wants_urls, takes_urls;
	struct ike_lookup *lookup;
	struct ike_message *message;
};

/**
 * struct ike_sa - one
 * @spi: of the original initiator, of the original responder
 * @sibling, @same: see peers.h; @owned: in the list of its connection
 * @initiator: whether this side is the original one
 * @half_open: it counts as such
 * @rekeying: this side makes another in its place
 * @contested: the peer made it while this side rekeys too: whether it stays is not known yet
 * @keyed: it has its keys: before, nothing that is protected can be for it
 * @began: this side began IKE_AUTH, in this IKE SA or in the one that was rekeyed first
 * @reauth_at: until when that authentication is good; 0: for ever. See reauth.h
 * @replaces: the number of the IKE SA in whose place it is, as peers are to authenticate again; 0: of none
 * @put_off: since when the peer refuses with TEMPORARY_FAILURE, @put_off_last: when it did last; 0: it does not
 * @seals: how many messages were protected: makes IVs
 * @send_id, @receive_id: message IDs of the next request of each direction
 * @exchange: the request in flight, or being answered; @queue: those that wait for it
 * @reply: to the last request; @busy: that is still being computed
 * @setup: until it is established
 * @auth: by what this side, and the peer, has shown who it is; NULL: not yet
 * @nat_local, @nat_remote: a NAT is before this host, before the peer
 * @instance: of a connection that is for many peers: its number; 0: it is for one
 * @cp: addresses that one side gave to the other; NULL: none
 * @nat_known: both sides told what detects NATs
 * @fragmentation: the peer can put fragments together
 * @join: when the next of those that wait for it gets its Child SA
 * @asked: where the peer's last request came, and from where: its reply goes back there
 * @mobike: NULL: it was not agreed on
 * @spoke: when this side sent something; @doubted: when somebody last said that the peer does not know this SA
 * @keepalive: no earlier than then keepalive_wait() looks again whether the NAT is to be kept awake
 */
struct ike_sa {
	struct cds_list_head node, bucket, opening, sibling, same, owned;
	struct pluto_entry entry;
	struct pluto *pluto;
	struct connection *connection;
	unsigned int users;
	uint32_t serial;
	enum ike_sa_state state;
	uint8_t spi[2][8];
	bool initiator, half_open, busy, rekeying, contested, keyed, began;
	bool nat_local, nat_remote, nat_known, fragmentation;
	struct ike_endpoint local, remote;
	struct ike_path asked;
	struct mobike *mobike;
	struct ike_suite suite;
	struct ike_keys keys;
	uint64_t seals;
	uint32_t send_id, receive_id;
	struct ike_exchange *exchange;
	struct cds_list_head queue;
	struct ike_packet *reply;
	struct ike_fragments *fragments;
	struct ike_setup *setup;
	struct ike_identity *peer_id;
	const char *auth[2];
	struct cds_list_head children;
	struct pluto_timer rekey, reauth, expire, liveness, join;
	uint64_t established, heard, spoke, doubted, keepalive, reauth_at, put_off, put_off_last;
	uint32_t replaces;
	uint32_t instance;
	struct cp_state *cp;
};

/* @spi_i: of the peer that began; NULL: this side begins */
struct ike_sa *ike_sa_new(struct connection *connection, const struct ike_endpoint *local,
			  const struct ike_endpoint *remote, const uint8_t spi_i[8]);
/* The same, but nobody finds it in the engine's list until ike_sa_establish(): who makes it ends it if it comes to
 * nothing. */
struct ike_sa *ike_sa_new_unseen(struct connection *connection, const struct ike_endpoint *local,
				 const struct ike_endpoint *remote);
struct ike_sa *ike_sa_get(struct ike_sa *sa);
void ike_sa_put(struct ike_sa *sa);
struct ike_sa *ike_sa_find(struct pluto *pluto, const uint8_t own_spi[8]);
/* One that a peer's IKE_SA_INIT, seen before, has made. */
struct ike_sa *ike_sa_find_half_open(struct pluto *pluto, const uint8_t spi_i[8], const struct ike_endpoint *remote);
void ike_sa_establish(struct ike_sa *sa);
/* What was only for setting it up is needed no more. */
void ike_sa_forget_setup(struct ike_sa *sa);
/* Another has taken its place: it ends when the peer deletes it, or in a minute. */
void ike_sa_replaced(struct ike_sa *sa);
/* Ends it at once, with its Child SAs; tells the peer nothing. @why: for the log. */
void ike_sa_end(struct ike_sa *sa, const char *why);
/* Has a connection negotiated that is not up. -ENOTUNIQ: it is under way; -EDESTADDRREQ: who is the peer?
 * -EADDRNOTAVAIL: the own address is not here */
int ike_sa_initiate(struct connection *connection);
/* Has an IKE SA of its own negotiated for a connection whose ends are known, whatever there is. 0, or -ENOMEM */
int ike_sa_begin(struct connection *connection);
/* Connections that wait for it get their Child SAs, one after the other. */
void ike_sa_join(struct ike_sa *sa);
/* The same, no sooner than in so many milliseconds. */
void ike_sa_join_in(struct ike_sa *sa, uint64_t milliseconds);
/* Its request for a Child SA came to nothing, with its IKE SA: if that was replaced, the other one makes it. */
void ike_sa_join_heir(struct connection *connection);
void ike_sa_change_connection(struct ike_sa *sa, struct connection *connection);

static inline struct ike_slice ike_nonce_slice(const struct ike_nonce *nonce)
{
	return (struct ike_slice){ nonce->data, nonce->length };
}

static inline bool ike_endpoint_equal(const struct ike_endpoint *a, const struct ike_endpoint *b)
{
	return a->port == b->port && klips_addr_equal(&a->addr, &b->addr);
}

static inline bool ike_path_equal(const struct ike_path *a, const struct ike_path *b)
{
	return ike_endpoint_equal(&a->local, &b->local) && ike_endpoint_equal(&a->remote, &b->remote);
}

static inline struct ike_path ike_sa_path(const struct ike_sa *sa)
{
	return (struct ike_path){ sa->local, sa->remote };
}

static inline uint8_t *ike_sa_own_spi(struct ike_sa *sa)
{
	return sa->spi[!sa->initiator];
}

#endif
