// SPDX-License-Identifier: GPL-2.0-or-later
#include "cookie.h"

#include <string.h>

#define SECRET_TIME 120000 /* milliseconds; the one before is good for as long again */

/* Version | hash(secret, Ni | IPi | SPIi), as RFC 7296 has it, keyed. */
static void make(const struct pluto *pluto, uint8_t version, const uint8_t spi_i[8], const struct ike_endpoint *remote,
		 struct ike_slice nonce, uint8_t out[IKE_COOKIE])
{
	const struct ike_alg *prf = ike_alg_by_id(IKE_PRF, 5); /* PRF_HMAC_SHA2_256 */
	const uint8_t *secret = pluto->cookie_secret[version != pluto->cookie_version];
	struct ike_slice key = { secret, sizeof(pluto->cookie_secret[0]) };
	struct ike_slice parts[] = {
		nonce,
		{ remote->addr.b, sizeof(remote->addr.b) },
		{ spi_i, 8 },
	};
	uint8_t digest[IKE_KEY_MAX];

	ike_prf(prf, key, parts, sizeof(parts) / sizeof(*parts), digest);
	out[0] = version;
	memcpy(out + 1, digest, IKE_COOKIE - 1);
}

static void refresh(struct pluto *pluto)
{
	uint64_t now = pluto_now(pluto), age = now - pluto->cookie_made;

	if (age < SECRET_TIME)
		return;
	if (age < 2 * SECRET_TIME)
		memcpy(pluto->cookie_secret[1], pluto->cookie_secret[0], sizeof(pluto->cookie_secret[1]));
	else /* nobody has asked for so long that it is too old, too */
		pluto_bytes(pluto, pluto->cookie_secret[1], sizeof(pluto->cookie_secret[1]));
	pluto_bytes(pluto, pluto->cookie_secret[0], sizeof(pluto->cookie_secret[0]));
	pluto->cookie_made = now;
	pluto->cookie_version++;
}

void ike_cookie_make(struct pluto *pluto, const uint8_t spi_i[8], const struct ike_endpoint *remote,
		     struct ike_slice nonce, uint8_t out[IKE_COOKIE])
{
	refresh(pluto);
	make(pluto, pluto->cookie_version, spi_i, remote, nonce, out);
}

bool ike_cookie_is_good(struct pluto *pluto, const uint8_t spi_i[8], const struct ike_endpoint *remote,
			struct ike_slice nonce, struct ike_slice cookie)
{
	uint8_t own[IKE_COOKIE];

	refresh(pluto);
	if (cookie.length != IKE_COOKIE || (uint8_t)(pluto->cookie_version - cookie.data[0]) > 1)
		return false;
	make(pluto, cookie.data[0], spi_i, remote, nonce, own);
	return ike_equal(own, cookie.data, IKE_COOKIE);
}
