// SPDX-License-Identifier: GPL-2.0-or-later
/* Child SAs in CREATE_CHILD_SA, as the one who begins: new ones, and in place of others. RFC 7296, 1.3.1 and 1.3.3. */
#include <stdlib.h>
#include <string.h>

#include "init.h"
#include "ke_job.h"
#include "rekey.h"

/**
 * struct create - a request
 * @child: the new one
 * @old, @protocol: the one that it replaces, by its own SPI; 0: none
 * @theirs, @lower: the peer's, where it replaces the same one at the same time, by its own SPI
 */
struct create {
	struct ike_exchange exchange;
	struct rekey_fresh fresh;
	struct child_sa *child;
	uint32_t old, theirs;
	uint8_t protocol;
	struct ike_nonce lower;
};

static const struct ike_exchange_ops create_ops, rekey_ops;

static struct create *create_of(struct ike_exchange *exchange)
{
	return caa_container_of(exchange, struct create, exchange);
}

static struct child_sa *old_of(const struct create *create)
{
	return create->old ? child_sa_find(create->child->sa, create->protocol, create->old, true) : NULL;
}

static void free_create(struct create *create)
{
	if (create->child)
		child_sa_free(create->child, false);
	ike_ke_free(create->fresh.ke);
	ike_wipe(&create->fresh, sizeof(create->fresh));
	free(create);
}

static void part_is_made(struct ike_ke_job *job)
{
	struct create *create = job->arg;
	struct ike_sa *sa = job->sa;

	if (sa->state == IKE_SA_DEAD) {
		create->child = NULL; /* it went with the SA */
		free_create(create);
	} else if (job->error) {
		free_create(create);
	} else {
		create->fresh.ke = job->ke;
		job->ke = NULL;
		ike_exchange_start(sa, &create->exchange, create->old ? &rekey_ops : &create_ops);
	}
	ike_ke_job_free(job);
}

static void start(struct ike_sa *sa, struct child_sa *old)
{
	struct create *create = calloc(1, sizeof(*create));

	if (create)
		create->child = child_sa_new(sa, sa->connection->child.proposals[0].protocol);
	if (!create || !create->child) {
		free(create);
		return;
	}
	if (old) {
		create->old = old->spi[0];
		create->protocol = old->protocol;
		old->rekeying = create->child;
	}
	rekey_own_nonce(sa->pluto, &create->fresh.nonce[0]);
	create->fresh.method = ike_init_first_ke(&sa->connection->child);
	if (!create->fresh.method)
		ike_exchange_start(sa, &create->exchange, old ? &rekey_ops : &create_ops);
	else if (ike_ke_start(sa, create->fresh.method, NULL, (struct ike_slice){ 0 }, part_is_made, create))
		free_create(create);
}

/**
 * child_sa_rekey_start() - make another in its place
 */
void child_sa_rekey_start(struct child_sa *child)
{
	if (child->state != CHILD_SA_INSTALLED || child->rekeying || child->sa->state != IKE_SA_ESTABLISHED)
		return;
	ike_sa_log(child->sa, PLUTO_NOTICE, "rekeying Child SA #%u", child->serial);
	start(child->sa, child);
}

void child_sa_create_start(struct ike_sa *sa)
{
	start(sa, NULL);
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct create *create = create_of(exchange);
	struct rekey_fresh *fresh = &create->fresh;
	uint8_t public[IKE_KE_MAX];
	struct child_sa_fresh values = {
		.nonce = { fresh->nonce[0].data, fresh->nonce[0].length },
		.ke = fresh->method,
		.public = { public, 0 },
	};
	struct child_sa *old = old_of(create);
	int length = fresh->method ? ike_ke_public(fresh->ke, public) : 0;

	if (create->old && (!old || old->state != CHILD_SA_INSTALLED))
		return IKE_DROP; /* it was deleted meanwhile, or is just being */
	if (length < 0) {
		builder->error = true;
		return IKE_DONE;
	}
	values.public.length = length;
	if (old)
		ike_put_notify(builder, old->protocol, N_REKEY_SA,
			       (struct ike_slice){ (const uint8_t *)&old->spi[0], sizeof(old->spi[0]) },
			       (struct ike_slice){ 0 });
	child_sa_put_offer(create->child, builder, &values);
	return IKE_DONE;
}

/* RFC 7296, 2.8.1: of two that replace the same one, that of the exchange with the lowest nonce is not needed. */
static bool is_redundant(const struct create *create)
{
	return create->theirs && child_sa_find(create->child->sa, create->protocol, create->theirs, true) &&
	       rekey_compare(rekey_lower(create->fresh.nonce), &create->lower) < 0;
}

static void replace(struct create *create, struct child_sa *old)
{
	struct child_sa *child = create->child;

	create->child = NULL; /* from now on it stands for itself */
	if (!old)
		return;
	old->rekeying = NULL;
	if (old->successor && !old->successor->used) {
		ike_sa_log(child->sa, PLUTO_NOTICE, "both sides rekeyed Child SA #%u: the peer's goes", old->serial);
	}
	old->successor = child;
	old->state = CHILD_SA_REKEYED;
	child_sa_delete_start(old);
}

static enum ike_outcome install(struct create *create, struct ike_slice shared)
{
	struct child_sa *child = create->child, *old = old_of(create);
	const struct ike_nonce *nonce = create->fresh.nonce;
	bool redundant = is_redundant(create);
	struct ike_child_keys keys;
	int error = ike_child_keys_derive(&keys, &child->suite, child->sa->suite.prf, &child->sa->keys.d, shared,
					  (struct ike_slice){ nonce[0].data, nonce[0].length },
					  (struct ike_slice){ nonce[1].data, nonce[1].length });

	if (!error)
		error = child_sa_install(child, &keys, true, !redundant);
	ike_wipe(&keys, sizeof(keys));
	if (error)
		return IKE_DONE; /* end() frees it; the peer's half is useless: its traffic shows so */
	if (redundant) {
		ike_sa_log(child->sa, PLUTO_NOTICE, "both sides rekeyed: Child SA #%u goes", child->serial);
		create->child = NULL;
		if (old)
			old->rekeying = NULL;
		child_sa_delete_start(child);
		return IKE_DONE;
	}
	replace(create, old);
	return IKE_DONE;
}

static void secret_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;
	struct ike_exchange *exchange = job->arg;

	if (sa->state != IKE_SA_DEAD) {
		if (job->error)
			ike_sa_log(sa, PLUTO_NOTICE, "the peer's public value is none of %s", job->method->name);
		else
			install(create_of(exchange), ike_ke_job_shared(job));
		ike_exchange_done(exchange, IKE_DONE);
	}
	ike_ke_job_free(job);
}

static void other_part_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;
	struct ike_exchange *exchange = job->arg;
	struct rekey_fresh *fresh;

	if (sa->state != IKE_SA_DEAD) {
		fresh = &create_of(exchange)->fresh;
		if (!job->error) {
			ike_ke_free(fresh->ke);
			fresh->ke = job->ke;
			job->ke = NULL;
		}
		/* It is a new exchange, with the next message ID: RFC 7296, 1.3. */
		ike_exchange_again(exchange);
	}
	ike_ke_job_free(job);
}

static void again_later(struct create *create)
{
	struct child_sa *old = old_of(create);

	if (!old)
		return;
	old->rekeying = NULL;
	pluto_timer_set(&old->sa->pluto->timers, &old->rekey, pluto_now(old->sa->pluto) + REKEY_AGAIN, old->rekey.run);
}

/* RFC 7296, 2.25. */
static enum ike_outcome take_refusal(struct create *create, uint16_t type)
{
	struct child_sa *old = old_of(create);
	struct ike_sa *sa = create->exchange.sa;

	ike_sa_log(sa, PLUTO_NOTICE, "%s: %s", create->exchange.ops->name, ike_notify_name(type));
	if (type == N_TEMPORARY_FAILURE && old && old->rekey.run) {
		again_later(create);
	} else if (type == N_CHILD_SA_NOT_FOUND && old) {
		child_sa_free(old, false); /* the peer has forgotten it: a new one, then */
		child_sa_create_start(sa);
	}
	return IKE_DONE;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct create *create = create_of(exchange);
	struct rekey_fresh *fresh = &create->fresh;
	const struct ike_alg *other = rekey_other_method(&create->child->connection->child, message);
	struct ike_sa *sa = exchange->sa;
	struct ike_slice value;
	struct ike_ke *ke = fresh->ke;
	uint16_t error;

	if (other && other != fresh->method && fresh->tries++ < REKEY_TRIES) {
		fresh->method = other;
		return ike_ke_start(sa, other, NULL, (struct ike_slice){ 0 }, other_part_is_made, exchange) ? IKE_DONE :
													      IKE_LATER;
	}
	error = child_sa_take_answer(create->child, message, false);
	if (!error && (create->child->suite.ke != fresh->method || !rekey_take_nonce(&fresh->nonce[1], message) ||
		       !rekey_take_ke(&value, message, fresh->method)))
		error = N_INVALID_SYNTAX;
	if (error)
		return take_refusal(create, error);
	if (!fresh->method)
		return install(create, (struct ike_slice){ 0 });
	fresh->ke = NULL;
	if (!ike_ke_start(sa, fresh->method, ke, value, secret_is_made, exchange))
		return IKE_LATER;
	ike_ke_free(ke);
	return IKE_DONE;
}

static void end(struct ike_exchange *exchange, bool answered)
{
	struct create *create = create_of(exchange);
	struct child_sa *old = create->child ? old_of(create) : NULL;

	(void)answered;
	if (old && old->rekeying == create->child)
		old->rekeying = NULL;
	free_create(create);
}

static const struct ike_exchange_ops create_ops = {
	.name = "CREATE_CHILD_SA (new Child SA)",
	.exchange = CREATE_CHILD_SA,
	.build = build,
	.answer = answer,
	.end = end,
};

static const struct ike_exchange_ops rekey_ops = {
	.name = "CREATE_CHILD_SA (rekey Child SA)",
	.exchange = CREATE_CHILD_SA,
	.build = build,
	.answer = answer,
	.end = end,
};

void child_sa_rekey_collides(struct child_sa *old, const struct child_sa *theirs, const struct ike_nonce nonce[2])
{
	struct ike_exchange *exchange = old->sa->exchange;
	struct create *create;

	if (!exchange || exchange->ops != &rekey_ops)
		return;
	create = create_of(exchange);
	if (create->old != old->spi[0] || create->protocol != old->protocol)
		return;
	create->theirs = theirs->spi[0];
	create->lower = *rekey_lower(nonce);
}
