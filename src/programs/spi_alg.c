// SPDX-License-Identifier: GPL-2.0-or-later
#include "spi_alg.h"

#include <string.h>

/* With the length of the key; klips_encr_find() knows those without. */
static const struct {
	const char *word;
	enum klips_encr encr;
	unsigned int key_bytes;
} encrs[] = {
	{ "aes", KLIPS_ENCR_AES_CBC, 0 },
	{ "aes128", KLIPS_ENCR_AES_CBC, 16 },
	{ "aes192", KLIPS_ENCR_AES_CBC, 24 },
	{ "aes256", KLIPS_ENCR_AES_CBC, 32 },
};

/**
 * spi_alg_auth - an authenticator: hmac-sha1-96 or any other of IANA's names, or KLIPS's words without hmac-
 */
const char *spi_alg_auth(enum klips_auth *auth, const char *word)
{
	char name[32];

	*auth = klips_auth_find(word);
	if (*auth == KLIPS_AUTH_COUNT && snprintf(name, sizeof(name), "hmac-%s", word) < (int)sizeof(name))
		*auth = klips_auth_find(name);
	return *auth == KLIPS_AUTH_NONE || *auth == KLIPS_AUTH_COUNT ? "there is no such authenticator" : NULL;
}

static bool find_encr(enum klips_encr *encr, unsigned int *key_bytes, const char *word, size_t length)
{
	char name[32];
	unsigned int i;

	if (length >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	*key_bytes = 0;
	*encr = klips_encr_find(name);
	if (*encr != KLIPS_ENCR_COUNT)
		return *encr != KLIPS_ENCR_NONE;
	for (i = 0; i < ARRAY_SIZE(encrs); i++) {
		*encr = encrs[i].encr;
		*key_bytes = encrs[i].key_bytes;
		if (!strcmp(encrs[i].word, name))
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
