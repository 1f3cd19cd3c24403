// SPDX-License-Identifier: GPL-2.0-or-later
/* Curve25519, RFC 7748, with as little around OpenSSL's multiplication as there can be. Any thread may call any of it.
 */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>

#include "ike_x25519.h"

/* RFC 7748, 6.1: what a public value is a multiple of. */
static const uint8_t base[X25519_SIZE] = { 9 };

/**
 * struct kit - what OpenSSL takes longer to make than to use
 * @maker: makes private keys
 * @point: a public key, of whoever has the kit at the moment
 */
struct kit {
	struct kit *next;
	EVP_PKEY_CTX *maker;
	EVP_PKEY *point;
};

/* As many as there were threads at the same time; kept until the program ends. */
static struct kit *kits;
static pthread_mutex_t kits_lock = PTHREAD_MUTEX_INITIALIZER;

static struct kit *make_kit(void)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	if (!kit)
		return NULL;
	kit->maker = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	kit->point = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, base, sizeof(base));
	if (kit->maker && kit->point && EVP_PKEY_fromdata_init(kit->maker) == 1)
		return kit;
	EVP_PKEY_CTX_free(kit->maker);
	EVP_PKEY_free(kit->point);
	free(kit);
	return NULL;
}

static struct kit *take_kit(void)
{
	struct kit *kit;

	pthread_mutex_lock(&kits_lock);
	kit = kits;
	if (kit)
		kits = kit->next;
	pthread_mutex_unlock(&kits_lock);
	return kit ? kit : make_kit();
}

static void give_kit(struct kit *kit)
{
	if (!kit)
		return;
	pthread_mutex_lock(&kits_lock);
	kit->next = kits;
	kits = kit;
	pthread_mutex_unlock(&kits_lock);
}

/**
 * x25519_private() - a private key
 *
 * Its public value is not computed: another stands in its place, see x25519_multiply().
 *
 * Return: it, or NULL: no memory, or no random bytes.
 */
EVP_PKEY *x25519_private(void)
{
	struct kit *kit = take_kit();
	uint8_t private[X25519_SIZE];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, private, sizeof(private)),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)base, sizeof(base)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = NULL;

	if (!kit || RAND_priv_bytes(private, sizeof(private)) != 1 ||
	    EVP_PKEY_fromdata(kit->maker, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	give_kit(kit);
	ike_wipe(private, sizeof(private));
	return key;
}

/**
 * x25519_multiplier() - what multiplies by a private key
 * @key: it; still the caller's, may be freed
 *
 * Return: for EVP_PKEY_CTX_free(), or NULL: no memory.
 */
EVP_PKEY_CTX *x25519_multiplier(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	if (ctx && EVP_PKEY_derive_init(ctx) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/**
 * x25519_multiply() - RFC 7748, 5: a multiple of a point, in a time that does not depend on the key
 * @ctx: of x25519_multiplier()
 * @point: u, X25519_SIZE bytes; NULL: the base point, so that this is the key's public value
 * @out: gets X25519_SIZE bytes
 *
 * Return: X25519_SIZE; -EINVAL: it is zero, as the point is of small order (RFC 8031, 2.4); -ENOMEM.
 */
int x25519_multiply(EVP_PKEY_CTX *ctx, const uint8_t *point, uint8_t *out)
{
	struct kit *kit = take_kit();
	size_t length = X25519_SIZE;
	int result = -ENOMEM;

	if (kit && EVP_PKEY_set1_encoded_public_key(kit->point, point ? point : base, X25519_SIZE) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, kit->point, 0) == 1)
		result = EVP_PKEY_derive(ctx, out, &length) == 1 && length == X25519_SIZE ? X25519_SIZE : -EINVAL;
	give_kit(kit);
	return result;
}
