/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IKE SA: RFC 7296, 1 and 2. */
#ifndef PLUTO_IKE_SA_H
#define PLUTO_IKE_SA_H

#include "connection.h"
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
	uint8_t length;
	uint8_t data[IKE_NONCE_MAX - 1];
};

/* A datagram that may have to be sent again, without the marker of port 4500. */
struct ike_packet {
	struct ike_packet *next;
	size_t length;
	uint8_t data[];
};

struct ike_exchange;
struct ike_fragments;

/**
 * struct ike_setup - what an IKE SA needs only until it is authenticated
 * @first: the first message of each side, the initiator's first: what AUTH signs
 * @cookie: that the peer demands
 * @number: of the proposal that this side chose
 */
struct ike_setup {
	struct ike_nonce nonce[2];
	struct ike_packet *first[2];
	struct ike_ke *ke;
	const struct ike_alg *ke_method;
	uint8_t cookie[64];
	uint8_t cookie_length;
	uint8_t tries;
	uint8_t number;
	uint16_t hashes; /* bits, of RFC 7427's hash algorithms that the peer can verify */
};

/**
 * struct ike_sa - one
 * @spi: of the original initiator, of the original responder
 * @initiator: whether this side is the original one
 * @half_open: it counts as such
 * @rekeying: this side makes another in its place
 * @keyed: it has its keys: before, nothing that is protected can be for it
 * @seals: how many messages were protected: makes IVs
 * @send_id, @receive_id: message IDs of the next request of each direction
 * @exchange: the request in flight, or being answered; @queue: those that wait for it
 * @reply: to the last request; @busy: that is still being computed
 * @setup: until it is established
 * @nat_local, @nat_remote: a NAT is before this host, before the peer
 * @fragmentation: the peer can put fragments together
 */
struct ike_sa {
	struct cds_list_head node, bucket, opening;
	struct pluto *pluto;
	struct connection *connection;
	unsigned int users;
	uint32_t serial;
	enum ike_sa_state state;
	uint8_t spi[2][8];
	bool initiator, half_open, busy, rekeying, keyed;
	bool nat_local, nat_remote, fragmentation, mobike;
	struct ike_endpoint local, remote;
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
	struct cds_list_head children;
	struct pluto_timer rekey, expire, liveness;
	uint64_t established, heard;
};

/* @spi_i: of the peer that began; NULL: this side begins */
struct ike_sa *ike_sa_new(struct connection *connection, const struct ike_endpoint *local,
			  const struct ike_endpoint *remote, const uint8_t spi_i[8]);
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
/* Has a connection negotiated that is not up. -ENOTUNIQ: it is under way; -EDESTADDRREQ: who is the peer? */
int ike_sa_initiate(struct connection *connection);
void ike_sa_change_connection(struct ike_sa *sa, struct connection *connection);

void ike_sa_log(const struct ike_sa *sa, enum pluto_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline uint8_t *ike_sa_own_spi(struct ike_sa *sa)
{
	return sa->spi[!sa->initiator];
}

#endif
