// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs in place of others: RFC 7296, 1.3.2, 2.8 and 2.18. */
#include <stdlib.h>
#include <string.h>

#include "cp_state.h"
#include "mobike.h"
#include "reauth.h"
#include "rekey_own.h"

/**
 * struct rekey - a request
 * @made: the new one
 * @theirs, @lower: the peer's, if it rekeys at the same time; this holds it
 * @job: done, while the peer's is still being made: only then it is known which one stays
 * @end_asked: the peer deletes the old one, and is answered when this is over
 * @none_more: the peer makes none in its place
 */
struct rekey {
	struct ike_exchange exchange;
	struct ike_fresh fresh;
	struct ike_sa *made, *theirs;
	struct ike_nonce lower;
	struct ike_ke_job *job;
	bool end_asked, none_more;
};

static const struct ike_exchange_ops rekey_ops;

static struct rekey *rekey_of(struct ike_exchange *exchange)
{
	return caa_container_of(exchange, struct rekey, exchange);
}

bool ike_sa_rekey_is_under_way(const struct ike_sa *sa)
{
	return sa->exchange && sa->exchange->ops == &rekey_ops;
}

static bool copy_name(struct ike_sa *to, const struct ike_sa *from)
{
	if (!from->peer_id)
		return true;
	to->peer_id = malloc(sizeof(*to->peer_id));
	if (to->peer_id)
		*to->peer_id = *from->peer_id;
	return to->peer_id;
}

struct ike_sa *ike_rekey_make_like(struct ike_sa *old, const uint8_t *spi_i)
{
	struct ike_sa *sa = ike_sa_new_unseen(old->connection, &old->local, &old->remote);

	if (!sa)
		return NULL;
	if (!copy_name(sa, old)) {
		ike_sa_end(sa, NULL);
		return NULL;
	}
	sa->nat_local = old->nat_local;
	sa->nat_remote = old->nat_remote;
	sa->nat_known = old->nat_known;
	sa->fragmentation = old->fragmentation;
	memcpy(sa->auth, old->auth, sizeof(sa->auth));
	sa->instance = old->instance;
	sa->began = old->began;
	sa->reauth_at = old->reauth_at;
	if (spi_i) {
		sa->initiator = false;
		memcpy(sa->spi[1], sa->spi[0], sizeof(sa->spi[1]));
		memcpy(sa->spi[0], spi_i, sizeof(sa->spi[0]));
	}
	return sa;
}

/* What waited in the old one's queue goes with that: it is asked anew, by the new one. */
static void resume(struct child_sa *child)
{
	if (child->state == CHILD_SA_DELETING) {
		child->state = CHILD_SA_INSTALLED;
		child_sa_delete_start(child);
	}
	if (child->rekeying) {
		child->rekeying = NULL;
		child_sa_rekey_again(child);
	}
}

/**
 * ike_rekey_inherit() - an IKE SA takes another's place, with its Child SAs: RFC 7296, 2.8.2
 * @sa: complete
 * @old: it keeps the Child SAs that its own requests are making
 */
void ike_rekey_inherit(struct ike_sa *sa, struct ike_sa *old)
{
	struct child_sa *child, *next;

	cds_list_for_each_entry_safe(child, next, &old->children, node) {
		if (child->state == CHILD_SA_LARVAL)
			continue;
		cds_list_del(&child->node);
		child->sa = sa;
		cds_list_add_tail(&child->node, &sa->children);
		resume(child);
	}
	cp_hand_over(sa, old);
	sa->contested = false;
	if (old->state == IKE_SA_ESTABLISHED)
		ike_sa_replaced(old);
	ike_mobike_inherit(sa, old);
	ike_reauth_inherit(sa, old);
	ike_sa_join(sa);
}

/**
 * ike_sa_rekey_start() - make another in its place
 */
void ike_sa_rekey_start(struct ike_sa *sa)
{
	struct rekey *rekey;

	if (sa->state != IKE_SA_ESTABLISHED || sa->rekeying || sa->contested)
		return;
	rekey = calloc(1, sizeof(*rekey));
	if (!rekey)
		return;
	rekey->made = ike_rekey_make_like(sa, NULL);
	if (!rekey->made) {
		free(rekey);
		return;
	}
	sa->rekeying = true;
	ike_sa_log(sa, PLUTO_NOTICE, "rekeying the IKE SA");
	ike_fresh_start(sa, &rekey->exchange, &rekey_ops, &rekey->fresh, &sa->connection->ike);
}

void ike_rekey_put_spi(struct ike_proposals *proposals, const uint8_t spi[8])
{
	unsigned int at;

	for (at = 0; at < proposals->count; at++) {
		proposals->proposals[at].spi_size = 8;
		memcpy(proposals->proposals[at].spi, spi, 8);
	}
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct rekey *rekey = rekey_of(exchange);
	struct ike_proposals proposals = exchange->sa->connection->ike;

	if (exchange->sa->state != IKE_SA_ESTABLISHED)
		return IKE_DROP; /* the peer was first */
	ike_rekey_put_spi(&proposals, rekey->made->spi[0]);
	ike_put_sa(builder, &proposals);
	ike_put_payload(builder, IKE_P_NONCE, ike_nonce_slice(&rekey->fresh.nonce[0]));
	ike_fresh_put_ke(builder, &rekey->fresh);
	return IKE_DONE;
}

/* RFC 7296, 2.8.2. Who deletes the old one has decided that its own stays. */
static bool is_redundant(const struct rekey *rekey)
{
	if (!rekey->theirs)
		return false;
	return rekey->end_asked || (rekey->theirs->state != IKE_SA_DEAD &&
				    rekey_compare(rekey_lower(rekey->fresh.nonce), &rekey->lower) < 0);
}

/* The peer's is not needed: the peer deletes it, or, where it has not heard of the answer to its request, nobody does.
 */
static void forget_theirs(struct rekey *rekey)
{
	if (!rekey->theirs)
		return;
	rekey->theirs->contested = false;
	if (rekey->theirs->state == IKE_SA_ESTABLISHED)
		ike_sa_replaced(rekey->theirs);
}

static void complete(struct rekey *rekey, struct ike_slice shared)
{
	struct ike_sa *old = rekey->exchange.sa, *made = rekey->made;
	bool unwanted = old->state == IKE_SA_DELETING; /* since the request was sent */

	if (ike_sa_derive(made, old, &rekey->fresh, shared))
		return;
	rekey->made = NULL; /* from now on it stands for itself */
	ike_sa_establish(made);
	ike_sa_forget_setup(made);
	if (is_redundant(rekey)) {
		ike_sa_log(made, PLUTO_NOTICE, "both sides rekeyed: this one goes");
		ike_delete_start(made);
		return; /* the peer, whose SA stays, deletes the old one */
	}
	forget_theirs(rekey);
	ike_rekey_inherit(made, old);
	ike_delete_replaced(old);
	if (unwanted)
		ike_delete_start(made);
}

static void go_on(struct ike_ke_job *job)
{
	struct ike_exchange *exchange = job->arg;

	if (job->error)
		ike_sa_log(job->sa, PLUTO_NOTICE, "the peer's public value is none of %s", job->method->name);
	else
		complete(rekey_of(exchange), ike_ke_job_shared(job));
	ike_exchange_done(exchange, IKE_DONE);
	ike_ke_job_free(job);
}

static bool is_theirs_being_made(const struct rekey *rekey)
{
	return rekey->theirs && rekey->theirs->state == IKE_SA_CONNECTING;
}

static void secret_is_made(struct ike_ke_job *job)
{
	if (job->sa->state == IKE_SA_DEAD)
		ike_ke_job_free(job); /* and the exchange is gone */
	else if (is_theirs_being_made(rekey_of(job->arg)))
		rekey_of(job->arg)->job = job;
	else
		go_on(job);
}

void ike_rekey_is_answered(struct ike_sa *old)
{
	struct ike_ke_job *job;
	struct rekey *rekey;

	if (!ike_sa_rekey_is_under_way(old))
		return;
	rekey = rekey_of(old->exchange);
	job = rekey->job;
	rekey->job = NULL;
	if (job)
		go_on(job);
}

bool ike_sa_rekey_defers_end(struct ike_sa *sa)
{
	struct rekey *rekey;

	if (!ike_sa_rekey_is_under_way(sa))
		return false;
	rekey = rekey_of(sa->exchange);
	if (!rekey->theirs || rekey->theirs->state != IKE_SA_ESTABLISHED)
		return false;
	ike_rekey_inherit(rekey->theirs, sa);
	rekey->end_asked = true;
	return true;
}

static enum ike_outcome take_refusal(struct rekey *rekey, uint16_t type)
{
	struct ike_sa *sa = rekey->exchange.sa;

	ike_sa_log(sa, PLUTO_NOTICE, "the IKE SA is not rekeyed: %s", ike_notify_name(type));
	if (type == N_TEMPORARY_FAILURE && rekey_may_try_again(sa) && sa->rekey.run)
		rekey_again(sa->pluto, &sa->rekey);
	rekey->none_more = type == N_NO_ADDITIONAL_SAS;
	return IKE_DONE;
}

bool ike_rekey_take_suite(struct ike_sa *made, const struct ike_message *message, uint8_t peer_spi[8], uint8_t *number)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_SA);
	struct ike_proposals got;
	struct ike_proposal chosen;
	const char *why;

	if (!payload || ike_sa_read(&got, payload, &why) ||
	    ike_proposals_choose(&chosen, &made->connection->ike, &got, true) || chosen.spi_size != 8 ||
	    ike_suite_from_proposal(&made->suite, &chosen))
		return false;
	memcpy(peer_spi, chosen.spi, 8);
	*number = chosen.number;
	return true;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct rekey *rekey = rekey_of(exchange);
	struct ike_fresh *fresh = &rekey->fresh;
	uint16_t error = ike_notify_error(message);
	struct ike_sa *made = rekey->made;
	struct ike_slice value;
	uint8_t number;

	if (ike_fresh_renew(exchange, fresh, &exchange->sa->connection->ike, message))
		return IKE_LATER;
	if (!error && (!ike_rekey_take_suite(made, message, made->spi[1], &number) || made->suite.ke != fresh->method ||
		       !ike_nonce_take(&fresh->nonce[1], message) || !ike_fresh_peer(&value, message, fresh->method)))
		error = N_INVALID_SYNTAX;
	if (error)
		return take_refusal(rekey, error);
	return ike_fresh_finish(fresh, exchange, value, secret_is_made) ? IKE_DONE : IKE_LATER;
}

static void answer_end(struct ike_sa *sa)
{
	struct ike_builder reply;

	if (sa->state == IKE_SA_DEAD)
		return; /* and another's reply may be in the one buffer */
	ike_reply_start(&reply);
	ike_reply(sa, INFORMATIONAL, &reply, IKE_END);
}

/* RFC 7296, 2.25.2: where nothing came of this side's, the peer's stays. It may be the end of the old one too. */
static void end(struct ike_exchange *exchange, bool answered)
{
	struct rekey *rekey = rekey_of(exchange);
	struct ike_sa *sa = exchange->sa, *theirs = rekey->theirs;
	bool end_asked = rekey->end_asked, none_more = rekey->none_more;

	(void)answered;
	if (theirs && theirs->contested && theirs->state == IKE_SA_ESTABLISHED)
		ike_rekey_inherit(theirs, sa);
	sa->rekeying = false;
	if (rekey->made)
		ike_sa_end(rekey->made, NULL);
	if (rekey->job)
		ike_ke_job_free(rekey->job);
	ike_sa_put(theirs);
	ike_fresh_wipe(&rekey->fresh);
	free(rekey);
	if (none_more)
		ike_reauth_start(sa);
	if (end_asked)
		answer_end(sa);
}

static const struct ike_exchange_ops rekey_ops = {
	.name = "CREATE_CHILD_SA (rekey IKE SA)",
	.exchange = CREATE_CHILD_SA,
	.build = build,
	.answer = answer,
	.end = end,
};

bool ike_rekey_collides(struct ike_sa *old, struct ike_sa *made)
{
	struct rekey *rekey;

	if (!ike_sa_rekey_is_under_way(old))
		return false;
	rekey = rekey_of(old->exchange);
	if (rekey->theirs != made) {
		ike_sa_put(rekey->theirs); /* nothing came of that */
		rekey->theirs = ike_sa_get(made);
		rekey->lower = *rekey_lower(made->setup->fresh.nonce);
	}
	return true;
}

bool ike_rekey_has_collided(const struct ike_sa *old)
{
	const struct ike_sa *theirs = ike_sa_rekey_is_under_way(old) ? rekey_of(old->exchange)->theirs : NULL;

	return theirs && theirs->state != IKE_SA_DEAD;
}
