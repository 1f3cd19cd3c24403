// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key exchanges: Diffie-Hellman in the groups of RFC 3526, RFC 5903 and RFC 8031. Any thread may call any of this; an
 * exchange is one thread's at a time.
 */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ike_x25519.h"

/**
 * struct ike_ke - one side
 * @multiplier: of Curve25519: multiplies by @key; else NULL
 * @public: of one that add_public() was called for: the public value, which @key does not have; else @has_public is
 * false
 */
struct ike_ke {
	const struct ike_alg *method;
	EVP_PKEY *key;
	EVP_PKEY_CTX *multiplier;
	bool has_public;
	uint8_t public[X25519_SIZE];
};

/* By number: a key, or only the group, by which OpenSSL makes others without looking anything up. */
#define METHODS 64
static EVP_PKEY *templates[METHODS];
static pthread_mutex_t templates_lock = PTHREAD_MUTEX_INITIALIZER;

/* The sorts of groups, by the name that OpenSSL has for the group. */
static bool is_modp(const struct ike_alg *method)
{
	return !strncmp(method->openssl, "modp_", 5);
}

static bool is_ecp(const struct ike_alg *method)
{
	return !strncmp(method->openssl, "P-", 2);
}

static EVP_PKEY *generate(EVP_PKEY_CTX *ctx)
{
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1 || EVP_PKEY_keygen(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *generate_like(EVP_PKEY *from)
{
	return from ? generate(EVP_PKEY_CTX_new_from_pkey(NULL, from, NULL)) : NULL;
}

static EVP_PKEY *generate_group(EVP_PKEY_CTX *ctx, const char *group)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_paramgen_init(ctx) != 1 || EVP_PKEY_CTX_set_params(ctx, params) != 1 ||
	    EVP_PKEY_paramgen(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *make_template(const struct ike_alg *method)
{
	if (is_modp(method))
		return generate_group(EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL), method->openssl);
	if (is_ecp(method))
		return generate_group(EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL), method->openssl);
	return generate(EVP_PKEY_CTX_new_from_name(NULL, method->openssl, NULL));
}

static bool is_there(const struct ike_alg *method)
{
	return method && method->type == IKE_KE && method->openssl && method->id < METHODS;
}

static bool is_x25519(const struct ike_alg *method)
{
	return !strcmp(method->openssl, "X25519");
}

/* Made when it is first needed, and kept until the program ends. */
static EVP_PKEY *template(const struct ike_alg *method)
{
	EVP_PKEY *key;

	if (!is_there(method))
		return NULL;
	pthread_mutex_lock(&templates_lock);
	if (!templates[method->id])
		templates[method->id] = make_template(method);
	key = templates[method->id];
	pthread_mutex_unlock(&templates_lock);
	return key;
}

/**
 * ike_ke_adopt() - one side of a key exchange whose private key is there already
 * @method: an IKE_KE but for NONE
 * @key: of that group; it is the new one's from now on, unless this fails
 *
 * Return: it, for ike_ke_free(), or NULL: no memory.
 */
struct ike_ke *ike_ke_adopt(const struct ike_alg *method, EVP_PKEY *key)
{
	struct ike_ke *ke = malloc(sizeof(*ke));

	if (!ke)
		return NULL;
	*ke = (struct ike_ke){ .method = method, .key = key };
	if (!is_x25519(method))
		return ke;
	ke->multiplier = x25519_multiplier(key);
	if (ke->multiplier)
		return ke;
	free(ke);
	return NULL;
}

/* x25519_private() leaves it out. */
static bool add_public(struct ike_ke *ke)
{
	ke->has_public = x25519_multiply(ke->multiplier, NULL, ke->public) == X25519_SIZE;
	return ke->has_public;
}

/**
 * ike_ke_new() - begin a key exchange: a private key, and its public value
 * @method: an IKE_KE but for NONE
 *
 * Return: it, for ike_ke_free(), or NULL: OpenSSL does not have the group, or no memory.
 */
struct ike_ke *ike_ke_new(const struct ike_alg *method)
{
	bool x25519 = is_there(method) && is_x25519(method);
	EVP_PKEY *key = x25519 ? x25519_private() : generate_like(template(method));
	struct ike_ke *ke = key ? ike_ke_adopt(method, key) : NULL;

	if (!ke)
		EVP_PKEY_free(key);
	if (ke && x25519 && !add_public(ke)) {
		ike_ke_free(ke);
		ke = NULL;
	}
	if (!ke)
		ERR_clear_error();
	return ke;
}

/**
 * ike_ke_public() - what goes to the peer: RFC 7296, 3.4; of RFC 5903's groups x and y
 * @ke: the exchange
 * @out: gets it; @method->size bytes
 *
 * Return: its length, which is @method->size, or -EIO.
 */
int ike_ke_public(const struct ike_ke *ke, uint8_t *out)
{
	size_t length, tag = is_ecp(ke->method);
	uint8_t value[1 + IKE_KE_MAX];

	if (ke->has_public) {
		memcpy(out, ke->public, sizeof(ke->public));
		return sizeof(ke->public);
	}
	if (EVP_PKEY_get_octet_string_param(ke->key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, value, sizeof(value),
					    &length) != 1 ||
	    length != ke->method->size + tag) {
		ERR_clear_error();
		return -EIO;
	}
	memcpy(out, value + tag, length - tag);
	return ke->method->size;
}

/*
 * RFC 6989, 2.1: 1 < y < p - 1. The primes are safe ones, so that is all: OpenSSL's own test would raise y to the power
 * of (p - 1) / 2, which costs as much as ten exchanges.
 */
static bool is_in_range(EVP_PKEY *group, struct ike_slice value)
{
	BIGNUM *y = BN_bin2bn(value.data, (int)value.length, NULL), *p = NULL;
	bool good = y && EVP_PKEY_get_bn_param(group, OSSL_PKEY_PARAM_FFC_P, &p) == 1 && BN_sub_word(p, 1) == 1 &&
		    BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, p) < 0;

	BN_free(y);
	BN_free(p);
	return good;
}

static EVP_PKEY *encoded_key(EVP_PKEY *group, const uint8_t *value, size_t length)
{
	EVP_PKEY *key = EVP_PKEY_new();

	if (key && EVP_PKEY_copy_parameters(key, group) == 1 &&
	    EVP_PKEY_set1_encoded_public_key(key, value, length) == 1)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* Of RFC 5903's groups OpenSSL tests that the point is on the curve: RFC 6989, 2.3; their cofactor is 1. */
static EVP_PKEY *peer_key(const struct ike_alg *method, struct ike_slice value)
{
	EVP_PKEY *group = template(method);
	uint8_t point[1 + IKE_KE_MAX];

	if (!group)
		return NULL;
	if (is_modp(method))
		return is_in_range(group, value) ? encoded_key(group, value.data, value.length) : NULL;
	if (!is_ecp(method))
		return EVP_PKEY_new_raw_public_key_ex(NULL, method->openssl, NULL, value.data, value.length);
	point[0] = 4; /* SEC 1, 2.3.3: both coordinates follow */
	memcpy(point + 1, value.data, value.length);
	return encoded_key(group, point, value.length + 1);
}

/* The secret with the prime's length, in a time that does not depend on how many zeros it begins with. */
static bool start_derivation(EVP_PKEY_CTX *ctx, const struct ike_alg *method)
{
	unsigned int pad = 1;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
		OSSL_PARAM_construct_end(),
	};

	return EVP_PKEY_derive_init_ex(ctx, is_modp(method) ? params : NULL) == 1;
}

/* The peer's value was tested in peer_key(). OpenSSL refuses a secret of zeros: RFC 8031, 2.4. */
static int derive(const struct ike_ke *ke, EVP_PKEY *peer, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ke->key, NULL);
	size_t length = ke->method->key;
	int result = -ENOMEM;

	if (!ctx)
		return result;
	if (start_derivation(ctx, ke->method) && EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1)
		result = EVP_PKEY_derive(ctx, out, &length) == 1 && length == ke->method->key ? (int)length : -EINVAL;
	EVP_PKEY_CTX_free(ctx);
	return result;
}

static int derive_from(const struct ike_ke *ke, struct ike_slice value, uint8_t *out)
{
	EVP_PKEY *key = peer_key(ke->method, value);
	int result = key ? derive(ke, key, out) : -EINVAL;

	EVP_PKEY_free(key);
	return result;
}

/**
 * ike_ke_shared() - end a key exchange: the shared secret; of RFC 5903's groups x
 * @ke: the exchange
 * @peer: the peer's public value
 * @out: gets the secret; @method->key bytes; ike_wipe() it in the end
 *
 * Return: its length, which is @method->key, -EINVAL: the peer's value is not a valid one (RFC 6989), or -ENOMEM.
 */
int ike_ke_shared(const struct ike_ke *ke, struct ike_slice peer, uint8_t *out)
{
	int result = -EINVAL;

	if (peer.length == ke->method->size)
		result = ke->multiplier ? x25519_multiply(ke->multiplier, peer.data, out) : derive_from(ke, peer, out);
	if (result < 0)
		ERR_clear_error();
	return result;
}

/**
 * ike_ke_free() - end one side of a key exchange; its private key is wiped
 * @ke: it; NULL is fine
 */
void ike_ke_free(struct ike_ke *ke)
{
	if (!ke)
		return;
	EVP_PKEY_CTX_free(ke->multiplier);
	EVP_PKEY_free(ke->key);
	free(ke);
}
