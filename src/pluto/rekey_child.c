// SPDX-License-Identifier: GPL-2.0-or-later
/* Child SAs in CREATE_CHILD_SA, as the one who begins: new ones, and in place of others. RFC 7296, 1.3.1 and 1.3.3. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fresh.h"
#include "reauth.h"
#include "rekey.h"

/**
 * struct create - a request
 * @connection: @child's, which may be gone with the IKE SA
 * @child: the new one
 * @old, @protocol: the one that it replaces, by its own SPI; 0: none
 * @retried: another request does what this one could not; @put_off: a timer begins one
 * @theirs, @lower: the peer's, where it replaces the same one at the same time, by its own SPI
 */
struct create {
	struct ike_exchange exchange;
	struct ike_fresh fresh;
	struct connection *connection;
	struct child_sa *child;
	uint32_t old, theirs;
	uint8_t protocol;
	bool retried, put_off;
	struct ike_nonce lower;
};

static const struct ike_exchange_ops create_ops, rekey_ops;

static struct create *create_of(struct ike_exchange *exchange)
{
	return caa_container_of(exchange, struct create, exchange);
}

static struct child_sa *old_of(const struct create *create)
{
	return child_sa_find(create->exchange.sa, create->protocol, create->old, true);
}

static int start(struct ike_sa *sa, struct connection *connection, struct child_sa *old)
{
	struct create *create = calloc(1, sizeof(*create));

	if (create)
		create->child = child_sa_new(sa, connection);
	if (!create || !create->child) {
		free(create);
		return -ENOMEM;
	}
	create->connection = connection_get(connection);
	child_sa_take_packet(create->child, old);
	if (old) {
		create->old = old->spi[0];
		create->protocol = old->protocol;
		old->rekeying = create->child;
	}
	ike_fresh_start(sa, &create->exchange, old && !old->lost ? &rekey_ops : &create_ops, &create->fresh,
			&connection->child);
	return 0;
}

static bool has(const struct ike_ts_list *list, const struct ike_ts *ts)
{
	struct ike_ts_list one = { .count = 1, .ts = { *ts } };

	return ike_ts_is_within(&one, list);
}

/*
 * Where the peer makes one after the other (RFC 7296, 2.9), a packet that none of them is for brings another. One that
 * is asked for is for its packet; without one, for whatever there is.
 */
static bool is_for_packet(const struct child_sa *child, const struct connection *connection)
{
	const struct ike_ts *packet = connection->packet;

	if (!connection->has_packet || !(connection->single_pair || connection->additional))
		return true;
	if (child->state == CHILD_SA_INSTALLED)
		return has(&child->local_ts, &packet[0]) && has(&child->remote_ts, &packet[1]);
	return !child->has_packet || !memcmp(child->packet, packet, sizeof(child->packet));
}

bool child_sa_is_there(const struct ike_sa *sa, const struct connection *connection)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (child->connection == connection && child->state <= CHILD_SA_INSTALLED &&
		    is_for_packet(child, connection))
			return true;
	return false;
}

/**
 * child_sa_create_start() - make a Child SA of a connection that shares an IKE SA: RFC 7296, 1.3.1
 * @sa: an established one
 *
 * Return: 0; -ENOTUNIQ: it has one, or a request is under way; -ENOMEM: the log may say more
 */
int child_sa_create_start(struct ike_sa *sa, struct connection *connection)
{
	return child_sa_is_there(sa, connection) ? -ENOTUNIQ : start(sa, connection, NULL);
}

/**
 * child_sa_pair_start() - ask for a Child SA for the pair of addresses of the packet alone: RFC 7296, 2.9
 * @refused: one with which SINGLE_PAIR_REQUIRED was answered
 *
 * From now on none of its connection is asked for otherwise.
 */
void child_sa_pair_start(const struct child_sa *refused)
{
	struct connection *connection = refused->connection;

	connection->single_pair = true;
	if (refused->single)
		return;
	if (!refused->has_packet) {
		child_sa_log(
			refused, PLUTO_NOTICE,
			"the peer makes Child SAs for single pairs of addresses alone: packets have to ask for them");
		return;
	}
	connection->has_packet = true;
	memcpy(connection->packet, refused->packet, sizeof(connection->packet));
	start(refused->sa, connection, NULL);
}

/**
 * child_sa_rekey_start() - make another in its place
 */
void child_sa_rekey_start(struct child_sa *child)
{
	if (child->state != CHILD_SA_INSTALLED || child->rekeying || child->sa->state != IKE_SA_ESTABLISHED)
		return;
	child_sa_log(child, PLUTO_NOTICE, "rekeying Child SA #%u", child->serial);
	start(child->sa, child->connection, child);
}

/* What goes out still goes by the old one, as it must not go in clear. */
void child_sa_lost(struct child_sa *child)
{
	if (child->state != CHILD_SA_INSTALLED || child->rekeying || child->successor ||
	    child->sa->state != IKE_SA_ESTABLISHED)
		return;
	child_sa_log(child, PLUTO_NOTICE, "the peer has Child SA #%u no more", child->serial);
	child->lost = true;
	start(child->sa, child->connection, child);
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct create *create = create_of(exchange);
	struct child_sa *old = old_of(create);

	if (create->child->unwanted)
		return IKE_DROP;
	if (create->old ? !old || old->state != CHILD_SA_INSTALLED || old->successor :
			  exchange->sa->state != IKE_SA_ESTABLISHED)
		return IKE_DROP; /* it was deleted meanwhile, or is just being, or the peer has made one in its place */
	if (old && !old->lost)
		ike_put_notify(builder, old->protocol, N_REKEY_SA,
			       (struct ike_slice){ (const uint8_t *)&old->spi[0], sizeof(old->spi[0]) },
			       (struct ike_slice){ 0 });
	child_sa_put_offer(create->child, builder, &create->fresh);
	return IKE_DONE;
}

/* RFC 7296, 2.8.1: of two that replace the same one, that of the exchange with the lowest nonce is not needed. */
static bool is_redundant(const struct create *create)
{
	return create->theirs && child_sa_find(create->child->sa, create->protocol, create->theirs, true) &&
	       rekey_compare(rekey_lower(create->fresh.nonce), &create->lower) < 0;
}

static void replace(struct child_sa *child, struct child_sa *old)
{
	if (!old)
		return;
	if (old->successor)
		child_sa_log(child, PLUTO_NOTICE, "both sides rekeyed Child SA #%u: the peer's goes", old->serial);
	old->successor = child;
	old->state = CHILD_SA_REKEYED;
	if (old->lost)
		child_sa_free(old, true);
	else
		child_sa_delete_start(old);
}

/* What cannot be installed is freed by end(): the peer's half is useless, and its life ends it. */
static enum ike_outcome install(struct create *create, struct ike_slice shared)
{
	struct child_sa *child = create->child;
	bool redundant = is_redundant(create);

	if (child_sa_install(child, create->fresh.nonce, shared, true, !redundant))
		return IKE_DONE;
	create->child = NULL; /* from now on it stands for itself */
	if (!redundant) {
		replace(child, old_of(create));
		if (child->unwanted)
			child_sa_delete_start(child);
		return IKE_DONE;
	}
	child_sa_log(child, PLUTO_NOTICE, "both sides rekeyed: Child SA #%u goes", child->serial);
	child_sa_delete_start(child);
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

static void put_off(struct create *create, struct child_sa *old)
{
	if (!rekey_may_try_again(create->exchange.sa))
		return;
	create->put_off = true;
	if (old)
		child_sa_rekey_again(old);
	else
		connection_wait(create->connection, true);
}

/* RFC 7296, 4: a peer that makes but one Child SA under an IKE SA. */
static void begin_another(const struct create *create, const struct child_sa *old)
{
	struct ike_sa *sa = create->exchange.sa;

	if (old)
		ike_reauth_start(sa);
	else if (sa->connection != create->connection)
		ike_sa_begin(create->connection);
}

/* RFC 7296, 2.25. */
static void take_refusal(struct create *create, uint16_t type)
{
	struct child_sa *old = old_of(create);

	child_sa_log(create->child, PLUTO_NOTICE, "%s: %s", create->exchange.ops->name, ike_notify_name(type));
	if (create->old && !old)
		return; /* the peer has deleted it meanwhile: there is nothing to replace */
	if (type == N_TEMPORARY_FAILURE) {
		put_off(create, old);
	} else if (type == N_NO_ADDITIONAL_SAS) {
		begin_another(create, old);
	} else if (type == N_SINGLE_PAIR_REQUIRED && !old) {
		child_sa_pair_start(create->child);
	} else if (type == N_CHILD_SA_NOT_FOUND && old && !old->lost) {
		old->rekeying = NULL;
		child_sa_lost(old);
		create->retried = old->rekeying;
	}
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct create *create = create_of(exchange);
	struct ike_fresh *fresh = &create->fresh;
	const struct ike_alg *method;
	struct ike_slice value;
	uint16_t error;

	if (ike_fresh_renew(exchange, fresh, &create->child->connection->child, message))
		return IKE_LATER;
	error = child_sa_take_answer(create->child, message, false);
	if (error != N_TEMPORARY_FAILURE)
		exchange->sa->put_off = 0;
	/* The peer may have chosen a proposal without a key exchange. */
	method = create->child->suite.ke;
	if (!error && ((method && method != fresh->method) || !ike_nonce_take(&fresh->nonce[1], message) ||
		       !ike_fresh_peer(&value, message, method)))
		error = N_INVALID_SYNTAX;
	if (error) {
		take_refusal(create, error);
		if (!ike_notify_error(message))
			create->child = child_sa_disown(create->child);
		return IKE_DONE;
	}
	if (!method)
		return install(create, (struct ike_slice){ 0 });
	return ike_fresh_finish(fresh, exchange, value, secret_is_made) ? IKE_DONE : IKE_LATER;
}

/* What the peer has no more is of no use, if there is to be no other. */
static void leave_old(const struct create *create)
{
	struct child_sa *old = old_of(create);

	if (!old || create->retried)
		return;
	old->rekeying = NULL;
	if (old->lost && !create->put_off && create->exchange.sa->state != IKE_SA_DEAD)
		child_sa_free(old, false);
}

static void end(struct ike_exchange *exchange, bool answered)
{
	struct create *create = create_of(exchange);

	leave_old(create);
	if (create->child && exchange->sa->state != IKE_SA_DEAD)
		child_sa_free(create->child, false);
	if (exchange->sa->state == IKE_SA_ESTABLISHED)
		ike_sa_join_in(exchange->sa, create->put_off ? REKEY_AGAIN : 0);
	else if (!answered && !create->old)
		ike_sa_join_heir(create->connection);
	connection_put(create->connection);
	ike_fresh_wipe(&create->fresh);
	free(create);
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
