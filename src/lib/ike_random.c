// SPDX-License-Identifier: GPL-2.0-or-later
/* Random bytes, and what is done with bytes that are secret; and SHA-1, where a protocol says so. */
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include "ike_own.h"

static EVP_MD *sha1;
static pthread_once_t sha1_once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
}

/**
 * ike_random() - random bytes for nonces, SPIs, IVs and keys
 * @out: gets them
 * @length: bytes
 *
 * Return: 0, or -EIO: then @out must not be used.
 */
int ike_random(void *out, size_t length)
{
	return length <= INT_MAX && RAND_bytes(out, (int)length) == 1 ? 0 : -EIO;
}

/**
 * ike_wipe() - forget bytes; the compiler does not leave that out
 * @data: they
 * @length: bytes
 */
void ike_wipe(void *data, size_t length)
{
	OPENSSL_cleanse(data, length);
}

/**
 * ike_equal() - whether bytes are the same, in a time that does not depend on them
 * @a: some
 * @b: others
 * @length: bytes of each
 *
 * Return: whether they are.
 */
bool ike_equal(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

/**
 * ike_sha1() - hash bytes for NAT detection (RFC 7296, 2.23), key hashes (3.7)
 * @parts: the bytes
 * @count: how many parts
 * @out: gets the hash
 *
 * Return: 0, -ENOMEM, or -EIO: OpenSSL has no SHA-1.
 */
int ike_sha1(struct ike_slice *parts, size_t count, uint8_t out[20])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;
	size_t i;

	if (!ctx)
		return -ENOMEM;
	pthread_once(&sha1_once, fetch);
	good = sha1 && EVP_DigestInit_ex2(ctx, sha1, NULL) == 1;
	for (i = 0; i < count && good; i++)
		good = EVP_DigestUpdate(ctx, parts[i].data, parts[i].length) == 1;
	good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return good ? 0 : -EIO;
}
