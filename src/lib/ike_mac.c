// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Authenticators with a key, the same for PRFs and for integrity: HMAC (RFC 2104) is made from OpenSSL's digests, as
 * its own takes more than twice as long for the few blocks that there are here; CMAC is OpenSSL's, AES-XCBC (RFC 3566)
 * made from its AES-CBC. No computation allocates: there is one for each packet.
 */
#include <errno.h>
#include <openssl/core_names.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ike_own.h"

#define BLOCK	   16
#define HASH_BLOCK 128 /* of the longest: SHA2-512 */

/* AES-XCBC goes through CBC in runs of this many bytes; what CBC gives is not needed but for the last block. */
#define RUN 512

/**
 * struct ike_mac - an authenticator
 * @digest: of HMAC, by @hash; @pads: what goes before the inner and the outer digest: the key, in blocks
 * @cmac: of CMAC
 * @aes: AES-CBC with K1 of AES-XCBC
 * @k2, @k3: of AES-XCBC
 * @last: of AES-XCBC: @held bytes that wait for it to be known whether there are more
 */
struct ike_mac {
	const EVP_MD *hash;
	EVP_MD_CTX *digest;
	uint8_t pads[2][HASH_BLOCK];
	EVP_MAC_CTX *cmac;
	EVP_CIPHER_CTX *aes;
	uint8_t k2[BLOCK], k3[BLOCK], last[BLOCK];
	size_t held;
};

static struct {
	const char *name;
	EVP_MD *hash;
} hashes[] = { { "SHA2-256", NULL }, { "SHA2-512", NULL }, { "SHA2-384", NULL }, { "SHA1", NULL }, { "MD5", NULL } };
static EVP_MAC *cmac;
static EVP_CIPHER *aes_cbc;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	size_t i;

	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		hashes[i].hash = EVP_MD_fetch(NULL, hashes[i].name, NULL);
	cmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_CMAC, NULL);
	aes_cbc = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
}

static const EVP_MD *find_hash(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (!strcmp(hashes[i].name, name))
			return hashes[i].hash;
	}
	return NULL;
}

/* RFC 2104, 2 */
static int init_hmac(struct ike_mac *mac, const char *name, struct ike_slice key)
{
	size_t block, i;

	mac->hash = find_hash(name);
	if (!mac->hash)
		return -ENOENT;
	mac->digest = EVP_MD_CTX_new();
	if (!mac->digest)
		return -ENOMEM;
	block = (size_t)EVP_MD_get_block_size(mac->hash);
	if (block > HASH_BLOCK)
		return -EIO;
	if (key.length > block) {
		if (EVP_DigestInit_ex2(mac->digest, mac->hash, NULL) != 1 ||
		    EVP_DigestUpdate(mac->digest, key.data, key.length) != 1 ||
		    EVP_DigestFinal_ex(mac->digest, mac->pads[0], NULL) != 1)
			return -EIO;
	} else if (key.length) {
		memcpy(mac->pads[0], key.data, key.length);
	}
	for (i = 0; i < block; i++) {
		mac->pads[1][i] = mac->pads[0][i] ^ 0x5c;
		mac->pads[0][i] ^= 0x36;
	}
	return 0;
}

static int init_cmac(struct ike_mac *mac, const char *cipher, const uint8_t *key)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, (char *)cipher, 0),
		OSSL_PARAM_construct_end(),
	};

	if (!cmac)
		return -ENOENT;
	mac->cmac = EVP_MAC_CTX_new(cmac);
	if (!mac->cmac)
		return -ENOMEM;
	return EVP_MAC_init(mac->cmac, key, BLOCK, params) == 1 ? 0 : -EIO;
}

/* CBC of one block, which is AES alone. */
static int make_key(EVP_CIPHER_CTX *aes, const uint8_t *key, uint8_t value, uint8_t out[BLOCK])
{
	static const uint8_t zero[BLOCK];
	int n;

	memset(out, value, BLOCK);
	return EVP_EncryptInit_ex2(aes, aes_cbc, key, zero, NULL) == 1 &&
			       EVP_EncryptUpdate(aes, out, &n, out, BLOCK) == 1 && n == BLOCK ?
		       0 :
		       -EIO;
}

/* RFC 3566, 4: three keys, each a block of one byte's value encrypted. */
static int init_xcbc(struct ike_mac *mac, const uint8_t *key)
{
	uint8_t k1[BLOCK];
	int err = -EIO;

	if (!aes_cbc)
		return -ENOENT;
	mac->aes = EVP_CIPHER_CTX_new();
	if (!mac->aes)
		return -ENOMEM;
	if (!make_key(mac->aes, key, 1, k1) && !make_key(mac->aes, key, 2, mac->k2) &&
	    !make_key(mac->aes, key, 3, mac->k3) && EVP_EncryptInit_ex2(mac->aes, aes_cbc, k1, NULL, NULL) == 1)
		err = 0;
	ike_wipe(k1, sizeof(k1));
	return err;
}

static bool is_xcbc(const struct ike_alg *alg)
{
	return !strcmp(alg->openssl, "AES-128-ECB");
}

static int init_block(struct ike_mac *mac, const struct ike_alg *alg, const uint8_t key[BLOCK])
{
	return is_xcbc(alg) ? init_xcbc(mac, key) : init_cmac(mac, alg->openssl, key);
}

/*
 * PRFs take keys of any length. RFC 4434, 2: AES-XCBC's is filled up with zeros or, if too long, hashed with a key of
 * zeros. RFC 4615, 3: AES-CMAC's is so hashed whenever it is not as long as a block.
 */
static int fit_key(uint8_t fit[BLOCK], const struct ike_alg *alg, struct ike_slice key)
{
	static const uint8_t zero[BLOCK];
	const struct ike_slice zeros = { zero, BLOCK };
	uint8_t out[IKE_KEY_MAX];
	int length;

	memset(fit, 0, BLOCK);
	if (alg->type != IKE_PRF && key.length != BLOCK)
		return -EINVAL;
	if (key.length == BLOCK || (key.length < BLOCK && is_xcbc(alg))) {
		if (key.length)
			memcpy(fit, key.data, key.length);
		return 0;
	}
	length = ike_prf(alg, zeros, &key, 1, out);
	if (length == BLOCK)
		memcpy(fit, out, BLOCK);
	ike_wipe(out, sizeof(out));
	return length == BLOCK ? 0 : length;
}

static int init(struct ike_mac *mac, const struct ike_alg *alg, struct ike_slice key)
{
	uint8_t fit[BLOCK];
	int err;

	if (strncmp(alg->openssl, "AES", 3) != 0)
		return init_hmac(mac, alg->openssl, key);
	err = fit_key(fit, alg, key);
	if (!err)
		err = init_block(mac, alg, fit);
	ike_wipe(fit, sizeof(fit));
	return err;
}

/**
 * ike_mac_new() - make an authenticator
 * @result: gets it; ike_mac_free() ends it
 * @alg: an IKE_PRF, or an IKE_INTEG but for NONE
 * @key: of any length for a PRF and for HMAC, else as long as @alg says
 *
 * Return: 0, -EINVAL: that is no authenticator, or not a key for it, -ENOENT: OpenSSL does not have it, -ENOMEM, -EIO.
 */
int ike_mac_new(struct ike_mac **result, const struct ike_alg *alg, struct ike_slice key)
{
	struct ike_mac *mac;
	int err;

	if (!alg || !alg->openssl || (alg->type != IKE_PRF && alg->type != IKE_INTEG))
		return -EINVAL;
	pthread_once(&once, fetch);
	mac = calloc(1, sizeof(*mac));
	if (!mac)
		return -ENOMEM;
	err = init(mac, alg, key);
	if (err)
		ike_mac_free(mac);
	else
		*result = mac;
	return err;
}

/**
 * ike_mac_free() - end an authenticator, and wipe its keys
 * @mac: it; NULL is fine
 */
void ike_mac_free(struct ike_mac *mac)
{
	if (!mac)
		return;
	EVP_MD_CTX_free(mac->digest);
	EVP_MAC_CTX_free(mac->cmac);
	EVP_CIPHER_CTX_free(mac->aes);
	ike_wipe(mac, sizeof(*mac));
	free(mac);
}

/* Takes bytes in, but for the last block, which is not known to be the last before there are no more. */
static int xcbc_update(struct ike_mac *mac, const uint8_t *data, size_t length)
{
	uint8_t out[RUN];
	size_t n;
	int m;

	for (; length; data += n, length -= n) {
		if (mac->held == BLOCK) {
			if (EVP_EncryptUpdate(mac->aes, out, &m, mac->last, BLOCK) != 1)
				return -EIO;
			mac->held = 0;
		}
		if (!mac->held && length > BLOCK) {
			n = (length - 1) / BLOCK * BLOCK;
			n = n < RUN ? n : RUN;
			if (EVP_EncryptUpdate(mac->aes, out, &m, data, (int)n) != 1)
				return -EIO;
		} else {
			n = length < BLOCK - mac->held ? length : BLOCK - mac->held;
			memcpy(mac->last + mac->held, data, n);
			mac->held += n;
		}
	}
	return 0;
}

/* RFC 3566, 4.1: the last block is mixed with K2, or padded and mixed with K3. */
static int xcbc_final(struct ike_mac *mac, uint8_t *out)
{
	const uint8_t *mix = mac->held == BLOCK ? mac->k2 : mac->k3;
	int i, n;

	if (mac->held < BLOCK) {
		memset(mac->last + mac->held, 0, BLOCK - mac->held);
		mac->last[mac->held] = 0x80;
	}
	for (i = 0; i < BLOCK; i++)
		mac->last[i] ^= mix[i];
	return EVP_EncryptUpdate(mac->aes, out, &n, mac->last, BLOCK) == 1 && n == BLOCK ? BLOCK : -EIO;
}

/* The inner digest, or the outer one. */
static bool begin_digest(struct ike_mac *mac, const uint8_t *pad)
{
	return EVP_DigestInit_ex2(mac->digest, mac->hash, NULL) == 1 &&
	       EVP_DigestUpdate(mac->digest, pad, (size_t)EVP_MD_get_block_size(mac->hash)) == 1;
}

static int hmac_final(struct ike_mac *mac, uint8_t *out)
{
	uint8_t inner[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	bool good = EVP_DigestFinal_ex(mac->digest, inner, &length) == 1 && begin_digest(mac, mac->pads[1]) &&
		    EVP_DigestUpdate(mac->digest, inner, length) == 1 &&
		    EVP_DigestFinal_ex(mac->digest, out, &length) == 1;

	ike_wipe(inner, sizeof(inner));
	return good ? (int)length : -EIO;
}

/**
 * ike_mac_begin() - begin to authenticate bytes
 * @mac: the authenticator; it can be used again and again, and what was not ended is forgotten
 *
 * Return: 0 or -EIO.
 */
int ike_mac_begin(struct ike_mac *mac)
{
	static const uint8_t zero[BLOCK];

	mac->held = 0;
	if (mac->digest)
		return begin_digest(mac, mac->pads[0]) ? 0 : -EIO;
	if (mac->cmac)
		return EVP_MAC_init(mac->cmac, NULL, 0, NULL) == 1 ? 0 : -EIO;
	return EVP_EncryptInit_ex2(mac->aes, NULL, NULL, zero, NULL) == 1 ? 0 : -EIO;
}

/**
 * ike_mac_update() - authenticate more bytes
 * @mac: the authenticator, after ike_mac_begin()
 * @data: the bytes
 * @length: how many
 *
 * Return: 0 or -EIO.
 */
int ike_mac_update(struct ike_mac *mac, const void *data, size_t length)
{
	if (mac->digest)
		return EVP_DigestUpdate(mac->digest, data, length) == 1 ? 0 : -EIO;
	if (mac->cmac)
		return EVP_MAC_update(mac->cmac, data, length) == 1 ? 0 : -EIO;
	return xcbc_update(mac, data, length);
}

/**
 * ike_mac_final() - authenticate no more
 * @mac: the authenticator
 * @out: gets the whole value
 *
 * Return: bytes of the value, or -EIO.
 */
int ike_mac_final(struct ike_mac *mac, uint8_t out[IKE_KEY_MAX])
{
	size_t length;

	if (mac->digest)
		return hmac_final(mac, out);
	if (mac->cmac)
		return EVP_MAC_final(mac->cmac, out, &length, IKE_KEY_MAX) == 1 ? (int)length : -EIO;
	return xcbc_final(mac, out);
}

/**
 * ike_mac_compute() - authenticate bytes
 * @mac: the authenticator; it can be used again
 * @parts: the bytes
 * @count: how many parts
 * @out: gets the whole value
 *
 * Return: bytes of the value, or -EIO.
 */
int ike_mac_compute(struct ike_mac *mac, const struct ike_slice *parts, size_t count, uint8_t out[IKE_KEY_MAX])
{
	int err = ike_mac_begin(mac);
	size_t i;

	for (i = 0; i < count && !err; i++)
		err = ike_mac_update(mac, parts[i].data, parts[i].length);
	return err ? err : ike_mac_final(mac, out);
}
