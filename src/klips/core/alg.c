// SPDX-License-Identifier: GPL-2.0-or-later
#include "alg.h"

/* The salts of counter modes come with the key (RFC 3686, 5.1; RFC 4106, 8.1; RFC 4309, 7.1; RFC 7634, 2). */
const struct klips_encr_desc klips_encrs[KLIPS_ENCR_COUNT] = {
	/* clang-format off */
	/*				  name			key_min	key_max	salt iv	block icv */
	[KLIPS_ENCR_NONE]		= { "none",			0,  0,	0,  0,	1,  0 },
	[KLIPS_ENCR_NULL]		= { "null",			0,  0,	0,  0,	1,  0 },
	[KLIPS_ENCR_3DES_CBC]		= { "3des",			24, 24,	0,  8,	8,  0 },
	[KLIPS_ENCR_AES_CBC]		= { "aes-cbc",			16, 32,	0,  16,	16, 0 },
	[KLIPS_ENCR_AES_CTR]		= { "aes-ctr",			16, 32,	4,  8,	1,  0 },
	[KLIPS_ENCR_AES_GCM_8]		= { "aes-gcm-8",		16, 32,	4,  8,	1,  8 },
	[KLIPS_ENCR_AES_GCM_12]		= { "aes-gcm-12",		16, 32,	4,  8,	1,  12 },
	[KLIPS_ENCR_AES_GCM_16]		= { "aes-gcm-16",		16, 32,	4,  8,	1,  16 },
	[KLIPS_ENCR_AES_CCM_8]		= { "aes-ccm-8",		16, 32,	3,  8,	1,  8 },
	[KLIPS_ENCR_AES_CCM_12]		= { "aes-ccm-12",		16, 32,	3,  8,	1,  12 },
	[KLIPS_ENCR_AES_CCM_16]		= { "aes-ccm-16",		16, 32,	3,  8,	1,  16 },
	[KLIPS_ENCR_AES_GMAC]		= { "null-auth-aes-gmac",	16, 32,	4,  8,	1,  16 },
	[KLIPS_ENCR_CHACHA20_POLY1305]	= { "chacha20-poly1305",	32, 32,	4,  8,	1,  16 },
	/* clang-format on */
};

const struct klips_auth_desc klips_auths[KLIPS_AUTH_COUNT] = {
	[KLIPS_AUTH_NONE] = { "none", 0, 0 },
	[KLIPS_AUTH_HMAC_MD5_96] = { "hmac-md5-96", 16, 12 },
	[KLIPS_AUTH_HMAC_SHA1_96] = { "hmac-sha1-96", 20, 12 },
	[KLIPS_AUTH_AES_XCBC_96] = { "aes-xcbc-96", 16, 12 },
	[KLIPS_AUTH_AES_CMAC_96] = { "aes-cmac-96", 16, 12 },
	[KLIPS_AUTH_HMAC_SHA2_256_128] = { "hmac-sha2-256-128", 32, 16 },
	[KLIPS_AUTH_HMAC_SHA2_384_192] = { "hmac-sha2-384-192", 48, 24 },
	[KLIPS_AUTH_HMAC_SHA2_512_256] = { "hmac-sha2-512-256", 64, 32 },
};

/* What else people call them. */
static const struct {
	const char *name;
	enum klips_encr id;
} aliases[] = {
	{ "3des-cbc", KLIPS_ENCR_3DES_CBC },
	{ "aes-gmac", KLIPS_ENCR_AES_GMAC },
};

/**
 * klips_encr_find() - an encryption algorithm by name
 * @name: as struct klips_encr_desc has it; 3des-cbc and aes-gmac too
 *
 * Return: its number, or KLIPS_ENCR_COUNT if there is none of that name.
 */
enum klips_encr klips_encr_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (!strcmp(aliases[i].name, name))
			return aliases[i].id;
	}
	for (i = 0; i < KLIPS_ENCR_COUNT && strcmp(klips_encrs[i].name, name); i++)
		;
	return (enum klips_encr)i;
}

/**
 * klips_auth_find() - an authenticator by name
 * @name: as struct klips_auth_desc has it
 *
 * Return: its number, or KLIPS_AUTH_COUNT if there is none of that name.
 */
enum klips_auth klips_auth_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < KLIPS_AUTH_COUNT && strcmp(klips_auths[i].name, name); i++)
		;
	return (enum klips_auth)i;
}
