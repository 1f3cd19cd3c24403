// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH, as the one who answers: RFC 7296, 1.2 and 2.15. */
#include <stdlib.h>
#include <string.h>

#include "auth_certs.h"
#include "cert_lookup.h"
#include "connection_peer.h"
#include "cp_state.h"
#include "ike_auth.h"
#include "mobike.h"
#include "peers.h"
#include "reauth.h"

static enum ike_outcome refuse(struct ike_builder *reply, uint16_t type)
{
	ike_put_status(reply, type, (struct ike_slice){ 0 });
	return IKE_END;
}

/* Certificates are looked at only if they can tell more than the identities. */
static struct connection *choose(struct ike_sa *sa, const struct ike_message *request, struct connection_asked *asked)
{
	struct pki_cert *certs[IKE_CERTS_MAX];
	struct connection *found;

	found = connection_for_peer(sa->pluto, &sa->local.addr, &sa->remote.addr, asked);
	if (found && !found->remote.ca.length)
		return found;
	asked->cert_count = ike_certs_read(certs, sa, request);
	if (asked->cert_count) {
		asked->certs = certs;
		found = connection_for_peer(sa->pluto, &sa->local.addr, &sa->remote.addr, asked);
	}
	while (asked->cert_count)
		pki_cert_put(certs[--asked->cert_count]);
	asked->certs = NULL;
	return found;
}

/* The connection that the two identities are of, and the way to authenticate; it may be another than the addresses'. */
static bool find_connection(struct ike_sa *sa, const struct ike_message *request, const struct ike_identity *peer,
			    const struct ike_identity *named)
{
	struct connection_asked asked = {
		.peer = peer, .own = named, .auth = ike_auth_allowed_by(request), .suite = &sa->suite
	};
	struct connection *connection = choose(sa, request, &asked);
	char text[IKE_ID_TEXT];

	if (!connection) {
		ike_identity_print(text, sizeof(text), peer);
		ike_sa_log(sa, PLUTO_NOTICE, "no connection is for %s", text);
		return false;
	}
	if (!connection_has_suite(connection, &sa->suite)) {
		ike_identity_print(text, sizeof(text), peer);
		ike_sa_log(sa, PLUTO_NOTICE, "\"%s\", the connection for %s, has other algorithms", connection->name,
			   text);
		return false;
	}
	ike_sa_change_connection(sa, connection);
	return true;
}

/* RFC 6023, 3: Child SAs come later, if at all; addresses are asked for now, or never. */
static void answer_childless(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	uint16_t error = ike_payload_find(request, IKE_P_CP) ? cp_serve(sa, request) : 0;

	if (error)
		ike_put_status(reply, error, (struct ike_slice){ 0 });
	else
		cp_put_reply(sa, request, reply);
}

static void answer_child(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	struct child_sa *child = NULL;
	uint16_t error = cp_serve(sa, request);

	if (!error)
		error = child_sa_choose(&child, sa, request, NULL, true);
	if (!error && ike_auth_install(child, false)) {
		child_sa_free(child, false);
		error = N_NO_ADDITIONAL_SAS;
	}
	if (error) {
		cp_undo(sa);
		ike_put_status(reply, error, (struct ike_slice){ 0 });
	} else {
		cp_put_reply(sa, request, reply);
		child_sa_put_answer(child, reply, NULL, NULL);
	}
}

static void refuse_late(struct ike_sa *sa)
{
	struct ike_builder reply;

	ike_reply_start(&reply);
	ike_reply(sa, IKE_AUTH, &reply, refuse(&reply, N_AUTHENTICATION_FAILED));
}

static void establish(struct ike_sa *sa, const struct ike_auth_claim *claim, struct ike_builder *reply)
{
	const struct ike_message *request = sa->setup->message;

	ike_auth_put_identity(sa->pluto, reply, IKE_P_IDR, &claim->who);
	ike_certs_put(reply, claim);
	ike_auth_put(reply, claim);
	ike_sa_establish(sa);
	ike_reauth_put(sa, reply);
	if (ike_notify_find(request, N_INITIAL_CONTACT, NULL))
		ike_peers_end_others(sa);
	if (ike_payload_find(request, IKE_P_SA))
		answer_child(sa, request, reply);
	else
		answer_childless(sa, request, reply);
	if (ike_mobike_take(sa, request))
		ike_mobike_put(sa, reply);
}

static void claim_is_made(struct ike_auth_claim *claim)
{
	struct ike_sa *sa = claim->sa;
	struct ike_builder reply;

	if (sa->state == IKE_SA_DEAD) {
		/* nobody waits for it any more */
	} else if (claim->error) {
		refuse_late(sa);
	} else {
		ike_reply_start(&reply);
		establish(sa, claim, &reply);
		ike_reply(sa, IKE_AUTH, &reply, IKE_DONE);
		ike_sa_forget_setup(sa);
	}
	ike_auth_claim_free(claim);
}

static void peer_is_checked(struct ike_auth_claim *claim)
{
	struct ike_sa *sa = claim->sa;

	if (sa->state != IKE_SA_DEAD && (claim->error || !ike_auth_keep_peer(sa, &claim->who) ||
					 ike_auth_make(sa, &claim->other, &claim->who, claim_is_made)))
		refuse_late(sa);
	ike_auth_claim_free(claim);
}

/* With all that the request names. */
static enum ike_outcome check_peer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	struct ike_identity peer, own, named = { 0 };

	if (!ike_auth_read_identity(&peer, request, IKE_P_IDI))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	if (ike_payload_find(request, IKE_P_IDR) && !ike_auth_read_identity(&named, request, IKE_P_IDR))
		return refuse(reply, N_INVALID_SYNTAX);
	if (!find_connection(sa, request, &peer, &named))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	if (mobike_meets_nat(&sa->asked, request))
		return refuse(reply, N_UNEXPECTED_NAT_DETECTED);
	own = named;
	if (named.type == IKE_ID_NONE)
		connection_local_id(sa->connection, &sa->local.addr, &own);
	ike_certreq_take(sa, request);
	if (!ike_auth_keep_message(sa, request) || ike_auth_check(sa, &own, &peer, peer_is_checked))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	return IKE_LATER;
}

static void looked_up(struct ike_sa *sa)
{
	struct ike_builder reply;
	enum ike_outcome outcome;

	if (sa->state == IKE_SA_DEAD)
		return;
	ike_reply_start(&reply);
	outcome = check_peer(sa, sa->setup->message, &reply);
	if (outcome != IKE_LATER)
		ike_reply(sa, IKE_AUTH, &reply, outcome);
}

/**
 * ike_auth_answer() - a row of respond.c's table
 */
enum ike_outcome ike_auth_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	if (sa->initiator)
		return refuse(reply, N_AUTHENTICATION_FAILED);
	if (!ike_lookup_is_due(sa, request))
		return check_peer(sa, request, reply);
	if (!ike_auth_keep_message(sa, request) || ike_lookup_start(sa, looked_up))
		return refuse(reply, N_AUTHENTICATION_FAILED);
	return IKE_LATER;
}
