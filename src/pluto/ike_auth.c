// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH: RFC 7296, 1.2 and 2.15. */
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "child_sa.h"
#include "init.h"

struct auth {
	struct ike_exchange exchange;
	struct child_sa *child;
};

static const struct ike_exchange_ops auth_ops;

static void put_identity(struct ike_builder *builder, uint8_t payload, const struct ike_identity *id)
{
	ike_put_id(builder, payload, id->type, (struct ike_slice){ id->data, id->length });
}

/* Whether there is no other IKE SA with that peer, by what this side knows: RFC 7296, 2.4. */
static bool is_first_contact(const struct ike_sa *sa)
{
	const struct ike_sa *other;

	cds_list_for_each_entry(other, &sa->pluto->sas, node)
		if (other != sa && other->state == IKE_SA_ESTABLISHED && other->connection == sa->connection)
			return false;
	return sa->connection->initial_contact;
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct auth *auth = caa_container_of(exchange, struct auth, exchange);
	struct ike_sa *sa = exchange->sa;
	const struct ike_identity *peer = &sa->connection->remote.id;
	struct ike_identity own, by_address;

	connection_local_id(sa->connection, &sa->local.addr, &own);
	put_identity(builder, IKE_P_IDI, &own);
	if (peer->type != IKE_ID_NONE) {
		put_identity(builder, IKE_P_IDR, peer);
	} else {
		ike_identity_from_addr(&by_address, &sa->remote.addr);
		peer = &by_address;
	}
	if (ike_auth_put(sa, builder, &own, peer)) {
		builder->error = true;
		return IKE_DONE;
	}
	if (is_first_contact(sa))
		ike_put_status(builder, N_INITIAL_CONTACT, (struct ike_slice){ 0 });
	child_sa_put_offer(auth->child, builder, NULL);
	return IKE_DONE;
}

/**
 * ike_auth_start() - IKE_SA_INIT is done: show who this side is, and demand the same
 */
void ike_auth_start(struct ike_sa *sa)
{
	struct auth *auth = calloc(1, sizeof(*auth));

	if (auth)
		auth->child = child_sa_new(sa, sa->connection->child.proposals[0].protocol);
	if (!auth || !auth->child) {
		free(auth);
		ike_sa_end(sa, "no Child SA can be made");
		return;
	}
	ike_exchange_start(sa, &auth->exchange, &auth_ops);
}

static int install_first(struct child_sa *child, bool initiator)
{
	const struct ike_sa *sa = child->sa;
	const struct ike_nonce *nonce = sa->setup->nonce;
	struct ike_child_keys keys;
	int error = ike_child_keys_derive(&keys, &child->suite, sa->suite.prf, &sa->keys.d, (struct ike_slice){ 0 },
					  (struct ike_slice){ nonce[0].data, nonce[0].length },
					  (struct ike_slice){ nonce[1].data, nonce[1].length });

	if (!error)
		error = child_sa_install(child, &keys, initiator, true);
	ike_wipe(&keys, sizeof(keys));
	return error;
}

static bool keep_peer(struct ike_sa *sa, const struct ike_identity *peer)
{
	free(sa->peer_id);
	sa->peer_id = malloc(sizeof(*peer));
	if (sa->peer_id)
		*sa->peer_id = *peer;
	return sa->peer_id;
}

static bool read_identity(struct ike_identity *to, const struct ike_message *message, uint8_t payload)
{
	const struct ike_payload *found = ike_payload_find(message, payload);
	struct ike_id_body body;
	const char *why;

	return found && !ike_id_read(&body, found, &why) && !ike_identity_set(to, body.type, body.data);
}

static void take_child(struct auth *auth, const struct ike_message *message)
{
	struct ike_sa *sa = auth->exchange.sa;
	uint16_t error = child_sa_take_answer(auth->child, message, true);

	if (!error && !install_first(auth->child, true)) {
		auth->child = NULL;
		return;
	}
	if (error)
		ike_sa_log(sa, PLUTO_NOTICE, "no Child SA: %s", ike_notify_name(error));
}

static bool is_refused(struct ike_sa *sa, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	if (ike_payload_find(message, IKE_P_AUTH))
		return false;
	for (; payload; payload = ike_payload_next(message, payload))
		if (!ike_notify_read(&notify, payload, &why) && notify.type < N_ERRORS_END) {
			ike_sa_log(sa, PLUTO_NOTICE, "the peer refuses: %s", ike_notify_name(notify.type));
			return true;
		}
	return false;
}

/* RFC 7296, 2.21.2: the peer, which has established its side, is told in an exchange of its own. */
static enum ike_outcome distrust(struct ike_sa *sa)
{
	ike_refuse_peer(sa);
	return IKE_END;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct auth *auth = caa_container_of(exchange, struct auth, exchange);
	const struct ike_payload *claim = ike_payload_find(message, IKE_P_AUTH);
	struct ike_sa *sa = exchange->sa;
	const struct ike_identity *wanted = &sa->connection->remote.id;
	struct ike_identity own, peer;

	if (is_refused(sa, message))
		return IKE_END;
	connection_local_id(sa->connection, &sa->local.addr, &own);
	if (!read_identity(&peer, message, IKE_P_IDR)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer does not say who it is");
		return distrust(sa);
	}
	if (wanted->type != IKE_ID_NONE && !ike_identity_equal(wanted, &peer)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer is somebody else");
		return distrust(sa);
	}
	if (!ike_auth_check(sa, claim, &own, &peer) || !keep_peer(sa, &peer))
		return distrust(sa);
	ike_sa_establish(sa);
	take_child(auth, message);
	ike_sa_forget_setup(sa);
	return IKE_DONE;
}

static void end(struct ike_exchange *exchange, bool answered)
{
	struct auth *auth = caa_container_of(exchange, struct auth, exchange);

	(void)answered;
	if (auth->child)
		child_sa_free(auth->child, false);
	free(auth);
}

static const struct ike_exchange_ops auth_ops = {
	.name = "IKE_AUTH",
	.exchange = IKE_AUTH,
	.build = build,
	.answer = answer,
	.end = end,
};

static enum ike_outcome refuse(struct ike_builder *reply, uint16_t type)
{
	ike_put_status(reply, type, (struct ike_slice){ 0 });
	return IKE_END;
}

/* What was agreed on for the connection of the two addresses may be less than this one wants. */
static bool has_suite(const struct connection *connection, const struct ike_suite *suite)
{
	struct ike_proposals agreed = { .count = 1 };
	struct ike_proposal chosen;

	ike_suite_proposal(suite, &agreed.proposals[0], 1);
	return !ike_proposals_choose(&chosen, &connection->ike, &agreed, true);
}

/* The connection that the two identities are of, which may be another than the addresses'. */
static bool find_connection(struct ike_sa *sa, const struct ike_identity *peer, const struct ike_identity *named)
{
	struct connection *connection =
		connection_for_identity(sa->pluto, &sa->local.addr, &sa->remote.addr, peer, named);
	char text[IKE_ID_TEXT];

	ike_identity_print(text, sizeof(text), peer);
	if (!connection) {
		ike_sa_log(sa, PLUTO_NOTICE, "no connection is for %s", text);
		return false;
	}
	if (!has_suite(connection, &sa->suite)) {
		ike_sa_log(sa, PLUTO_NOTICE, "\"%s\", the connection for %s, has other algorithms", connection->name,
			   text);
		return false;
	}
	ike_sa_change_connection(sa, connection);
	return true;
}

/* RFC 7296, 2.4: a peer that says so has none of its old IKE SAs any more. */
static void end_old(struct ike_sa *sa, const struct ike_message *request)
{
	struct ike_sa *other, *next;
	struct ike_notify notify;

	if (!ike_notify_find(request, N_INITIAL_CONTACT, &notify))
		return;
	cds_list_for_each_entry_safe(other, next, &sa->pluto->sas, node)
		if (other != sa && other->state != IKE_SA_CONNECTING && other->peer_id &&
		    other->connection == sa->connection && ike_identity_equal(other->peer_id, sa->peer_id))
			ike_sa_end(other, "the peer has begun anew");
}

static void answer_child(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	struct child_sa *child = NULL;
	uint16_t error;

	if (!ike_payload_find(request, IKE_P_SA))
		return; /* RFC 6023 */
	error = child_sa_choose(&child, sa, request, true);
	if (!error && install_first(child, false)) {
		child_sa_free(child, false);
		error = N_NO_ADDITIONAL_SAS;
	}
	if (error)
		ike_put_status(reply, error, (struct ike_slice){ 0 });
	else
		child_sa_put_answer(child, reply, NULL);
}

/**
 * ike_auth_answer() - a row of respond.c's table
 */
enum ike_outcome ike_auth_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	struct ike_identity peer, own, named = { 0 };

	if (sa->initiator || !read_identity(&peer, request, IKE_P_IDI))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	if (ike_payload_find(request, IKE_P_IDR) && !read_identity(&named, request, IKE_P_IDR))
		return refuse(reply, N_INVALID_SYNTAX);
	if (!find_connection(sa, &peer, &named))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	connection_local_id(sa->connection, &sa->local.addr, &own);
	if (!ike_auth_check(sa, ike_payload_find(request, IKE_P_AUTH), &own, &peer) || !keep_peer(sa, &peer))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	put_identity(reply, IKE_P_IDR, &own);
	if (ike_auth_put(sa, reply, &own, &peer)) {
		ike_reply_start(reply);
		return refuse(reply, N_AUTHENTICATION_FAILED);
	}
	ike_sa_establish(sa);
	end_old(sa, request);
	answer_child(sa, request, reply);
	ike_sa_forget_setup(sa);
	return IKE_DONE;
}
