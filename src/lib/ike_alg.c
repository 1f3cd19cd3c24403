// SPDX-License-Identifier: GPL-2.0-or-later
/* IANA: "Internet Key Exchange Version 2 (IKEv2) Parameters"; the RFCs that say how each is used are beside the rows.
 */
#include "ike_alg.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The longest name that is looked for, with its end. */
#define NAME_ROOM 40

/* clang-format off */
#define ALL_KEYS	{ 256, 128, 192 }
#define EVERYWHERE	.ike = true, .esp = true, .ah = true
#define IKE_AND_ESP	.ike = true, .esp = true
#define AEAD(number, iana, icv, salted, cipher, linux_name, klips_name) \
	.type = IKE_ENCR, .id = (number), .name = (iana), .key_bits = ALL_KEYS, .aead = true, .size = (icv), .iv = 8, \
	.block = 1, .salt = (salted), .openssl = (cipher), .xfrm = (linux_name), .klips = (klips_name)
#define PRF(number, iana, bytes, algorithm) \
	.type = IKE_PRF, .id = (number), .name = (iana), .size = (bytes), .key = (bytes), .openssl = (algorithm), \
	.ike = true
#define INTEG(number, iana, icv, bytes, algorithm, linux_name, klips_name) \
	.type = IKE_INTEG, .id = (number), .name = (iana), .size = (icv), .key = (bytes), .openssl = (algorithm), \
	.xfrm = (linux_name), .klips = (klips_name), EVERYWHERE
#define KE(number, iana, public, secret, group) \
	.type = IKE_KE, .id = (number), .name = (iana), .size = (public), .key = (secret), .openssl = (group), \
	EVERYWHERE
#define MODP(number, bits) \
	KE(number, "MODP" #bits, (bits) / 8, (bits) / 8, "modp_" #bits), .config = { "modp" #bits, "dh" #number }
#define ECP(number, bits, bytes) \
	KE(number, "ECP_" #bits, 2 * (bytes), bytes, "P-" #bits), \
	.config = { "ecp" #bits, "dh" #number, "secp" #bits "r1" }

/* The names with the size of the ICV in bits are strongSwan's: aes256gcm128. */
const struct ike_alg ike_algs[] = {
	{ .type = IKE_ENCR, .id = 12, .name = "AES_CBC", .config = { "aes" }, .key_bits = ALL_KEYS, .iv = 16,
	  .block = 16, .openssl = "AES-%u-CBC", .xfrm = "cbc(aes)", .klips = "aes-cbc", IKE_AND_ESP }, /* RFC 3602 */
	{ .type = IKE_ENCR, .id = 13, .name = "AES_CTR", .key_bits = ALL_KEYS, .iv = 8, .block = 1, .salt = 4,
	  .openssl = "AES-%u-CTR", .xfrm = "rfc3686(ctr(aes))", .klips = "aes-ctr", IKE_AND_ESP }, /* RFC 5930 */
	/* RFC 5282, 4106, 4309 */
	{ AEAD(20, "AES_GCM_16", 16, 4, "AES-%u-GCM", "rfc4106(gcm(aes))", "aes-gcm-16"), IKE_AND_ESP,
	  .config = { "aes_gcm", "aes_gcm_c", "aes_gcm128" } },
	{ AEAD(19, "AES_GCM_12", 12, 4, "AES-%u-GCM", "rfc4106(gcm(aes))", "aes-gcm-12"), IKE_AND_ESP,
	  .config = { "aes_gcm_b", "aes_gcm96" } },
	{ AEAD(18, "AES_GCM_8", 8, 4, "AES-%u-GCM", "rfc4106(gcm(aes))", "aes-gcm-8"), IKE_AND_ESP,
	  .config = { "aes_gcm_a", "aes_gcm64" } },
	{ AEAD(16, "AES_CCM_16", 16, 3, "AES-%u-CCM", "rfc4309(ccm(aes))", "aes-ccm-16"), IKE_AND_ESP,
	  .config = { "aes_ccm", "aes_ccm_c", "aes_ccm128" } },
	{ AEAD(15, "AES_CCM_12", 12, 3, "AES-%u-CCM", "rfc4309(ccm(aes))", "aes-ccm-12"), IKE_AND_ESP,
	  .config = { "aes_ccm_b", "aes_ccm96" } },
	{ AEAD(14, "AES_CCM_8", 8, 3, "AES-%u-CCM", "rfc4309(ccm(aes))", "aes-ccm-8"), IKE_AND_ESP,
	  .config = { "aes_ccm_a", "aes_ccm64" } },
	{ .type = IKE_ENCR, .id = 28, .name = "CHACHA20_POLY1305", .config = { "chacha20poly1305" },
	  .key_bits = { 256 }, .fixed = true, .aead = true, .size = 16, .iv = 8, .block = 1, .salt = 4,
	  .openssl = "ChaCha20-Poly1305", .xfrm = "rfc7539esp(chacha20,poly1305)", .klips = "chacha20-poly1305",
	  IKE_AND_ESP }, /* RFC 7634 */
	{ .type = IKE_ENCR, .id = 3, .name = "3DES", .config = { "3des", "3des_cbc" }, .key_bits = { 192 },
	  .fixed = true, .iv = 8, .block = 8, .openssl = "DES-EDE3-CBC", .xfrm = "cbc(des3_ede)", .klips = "3des",
	  IKE_AND_ESP }, /* RFC 2451 */
	{ .type = IKE_ENCR, .id = 23, .name = "CAMELLIA_CBC", .config = { "camellia" }, .key_bits = ALL_KEYS, .iv = 16,
	  .block = 16, .openssl = "CAMELLIA-%u-CBC", .xfrm = "cbc(camellia)", IKE_AND_ESP }, /* RFC 5529 */
	{ .type = IKE_ENCR, .id = 11, .name = "NULL", .fixed = true, .block = 1, .xfrm = "ecb(cipher_null)",
	  .klips = "null", .esp = true }, /* RFC 2410 */
	{ AEAD(21, "NULL_AUTH_AES_GMAC", 16, 4, "AES-%u-GCM", "rfc4543(gcm(aes))", "null-auth-aes-gmac"),
	  .config = { "aes_gmac" }, .esp = true }, /* RFC 4543 */

	/* RFC 4868 */
	{ PRF(7, "HMAC_SHA2_512", 64, "SHA2-512"), .config = { "sha2_512", "sha512" } },
	{ PRF(5, "HMAC_SHA2_256", 32, "SHA2-256"), .config = { "sha2_256", "sha256", "sha2" } },
	{ PRF(6, "HMAC_SHA2_384", 48, "SHA2-384"), .config = { "sha2_384", "sha384" } },
	{ PRF(2, "HMAC_SHA1", 20, "SHA1"), .config = { "sha1", "sha", "sha160" } }, /* RFC 2104 */
	{ PRF(1, "HMAC_MD5", 16, "MD5"), .config = { "md5" } }, /* RFC 2104 */
	{ PRF(4, "AES128_XCBC", 16, "AES-128-ECB"), .config = { "aes_xcbc" } }, /* RFC 4434 */
	{ PRF(8, "AES128_CMAC", 16, "AES-128-CBC"), .config = { "aes_cmac" } }, /* RFC 4615 */

	{ INTEG(14, "HMAC_SHA2_512_256", 32, 64, "SHA2-512", "hmac(sha512)", "hmac-sha2-512-256"),
	  .config = { "sha2_512", "sha512", "hmac_sha2_512" } },
	{ INTEG(12, "HMAC_SHA2_256_128", 16, 32, "SHA2-256", "hmac(sha256)", "hmac-sha2-256-128"),
	  .config = { "sha2_256", "sha256", "sha2", "hmac_sha2_256" } },
	{ INTEG(13, "HMAC_SHA2_384_192", 24, 48, "SHA2-384", "hmac(sha384)", "hmac-sha2-384-192"),
	  .config = { "sha2_384", "sha384", "hmac_sha2_384" } },
	{ INTEG(2, "HMAC_SHA1_96", 12, 20, "SHA1", "hmac(sha1)", "hmac-sha1-96"), /* RFC 2404 */
	  .config = { "sha1", "sha", "sha160", "hmac_sha1" } },
	{ INTEG(1, "HMAC_MD5_96", 12, 16, "MD5", "hmac(md5)", "hmac-md5-96"), /* RFC 2403 */
	  .config = { "md5", "hmac_md5" } },
	{ INTEG(5, "AES_XCBC_96", 12, 16, "AES-128-ECB", "xcbc(aes)", "aes-xcbc-96"), /* RFC 3566 */
	  .config = { "aes_xcbc" } },
	{ INTEG(8, "AES_CMAC_96", 12, 16, "AES-128-CBC", "cmac(aes)", "aes-cmac-96"), /* RFC 4494 */
	  .config = { "aes_cmac" } },
	{ .type = IKE_INTEG, .id = 0, .name = "NONE", .config = { "none", "null" }, .klips = "none", IKE_AND_ESP },

	{ KE(31, "CURVE25519", 32, 32, "X25519"), .config = { "x25519", "dh31" } }, /* RFC 8031 */
	/* RFC 5903 */
	{ ECP(19, 256, 32) },
	{ ECP(20, 384, 48) },
	{ ECP(21, 521, 66) },
	{ KE(32, "CURVE448", 56, 56, "X448"), .config = { "x448", "dh32" } },
	/* RFC 3526 */
	{ MODP(14, 2048) },
	{ MODP(15, 3072) },
	{ MODP(16, 4096) },
	{ MODP(17, 6144) },
	{ MODP(18, 8192) },
	{ MODP(5, 1536) },
	{ .type = IKE_KE, .id = 0, .name = "NONE", .config = { "none", "null", "dh0" }, .esp = true, .ah = true },

	{ .type = IKE_ESN, .id = 1, .name = "ESN", .esp = true, .ah = true },
	{ .type = IKE_ESN, .id = 0, .name = "NO_ESN", .esp = true, .ah = true },
};
/* clang-format on */
const size_t ike_alg_count = sizeof(ike_algs) / sizeof(ike_algs[0]);

/**
 * ike_alg_by_id() - an algorithm by its number on the wire
 * @type: IKE_ENCR and so on
 * @id: IANA's number
 *
 * Return: it, or NULL if it is not known here.
 */
const struct ike_alg *ike_alg_by_id(uint8_t type, uint16_t id)
{
	size_t i;

	for (i = 0; i < ike_alg_count; i++) {
		if (ike_algs[i].type == type && ike_algs[i].id == id)
			return &ike_algs[i];
	}
	return NULL;
}

/* Lower case, and without '_': aes_gcm_16 and aesgcm16 are the same. */
static bool squeeze(char to[NAME_ROOM], const char *from, size_t length)
{
	size_t n = 0;

	for (; length; from++, length--) {
		if (*from == '_')
			continue;
		if (n == NAME_ROOM - 1 || !isalnum((unsigned char)*from))
			return false;
		to[n++] = (char)tolower((unsigned char)*from);
	}
	to[n] = 0;
	return n > 0;
}

/* Reads the digits of one of @alg's key lengths; returns what is after them, or NULL. */
static const char *read_key(const struct ike_alg *alg, const char *text, uint16_t *bits)
{
	unsigned int number = 0;
	int i;

	if (*text == '0')
		return NULL;
	for (; isdigit((unsigned char)*text) && number < 1000; text++)
		number = number * 10 + (unsigned int)(*text - '0');
	for (i = 0; i < IKE_ALG_KEYS && alg->key_bits[i]; i++) {
		if (alg->key_bits[i] == number) {
			*bits = alg->fixed ? 0 : (uint16_t)number;
			return text;
		}
	}
	return NULL;
}

/* The key's length is at the end (libreswan: aes_gcm_256), or after what comes before the first '_' (strongSwan:
 * aes256gcm16). */
static bool matches_with_key(const struct ike_alg *alg, const char *name, const char *word, uint16_t *bits)
{
	size_t places[2] = { strlen(name), strcspn(name, "_") };
	char squeezed[NAME_ROOM];
	const char *rest;
	int i;

	squeeze(squeezed, name, places[0]);
	places[0] = strlen(squeezed);
	for (i = 0; i < 2; i++) {
		if (strncmp(word, squeezed, places[i]) != 0)
			continue;
		rest = read_key(alg, word + places[i], bits);
		if (rest && !strcmp(rest, squeezed + places[i]))
			return true;
	}
	return false;
}

static bool matches(const struct ike_alg *alg, const char *name, const char *word, bool with_key, uint16_t *bits)
{
	char squeezed[NAME_ROOM];

	if (tolower((unsigned char)*name) != *word)
		return false;
	if (with_key)
		return matches_with_key(alg, name, word, bits);
	*bits = 0;
	return squeeze(squeezed, name, strlen(name)) && !strcmp(squeezed, word);
}

static const struct ike_alg *find(uint8_t type, const char *word, bool with_key, uint16_t *bits)
{
	const struct ike_alg *alg;
	int i;

	for (alg = ike_algs; alg < ike_algs + ike_alg_count; alg++) {
		if (alg->type != type)
			continue;
		if (matches(alg, alg->name, word, with_key, bits))
			return alg;
		for (i = 0; i < IKE_ALG_NAMES && alg->config[i]; i++) {
			if (matches(alg, alg->config[i], word, with_key, bits))
				return alg;
		}
	}
	return NULL;
}

/**
 * ike_alg_by_name() - an algorithm by what configurations call it, or by IANA's name; '_' and case do not matter
 * @type: IKE_ENCR and so on; "prf" may be before the name of an IKE_PRF
 * @name: need not have an end
 * @length: bytes of @name
 * @key_bits: gets the key's length in bits if the name has one and the wire does too, else 0; may be NULL
 *
 * Return: it, or NULL if there is none of that name.
 */
const struct ike_alg *ike_alg_by_name(uint8_t type, const char *name, size_t length, uint16_t *key_bits)
{
	const struct ike_alg *alg;
	char squeezed[NAME_ROOM];
	const char *word = squeezed;
	uint16_t ignored;

	if (!squeeze(squeezed, name, length))
		return NULL;
	if (type == IKE_PRF && !strncmp(word, "prf", 3))
		word += 3;
	if (!key_bits)
		key_bits = &ignored;
	/* aes_gcm128 is AES_GCM_16 with a key of 128 bits, as libreswan has it, and not strongSwan's aesgcm128. */
	alg = type == IKE_ENCR ? find(type, word, true, key_bits) : NULL;
	return alg ? alg : find(type, word, false, key_bits);
}

/**
 * ike_alg_print() - a transform as logs have it
 * @text: gets it: AES_GCM_16_256; PRF_99, TRANSFORM_6_35 if it is not known
 * @size: bytes of @text; may be 0
 * @type: of the transform
 * @id: IANA's number
 * @key_bits: 0: without
 *
 * Return: what snprintf() would.
 */
int ike_alg_print(char *text, size_t size, uint8_t type, uint16_t id, uint16_t key_bits)
{
	static const char *const types[] = { NULL, "ENCR", "PRF", "INTEG", "KE", "ESN" };
	const struct ike_alg *alg = ike_alg_by_id(type, id);
	char name[NAME_ROOM];

	if (alg)
		snprintf(name, sizeof(name), "%s", alg->name);
	else if (type >= IKE_ENCR && type <= IKE_ESN)
		snprintf(name, sizeof(name), "%s_%u", types[type], id);
	else
		snprintf(name, sizeof(name), "TRANSFORM_%u_%u", type, id);
	return key_bits ? snprintf(text, size, "%s_%u", name, key_bits) : snprintf(text, size, "%s", name);
}
