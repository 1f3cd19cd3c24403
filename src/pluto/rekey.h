/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CREATE_CHILD_SA: RFC 7296, 1.3, 2.8 and 2.25. */
#ifndef PLUTO_REKEY_H
#define PLUTO_REKEY_H

#include "child_sa.h"
#include "exchange.h"

#define REKEY_AGAIN 2000 /* milliseconds after a temporary failure: RFC 7296, 2.25 */

/* Sets the timers of its life: it is rekeyed before it ends, at a moment that chance has a part in (RFC 7296, 2.8). */
void child_sa_schedule(struct child_sa *child);
void ike_sa_schedule(struct ike_sa *sa);
/* It has come to a limit: it is deleted, after those who watch were told why. */
void child_sa_expire(struct child_sa *child);
/* Whether a connection has one, or a request for one is under way: one that its packet, if it has one, can go by. */
bool child_sa_is_there(const struct ike_sa *sa, const struct connection *connection);
/* Queues a request for a new one. 0; -ENOTUNIQ: there is one, or a request is under way; -ENOMEM */
int child_sa_create_start(struct ike_sa *sa, struct connection *connection);
/* RFC 7296, 2.9: the peer refuses one as it is for more than a pair of addresses: queues a request for its packet's. */
void child_sa_pair_start(const struct child_sa *refused);
/* Milliseconds before the end of a life when it is time to renew an SA: chance has a part in it, within the life. */
uint64_t rekey_margin(const struct connection *connection, uint64_t life);
/* After a temporary failure: has the timer run once more, later. */
void rekey_again(struct pluto *pluto, struct pluto_timer *timer);
/* Queue a request; nothing happens if one is under way. */
void child_sa_rekey_start(struct child_sa *child);
/* The peer has it no more: queues a request for another, which takes its policies over. */
void child_sa_lost(struct child_sa *child);
/* After a failure that is no end: it is rekeyed a little later, if it is to be rekeyed at all. */
void child_sa_rekey_again(struct child_sa *child);
/*
 * The peer cannot just now, and says so: whether it is worth another try. If it has said so for minutes, the two sides
 * have different ideas of what there is, and the IKE SA is deleted: RFC 7296, 2.25.
 */
bool rekey_may_try_again(struct ike_sa *sa);
void ike_sa_rekey_start(struct ike_sa *sa);

/* RFC 7296, 2.8.1: the lower of an exchange's two nonces. */
const struct ike_nonce *rekey_lower(const struct ike_nonce nonce[2]);
int rekey_compare(const struct ike_nonce *a, const struct ike_nonce *b);

/* In reply to a request: rekey_ike.c. */
enum ike_outcome ike_sa_rekey_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply);
/* The kind of exchange that is under way. */
bool ike_sa_rekey_is_under_way(const struct ike_sa *sa);
/*
 * The peer deletes it. Whether that is answered later: both rekey, and this side is to hear first whether the peer has
 * made the one that this side asked for, which it then deletes.
 */
bool ike_sa_rekey_defers_end(struct ike_sa *sa);
/* The peer rekeys a Child SA that this side's request is for too: its new one, and the lower of its nonces. */
void child_sa_rekey_collides(struct child_sa *old, const struct child_sa *theirs, const struct ike_nonce nonce[2]);

#endif
