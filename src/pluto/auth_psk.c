// SPDX-License-Identifier: GPL-2.0-or-later
/* Pre-shared keys: RFC 7296, 2.15. */
#include <errno.h>
#include <string.h>

#include "auth.h"

#define SECRET_MAX 256

static const char pad[] = "Key Pad for IKEv2";

static size_t secret_of(const struct ike_auth_claim *claim, uint8_t secret[SECRET_MAX])
{
	const struct ike_identity *own = claim->own ? claim->who : claim->other;
	const struct ike_identity *peer = claim->own ? claim->other : claim->who;
	struct pluto *pluto = claim->sa->pluto;
	char local[IKE_ID_TEXT], remote[IKE_ID_TEXT];

	ike_identity_print(local, sizeof(local), own);
	ike_identity_print(remote, sizeof(remote), peer);
	return pluto->port->secret(pluto->arg, claim->sa->connection, local, remote, secret);
}

/* prf(prf(secret, "Key Pad for IKEv2"), octets); its length, or a negative errno. */
static int compute(const struct ike_auth_claim *claim, uint8_t out[IKE_KEY_MAX])
{
	const struct ike_alg *prf = claim->sa->suite.prf;
	struct ike_slice part = { (const uint8_t *)pad, sizeof(pad) - 1 };
	uint8_t secret[SECRET_MAX], key[IKE_KEY_MAX];
	size_t length = secret_of(claim, secret);
	int result;

	if (!length) {
		ike_sa_log(claim->sa, PLUTO_ERROR, "no pre-shared key for these two identities");
		return -ENOKEY;
	}
	result = ike_prf(prf, (struct ike_slice){ secret, length }, &part, 1, key);
	ike_wipe(secret, sizeof(secret));
	if (result > 0)
		result = ike_prf(prf, (struct ike_slice){ key, result }, claim->octets, 3, out);
	ike_wipe(key, sizeof(key));
	return result;
}

static int make(const struct ike_auth_claim *claim, uint8_t data[IKE_AUTH_MAX])
{
	return compute(claim, data);
}

static bool verify(const struct ike_auth_claim *claim, struct ike_slice data)
{
	uint8_t own[IKE_KEY_MAX];
	int length = compute(claim, own);
	bool good = length > 0 && (size_t)length == data.length && ike_equal(own, data.data, length);

	if (!good && length > 0)
		ike_sa_log(claim->sa, PLUTO_NOTICE, "the peer is not authenticated: its pre-shared key is another");
	ike_wipe(own, sizeof(own));
	return good;
}

const struct ike_auth_method_ops ike_auth_psk = {
	.method = AUTH_PSK,
	.name = "pre-shared key",
	.make = make,
	.verify = verify,
};
