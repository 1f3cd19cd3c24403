// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The body of SK payloads: RFC 7296, 3.14: IV, ciphertext of the plain text, padding and its length, ICV. With AEADs by
 * RFC 5282 and RFC 7634, with AES-CTR by RFC 5930.
 */
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ike_own.h"

#define NONCE_MAX 16

/**
 * struct seal - one SK payload
 * @key: with the salt at its end
 * @icv: bytes
 */
struct seal {
	const struct ike_alg *encr, *integ;
	const struct ike_key *key, *integ_key;
	const EVP_CIPHER *cipher;
	struct ike_slice aad;
	size_t icv;
	uint8_t nonce[NONCE_MAX];
};

/* What OpenSSL calls the ciphers, and with which length of key; fetched once, kept until the program ends. */
static struct {
	const char *name;
	uint16_t bits;
	EVP_CIPHER *cipher;
} ciphers[40];
static size_t cipher_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const EVP_CIPHER *find_cipher(const char *name, uint16_t bits)
{
	size_t i;

	for (i = 0; i < cipher_count; i++) {
		if (ciphers[i].bits == bits && !strcmp(ciphers[i].name, name))
			return ciphers[i].cipher;
	}
	return NULL;
}

static void fetch_cipher(const char *name, uint16_t bits)
{
	char full[40];

	if (find_cipher(name, bits) || cipher_count == sizeof(ciphers) / sizeof(ciphers[0]))
		return;
	snprintf(full, sizeof(full), name, bits);
	ciphers[cipher_count].name = name;
	ciphers[cipher_count].bits = bits;
	ciphers[cipher_count].cipher = EVP_CIPHER_fetch(NULL, full, NULL);
	if (ciphers[cipher_count].cipher)
		cipher_count++;
}

static void fetch(void)
{
	const struct ike_alg *alg;
	int i;

	for (alg = ike_algs; alg < ike_algs + ike_alg_count; alg++) {
		for (i = 0; alg->type == IKE_ENCR && i < IKE_ALG_KEYS && alg->key_bits[i]; i++)
			fetch_cipher(alg->openssl, alg->key_bits[i]);
	}
	ERR_clear_error();
}

static bool is_ccm(const struct ike_alg *encr)
{
	return strstr(encr->openssl, "-CCM") != NULL;
}

static bool is_cbc(const struct ike_alg *encr)
{
	return encr->block > 1;
}

/* An algorithm's keys must fit it: a suite of another SA would show here, and not read beyond a key. */
static int setup(struct seal *seal, const struct ike_suite *suite, const struct ike_key *key,
		 const struct ike_key *integ_key, struct ike_slice aad)
{
	const struct ike_alg *encr = suite->encr, *integ = suite->integ;

	pthread_once(&once, fetch);
	if (!encr || !encr->openssl || key->length != suite->encr_bits / 8u + encr->salt)
		return -EINVAL;
	if (!encr->aead && (!integ || !integ->openssl || integ_key->length != integ->key))
		return -EINVAL;
	*seal = (struct seal){
		.encr = encr,
		.integ = integ,
		.key = key,
		.integ_key = integ_key,
		.cipher = find_cipher(encr->openssl, suite->encr_bits),
		.aad = aad,
		.icv = encr->aead ? encr->size : integ->size,
	};
	return seal->cipher ? 0 : -ENOENT;
}

/* Salt and IV; RFC 5930, 2: of AES-CTR a counter from 1 follows. */
static void set_nonce(struct seal *seal, const uint8_t *iv)
{
	const struct ike_alg *encr = seal->encr;

	memcpy(seal->nonce, seal->key->data + seal->key->length - encr->salt, encr->salt);
	memcpy(seal->nonce + encr->salt, iv, encr->iv);
	if (!encr->aead && !is_cbc(encr))
		seal->nonce[NONCE_MAX - 1] = 1;
}

/* @tag: of an AEAD: NULL to encrypt, to decrypt what must come out. CCM is told its length before the key. */
static bool init_cipher(EVP_CIPHER_CTX *ctx, const struct seal *seal, bool encrypts, const uint8_t *tag)
{
	const struct ike_alg *encr = seal->encr;

	if (EVP_CipherInit_ex2(ctx, seal->cipher, NULL, NULL, encrypts, NULL) != 1)
		return false;
	if (encr->aead && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, encr->salt + encr->iv, NULL) != 1)
		return false;
	if (encr->aead && (tag || is_ccm(encr)) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)seal->icv, (void *)tag) != 1)
		return false;
	return EVP_CipherInit_ex2(ctx, NULL, seal->key->data, seal->nonce, encrypts, NULL) == 1 &&
	       EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
}

/* Encrypts or decrypts in place. CCM compares its tag here, and wants to know all lengths before. */
static bool run_cipher(EVP_CIPHER_CTX *ctx, const struct seal *seal, uint8_t *text, size_t length)
{
	int n;

	if (is_ccm(seal->encr) && EVP_CipherUpdate(ctx, NULL, &n, NULL, (int)length) != 1)
		return false;
	if (seal->encr->aead && seal->aad.length &&
	    EVP_CipherUpdate(ctx, NULL, &n, seal->aad.data, (int)seal->aad.length) != 1)
		return false;
	return EVP_CipherUpdate(ctx, text, &n, text, (int)length) == 1 && n == (int)length;
}

static bool encrypt(EVP_CIPHER_CTX *ctx, const struct seal *seal, uint8_t *text, size_t length)
{
	uint8_t rest[EVP_MAX_BLOCK_LENGTH];
	int n;

	if (!init_cipher(ctx, seal, true, NULL) || !run_cipher(ctx, seal, text, length) ||
	    EVP_CipherFinal_ex(ctx, rest, &n) != 1)
		return false;
	return !seal->encr->aead || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)seal->icv, text + length) == 1;
}

/* OpenSSL compares the tags, in constant time. */
static bool decrypt(EVP_CIPHER_CTX *ctx, const struct seal *seal, uint8_t *text, size_t length, const uint8_t *tag)
{
	uint8_t rest[EVP_MAX_BLOCK_LENGTH];
	int n;

	return init_cipher(ctx, seal, false, seal->encr->aead ? tag : NULL) && run_cipher(ctx, seal, text, length) &&
	       (is_ccm(seal->encr) || EVP_CipherFinal_ex(ctx, rest, &n) == 1);
}

/* RFC 7296, 3.14: from the beginning of the message to the end of the ciphertext. */
static int sign(const struct seal *seal, const uint8_t *body, size_t length, uint8_t icv[IKE_KEY_MAX])
{
	const struct ike_slice parts[] = { seal->aad, { body, length } };
	struct ike_mac *mac;
	int result;

	result = ike_mac_new(&mac, seal->integ, (struct ike_slice){ seal->integ_key->data, seal->integ_key->length });
	if (result)
		return result;
	result = ike_mac_compute(mac, parts, 2, icv);
	ike_mac_free(mac);
	return result < 0 ? result : 0;
}

/* With padding and its length, which fill up the cipher's block. */
static size_t padded(const struct ike_alg *encr, size_t plain)
{
	return (plain + encr->block) / encr->block * encr->block;
}

/**
 * ike_sealed_size() - what ike_seal() will need
 * @suite: of the IKE SA
 * @plain: bytes of the payloads inside
 *
 * Return: bytes of the SK payload's body.
 */
size_t ike_sealed_size(const struct ike_suite *suite, size_t plain)
{
	size_t icv = suite->encr->aead ? suite->encr->size : suite->integ->size;

	return suite->encr->iv + padded(suite->encr, plain) + icv;
}

/* RFC 7296, 3.14: what is before the ICV, not yet encrypted. The memory of @plain may be that of @out. */
static int lay_out(struct seal *seal, uint64_t number, struct ike_slice plain, uint8_t *out)
{
	size_t iv = seal->encr->iv, length = padded(seal->encr, plain.length), i;

	if (plain.length)
		memmove(out + iv, plain.data, plain.length);
	memset(out + iv + plain.length, 0, length - plain.length);
	out[iv + length - 1] = (uint8_t)(length - plain.length - 1);
	if (is_cbc(seal->encr) && ike_random(out, iv))
		return -EIO;
	for (i = 0; i < iv && !is_cbc(seal->encr); i++)
		out[i] = (uint8_t)(number >> 8 * (iv - 1 - i));
	set_nonce(seal, out);
	return 0;
}

/**
 * ike_seal() - make the body of an SK payload
 * @suite: of the IKE SA
 * @encr: SK_e of this direction
 * @integ: SK_a of this direction; with an AEAD not looked at, may be NULL
 * @aad: the message before the body
 * @number: makes the IV of AEADs and of AES-CTR; never twice the same one with a key
 * @plain: the payloads inside; may be in the memory of @out
 * @out: gets the body; ike_sealed_size() bytes
 *
 * Return: the body's length, -EINVAL: no suite of an IKE SA, or other keys than its, -ENOENT: OpenSSL lacks the cipher,
 * -ENOMEM, -EIO.
 */
int ike_seal(const struct ike_suite *suite, const struct ike_key *encr, const struct ike_key *integ,
	     struct ike_slice aad, uint64_t number, struct ike_slice plain, uint8_t *out)
{
	size_t end, iv;
	uint8_t icv[IKE_KEY_MAX];
	EVP_CIPHER_CTX *ctx;
	struct seal seal;
	int err = setup(&seal, suite, encr, integ, aad);

	if (err)
		return err;
	if (plain.length > INT_MAX / 2 || aad.length > INT_MAX / 2)
		return -EINVAL;
	iv = seal.encr->iv;
	end = iv + padded(seal.encr, plain.length);
	err = lay_out(&seal, number, plain, out);
	if (err)
		return err;
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return -ENOMEM;
	if (!encrypt(ctx, &seal, out + iv, end - iv))
		err = -EIO;
	EVP_CIPHER_CTX_free(ctx);
	if (err)
		ERR_clear_error();
	if (!err && !seal.encr->aead) {
		err = sign(&seal, out, end, icv);
		memcpy(out + end, icv, err ? 0 : seal.icv);
	}
	return err ? err : (int)(end + seal.icv);
}

/* -EBADMSG, or how many of the decrypted bytes are payloads. */
static int strip_padding(const uint8_t *text, size_t length)
{
	size_t padding = text[length - 1] + 1u;

	return padding <= length ? (int)(length - padding) : -EBADMSG;
}

/* Nothing is decrypted before it is known to be authentic, but by AEADs, which find out meanwhile. */
static int verify(const struct seal *seal, struct ike_slice sealed, size_t end)
{
	uint8_t icv[IKE_KEY_MAX];
	int err;

	if (seal->encr->aead)
		return 0;
	err = sign(seal, sealed.data, end, icv);
	if (err)
		return err;
	return ike_equal(icv, sealed.data + end, seal->icv) ? 0 : -EBADMSG;
}

static int open_text(struct seal *seal, struct ike_slice sealed, size_t end, uint8_t *out)
{
	size_t iv = seal->encr->iv, length = end - iv;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[IKE_KEY_MAX];
	bool good;

	if (!ctx)
		return -ENOMEM;
	memcpy(tag, sealed.data + end, seal->icv);
	set_nonce(seal, sealed.data);
	memmove(out, sealed.data + iv, length);
	good = decrypt(ctx, seal, out, length, tag);
	EVP_CIPHER_CTX_free(ctx);
	if (good)
		return strip_padding(out, length);
	ERR_clear_error();
	ike_wipe(out, length);
	return -EBADMSG;
}

/**
 * ike_open() - take the body of an SK payload apart
 * @suite: of the IKE SA
 * @encr: SK_e of this direction
 * @integ: SK_a of this direction; with an AEAD not looked at, may be NULL
 * @aad: the message before the body
 * @sealed: the body
 * @out: gets the payloads inside; as many bytes as @sealed, and it may be in the same memory
 *
 * Return: their length, -EBADMSG: not authentic, or malformed, -EINVAL: no suite of an IKE SA, or other keys than its,
 * -ENOENT: OpenSSL lacks the cipher, -ENOMEM, -EIO.
 */
int ike_open(const struct ike_suite *suite, const struct ike_key *encr, const struct ike_key *integ,
	     struct ike_slice aad, struct ike_slice sealed, uint8_t *out)
{
	struct seal seal;
	size_t end, iv;
	int err = setup(&seal, suite, encr, integ, aad);

	if (err)
		return err;
	iv = seal.encr->iv;
	if (sealed.length > INT_MAX / 2 || aad.length > INT_MAX / 2 || sealed.length < iv + seal.icv + 1)
		return -EBADMSG;
	end = sealed.length - seal.icv;
	if ((end - iv) % seal.encr->block)
		return -EBADMSG;
	err = verify(&seal, sealed, end);
	return err ? err : open_text(&seal, sealed, end, out);
}
