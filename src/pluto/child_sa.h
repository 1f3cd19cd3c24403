/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child SAs: RFC 7296, 1.3 and 2.17. */
#ifndef PLUTO_CHILD_SA_H
#define PLUTO_CHILD_SA_H

#include "ike_sa.h"

enum child_sa_state {
	CHILD_SA_LARVAL, /* has an SPI of its own, and no keys */
	CHILD_SA_INSTALLED,
	CHILD_SA_REKEYED, /* another carries the traffic; it is to be deleted */
	CHILD_SA_DELETING,
};

/**
 * struct child_sa - one: two SAs of the stack, and the policies to them
 * @spi: network byte order: of what comes in, of what goes out
 * @suite: what was agreed on; @number: of the proposal that was chosen
 * @local_ts, @remote_ts: agreed
 * @used: what goes out goes by it
 * @successor: the one that was made in its place; NULL: none
 * @rekeying: the one that this side's request under way is to make in its place
 */
struct child_sa {
	struct cds_list_head node;
	struct ike_sa *sa;
	struct connection *connection;
	uint32_t serial;
	enum child_sa_state state;
	uint32_t spi[2];
	uint8_t protocol;
	bool tunnel;
	struct ike_suite suite;
	struct ike_ts_list local_ts, remote_ts;
	uint8_t number;
	bool used;
	struct child_sa *successor, *rekeying;
	struct pluto_timer rekey, expire;
	uint64_t installed;
};

/* A nonce and, with PFS, a public value: what CREATE_CHILD_SA has beyond IKE_AUTH. */
struct child_sa_fresh {
	struct ike_slice nonce;
	const struct ike_alg *ke; /* NULL: none */
	struct ike_slice public;
};

/* With an SPI from the stack. NULL: no memory, or the stack refuses; the log has it. */
struct child_sa *child_sa_new(struct ike_sa *sa, uint8_t protocol);
/* Takes it from the stack and frees it. @replaced: its policies are another's now and stay. */
void child_sa_free(struct child_sa *child, bool replaced);
/*
 * @initiator: whether this side began the exchange that made it. @use: also what goes out uses it; else child_sa_use()
 * does so later. 0, or a negative errno: then nothing is installed.
 */
int child_sa_install(struct child_sa *child, const struct ike_child_keys *keys, bool initiator, bool use);
int child_sa_use(struct child_sa *child);
/* It is deleted: what goes out goes by its successor. Whether it has one, which has the policies now. */
bool child_sa_hand_over(struct child_sa *child);
/* RFC 7296, 1.4.1: queues the request; the answer frees it. */
void child_sa_delete_start(struct child_sa *child);
struct child_sa *child_sa_find(struct ike_sa *sa, uint8_t protocol, uint32_t spi, bool inbound);
void child_sas_end(struct ike_sa *sa);

/* The connection's proposals with the Child SA's SPI in each; @initial: for IKE_AUTH, without key exchanges. */
void child_sa_proposals(const struct child_sa *child, struct ike_proposals *to, bool initial);
/* What a request for one has: SA, fresh values or NULL, TSi, TSr, and notifications. */
void child_sa_put_offer(struct child_sa *child, struct ike_builder *builder, const struct child_sa_fresh *fresh);
/* What was answered. 0, or the error notification that says why there is none: N_INVALID_SYNTAX if it is nonsense. */
uint16_t child_sa_take_answer(struct child_sa *child, const struct ike_message *message, bool initial);
/* Makes what a request asks for. 0, or the error notification to answer with. */
uint16_t child_sa_choose(struct child_sa **to, struct ike_sa *sa, const struct ike_message *request, bool initial);
/* The reply, for one that child_sa_choose() made. */
void child_sa_put_answer(struct child_sa *child, struct ike_builder *builder, const struct child_sa_fresh *fresh);

#endif
