// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection_peer.h"
#include "impair.h"

/* What an AUTH payload can be made with: a new method is a row here. Of several that this side can the first is taken.
 */
static const struct ike_auth_method_ops *const methods[] = {
	&ike_auth_signature, &ike_auth_rsa,	  &ike_auth_ecdsa_256,
	&ike_auth_ecdsa_384, &ike_auth_ecdsa_521, &ike_auth_psk,
};

#define METHODS (sizeof(methods) / sizeof(*methods))

int ike_auth_fail(struct ike_auth_claim *claim, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(claim->why, sizeof(claim->why), format, args);
	va_end(args);
	return -EACCES;
}

/* The reserved bytes of the peer's ID payload are what they are. */
static void take_reserved(const struct ike_sa *sa, uint8_t reserved[3])
{
	const struct ike_payload *payload = ike_payload_find(sa->setup->message, sa->initiator ? IKE_P_IDR : IKE_P_IDI);
	struct ike_id_body body;
	const char *why;

	if (payload && !ike_id_read(&body, payload, &why))
		memcpy(reserved, body.reserved, sizeof(body.reserved));
}

/* prf(SK_px, RestOfIDPayload), RFC 7296, 2.15. @from: 0: of the original initiator. */
static int mac_identity(struct ike_sa *sa, unsigned int from, const struct ike_identity *who, uint8_t *out)
{
	const struct ike_key *key = &sa->keys.auth[from];
	uint8_t head[4] = { who->type };
	struct ike_slice parts[] = { { head, sizeof(head) }, { who->data, who->length } };

	if (from != sa->initiator)
		impair_identity(sa->pluto, head + 1);
	else
		take_reserved(sa, head + 1);
	return ike_prf(sa->suite.prf, (struct ike_slice){ key->data, key->length }, parts, 2, out);
}

static struct ike_auth_claim *new_claim(struct ike_sa *sa, bool own, const struct ike_identity *who,
					const struct ike_identity *other, void (*then)(struct ike_auth_claim *claim))
{
	unsigned int from = own != sa->initiator;
	const struct ike_setup *setup = sa->setup;
	struct ike_auth_claim *claim = calloc(1, sizeof(*claim));
	int length;

	if (!claim)
		return NULL;
	length = mac_identity(sa, from, who, claim->maced_id);
	claim->sa = ike_sa_get(sa);
	claim->own = own;
	claim->who = *who;
	claim->other = *other;
	claim->then = then;
	/* What the SA is set up with stays until it is established, or nobody holds it. */
	claim->octets[0] = (struct ike_slice){ setup->first[from]->data, setup->first[from]->length };
	claim->octets[1] = ike_nonce_slice(&setup->fresh.nonce[!from]);
	claim->octets[2] = (struct ike_slice){ claim->maced_id, length < 0 ? 0 : length };
	if (length < 0)
		claim->error = ike_auth_fail(claim, "no code of the identity could be made");
	return claim;
}

static void finish(struct ike_auth_claim *claim)
{
	struct ike_sa *sa = claim->sa;

	if (sa->state == IKE_SA_DEAD)
		claim->error = claim->error ? claim->error : -ECANCELED;
	else if (!claim->error)
		sa->auth[!claim->own] = claim->scheme ? claim->scheme->name : claim->method->name;
	else if (claim->own)
		ike_sa_log(sa, PLUTO_ERROR, "this host cannot show who it is: %s", claim->why);
	else
		ike_sa_log(sa, PLUTO_NOTICE, "the peer is not authenticated: %s", claim->why);
	claim->then(claim);
}

static void work(struct pluto_job *job)
{
	struct ike_auth_claim *claim = caa_container_of(job, struct ike_auth_claim, job);

	claim->error = claim->method->work(claim);
}

static void done(struct pluto_job *job)
{
	finish(caa_container_of(job, struct ike_auth_claim, job));
}

static void go_on(struct ike_auth_claim *claim)
{
	if (claim->error || !claim->method->work) {
		finish(claim);
		return;
	}
	claim->job.work = work;
	claim->job.done = done;
	claim->sa->pluto->port->submit(claim->sa->pluto->arg, &claim->job);
}

/* The first way that this side can. */
static int begin_own(struct ike_auth_claim *claim)
{
	int error = ike_auth_fail(claim, "its connection allows no way to");
	size_t at;

	for (at = 0; at < METHODS; at++) {
		claim->method = methods[at];
		if (!(claim->method->allowed & claim->sa->connection->local.auth))
			continue;
		error = claim->method->begin(claim);
		if (error != -EOPNOTSUPP)
			break;
	}
	return error;
}

int ike_auth_make(struct ike_sa *sa, const struct ike_identity *own, const struct ike_identity *peer,
		  void (*then)(struct ike_auth_claim *claim))
{
	struct ike_auth_claim *claim = new_claim(sa, true, own, peer, then);

	if (!claim)
		return -ENOMEM;
	if (!claim->error)
		claim->error = begin_own(claim);
	go_on(claim);
	return 0;
}

static const struct ike_auth_method_ops *find(uint8_t number)
{
	size_t at;

	for (at = 0; at < METHODS; at++)
		if (methods[at]->method == number)
			return methods[at];
	return NULL;
}

static int read_auth(struct ike_auth_body *body, const struct ike_message *message, const char **why)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_AUTH);

	*why = "no AUTH payload";
	return payload ? ike_auth_read(body, payload, why) : -1;
}

uint32_t ike_auth_allowed_by(const struct ike_message *message)
{
	const struct ike_auth_method_ops *method;
	struct ike_auth_body body;
	const char *why;

	if (read_auth(&body, message, &why))
		return 0;
	method = find(body.method);
	if (!method)
		return 0;
	return method->narrow ? method->narrow(body.data) : method->allowed;
}

/* Only a certificate may say more of who the peer is than the peer does; that is looked at with it. */
static bool is_wanted(const struct ike_auth_claim *claim)
{
	const struct connection *connection = claim->sa->connection;

	return ((claim->method->allowed & AUTH_BY_SIGNATURE) && connection_asks_cert(connection)) ||
	       ike_identity_match(&connection->remote.id, &claim->who) >= 0;
}

static int begin_peer(struct ike_auth_claim *claim)
{
	struct ike_auth_body body;
	const char *why;

	if (read_auth(&body, claim->sa->setup->message, &why))
		return ike_auth_fail(claim, "%s", why);
	if (impair_fails(claim->sa->pluto, IMPAIR_AUTH))
		return ike_auth_fail(claim, "it is made to fail");
	if (body.data.length > sizeof(claim->data))
		return ike_auth_fail(claim, "its AUTH payload is too long");
	if (body.data.length)
		memcpy(claim->data, body.data.data, body.data.length);
	claim->length = body.data.length;
	claim->method = find(body.method);
	if (!claim->method || !(claim->method->allowed & claim->sa->connection->remote.auth))
		return ike_auth_fail(claim, "method %u is not the connection's", body.method);
	if (!is_wanted(claim))
		return ike_auth_fail(claim, "it is somebody else");
	return claim->method->begin(claim);
}

int ike_auth_check(struct ike_sa *sa, const struct ike_identity *own, const struct ike_identity *peer,
		   void (*then)(struct ike_auth_claim *claim))
{
	struct ike_auth_claim *claim = new_claim(sa, false, peer, own, then);

	if (!claim)
		return -ENOMEM;
	if (!claim->error)
		claim->error = begin_peer(claim);
	go_on(claim);
	return 0;
}

void ike_auth_put(struct ike_builder *builder, const struct ike_auth_claim *claim)
{
	ike_put_auth(builder, claim->method->method, (struct ike_slice){ claim->data, claim->length });
}

void ike_auth_claim_free(struct ike_auth_claim *claim)
{
	if (!claim)
		return;
	while (claim->cert_count)
		pki_cert_put(claim->certs[--claim->cert_count]);
	pki_key_put(claim->key);
	pki_store_put(claim->trust.store);
	ike_sa_put(claim->sa);
	ike_wipe(claim, sizeof(*claim));
	free(claim);
}
