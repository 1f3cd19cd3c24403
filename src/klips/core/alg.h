/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The algorithms of ESP, AH and IPCOMP: one table for the wire, the tables that users read, and the platform's crypto.
 */
#ifndef KLIPS_CORE_ALG_H
#define KLIPS_CORE_ALG_H

#include "port.h"

enum klips_encr {
	KLIPS_ENCR_NONE,      /* AH */
	KLIPS_ENCR_NULL,      /* RFC 2410 */
	KLIPS_ENCR_3DES_CBC,  /* RFC 2451 */
	KLIPS_ENCR_AES_CBC,   /* RFC 3602 */
	KLIPS_ENCR_AES_CTR,   /* RFC 3686 */
	KLIPS_ENCR_AES_GCM_8, /* RFC 4106 */
	KLIPS_ENCR_AES_GCM_12,
	KLIPS_ENCR_AES_GCM_16,
	KLIPS_ENCR_AES_CCM_8, /* RFC 4309 */
	KLIPS_ENCR_AES_CCM_12,
	KLIPS_ENCR_AES_CCM_16,
	KLIPS_ENCR_AES_GMAC,	      /* RFC 4543 */
	KLIPS_ENCR_CHACHA20_POLY1305, /* RFC 7634 */
	KLIPS_ENCR_COUNT,
};

enum klips_auth {
	KLIPS_AUTH_NONE,
	KLIPS_AUTH_HMAC_MD5_96,	      /* RFC 2403 */
	KLIPS_AUTH_HMAC_SHA1_96,      /* RFC 2404 */
	KLIPS_AUTH_AES_XCBC_96,	      /* RFC 3566 */
	KLIPS_AUTH_AES_CMAC_96,	      /* RFC 4494 */
	KLIPS_AUTH_HMAC_SHA2_256_128, /* RFC 4868 */
	KLIPS_AUTH_HMAC_SHA2_384_192,
	KLIPS_AUTH_HMAC_SHA2_512_256,
	KLIPS_AUTH_COUNT,
};

/**
 * struct klips_encr_desc - one encryption algorithm; lengths in bytes
 * @name: as IANA has it, in lower case with '-': aes-gcm-16
 * @key_min: shortest key, without the salt
 * @key_max: longest key; between the two in steps of 8
 * @salt: bytes of the keying material after the key
 * @iv: of each packet, explicit
 * @block: to which the payload is padded; ESP pads to 4 at least
 * @icv: of an AEAD; 0 where an authenticator is needed beside it
 */
struct klips_encr_desc {
	const char *name;
	u8 key_min;
	u8 key_max;
	u8 salt;
	u8 iv;
	u8 block;
	u8 icv;
};

/**
 * struct klips_auth_desc - one authenticator; lengths in bytes
 * @name: as IANA has it, in lower case with '-': hmac-sha2-256-128
 * @key: of its key, always this long
 * @icv: of what is sent
 */
struct klips_auth_desc {
	const char *name;
	u8 key;
	u8 icv;
};

extern const struct klips_encr_desc klips_encrs[KLIPS_ENCR_COUNT];
extern const struct klips_auth_desc klips_auths[KLIPS_AUTH_COUNT];

/**
 * klips_encr() - what is to be known of an encryption algorithm
 * @id: any number
 *
 * Return: its description, or NULL if there is no such algorithm.
 */
static inline const struct klips_encr_desc *klips_encr(enum klips_encr id)
{
	return (unsigned int)id < KLIPS_ENCR_COUNT ? &klips_encrs[id] : NULL;
}

/**
 * klips_auth() - what is to be known of an authenticator
 * @id: any number
 *
 * Return: its description, or NULL if there is no such authenticator.
 */
static inline const struct klips_auth_desc *klips_auth(enum klips_auth id)
{
	return (unsigned int)id < KLIPS_AUTH_COUNT ? &klips_auths[id] : NULL;
}

enum klips_encr klips_encr_find(const char *name);
enum klips_auth klips_auth_find(const char *name);

#endif
