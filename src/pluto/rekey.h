/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CREATE_CHILD_SA: RFC 7296, 1.3, 2.8 and 2.25. */
#ifndef PLUTO_REKEY_H
#define PLUTO_REKEY_H

#include "child_sa.h"
#include "exchange.h"

#define REKEY_TRIES 4	 /* key exchanges that the peer asks for in one attempt */
#define REKEY_AGAIN 2000 /* milliseconds after a temporary failure: RFC 7296, 2.25 */

/* Sets the timers of its life: it is rekeyed before it ends, at a moment that chance has a part in (RFC 7296, 2.8). */
void child_sa_schedule(struct child_sa *child);
void ike_sa_schedule(struct ike_sa *sa);
/* Queue a request; nothing happens if one is under way. */
void child_sa_rekey_start(struct child_sa *child);
void ike_sa_rekey_start(struct ike_sa *sa);
/* A further Child SA, of another connection with the same peer perhaps. */
void child_sa_create_start(struct ike_sa *sa);

/* What both kinds of request have: fresh nonces and, mostly, a key exchange. */
struct rekey_fresh {
	struct ike_nonce nonce[2];
	const struct ike_alg *method;
	struct ike_ke *ke;
	uint8_t tries;
};

/* RFC 7296, 2.8.1: the lower of an exchange's two nonces. */
const struct ike_nonce *rekey_lower(const struct ike_nonce nonce[2]);
int rekey_compare(const struct ike_nonce *a, const struct ike_nonce *b);
void rekey_own_nonce(struct pluto *pluto, struct ike_nonce *nonce);
bool rekey_take_nonce(struct ike_nonce *nonce, const struct ike_message *message);
/* The KE payload of a message: whether it is of that method. @value: gets it */
bool rekey_take_ke(struct ike_slice *value, const struct ike_message *message, const struct ike_alg *method);
/* What the peer wants instead, if that is proposed: NULL: it is not. */
const struct ike_alg *rekey_other_method(const struct ike_proposals *proposals, const struct ike_message *message);
uint16_t rekey_refusal(const struct ike_message *message);

/* In reply to a request: rekey_ike.c. */
enum ike_outcome ike_sa_rekey_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply);
/* The kind of exchange that is under way. */
bool ike_sa_rekey_is_under_way(const struct ike_sa *sa);
/* The peer rekeys a Child SA that this side's request is for too: its new one, and the lower of its nonces. */
void child_sa_rekey_collides(struct child_sa *old, const struct child_sa *theirs, const struct ike_nonce nonce[2]);

#endif
