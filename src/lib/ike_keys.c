// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of IKE SAs and of Child SAs. */
#include <errno.h>
#include <string.h>

#include "ike_own.h"

/* What all keys of one SA need at most: SK_d, SK_pi, SK_pr, and both directions' of encryption and integrity. */
#define MATERIAL_MAX (7 * IKE_KEY_MAX)

/* RFC 7296, 2.14: with these PRFs SKEYSEED is made of the first 64 bits of either nonce. */
static bool has_short_key(const struct ike_alg *prf)
{
	return !strncmp(prf->openssl, "AES", 3);
}

static size_t encr_length(const struct ike_suite *suite)
{
	return suite->encr ? suite->encr_bits / 8u + suite->encr->salt : 0;
}

static size_t integ_length(const struct ike_suite *suite)
{
	return suite->integ && !(suite->encr && suite->encr->aead) ? suite->integ->key : 0;
}

/* Cuts a key off the front of the material. */
static const uint8_t *cut(struct ike_key *key, const uint8_t *material, size_t length)
{
	memcpy(key->data, material, length);
	key->length = (uint8_t)length;
	return material + length;
}

/* prf(Ni | Nr, g^ir) */
static int first_skeyseed(const struct ike_alg *prf, const struct ike_key_seed *seed, uint8_t *skeyseed)
{
	size_t ni = seed->ni.length, nr = seed->nr.length;
	uint8_t key[2 * 256];

	if (has_short_key(prf)) {
		ni = ni < 8 ? ni : 8;
		nr = nr < 8 ? nr : 8;
	}
	if (!ni || !nr || ni > sizeof(key) / 2 || nr > sizeof(key) / 2)
		return -EINVAL;
	memcpy(key, seed->ni.data, ni);
	memcpy(key + ni, seed->nr.data, nr);
	return ike_prf(prf, (struct ike_slice){ key, ni + nr }, &seed->shared, 1, skeyseed);
}

/* RFC 7296, 2.18: prf(SK_d (old), g^ir (new) | Ni | Nr), with the old SA's PRF. */
static int next_skeyseed(const struct ike_key_seed *seed, uint8_t *skeyseed)
{
	const struct ike_slice parts[] = { seed->shared, seed->ni, seed->nr };

	return ike_prf(seed->old_prf, (struct ike_slice){ seed->old_d->data, seed->old_d->length }, parts, 3, skeyseed);
}

/* {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} */
static void cut_ike_keys(struct ike_keys *keys, const struct ike_suite *suite, const uint8_t *material)
{
	material = cut(&keys->d, material, suite->prf->key);
	material = cut(&keys->integ[0], material, integ_length(suite));
	material = cut(&keys->integ[1], material, integ_length(suite));
	material = cut(&keys->encr[0], material, encr_length(suite));
	material = cut(&keys->encr[1], material, encr_length(suite));
	material = cut(&keys->auth[0], material, suite->prf->key);
	cut(&keys->auth[1], material, suite->prf->key);
}

/**
 * ike_keys_derive() - the keys of an IKE SA: RFC 7296, 2.14 and 2.18
 * @keys: gets them; ike_wipe() it in the end
 * @suite: of the new SA
 * @seed: what they are made of; the nonces 1 to 256 bytes each
 *
 * Return: 0, -EINVAL: the suite has no PRF or cipher, or a nonce is no nonce, -ENOENT: OpenSSL lacks the PRF, -ENOMEM,
 * -EIO.
 */
int ike_keys_derive(struct ike_keys *keys, const struct ike_suite *suite, const struct ike_key_seed *seed)
{
	const struct ike_slice parts[] = { seed->ni, seed->nr, { seed->spi_i, 8 }, { seed->spi_r, 8 } };
	uint8_t skeyseed[IKE_KEY_MAX], material[MATERIAL_MAX];
	size_t length;
	int size, err;

	memset(keys, 0, sizeof(*keys));
	if (!suite->prf || !suite->encr || encr_length(suite) > IKE_KEY_MAX)
		return -EINVAL;
	size = seed->old_d ? next_skeyseed(seed, skeyseed) : first_skeyseed(suite->prf, seed, skeyseed);
	if (size < 0)
		return size;
	length = 3u * suite->prf->key + 2 * (integ_length(suite) + encr_length(suite));
	err = ike_prf_expand(suite->prf, (struct ike_slice){ skeyseed, (size_t)size }, parts, 4, material, length);
	if (!err)
		cut_ike_keys(keys, suite, material);
	ike_wipe(skeyseed, sizeof(skeyseed));
	ike_wipe(material, sizeof(material));
	return err;
}

/**
 * ike_child_keys_derive() - the keys of a pair of Child SAs: RFC 7296, 2.17
 * @keys: gets them; ike_wipe() it in the end
 * @child: of the new SAs
 * @prf: the IKE SA's
 * @d: the IKE SA's SK_d
 * @shared: of their own key exchange; empty without one
 * @ni: the nonce of who began this exchange
 * @nr: the other one
 *
 * Return: 0, -EINVAL: no PRF, or no suite for a Child SA, -ENOENT: OpenSSL lacks the PRF, -ENOMEM, -EIO.
 */
int ike_child_keys_derive(struct ike_child_keys *keys, const struct ike_suite *child, const struct ike_alg *prf,
			  const struct ike_key *d, struct ike_slice shared, struct ike_slice ni, struct ike_slice nr)
{
	const struct ike_slice parts[] = { shared, ni, nr };
	size_t encr = encr_length(child), integ = integ_length(child);
	uint8_t material[MATERIAL_MAX];
	const uint8_t *next = material;
	int i, err;

	memset(keys, 0, sizeof(*keys));
	if (encr > IKE_KEY_MAX || (!child->encr && !child->integ))
		return -EINVAL;
	err = ike_prf_expand(prf, (struct ike_slice){ d->data, d->length }, parts, 3, material, 2 * (encr + integ));
	for (i = 0; i < 2 && !err; i++) {
		next = cut(&keys->encr[i], next, encr);
		next = cut(&keys->integ[i], next, integ);
	}
	ike_wipe(material, sizeof(material));
	return err;
}
