// SPDX-License-Identifier: GPL-2.0-or-later
/* CREATE_CHILD_SA, as the one who answers: RFC 7296, 1.3, 2.8 and 2.25. */
#include <stdlib.h>
#include <string.h>

#include "fresh.h"
#include "rekey.h"

/**
 * struct answer - a request while somebody computes
 * @child, @old: by their own SPIs: what is in the IKE SA's list can go
 */
struct answer {
	struct ike_nonce nonce[2];
	const struct ike_alg *method;
	uint32_t child, old;
	uint8_t protocol;
};

/* RFC 7296, 2.25: with the SPI that the peer named. */
static enum ike_outcome refuse_unknown(struct ike_sa *sa, const struct ike_notify *asked, struct ike_builder *reply)
{
	ike_sa_log(sa, PLUTO_NOTICE, "CREATE_CHILD_SA refused: %s", ike_notify_name(N_CHILD_SA_NOT_FOUND));
	ike_put_notify(reply, asked->protocol, N_CHILD_SA_NOT_FOUND, asked->spi, (struct ike_slice){ 0 });
	return IKE_DONE;
}

static enum ike_outcome refuse(struct ike_sa *sa, struct ike_builder *reply, uint16_t type)
{
	ike_sa_log(sa, PLUTO_NOTICE, "CREATE_CHILD_SA refused: %s", ike_notify_name(type));
	ike_reply_start(reply);
	ike_put_status(reply, type, (struct ike_slice){ 0 });
	return type == N_INVALID_SYNTAX ? IKE_END : IKE_DONE; /* RFC 7296, 2.21.3 */
}

static struct child_sa *old_of(struct ike_sa *sa, const struct answer *answer)
{
	return answer->old ? child_sa_find(sa, answer->protocol, answer->old, true) : NULL;
}

static void take_place(struct ike_sa *sa, struct child_sa *child, const struct answer *answer)
{
	struct child_sa *old = old_of(sa, answer);

	if (!old)
		return;
	child_sa_rekey_collides(old, child, answer->nonce);
	if (!old->successor)
		old->successor = child;
	pluto_timer_cancel(&sa->pluto->timers, &old->rekey);
}

static enum ike_outcome finish(struct ike_sa *sa, const struct answer *answer, const struct ike_ke_job *job,
			       struct ike_builder *reply)
{
	struct child_sa *child = child_sa_find(sa, answer->protocol, answer->child, true), *old = old_of(sa, answer);
	struct ike_slice shared = { 0 };

	if (!child)
		return refuse(sa, reply, N_TEMPORARY_FAILURE);
	/* While somebody computed, this side's own exchange may have replaced it. */
	if (child->unwanted || (answer->old && (!old || old->state != CHILD_SA_INSTALLED))) {
		child_sa_free(child, false);
		return refuse(sa, reply, N_TEMPORARY_FAILURE);
	}
	if (job)
		shared = ike_ke_job_shared(job);
	/* In place of another: what goes out goes by that until the peer, which has the new one then, deletes it. */
	if (child_sa_install(child, answer->nonce, shared, false, !answer->old)) {
		child_sa_free(child, false);
		return refuse(sa, reply, N_NO_ADDITIONAL_SAS);
	}
	take_place(sa, child, answer);
	child_sa_put_answer(child, reply, &answer->nonce[1], job);
	return IKE_DONE;
}

static void secret_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;
	struct answer *answer = job->arg;
	struct child_sa *child;
	struct ike_builder reply;
	enum ike_outcome outcome;

	if (sa->state != IKE_SA_DEAD) {
		ike_reply_start(&reply);
		if (job->error) {
			child = child_sa_find(sa, answer->protocol, answer->child, true);
			if (child)
				child_sa_free(child, false);
			outcome = refuse(sa, &reply, N_INVALID_SYNTAX);
		} else {
			outcome = finish(sa, answer, job, &reply);
		}
		ike_reply(sa, CREATE_CHILD_SA, &reply, outcome);
	}
	ike_wipe(answer, sizeof(*answer));
	free(answer);
	ike_ke_job_free(job);
}

/* With a key exchange, if the proposal that was chosen has one. */
static enum ike_outcome exchange_keys(struct ike_sa *sa, const struct answer *from, const struct ike_message *request,
				      struct child_sa *child, struct ike_builder *reply)
{
	uint8_t wanted[2] = { from->method->id >> 8, from->method->id };
	struct answer *answer;
	struct ike_slice value;

	if (!ike_fresh_peer(&value, request, from->method)) {
		child_sa_free(child, false);
		ike_put_status(reply, N_INVALID_KE_PAYLOAD, (struct ike_slice){ wanted, sizeof(wanted) });
		return IKE_DONE;
	}
	answer = malloc(sizeof(*answer));
	if (answer) {
		*answer = *from;
		if (!ike_ke_start(sa, answer->method, NULL, value, secret_is_made, answer))
			return IKE_LATER;
	}
	free(answer);
	child_sa_free(child, false);
	return refuse(sa, reply, N_TEMPORARY_FAILURE);
}

/* The Child SA that a request is to replace. 0: fine, also if there is none; or the notification to answer with. */
static uint16_t find_old(struct ike_sa *sa, const struct ike_message *request, struct child_sa **old)
{
	struct ike_notify notify;
	uint32_t spi;

	*old = NULL;
	if (!ike_notify_find(request, N_REKEY_SA, &notify))
		return 0;
	if (notify.spi.length != sizeof(spi))
		return N_INVALID_SYNTAX;
	memcpy(&spi, notify.spi.data, sizeof(spi));
	*old = child_sa_find(sa, notify.protocol, spi, false);
	if (!*old)
		return N_CHILD_SA_NOT_FOUND;
	return (*old)->state == CHILD_SA_INSTALLED ? 0 : N_TEMPORARY_FAILURE;
}

static enum ike_outcome answer_child(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	struct answer answer = { 0 };
	struct child_sa *old, *child;
	struct ike_notify notify;
	uint16_t error = find_old(sa, request, &old);

	if (error == N_CHILD_SA_NOT_FOUND && ike_notify_find(request, N_REKEY_SA, &notify))
		return refuse_unknown(sa, &notify, reply);
	if (!error && !ike_nonce_take(&answer.nonce[0], request))
		error = N_INVALID_SYNTAX;
	if (!error)
		error = child_sa_choose(&child, sa, request, old, false);
	if (error)
		return refuse(sa, reply, error);
	ike_nonce_make(sa->pluto, &answer.nonce[1], true);
	answer.child = child->spi[0];
	answer.protocol = child->protocol;
	answer.old = old ? old->spi[0] : 0;
	answer.method = child->suite.ke;
	if (answer.method)
		return exchange_keys(sa, &answer, request, child, reply);
	return finish(sa, &answer, NULL, reply);
}

static bool is_for_ike(const struct ike_message *request)
{
	const struct ike_payload *payload = ike_payload_find(request, IKE_P_SA);
	struct ike_proposals asked;
	const char *why;

	return payload && !ike_sa_read(&asked, payload, &why) && asked.count &&
	       asked.proposals[0].protocol == IKE_PROTO_IKE;
}

/**
 * ike_create_child_answer() - a row of respond.c's table
 */
enum ike_outcome ike_create_child_answer(struct ike_sa *sa, const struct ike_message *request,
					 struct ike_builder *reply)
{
	if (sa->contested)
		return IKE_DROP; /* the peer asks again, when it is known whose Child SAs are whose */
	if (sa->state != IKE_SA_ESTABLISHED)
		return refuse(sa, reply, N_TEMPORARY_FAILURE);
	if (is_for_ike(request))
		return ike_sa_rekey_answer(sa, request, reply);
	if (ike_sa_rekey_is_under_way(sa))
		return refuse(sa, reply, N_TEMPORARY_FAILURE);
	return answer_child(sa, request, reply);
}
