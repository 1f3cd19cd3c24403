// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys: what they are, and who holds them. How they are read is in pki_key_read.c. */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki_own.h"

int pki_refuse(struct pki_why *why, int error, const char *format, ...)
{
	va_list words;

	va_start(words, format);
	/* cppcheck-suppress ctuuninitvar */
	vsnprintf(why->text, sizeof(why->text), format, words);
	va_end(words);
	return -error;
}

int pki_refuse_openssl(struct pki_why *why, int error, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return pki_refuse(why, error, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
}

static const struct {
	const char *name;
	unsigned int bits;
} curves[] = { { "prime256v1", 256 }, { "secp384r1", 384 }, { "secp521r1", 521 } };

const char *pki_curve_name(unsigned int bits)
{
	size_t at;

	for (at = 0; at < sizeof(curves) / sizeof(curves[0]); at++)
		if (curves[at].bits == bits)
			return curves[at].name;
	return NULL;
}

unsigned int pki_curve_bits(const EVP_PKEY *evp)
{
	char name[64];
	size_t at;

	if (EVP_PKEY_get_group_name(evp, name, sizeof(name), NULL) != 1)
		return 0;
	for (at = 0; at < sizeof(curves) / sizeof(curves[0]); at++)
		if (!strcmp(curves[at].name, name))
			return curves[at].bits;
	return 0;
}

/* A long one takes long to verify with, which peers must not choose. */
static bool is_exponent_long(const EVP_PKEY *evp)
{
	BIGNUM *exponent = NULL;
	bool is_long = EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1 ||
		       BN_num_bits(exponent) > PKI_EXPONENT_MOST;

	BN_free(exponent);
	return is_long;
}

static int describe_rsa(struct pki_key_info *info, const EVP_PKEY *evp, struct pki_why *why)
{
	info->type = PKI_RSA;
	info->bits = EVP_PKEY_get_bits(evp);
	if (info->bits < PKI_RSA_LEAST || info->bits > PKI_RSA_MOST)
		return pki_refuse(why, EINVAL, "an RSA key of %u bits: only %d to %d are taken", info->bits,
				  PKI_RSA_LEAST, PKI_RSA_MOST);
	if (is_exponent_long(evp))
		return pki_refuse(why, EINVAL, "an RSA key whose exponent has more than %d bits", PKI_EXPONENT_MOST);
	return 0;
}

/* What sort it is. Others than IKE's are refused. */
static int describe(struct pki_key_info *info, const EVP_PKEY *evp, struct pki_why *why)
{
	const char *name;

	switch (EVP_PKEY_get_base_id(evp)) {
	case EVP_PKEY_RSA:
		return describe_rsa(info, evp, why);
	case EVP_PKEY_EC:
		info->type = PKI_ECDSA;
		info->bits = pki_curve_bits(evp);
		return info->bits ? 0 : pki_refuse(why, EINVAL, "an ECDSA key on a curve that IKE does not have");
	case EVP_PKEY_ED25519:
		info->type = PKI_ED25519;
		info->bits = 256;
		return 0;
	case EVP_PKEY_ED448:
		info->type = PKI_ED448;
		info->bits = 456;
		return 0;
	}
	name = EVP_PKEY_get0_type_name(evp);
	return pki_refuse(why, EINVAL, "a key of type %s, which IKE does not sign with", name ? name : "unknown");
}

/* The bytes that a CKAID is the hash of; NULL: none. free() is due. */
static uint8_t *public_bytes(const EVP_PKEY *evp, const struct pki_key_info *info, size_t *length)
{
	uint8_t *bytes = malloc(PKI_RSA_MOST / 8);
	BIGNUM *modulus = NULL;
	bool good;

	*length = 0;
	if (!bytes)
		return NULL;
	if (info->type == PKI_RSA) {
		good = EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1;
		*length = good ? BN_bn2bin(modulus, bytes) : 0;
		BN_free(modulus);
	} else {
		good = EVP_PKEY_get_octet_string_param(evp, OSSL_PKEY_PARAM_PUB_KEY, bytes, PKI_RSA_MOST / 8, length) ==
		       1;
	}
	if (good)
		return bytes;
	free(bytes);
	return NULL;
}

/* With the point whole, however the key's file has it: 04, x and y. */
static int hash_public(struct pki_key *key)
{
	struct ike_slice bytes = { 0 };
	uint8_t *data;
	int err;

	if (key->info.type == PKI_ECDSA)
		EVP_PKEY_set_utf8_string_param(key->evp, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
	data = public_bytes(key->evp, &key->info, &bytes.length);
	bytes.data = data;
	err = data ? ike_sha1(&bytes, 1, key->info.ckaid) : -ENOMEM;
	free(data);
	return err;
}

static int complete(struct pki_key *key, struct pki_why *why)
{
	int err = describe(&key->info, key->evp, why), length;
	uint8_t *der = NULL;

	if (err)
		return err;
	if (hash_public(key))
		return pki_refuse_openssl(why, EINVAL, "a key without its public part");
	length = i2d_PUBKEY(key->evp, &der);
	if (length <= 0)
		return pki_refuse_openssl(why, EINVAL, "a key without its public part");
	key->info.spki = (struct ike_slice){ der, length };
	return 0;
}

int pki_key_adopt(struct pki_key **result, EVP_PKEY *evp, bool is_private, struct pki_why *why)
{
	struct pki_key *key = calloc(1, sizeof(*key));
	int err;

	if (!key) {
		EVP_PKEY_free(evp);
		return pki_refuse(why, ENOMEM, "no memory");
	}
	key->users = 1;
	key->evp = evp;
	key->info.is_private = is_private;
	err = complete(key, why);
	if (err)
		pki_key_put(key);
	else
		*result = key;
	return err;
}

/**
 * pki_key_get() - hold a key
 *
 * Return: it, for pki_key_put(); NULL of NULL
 */
struct pki_key *pki_key_get(const struct pki_key *key)
{
	struct pki_key *held = (struct pki_key *)key;

	if (held)
		atomic_fetch_add(&held->users, 1);
	return held;
}

/**
 * pki_key_put() - let a key go; nothing of a private one stays behind in memory once nobody holds it
 * @key: it; NULL is fine
 */
void pki_key_put(struct pki_key *key)
{
	if (!key || atomic_fetch_sub(&key->users, 1) != 1)
		return;
	EVP_PKEY_free(key->evp);
	OPENSSL_free((void *)key->info.spki.data);
	free(key);
}

const struct pki_key_info *pki_key_info(const struct pki_key *key)
{
	return &key->info;
}

/**
 * pki_key_equal() - whether two keys have the same public part
 */
bool pki_key_equal(const struct pki_key *a, const struct pki_key *b)
{
	const struct ike_slice *one = &a->info.spki, *other = &b->info.spki;

	return one->length == other->length && !memcmp(one->data, other->data, one->length);
}

/**
 * pki_key_type_name() - "RSA", "ECDSA", "Ed25519" or "Ed448"
 */
const char *pki_key_type_name(enum pki_key_type type)
{
	static const char *const names[] = {
		[PKI_RSA] = "RSA", [PKI_ECDSA] = "ECDSA", [PKI_ED25519] = "Ed25519", [PKI_ED448] = "Ed448"
	};

	return names[type];
}

static EVP_PKEY *generate(enum pki_key_type type, unsigned int bits)
{
	switch (type) {
	case PKI_RSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	case PKI_ECDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", pki_curve_name(bits));
	case PKI_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case PKI_ED448:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
	}
	return NULL;
}

/**
 * pki_key_generate() - make a private key
 * @bits: of RSA, PKI_RSA_LEAST to PKI_RSA_MOST; of ECDSA's curve: 256, 384 or 521; of others it means nothing
 *
 * RSA takes seconds if it is long.
 *
 * Return: 0, -EINVAL: there are no such keys, -EIO: OpenSSL could not; @why says so
 */
int pki_key_generate(struct pki_key **key, enum pki_key_type type, unsigned int bits, struct pki_why *why)
{
	EVP_PKEY *evp;

	if (type == PKI_RSA && (bits < PKI_RSA_LEAST || bits > PKI_RSA_MOST))
		return pki_refuse(why, EINVAL, "RSA keys have %d to %d bits", PKI_RSA_LEAST, PKI_RSA_MOST);
	if (type == PKI_ECDSA && !pki_curve_name(bits))
		return pki_refuse(why, EINVAL, "ECDSA keys have 256, 384 or 521 bits");
	evp = generate(type, bits);
	return evp ? pki_key_adopt(key, evp, true, why) : pki_refuse_openssl(why, EIO, "no key was made");
}
