// SPDX-License-Identifier: GPL-2.0-or-later
/* Pre-shared keys: RFC 7296, 2.15. */
#include <string.h>

#include "auth.h"

#define SECRET_MAX 256

static const char pad[] = "Key Pad for IKEv2";

static size_t secret_of(const struct ike_auth_claim *claim, uint8_t secret[SECRET_MAX])
{
	const struct ike_identity *own = claim->own ? &claim->who : &claim->other;
	const struct ike_identity *peer = claim->own ? &claim->other : &claim->who;
	struct pluto *pluto = claim->sa->pluto;

	return pluto->port->secret(pluto->arg, claim->sa->connection, own, peer, secret);
}

/* prf(prf(secret, "Key Pad for IKEv2"), octets); its length, or a negative errno. */
static int compute(struct ike_auth_claim *claim, uint8_t out[IKE_KEY_MAX])
{
	const struct ike_alg *prf = claim->sa->suite.prf;
	struct ike_slice part = { (const uint8_t *)pad, sizeof(pad) - 1 };
	uint8_t secret[SECRET_MAX], key[IKE_KEY_MAX];
	size_t length = secret_of(claim, secret);
	int result;

	if (!length)
		return ike_auth_fail(claim, "no pre-shared key for these two identities");
	result = ike_prf(prf, (struct ike_slice){ secret, length }, &part, 1, key);
	ike_wipe(secret, sizeof(secret));
	if (result > 0)
		result = ike_prf(prf, (struct ike_slice){ key, result }, claim->octets, 3, out);
	ike_wipe(key, sizeof(key));
	return result > 0 ? result : ike_auth_fail(claim, "no code could be made");
}

/* It is quick enough for the loop. */
static int begin(struct ike_auth_claim *claim)
{
	uint8_t code[IKE_KEY_MAX];
	int length = compute(claim, code), error = 0;

	if (length < 0)
		return length;
	if (claim->own) {
		memcpy(claim->data, code, length);
		claim->length = length;
	} else if ((size_t)length != claim->length || !ike_equal(code, claim->data, length)) {
		error = ike_auth_fail(claim, "its pre-shared key is another");
	}
	ike_wipe(code, sizeof(code));
	return error;
}

const struct ike_auth_method_ops ike_auth_psk = {
	.method = AUTH_PSK,
	.allowed = AUTH_BY_SECRET,
	.name = "pre-shared key",
	.begin = begin,
};
