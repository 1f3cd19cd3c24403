// SPDX-License-Identifier: GPL-2.0-or-later
#include "spi_alg.h"

#include <string.h>

static const struct {
	const char *word;
	enum klips_encr encr;
	unsigned int key_bytes;
} encrs[] = {
	{ "3des", KLIPS_ENCR_3DES_CBC, 24 },	 { "aes", KLIPS_ENCR_AES_CBC, 0 },
	{ "aes128", KLIPS_ENCR_AES_CBC, 16 },	 { "aes192", KLIPS_ENCR_AES_CBC, 24 },
	{ "aes256", KLIPS_ENCR_AES_CBC, 32 },	 { "aes-gmac", KLIPS_ENCR_AES_GMAC, 0 },
	{ "3des-cbc", KLIPS_ENCR_3DES_CBC, 24 },
};

static const struct {
	const char *word;
	enum klips_auth auth;
} auths[] = {
	{ "md5-96", KLIPS_AUTH_HMAC_MD5_96 },
	{ "sha1-96", KLIPS_AUTH_HMAC_SHA1_96 },
	{ "sha2-256-128", KLIPS_AUTH_HMAC_SHA2_256_128 },
	{ "sha2-384-192", KLIPS_AUTH_HMAC_SHA2_384_192 },
	{ "sha2-512-256", KLIPS_AUTH_HMAC_SHA2_512_256 },
};

/**
 * spi_alg_auth - an authenticator: hmac-sha1-96 or any other of IANA's names, or KLIPS's words without hmac-
 */
const char *spi_alg_auth(enum klips_auth *auth, const char *word)
{
	unsigned int i;

	for (i = KLIPS_AUTH_NONE + 1; i < KLIPS_AUTH_COUNT; i++) {
		if (!strcmp(klips_auth(i)->name, word)) {
			*auth = i;
			return NULL;
		}
	}
	for (i = 0; i < ARRAY_SIZE(auths); i++) {
		if (!strcmp(auths[i].word, word)) {
			*auth = auths[i].auth;
			return NULL;
		}
	}
	return "there is no such authenticator";
}

static bool find_encr(enum klips_encr *encr, unsigned int *key_bytes, const char *word, size_t length)
{
	unsigned int i;

	*key_bytes = 0;
	for (i = KLIPS_ENCR_NONE + 1; i < KLIPS_ENCR_COUNT; i++) {
		*encr = i;
		if (strlen(klips_encr(i)->name) == length && !strncmp(klips_encr(i)->name, word, length))
			return true;
	}
	for (i = 0; i < ARRAY_SIZE(encrs); i++) {
		*encr = encrs[i].encr;
		*key_bytes = encrs[i].key_bytes;
		if (strlen(encrs[i].word) == length && !strncmp(encrs[i].word, word, length))
			return true;
	}
	return false;
}

/**
 * spi_alg_esp - what ESP does: aes-gcm-16 or any other of IANA's names, or with an authenticator behind it: 3des-md5-96
 * @auth: the latter's; KLIPS_AUTH_NONE if the word has none
 */
const char *spi_alg_esp(enum klips_encr *encr, enum klips_auth *auth, unsigned int *key_bytes, const char *word)
{
	const char *dash;

	*auth = KLIPS_AUTH_NONE;
	if (find_encr(encr, key_bytes, word, strlen(word)))
		return NULL;
	for (dash = strchr(word, '-'); dash; dash = strchr(dash + 1, '-')) {
		if (find_encr(encr, key_bytes, word, (size_t)(dash - word)) && !spi_alg_auth(auth, dash + 1))
			return NULL;
	}
	return "there is no such algorithm";
}
