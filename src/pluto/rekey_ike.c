// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs in place of others: RFC 7296, 1.3.2, 2.8 and 2.18. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "init.h"
#include "ke_job.h"
#include "rekey.h"

/**
 * struct rekey - a request
 * @made: the new one
 * @theirs, @lower: the peer's, if it rekeys at the same time; this holds it
 */
struct rekey {
	struct ike_exchange exchange;
	struct rekey_fresh fresh;
	struct ike_sa *made, *theirs;
	struct ike_nonce lower;
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

static void free_rekey(struct rekey *rekey)
{
	if (rekey->made)
		ike_sa_end(rekey->made, NULL);
	ike_sa_put(rekey->theirs);
	ike_ke_free(rekey->fresh.ke);
	ike_wipe(&rekey->fresh, sizeof(rekey->fresh));
	free(rekey);
}

/* Like the old one, but for its SPIs and keys. */
static struct ike_sa *make_like(struct ike_sa *old, const uint8_t *spi_i)
{
	struct ike_sa *sa = ike_sa_new(old->connection, &old->local, &old->remote, NULL);

	if (!sa)
		return NULL;
	sa->nat_local = old->nat_local;
	sa->nat_remote = old->nat_remote;
	sa->fragmentation = old->fragmentation;
	sa->mobike = old->mobike;
	if (spi_i) {
		sa->initiator = false;
		memcpy(sa->spi[1], sa->spi[0], sizeof(sa->spi[1]));
		memcpy(sa->spi[0], spi_i, sizeof(sa->spi[0]));
	}
	return sa;
}

/* It is complete: the Child SAs and the peer's name are its own now. */
static void inherit(struct ike_sa *sa, struct ike_sa *old)
{
	struct child_sa *child, *next;

	cds_list_for_each_entry_safe(child, next, &old->children, node) {
		cds_list_del(&child->node);
		child->sa = sa;
		cds_list_add_tail(&child->node, &sa->children);
	}
	if (!sa->peer_id) {
		sa->peer_id = old->peer_id;
		old->peer_id = NULL;
	}
	ike_sa_replaced(old);
}

static int derive(struct ike_sa *sa, const struct ike_sa *old, struct ike_slice shared)
{
	const struct ike_nonce *nonce = sa->setup->nonce;
	struct ike_key_seed seed = {
		.shared = shared,
		.ni = { nonce[0].data, nonce[0].length },
		.nr = { nonce[1].data, nonce[1].length },
		.old_prf = old->suite.prf,
		.old_d = &old->keys.d,
	};

	memcpy(seed.spi_i, sa->spi[0], sizeof(seed.spi_i));
	memcpy(seed.spi_r, sa->spi[1], sizeof(seed.spi_r));
	sa->keyed = !ike_keys_derive(&sa->keys, &sa->suite, &seed);
	return sa->keyed ? 0 : -EIO;
}

static void part_is_made(struct ike_ke_job *job)
{
	struct rekey *rekey = job->arg;
	struct ike_sa *sa = job->sa;

	if (sa->state != IKE_SA_DEAD && !job->error) {
		rekey->fresh.ke = job->ke;
		job->ke = NULL;
		ike_exchange_start(sa, &rekey->exchange, &rekey_ops);
	} else {
		sa->rekeying = false;
		free_rekey(rekey);
	}
	ike_ke_job_free(job);
}

/**
 * ike_sa_rekey_start() - make another in its place
 */
void ike_sa_rekey_start(struct ike_sa *sa)
{
	struct rekey *rekey;

	if (sa->state != IKE_SA_ESTABLISHED || sa->rekeying)
		return;
	rekey = calloc(1, sizeof(*rekey));
	if (!rekey)
		return;
	rekey->made = make_like(sa, NULL);
	rekey->fresh.method = ike_init_first_ke(&sa->connection->ike);
	rekey_own_nonce(sa->pluto, &rekey->fresh.nonce[0]);
	sa->rekeying = true;
	ike_sa_log(sa, PLUTO_NOTICE, "rekeying the IKE SA");
	if (!rekey->made || ike_ke_start(sa, rekey->fresh.method, NULL, (struct ike_slice){ 0 }, part_is_made, rekey)) {
		sa->rekeying = false;
		free_rekey(rekey);
	}
}

static void with_spi(struct ike_proposals *proposals, const uint8_t spi[8])
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
	const struct ike_nonce *nonce = &rekey->fresh.nonce[0];
	uint8_t public[IKE_KE_MAX];
	int length = ike_ke_public(rekey->fresh.ke, public);

	if (exchange->sa->state != IKE_SA_ESTABLISHED)
		return IKE_DROP; /* the peer was first */
	if (length < 0) {
		builder->error = true;
		return IKE_DONE;
	}
	with_spi(&proposals, rekey->made->spi[0]);
	ike_put_sa(builder, &proposals);
	ike_put_payload(builder, IKE_P_NONCE, (struct ike_slice){ nonce->data, nonce->length });
	ike_put_ke(builder, rekey->fresh.method->id, (struct ike_slice){ public, length });
	return IKE_DONE;
}

/* RFC 7296, 2.8.1. */
static bool is_redundant(const struct rekey *rekey)
{
	return rekey->theirs && rekey->theirs->state == IKE_SA_ESTABLISHED &&
	       rekey_compare(rekey_lower(rekey->fresh.nonce), &rekey->lower) < 0;
}

static void complete(struct rekey *rekey, struct ike_slice shared)
{
	struct ike_sa *old = rekey->exchange.sa, *made = rekey->made;
	bool redundant = is_redundant(rekey);

	made->setup->nonce[0] = rekey->fresh.nonce[0];
	made->setup->nonce[1] = rekey->fresh.nonce[1];
	if (derive(made, old, shared))
		return;
	rekey->made = NULL; /* from now on it stands for itself */
	ike_sa_establish(made);
	ike_sa_forget_setup(made);
	if (redundant) {
		ike_sa_log(made, PLUTO_NOTICE, "both sides rekeyed: this one goes");
		inherit(rekey->theirs, old);
		ike_delete_start(made);
		return; /* the peer, whose SA stays, deletes the old one */
	}
	inherit(made, old);
	ike_delete_start(old);
}

static void secret_is_made(struct ike_ke_job *job)
{
	struct ike_exchange *exchange = job->arg;
	struct ike_sa *sa = job->sa;

	if (sa->state != IKE_SA_DEAD) {
		if (job->error)
			ike_sa_log(sa, PLUTO_NOTICE, "the peer's public value is none of %s", job->method->name);
		else
			complete(rekey_of(exchange), ike_ke_job_shared(job));
		ike_exchange_done(exchange, IKE_DONE);
	}
	ike_ke_job_free(job);
}

static void other_part_is_made(struct ike_ke_job *job)
{
	struct ike_exchange *exchange = job->arg;
	struct rekey_fresh *fresh;

	if (job->sa->state != IKE_SA_DEAD) {
		fresh = &rekey_of(exchange)->fresh;
		if (!job->error) {
			ike_ke_free(fresh->ke);
			fresh->ke = job->ke;
			job->ke = NULL;
		}
		ike_exchange_again(exchange);
	}
	ike_ke_job_free(job);
}

static enum ike_outcome take_refusal(struct ike_sa *sa, uint16_t type)
{
	ike_sa_log(sa, PLUTO_NOTICE, "the IKE SA is not rekeyed: %s", ike_notify_name(type));
	if (type == N_TEMPORARY_FAILURE && sa->rekey.run)
		pluto_timer_set(&sa->pluto->timers, &sa->rekey, pluto_now(sa->pluto) + REKEY_AGAIN, sa->rekey.run);
	return IKE_DONE;
}

/* Of an answer or a request: what was chosen of the connection's proposals, with the peer's SPI. */
static bool take_suite(struct ike_sa *made, const struct ike_message *message, uint8_t peer_spi[8], uint8_t *number)
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

static enum ike_outcome take_answer(struct rekey *rekey, const struct ike_message *message)
{
	struct rekey_fresh *fresh = &rekey->fresh;
	struct ike_sa *sa = rekey->exchange.sa;
	struct ike_ke *ke = fresh->ke;
	struct ike_slice value;
	uint8_t number;

	if (!take_suite(rekey->made, message, rekey->made->spi[1], &number) || rekey->made->suite.ke != fresh->method ||
	    !rekey_take_nonce(&fresh->nonce[1], message) || !rekey_take_ke(&value, message, fresh->method))
		return take_refusal(sa, N_INVALID_SYNTAX);
	fresh->ke = NULL;
	if (!ike_ke_start(sa, fresh->method, ke, value, secret_is_made, &rekey->exchange))
		return IKE_LATER;
	ike_ke_free(ke);
	return IKE_DONE;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct rekey *rekey = rekey_of(exchange);
	struct rekey_fresh *fresh = &rekey->fresh;
	const struct ike_alg *other = rekey_other_method(&exchange->sa->connection->ike, message);
	uint16_t error = rekey_refusal(message);

	if (other && other != fresh->method && fresh->tries++ < REKEY_TRIES) {
		fresh->method = other;
		return ike_ke_start(exchange->sa, other, NULL, (struct ike_slice){ 0 }, other_part_is_made, exchange) ?
			       IKE_DONE :
			       IKE_LATER;
	}
	return error ? take_refusal(exchange->sa, error) : take_answer(rekey, message);
}

static void end(struct ike_exchange *exchange, bool answered)
{
	struct rekey *rekey = rekey_of(exchange);

	/* The peer's new one stays, whatever became of this side's. */
	if (answered && rekey->theirs && rekey->theirs->state == IKE_SA_ESTABLISHED &&
	    exchange->sa->state == IKE_SA_ESTABLISHED)
		inherit(rekey->theirs, exchange->sa);
	exchange->sa->rekeying = false;
	free_rekey(rekey);
}

static const struct ike_exchange_ops rekey_ops = {
	.name = "CREATE_CHILD_SA (rekey IKE SA)",
	.exchange = CREATE_CHILD_SA,
	.build = build,
	.answer = answer,
	.end = end,
};

/**
 * struct taken - a request while somebody computes; it holds @made
 */
struct taken {
	struct ike_sa *made;
	uint8_t number;
};

static void free_taken(struct taken *taken)
{
	ike_sa_put(taken->made);
	free(taken);
}

static void put_answer(const struct taken *taken, const struct ike_ke_job *job, struct ike_builder *reply)
{
	const struct ike_nonce *nonce = &taken->made->setup->nonce[1];
	struct ike_proposals answer = { .count = 1 };

	ike_suite_proposal(&taken->made->suite, &answer.proposals[0], taken->number);
	with_spi(&answer, taken->made->spi[1]);
	ike_put_sa(reply, &answer);
	ike_put_payload(reply, IKE_P_NONCE, (struct ike_slice){ nonce->data, nonce->length });
	ike_put_ke(reply, job->method->id, (struct ike_slice){ job->public, job->public_length });
}

/* Both sides rekey: which of the two stays is known when this side's request is answered. */
static bool collides(struct ike_sa *old, struct ike_sa *made)
{
	struct rekey *rekey;

	if (!ike_sa_rekey_is_under_way(old))
		return false;
	rekey = rekey_of(old->exchange);
	if (rekey->theirs)
		return false;
	rekey->theirs = ike_sa_get(made);
	rekey->lower = *rekey_lower(made->setup->nonce);
	return true;
}

static void reply_is_made(struct ike_ke_job *job)
{
	struct taken *taken = job->arg;
	struct ike_sa *sa = job->sa, *made = taken->made;
	struct ike_builder reply;

	if (sa->state == IKE_SA_DEAD) {
		ike_sa_end(made, NULL);
	} else {
		ike_reply_start(&reply);
		if (job->error || derive(made, sa, ike_ke_job_shared(job))) {
			ike_put_status(&reply, N_INVALID_SYNTAX, (struct ike_slice){ 0 });
			ike_sa_end(made, NULL);
		} else {
			put_answer(taken, job, &reply);
			if (!collides(sa, made))
				inherit(made, sa);
			ike_sa_establish(made);
			ike_sa_forget_setup(made);
		}
		ike_reply(sa, CREATE_CHILD_SA, &reply, IKE_DONE);
	}
	free_taken(taken);
	ike_ke_job_free(job);
}

static enum ike_outcome refuse(struct ike_sa *sa, struct ike_builder *reply, uint16_t type, struct ike_slice data)
{
	ike_sa_log(sa, PLUTO_NOTICE, "rekeying the IKE SA refused: %s", ike_notify_name(type));
	ike_put_status(reply, type, data);
	return IKE_DONE;
}

static enum ike_outcome start_answer(struct ike_sa *sa, const struct ike_message *request, struct taken *taken,
				     struct ike_builder *reply)
{
	const struct ike_alg *method;
	struct ike_sa *made = taken->made;
	struct ike_slice value;
	uint8_t wanted[2];

	if (!take_suite(made, request, made->spi[0], &taken->number))
		return refuse(sa, reply, N_NO_PROPOSAL_CHOSEN, (struct ike_slice){ 0 });
	if (!rekey_take_nonce(&made->setup->nonce[0], request))
		return refuse(sa, reply, N_INVALID_SYNTAX, (struct ike_slice){ 0 });
	method = made->suite.ke;
	wanted[0] = method->id >> 8;
	wanted[1] = method->id;
	if (!rekey_take_ke(&value, request, method))
		return refuse(sa, reply, N_INVALID_KE_PAYLOAD, (struct ike_slice){ wanted, sizeof(wanted) });
	rekey_own_nonce(sa->pluto, &made->setup->nonce[1]);
	if (ike_ke_start(sa, method, NULL, value, reply_is_made, taken))
		return refuse(sa, reply, N_TEMPORARY_FAILURE, (struct ike_slice){ 0 });
	return IKE_LATER;
}

static bool has_child_under_way(const struct ike_sa *sa)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (child->state == CHILD_SA_LARVAL || child->state == CHILD_SA_DELETING)
			return true;
	return false;
}

/**
 * ike_sa_rekey_answer() - the peer rekeys the IKE SA
 *
 * While this side makes or deletes a Child SA it is asked to try again: RFC 7296, 2.25.2.
 */
enum ike_outcome ike_sa_rekey_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	static const uint8_t unknown[8];
	struct taken *taken;
	enum ike_outcome outcome;

	if (has_child_under_way(sa))
		return refuse(sa, reply, N_TEMPORARY_FAILURE, (struct ike_slice){ 0 });
	taken = calloc(1, sizeof(*taken));
	if (taken)
		taken->made = make_like(sa, unknown);
	if (!taken || !taken->made) {
		free(taken);
		return refuse(sa, reply, N_TEMPORARY_FAILURE, (struct ike_slice){ 0 });
	}
	ike_sa_get(taken->made);
	outcome = start_answer(sa, request, taken, reply);
	if (outcome != IKE_LATER) {
		ike_sa_end(taken->made, NULL);
		free_taken(taken);
	}
	return outcome;
}
