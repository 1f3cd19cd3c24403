// SPDX-License-Identifier: GPL-2.0-or-later
/* Authenticators over OpenSSL: HMAC and CMAC are its own, AES-XCBC (RFC 3566) is made from its AES-CBC. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include "crypto_driver.h"

#define BLOCK 16

/* AES-XCBC goes through CBC in runs of this many bytes; what CBC gives is not needed but for the last block. */
#define RUN 512

/**
 * struct klips_mac - an authenticator with its key; one thread at a time
 * @evp: HMAC or CMAC; NULL: AES-XCBC
 * @aes: AES-CBC with K1 of AES-XCBC
 */
struct klips_mac {
	EVP_MAC_CTX *evp;
	EVP_CIPHER_CTX *aes;
	u8 k2[BLOCK];
	u8 k3[BLOCK];
};

/* What each authenticator is in OpenSSL; fetched once. */
static struct {
	EVP_MAC *hmac;
	EVP_MAC *cmac;
	EVP_CIPHER *aes;
} fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	fetched.hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	fetched.cmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_CMAC, NULL);
	fetched.aes = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
}

static const char *digest_name(enum klips_auth auth)
{
	switch (auth) {
	case KLIPS_AUTH_HMAC_MD5_96:
		return "MD5";
	case KLIPS_AUTH_HMAC_SHA1_96:
		return "SHA1";
	case KLIPS_AUTH_HMAC_SHA2_256_128:
		return "SHA2-256";
	case KLIPS_AUTH_HMAC_SHA2_384_192:
		return "SHA2-384";
	case KLIPS_AUTH_HMAC_SHA2_512_256:
		return "SHA2-512";
	default:
		return NULL;
	}
}

static int init_evp(struct klips_mac *mac, EVP_MAC *type, const char *parameter, const char *value, const u8 *key,
		    u32 length)
{
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string(parameter, (char *)value, 0),
		OSSL_PARAM_construct_end(),
	};

	if (!type)
		return -ENOENT;
	mac->evp = EVP_MAC_CTX_new(type);
	if (!mac->evp)
		return -ENOMEM;
	return EVP_MAC_init(mac->evp, key, length, params) == 1 ? 0 : -ENOENT;
}

/* RFC 3566, 4: three keys, each a block of one byte's value encrypted. */
static int init_xcbc(struct klips_mac *mac, const u8 *key)
{
	static const u8 zero[BLOCK];
	u8 blocks[3][BLOCK], k1[BLOCK];
	int i, n, err = -ENOENT;

	if (!fetched.aes)
		return -ENOENT;
	mac->aes = EVP_CIPHER_CTX_new();
	if (!mac->aes)
		return -ENOMEM;
	for (i = 0; i < 3; i++) {
		memset(blocks[i], i + 1, BLOCK);
		if (EVP_EncryptInit_ex(mac->aes, fetched.aes, NULL, key, zero) != 1 ||
		    EVP_EncryptUpdate(mac->aes, blocks[i], &n, blocks[i], BLOCK) != 1)
			goto wipe;
	}
	memcpy(k1, blocks[0], BLOCK);
	memcpy(mac->k2, blocks[1], BLOCK);
	memcpy(mac->k3, blocks[2], BLOCK);
	if (EVP_EncryptInit_ex(mac->aes, NULL, NULL, k1, zero) == 1 && EVP_CIPHER_CTX_set_padding(mac->aes, 0) == 1)
		err = 0;
wipe:
	memzero_explicit(blocks, sizeof(blocks));
	memzero_explicit(k1, sizeof(k1));
	return err;
}

/**
 * klips_mac_new() - make an authenticator
 * @result: gets it; klips_mac_free() ends it
 * @auth: which; not KLIPS_AUTH_NONE
 * @key: its key
 * @length: bytes of the key
 *
 * Return: 0, -ENOENT: OpenSSL does not have it, or -ENOMEM.
 */
int klips_mac_new(struct klips_mac **result, enum klips_auth auth, const u8 *key, u32 length)
{
	struct klips_mac *mac = kzalloc(sizeof(*mac), GFP_KERNEL);
	int err;

	if (!mac)
		return -ENOMEM;
	pthread_once(&fetched_once, fetch);
	if (auth == KLIPS_AUTH_AES_XCBC_96)
		err = init_xcbc(mac, key);
	else if (auth == KLIPS_AUTH_AES_CMAC_96)
		err = init_evp(mac, fetched.cmac, OSSL_MAC_PARAM_CIPHER, "AES-128-CBC", key, length);
	else
		err = init_evp(mac, fetched.hmac, OSSL_MAC_PARAM_DIGEST, digest_name(auth), key, length);
	if (err)
		klips_mac_free(mac);
	else
		*result = mac;
	return err;
}

/**
 * klips_mac_free() - end an authenticator, and wipe its keys
 * @mac: it; NULL is fine
 */
void klips_mac_free(struct klips_mac *mac)
{
	if (!mac)
		return;
	EVP_MAC_CTX_free(mac->evp);
	EVP_CIPHER_CTX_free(mac->aes);
	memzero_explicit(mac, sizeof(*mac));
	kfree(mac);
}

/* Takes bytes in, but for the last block, which is not known to be the last before there are no more. */
static int xcbc_update(struct klips_mac *mac, u8 last[BLOCK], u32 *held, const u8 *data, u32 length)
{
	u8 out[RUN];
	u32 n;
	int m;

	while (length) {
		if (*held == BLOCK) {
			if (EVP_EncryptUpdate(mac->aes, out, &m, last, BLOCK) != 1)
				return -EIO;
			*held = 0;
		}
		if (!*held && length > BLOCK) {
			n = min_t(u32, (length - 1) / BLOCK * BLOCK, RUN);
			if (EVP_EncryptUpdate(mac->aes, out, &m, data, (int)n) != 1)
				return -EIO;
		} else {
			n = min_t(u32, length, BLOCK - *held);
			memcpy(last + *held, data, n);
			*held += n;
		}
		data += n;
		length -= n;
	}
	return 0;
}

/* RFC 3566, 4.1: the last block is mixed with K2, or padded and mixed with K3. */
static int xcbc_final(struct klips_mac *mac, u8 last[BLOCK], u32 held, u8 *icv, u32 length)
{
	const u8 *mix = held == BLOCK ? mac->k2 : mac->k3;
	u8 out[BLOCK];
	int i, m;

	if (held < BLOCK) {
		memset(last + held, 0, BLOCK - held);
		last[held] = 0x80;
	}
	for (i = 0; i < BLOCK; i++)
		last[i] ^= mix[i];
	if (EVP_EncryptUpdate(mac->aes, out, &m, last, BLOCK) != 1)
		return -EIO;
	memcpy(icv, out, min_t(u32, length, BLOCK));
	return 0;
}

static int xcbc(struct klips_mac *mac, const struct klips_piece *pieces, unsigned int count, u8 *icv, u32 length)
{
	static const u8 zero[BLOCK];
	u8 last[BLOCK];
	unsigned int i;
	u32 held = 0;
	int err;

	if (EVP_EncryptInit_ex(mac->aes, NULL, NULL, NULL, zero) != 1)
		return -EIO;
	for (i = 0; i < count; i++) {
		err = xcbc_update(mac, last, &held, pieces[i].data, pieces[i].length);
		if (err)
			return err;
	}
	return xcbc_final(mac, last, held, icv, length);
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
int klips_mac_compute(struct klips_mac *mac, const struct klips_piece *pieces, unsigned int count, u8 *icv, u32 length)
{
	u8 whole[EVP_MAX_MD_SIZE];
	unsigned int i;
	size_t size;

	if (!mac->evp)
		return xcbc(mac, pieces, count, icv, length);
	if (EVP_MAC_init(mac->evp, NULL, 0, NULL) != 1)
		return -EIO;
	for (i = 0; i < count; i++)
		if (EVP_MAC_update(mac->evp, pieces[i].data, pieces[i].length) != 1)
			return -EIO;
	if (EVP_MAC_final(mac->evp, whole, &size, sizeof(whole)) != 1 || size < length)
		return -EIO;
	memcpy(icv, whole, length);
	return 0;
}
