// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth.h"

#include <errno.h>
#include <string.h>

/* What an AUTH payload can be made with: a new method is a row here. */
static const struct ike_auth_method_ops *const methods[] = {
	&ike_auth_psk,
};

static const struct ike_auth_method_ops *find(uint8_t method)
{
	size_t at;

	for (at = 0; at < sizeof(methods) / sizeof(*methods); at++)
		if (methods[at]->method == method)
			return methods[at];
	return NULL;
}

/* prf(SK_px, RestOfIDPayload), RFC 7296, 2.15. @from: 0: of the original initiator. */
static int mac_identity(const struct ike_sa *sa, unsigned int from, const struct ike_identity *who, uint8_t *out)
{
	const struct ike_key *key = &sa->keys.auth[from];
	const uint8_t head[4] = { who->type };
	struct ike_slice parts[] = { { head, sizeof(head) }, { who->data, who->length } };

	return ike_prf(sa->suite.prf, (struct ike_slice){ key->data, key->length }, parts, 2, out);
}

static int claim_of(struct ike_auth_claim *claim, struct ike_sa *sa, bool own, const struct ike_identity *who,
		    const struct ike_identity *other)
{
	unsigned int from = own != sa->initiator;
	const struct ike_setup *setup = sa->setup;
	const struct ike_nonce *nonce = &setup->nonce[!from];
	int length = mac_identity(sa, from, who, claim->maced_id);

	claim->sa = sa;
	claim->own = own;
	claim->who = who;
	claim->other = other;
	claim->octets[0] = (struct ike_slice){ setup->first[from]->data, setup->first[from]->length };
	claim->octets[1] = (struct ike_slice){ nonce->data, nonce->length };
	claim->octets[2] = (struct ike_slice){ claim->maced_id, length < 0 ? 0 : length };
	return length < 0 ? length : 0;
}

int ike_auth_put(struct ike_sa *sa, struct ike_builder *builder, const struct ike_identity *own,
		 const struct ike_identity *peer)
{
	const struct ike_auth_method_ops *method = find(sa->connection->local.auth);
	uint8_t data[IKE_AUTH_MAX];
	struct ike_auth_claim claim;
	int length;

	if (!method) {
		ike_sa_log(sa, PLUTO_ERROR, "no way to authenticate this host");
		return -EOPNOTSUPP;
	}
	length = claim_of(&claim, sa, true, own, peer);
	if (!length)
		length = method->make(&claim, data);
	if (length < 0)
		return length;
	ike_put_auth(builder, method->method, (struct ike_slice){ data, length });
	ike_wipe(data, length);
	return 0;
}

bool ike_auth_check(struct ike_sa *sa, const struct ike_payload *payload, const struct ike_identity *own,
		    const struct ike_identity *peer)
{
	const struct ike_auth_method_ops *method = NULL;
	struct ike_auth_claim claim;
	struct ike_auth_body body;
	const char *why = "no AUTH payload";

	if (!payload || ike_auth_read(&body, payload, &why)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer is not authenticated: %s", why);
		return false;
	}
	if (body.method == sa->connection->remote.auth)
		method = find(body.method);
	if (!method) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer is not authenticated: method %u is not the connection's",
			   body.method);
		return false;
	}
	return !claim_of(&claim, sa, false, peer, own) && method->verify(&claim, body.data);
}
