// SPDX-License-Identifier: GPL-2.0-or-later
/* Authenticators of packets: IKE's, by KLIPS's numbers. */
#include "crypto_driver.h"
#include "../../lib/ike_mac.h"

#define MAC(name)                                    \
	{                                            \
		.type = IKE_INTEG, .openssl = (name) \
	}

static const struct ike_alg algs[KLIPS_AUTH_COUNT] = {
	[KLIPS_AUTH_HMAC_MD5_96] = MAC("MD5"),
	[KLIPS_AUTH_HMAC_SHA1_96] = MAC("SHA1"),
	[KLIPS_AUTH_AES_XCBC_96] = MAC("AES-128-ECB"),
	[KLIPS_AUTH_AES_CMAC_96] = MAC("AES-128-CBC"),
	[KLIPS_AUTH_HMAC_SHA2_256_128] = MAC("SHA2-256"),
	[KLIPS_AUTH_HMAC_SHA2_384_192] = MAC("SHA2-384"),
	[KLIPS_AUTH_HMAC_SHA2_512_256] = MAC("SHA2-512"),
};

/**
 * klips_mac_new() - make an authenticator
 * @result: gets it; ike_mac_free() ends it
 * @auth: which; not KLIPS_AUTH_NONE
 * @key: its key
 * @length: bytes of the key
 *
 * Return: 0, -ENOENT: OpenSSL does not have it, or -ENOMEM.
 */
int klips_mac_new(struct ike_mac **result, enum klips_auth auth, const u8 *key, u32 length)
{
	int err = ike_mac_new(result, &algs[auth], (struct ike_slice){ key, length });

	return err && err != -ENOMEM ? -ENOENT : err;
}

/**
 * klips_mac_compute() - authenticate bytes
 * @mac: the authenticator
 * @pieces: the bytes, one piece after the other
 * @count: how many pieces
 * @icv: gets the value
 * @length: bytes of it that are wanted; at most what the authenticator has
 *
 * Return: 0, or -EIO: OpenSSL failed.
 */
int klips_mac_compute(struct ike_mac *mac, const struct klips_piece *pieces, unsigned int count, u8 *icv, u32 length)
{
	int size, err = ike_mac_begin(mac);
	u8 whole[IKE_KEY_MAX];
	unsigned int i;

	for (i = 0; i < count && !err; i++)
		err = ike_mac_update(mac, pieces[i].data, pieces[i].length);
	if (err)
		return err;
	size = ike_mac_final(mac, whole);
	if (size < 0 || (u32)size < length)
		return -EIO;
	memcpy(icv, whole, length);
	return 0;
}
