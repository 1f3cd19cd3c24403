// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs in place of others, as the one who answers: RFC 7296, 1.3.2, 2.18 and 2.25.2. */
#include <stdlib.h>
#include <string.h>

#include "rekey_own.h"

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
	struct ike_proposals answer = { .count = 1 };

	ike_suite_proposal(&taken->made->suite, &answer.proposals[0], taken->number);
	ike_rekey_put_spi(&answer, taken->made->spi[1]);
	ike_put_sa(reply, &answer);
	ike_put_payload(reply, IKE_P_NONCE, ike_nonce_slice(&taken->made->setup->fresh.nonce[1]));
	ike_ke_job_put(job, reply);
}

static enum ike_outcome refuse(struct ike_sa *sa, struct ike_builder *reply, uint16_t type, struct ike_slice data)
{
	ike_sa_log(sa, PLUTO_NOTICE, "rekeying the IKE SA refused: %s", ike_notify_name(type));
	ike_put_status(reply, type, data);
	return type == N_INVALID_SYNTAX ? IKE_END : IKE_DONE; /* RFC 7296, 2.21.3 */
}

static void accept(struct ike_sa *old, const struct taken *taken, const struct ike_ke_job *job,
		   struct ike_builder *reply)
{
	struct ike_sa *made = taken->made;

	put_answer(taken, job, reply);
	made->contested = ike_rekey_collides(old, made);
	if (!made->contested)
		ike_rekey_inherit(made, old);
	ike_sa_establish(made);
	ike_sa_forget_setup(made);
}

static bool has_child_under_way(const struct ike_sa *sa)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (child->state == CHILD_SA_LARVAL || child->state == CHILD_SA_DELETING)
			return true;
	return false;
}

/*
 * The notification to refuse with, or 0. While somebody computed, this side's own exchange may have replaced the SA, or
 * be making a Child SA.
 */
static uint16_t find_fault(struct ike_sa *old, const struct taken *taken, const struct ike_ke_job *job)
{
	if (old->state != IKE_SA_ESTABLISHED || has_child_under_way(old))
		return N_TEMPORARY_FAILURE;
	if (job->error || ike_sa_derive(taken->made, old, &taken->made->setup->fresh, ike_ke_job_shared(job)))
		return N_INVALID_SYNTAX;
	return 0;
}

static void reply_is_made(struct ike_ke_job *job)
{
	struct taken *taken = job->arg;
	struct ike_builder reply;
	enum ike_outcome outcome = IKE_DONE;
	struct ike_sa *sa = job->sa;
	uint16_t fault;

	if (sa->state == IKE_SA_DEAD) {
		ike_sa_end(taken->made, NULL);
	} else {
		ike_reply_start(&reply);
		fault = find_fault(sa, taken, job);
		if (fault) {
			outcome = refuse(sa, &reply, fault, (struct ike_slice){ 0 });
			ike_sa_end(taken->made, NULL);
		} else {
			accept(sa, taken, job, &reply);
		}
		ike_reply(sa, CREATE_CHILD_SA, &reply, outcome);
		ike_rekey_is_answered(sa);
	}
	free_taken(taken);
	ike_ke_job_free(job);
}

static enum ike_outcome start_answer(struct ike_sa *sa, const struct ike_message *request, struct taken *taken,
				     struct ike_builder *reply)
{
	const struct ike_alg *method;
	struct ike_sa *made = taken->made;
	struct ike_slice value;
	uint8_t wanted[2];

	if (!ike_rekey_take_suite(made, request, made->spi[0], &taken->number))
		return refuse(sa, reply, N_NO_PROPOSAL_CHOSEN, (struct ike_slice){ 0 });
	if (!ike_nonce_take(&made->setup->fresh.nonce[0], request))
		return refuse(sa, reply, N_INVALID_SYNTAX, (struct ike_slice){ 0 });
	method = made->suite.ke;
	wanted[0] = method->id >> 8;
	wanted[1] = method->id;
	if (!ike_fresh_peer(&value, request, method))
		return refuse(sa, reply, N_INVALID_KE_PAYLOAD, (struct ike_slice){ wanted, sizeof(wanted) });
	ike_nonce_make(sa->pluto, &made->setup->fresh.nonce[1], true);
	ike_rekey_collides(sa, made); /* this side's own request may be answered before the reply is made */
	if (ike_ke_start(sa, method, NULL, value, reply_is_made, taken))
		return refuse(sa, reply, N_TEMPORARY_FAILURE, (struct ike_slice){ 0 });
	return IKE_LATER;
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

	if (has_child_under_way(sa) || ike_rekey_has_collided(sa))
		return refuse(sa, reply, N_TEMPORARY_FAILURE, (struct ike_slice){ 0 });
	taken = calloc(1, sizeof(*taken));
	if (taken)
		taken->made = ike_rekey_make_like(sa, unknown);
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
