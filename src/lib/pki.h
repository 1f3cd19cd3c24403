/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, signatures and certificates, by OpenSSL. What is made is never changed, so any thread may use it. */
#ifndef LIB_PKI_H
#define LIB_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ike_crypto.h"

#define PKI_KEY_ID	  20	      /* bytes of a SHA-1: a CKAID, a CERTREQ's hash */
#define PKI_SIGNATURE_MAX 1024	      /* bytes: RSA of 8192 bits */
#define PKI_CERT_MAX	  (64 * 1024) /* bytes of a certificate */

/* What is wrong, for people. */
struct pki_why {
	char text[256];
};

enum pki_key_type {
	PKI_RSA = 1,
	PKI_ECDSA,
	PKI_ED25519,
	PKI_ED448,
};

/* A key, private or public. */
struct pki_key;

/**
 * struct pki_key_info - what is known of a key
 * @bits: of the modulus, or of the curve: 256, 384, 521; 256 and 456 of Ed25519 and Ed448
 * @ckaid: SHA-1 of the public key: of the modulus of RSA, of the point of ECDSA, of the bytes of EdDSA, as NSS has it
 * @spki: DER of the SubjectPublicKeyInfo
 */
struct pki_key_info {
	enum pki_key_type type;
	unsigned int bits;
	bool is_private;
	uint8_t ckaid[PKI_KEY_ID];
	struct ike_slice spki;
};

/* These return 0 with a key for pki_key_put(), or a negative errno and say why. */
int pki_key_load(struct pki_key **key, const char *path, const char *passphrase, struct pki_why *why);
int pki_key_read(struct pki_key **key, struct ike_slice data, const char *passphrase, struct pki_why *why);
int pki_key_from_spki(struct pki_key **key, struct ike_slice spki, struct pki_why *why);
int pki_key_from_text(struct pki_key **key, const char *text, struct pki_why *why);
/* @bits: of RSA (2048 to 8192) and of ECDSA's curve */
int pki_key_generate(struct pki_key **key, enum pki_key_type type, unsigned int bits, struct pki_why *why);

struct pki_key *pki_key_get(const struct pki_key *key);
void pki_key_put(struct pki_key *key);
const struct pki_key_info *pki_key_info(const struct pki_key *key);
bool pki_key_equal(const struct pki_key *a, const struct pki_key *b); /* their public parts */
const char *pki_key_type_name(enum pki_key_type type);
char *pki_key_text(const struct pki_key *key); /* what pki_key_from_text() takes, for free() */
char *pki_key_spki_text(const struct pki_key *key);
char *pki_key_dns(const struct pki_key *key); /* what an IPSECKEY record has (RFC 4025), for free() */

/* Hashes, by their numbers in the registry of SIGNATURE_HASH_ALGORITHMS (RFC 7427, 4). */
enum pki_hash {
	PKI_SHA1 = 1,
	PKI_SHA2_256,
	PKI_SHA2_384,
	PKI_SHA2_512,
	PKI_IDENTITY, /* RFC 8420 */
};

/**
 * struct pki_scheme - a way to sign
 * @method: of the AUTH payload: 14 (RFC 7427), 1 (RSA with SHA-1) or 9 to 11 (RFC 4754)
 * @bits: of the curve that it is for; 0: any
 * @authby: the bits of authby= (keywords_conn.c) that allow it: any one does
 * @algorithm: DER of its AlgorithmIdentifier, of method 14
 */
struct pki_scheme {
	const char *name;
	uint8_t method;
	enum pki_key_type type;
	enum pki_hash hash;
	bool pss;
	unsigned int bits;
	uint32_t authby;
	struct ike_slice algorithm;
};

/* All of them, best first of each type; NULL: no more. */
const struct pki_scheme *pki_scheme_at(size_t index);
const struct pki_scheme *pki_scheme_by_algorithm(struct ike_slice algorithm);
bool pki_scheme_fits(const struct pki_scheme *scheme, const struct pki_key *key);
/* @hashes: 1 << enum pki_hash of each that the peer has; 0: it has not said, so only methods 1 and 9 to 11 are for it.
 * @authby: of the connection. NULL: none. */
const struct pki_scheme *pki_scheme_choose(const struct pki_key *key, uint32_t hashes, uint32_t authby);

/* Of the parts, in their order. Returns the signature's length, or a negative errno. */
int pki_sign(const struct pki_key *key, const struct pki_scheme *scheme, const struct ike_slice *parts, size_t count,
	     uint8_t out[PKI_SIGNATURE_MAX]);
/* 0, -EINVAL: the scheme does not fit the key, -EBADMSG: the signature is not right */
int pki_verify(const struct pki_key *key, const struct pki_scheme *scheme, const struct ike_slice *parts, size_t count,
	       struct ike_slice signature);

#endif
