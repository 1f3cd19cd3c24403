/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MOBIKE, RFC 4555: hosts that change their addresses keep their SAs. */
#ifndef PLUTO_MOBIKE_H
#define PLUTO_MOBIKE_H

#include "exchange.h"

#define MOBIKE_ADDRESSES 16 /* of a host that are told, or remembered */
#define MOBIKE_COOKIE	 16 /* bytes: 8 to 64 (RFC 4555, 4.2.5) */
#define MOBIKE_HASH	 20

/* Addresses without ports. */
struct mobike_addresses {
	unsigned int count;
	struct klips_addr list[MOBIKE_ADDRESSES];
};

/**
 * struct mobike - of an IKE SA whose peers agreed on it
 * @decides: this side began the first of the IKE SAs, and so says which addresses they use (RFC 4555, 1.3)
 * @peer: other addresses of the peer, as it told
 * @told: those of this host, as they were told
 * @moves: how often the IKE SA's path changed
 * @updating, @telling, @checking: a request is queued, or under way
 * @check: what follows from a request is done when it is answered
 * @before: the last path that worked
 * @seen: this host's own address and port, hashed, as the peer saw them; @has_seen
 */
struct mobike {
	bool decides, updating, telling, checking, check, has_seen;
	struct mobike_addresses peer, told;
	unsigned int moves;
	struct ike_path before;
	uint8_t seen[MOBIKE_HASH];
};

/* Not in transport mode, whose selectors are the addresses: RFC 4555, 1.2. */
bool ike_mobike_is_wanted(const struct connection *connection);
/* IKE_AUTH, either way. ike_mobike_take: whether both want it. */
void ike_mobike_put(struct ike_sa *sa, struct ike_builder *builder);
bool ike_mobike_take(struct ike_sa *sa, const struct ike_message *message);
/* An IKE SA in place of another. */
void ike_mobike_inherit(struct ike_sa *sa, struct ike_sa *old);

/* What an INFORMATIONAL request has of it. False: it is refused, and the reply says so. */
bool ike_mobike_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply);
/* The reply is on its way. */
void ike_mobike_replied(struct ike_sa *sa);
/* What a request that asks whether the peer lives has of it, and the answer to that. */
void ike_mobike_put_liveness(struct ike_sa *sa, struct ike_builder *builder);
void ike_mobike_take_liveness(struct ike_sa *sa, const struct ike_message *message);

/* Milliseconds until a peer that does not answer is given up. */
uint64_t ike_mobike_patience(const struct ike_sa *sa);
/* Sends a request that was not answered by all other ways too, if this side decides. */
void ike_mobike_probe(struct ike_exchange *exchange);
/* That way works. */
void ike_mobike_found(struct ike_sa *sa, const struct ike_path *path);

/* Go by that path from now on, and tell the peer: RFC 4555, 3.5. mobike_update.c */
void ike_mobike_move(struct ike_sa *sa, const struct ike_path *path);
void ike_mobike_update_start(struct ike_sa *sa);
/* Tell the peer of this host's other addresses: RFC 4555, 3.6. @by: NULL: by the IKE SA's path */
void ike_mobike_tell_start(struct ike_sa *sa, const struct ike_path *by);
/* The same where what was to be told was not: by the IKE SA's path, or, if that is gone, as then. */
void ike_mobike_tell_anew(struct ike_sa *sa);
/* Try whether the peer is where it says, and then move Child SAs: RFC 4555, 3.7. */
void ike_mobike_check_start(struct ike_sa *sa);

/* This host's addresses, or routes, are others now: of all SAs. */
void pluto_addresses_changed(struct pluto *pluto);

/* What the files of it share: mobike_address.c */
void mobike_own_addresses(const struct ike_sa *sa, struct mobike_addresses *to);
/* Without the one that the IKE SA goes by. */
void mobike_other_addresses(const struct ike_sa *sa, struct mobike_addresses *to);
void mobike_put_addresses(struct ike_builder *builder, const struct mobike_addresses *addresses);
/* Whether there are any notifications about addresses. */
bool mobike_take_addresses(struct mobike_addresses *to, const struct ike_message *message);
bool mobike_has(const struct mobike_addresses *addresses, const struct klips_addr *addr);
bool mobike_is_usable(const struct klips_addr *addr);
void mobike_put_no_nats(const struct ike_path *path, struct ike_builder *builder);
/* RFC 4555, 3.9: whether the peer wants no NAT on the way, and there is one. */
bool mobike_meets_nat(const struct ike_path *path, const struct ike_message *message);
/* AH cannot pass a NAT. */
bool mobike_forbids_nat(const struct ike_sa *sa);

#endif
