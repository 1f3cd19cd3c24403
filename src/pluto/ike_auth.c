// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH, as the one who begins: RFC 7296, 1.2 and 2.15. */
#include <stdlib.h>
#include <string.h>

#include "auth_certs.h"
#include "cert_lookup.h"
#include "connection_peer.h"
#include "cp_state.h"
#include "ike_auth.h"
#include "impair.h"
#include "mobike.h"
#include "peers.h"
#include "reauth.h"
#include "rekey.h"

#define ID_RESERVED_AT 5 /* bytes into an identification payload */

/**
 * struct auth - the request
 * @claim: this side's, made
 */
struct auth {
	struct ike_exchange exchange;
	struct child_sa *child;
	struct ike_auth_claim *claim;
};

static const struct ike_exchange_ops auth_ops;

void ike_auth_put_identity(struct pluto *pluto, struct ike_builder *builder, uint8_t payload,
			   const struct ike_identity *id)
{
	size_t reserved = builder->length + ID_RESERVED_AT;

	ike_put_id(builder, payload, id->type, (struct ike_slice){ id->data, id->length });
	if (!builder->error)
		impair_identity(pluto, builder->data + reserved);
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct auth *auth = caa_container_of(exchange, struct auth, exchange);
	struct ike_sa *sa = exchange->sa;
	const struct ike_identity *peer = &sa->connection->remote.id;

	ike_auth_put_identity(sa->pluto, builder, IKE_P_IDI, &auth->claim->who);
	ike_certs_put(builder, auth->claim);
	ike_certreq_put(builder, sa, connection_asks_cert(sa->connection));
	if (!ike_identity_is_many(peer))
		ike_auth_put_identity(sa->pluto, builder, IKE_P_IDR, peer);
	ike_auth_put(builder, auth->claim);
	if (sa->connection->initial_contact && ike_peers_is_only(sa))
		ike_put_status(builder, N_INITIAL_CONTACT, (struct ike_slice){ 0 });
	if (impair_fails(sa->pluto, IMPAIR_FIRST_CHILD)) {
		child_sa_free(auth->child, false);
		auth->child = NULL;
	} else {
		cp_put_request(sa, builder);
		child_sa_put_offer(auth->child, builder, NULL);
	}
	ike_mobike_put(sa, builder);
	return IKE_DONE;
}

static void claim_is_made(struct ike_auth_claim *claim)
{
	struct auth *auth = calloc(1, sizeof(*auth));
	struct ike_sa *sa = claim->sa;

	if (sa->state != IKE_SA_DEAD && !claim->error && auth)
		auth->child = child_sa_new(sa, sa->connection);
	if (auth && auth->child) {
		child_sa_take_packet(auth->child, NULL);
		auth->claim = claim;
		ike_exchange_start(sa, &auth->exchange, &auth_ops);
		return;
	}
	free(auth);
	ike_sa_end(sa, claim->error ? "this host cannot show who it is" : "no Child SA can be made");
	ike_auth_claim_free(claim);
}

/**
 * ike_auth_start() - IKE_SA_INIT is done: show who this side is, and demand the same
 */
void ike_auth_start(struct ike_sa *sa)
{
	struct ike_identity own, peer = sa->connection->remote.id;

	connection_local_id(sa->connection, &sa->local.addr, &own);
	if (ike_identity_is_many(&peer))
		ike_identity_from_addr(&peer, &sa->remote.addr);
	if (ike_auth_make(sa, &own, &peer, claim_is_made))
		ike_sa_end(sa, "no memory");
}

int ike_auth_install(struct child_sa *child, bool initiator)
{
	return child_sa_install(child, child->sa->setup->fresh.nonce, (struct ike_slice){ 0 }, initiator, true);
}

bool ike_auth_keep_peer(struct ike_sa *sa, const struct ike_identity *peer)
{
	free(sa->peer_id);
	sa->peer_id = malloc(sizeof(*peer));
	if (sa->peer_id)
		*sa->peer_id = *peer;
	return sa->peer_id;
}

bool ike_auth_keep_message(struct ike_sa *sa, const struct ike_message *message)
{
	if (sa->setup->message == message)
		return true;
	free(sa->setup->message);
	sa->setup->message = ike_message_copy(message);
	return sa->setup->message;
}

bool ike_auth_read_identity(struct ike_identity *to, const struct ike_message *message, uint8_t payload)
{
	const struct ike_payload *found = ike_payload_find(message, payload);
	struct ike_id_body body;
	const char *why;

	return found && !ike_id_read(&body, found, &why) && !ike_identity_set(to, body.type, body.data);
}

static void take_child(struct auth *auth, const struct ike_message *message)
{
	struct ike_sa *sa = auth->exchange.sa;
	uint16_t error = cp_take_reply(sa, message);

	if (!error)
		error = child_sa_take_answer(auth->child, message, true);
	if (!error && !ike_auth_install(auth->child, true)) {
		auth->child = NULL;
		return;
	}
	if (error)
		ike_sa_log(sa, PLUTO_NOTICE, "no Child SA: %s", ike_notify_name(error));
	if (error == N_SINGLE_PAIR_REQUIRED)
		child_sa_pair_start(auth->child);
	if (!ike_notify_error(message))
		auth->child = child_sa_disown(auth->child);
}

static bool is_refused(struct ike_sa *sa, const struct ike_message *message)
{
	uint16_t error = ike_payload_find(message, IKE_P_AUTH) ? 0 : ike_notify_error(message);

	if (error)
		ike_sa_log(sa, PLUTO_NOTICE, "the peer refuses: %s", ike_notify_name(error));
	return error;
}

/* RFC 7296, 2.21.2: the peer, which has established its side, is told in an exchange of its own. */
static enum ike_outcome distrust(struct ike_sa *sa)
{
	ike_refuse_peer(sa);
	return IKE_END;
}

static void peer_is_checked(struct ike_auth_claim *claim)
{
	struct ike_sa *sa = claim->sa;
	struct auth *auth;

	if (sa->state == IKE_SA_DEAD) {
		ike_auth_claim_free(claim);
		return;
	}
	auth = caa_container_of(sa->exchange, struct auth, exchange);
	if (claim->error || !ike_auth_keep_peer(sa, &claim->who)) {
		ike_exchange_done(&auth->exchange, distrust(sa));
	} else {
		ike_sa_establish(sa);
		ike_reauth_take(sa, sa->setup->message);
		ike_mobike_take(sa, sa->setup->message);
		if (auth->child)
			take_child(auth, sa->setup->message);
		ike_reauth_take_over(sa);
		ike_sa_forget_setup(sa);
		ike_exchange_done(&auth->exchange, IKE_DONE);
	}
	ike_auth_claim_free(claim);
}

/* With all that the message names. */
static enum ike_outcome check_peer(struct auth *auth, const struct ike_message *message)
{
	struct ike_sa *sa = auth->exchange.sa;
	struct ike_identity peer;

	if (!ike_auth_read_identity(&peer, message, IKE_P_IDR)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer does not say who it is");
		return distrust(sa);
	}
	if (!ike_auth_keep_message(sa, message) || ike_auth_check(sa, &auth->claim->who, &peer, peer_is_checked))
		return distrust(sa);
	return IKE_LATER;
}

static void looked_up(struct ike_sa *sa)
{
	enum ike_outcome outcome;
	struct auth *auth;

	if (sa->state == IKE_SA_DEAD)
		return;
	auth = caa_container_of(sa->exchange, struct auth, exchange);
	outcome = check_peer(auth, sa->setup->message);
	if (outcome != IKE_LATER)
		ike_exchange_done(&auth->exchange, outcome);
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct auth *auth = caa_container_of(exchange, struct auth, exchange);
	struct ike_sa *sa = exchange->sa;

	if (is_refused(sa, message))
		return IKE_END;
	if (!ike_lookup_is_due(sa, message))
		return check_peer(auth, message);
	if (!ike_auth_keep_message(sa, message) || ike_lookup_start(sa, looked_up))
		return distrust(sa);
	return IKE_LATER;
}

static void end(struct ike_exchange *exchange, bool answered)
{
	struct auth *auth = caa_container_of(exchange, struct auth, exchange);

	(void)answered;
	if (auth->child && exchange->sa->state != IKE_SA_DEAD)
		child_sa_free(auth->child, false);
	ike_auth_claim_free(auth->claim);
	free(auth);
}

static const struct ike_exchange_ops auth_ops = {
	.name = "IKE_AUTH",
	.exchange = IKE_AUTH,
	.build = build,
	.answer = answer,
	.end = end,
};
