// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways to sign. */
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "pki_own.h"

#define DER(...)                                                                           \
	{                                                                                  \
		(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) \
	}

/* RFC 7427, A.1: sha1WithRSAEncryption, or with SHA-2. */
#define RSA_WITH(last) DER(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last, 5, 0)
/* A.3: ecdsa-with-SHA2. */
#define ECDSA_WITH(last) DER(0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last)
/* A.4, with what is so by default left out, as DER has it: the hash, MGF1 with it, and salt of its length. */
#define PSS_HASH(last) 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last, 5, 0
#define PSS_WITH(last, salt)                                                                                        \
	DER(0x30, 65, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 52, 0xa0, 15, PSS_HASH(last), 0xa1, \
	    28, 0x30, 26, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8, PSS_HASH(last), 0xa2, 3, 2, 1, salt)
/* RFC 8420, A. */
#define EDDSA(last) DER(0x30, 5, 6, 3, 0x2b, 0x65, last)

#define SIGNATURE   14 /* RFC 7427: the method */

/* Not among them: DSA, and what has SHA-1 but for RSA's, which old peers have nothing better than (RFC 8247, 4.2). */
static const struct pki_scheme schemes[] = {
	{ "RSASSA-PSS with SHA2-512", SIGNATURE, PKI_RSA, PKI_SHA2_512, true, 0, 1 << 3, PSS_WITH(3, 64) },
	{ "RSASSA-PSS with SHA2-384", SIGNATURE, PKI_RSA, PKI_SHA2_384, true, 0, 1 << 2, PSS_WITH(2, 48) },
	{ "RSASSA-PSS with SHA2-256", SIGNATURE, PKI_RSA, PKI_SHA2_256, true, 0, 1 << 1, PSS_WITH(1, 32) },
	{ "RSA with SHA2-512", SIGNATURE, PKI_RSA, PKI_SHA2_512, false, 0, 1 << 3, RSA_WITH(13) },
	{ "RSA with SHA2-384", SIGNATURE, PKI_RSA, PKI_SHA2_384, false, 0, 1 << 2, RSA_WITH(12) },
	{ "RSA with SHA2-256", SIGNATURE, PKI_RSA, PKI_SHA2_256, false, 0, 1 << 1, RSA_WITH(11) },
	{ "RSA with SHA1", SIGNATURE, PKI_RSA, PKI_SHA1, false, 0, 1 << 10, RSA_WITH(5) },
	{ "RSA with SHA1", 1, PKI_RSA, PKI_SHA1, false, 0, 1 << 10, { 0 } },
	{ "ECDSA with SHA2-512", SIGNATURE, PKI_ECDSA, PKI_SHA2_512, false, 0, 1 << 6, ECDSA_WITH(4) },
	{ "ECDSA with SHA2-384", SIGNATURE, PKI_ECDSA, PKI_SHA2_384, false, 0, 1 << 5, ECDSA_WITH(3) },
	{ "ECDSA with SHA2-256", SIGNATURE, PKI_ECDSA, PKI_SHA2_256, false, 0, 1 << 4, ECDSA_WITH(2) },
	{ "ECDSA-521", 11, PKI_ECDSA, PKI_SHA2_512, false, 521, 1 << 6, { 0 } },
	{ "ECDSA-384", 10, PKI_ECDSA, PKI_SHA2_384, false, 384, 1 << 5, { 0 } },
	{ "ECDSA-256", 9, PKI_ECDSA, PKI_SHA2_256, false, 256, 1 << 4, { 0 } },
	{ "Ed25519", SIGNATURE, PKI_ED25519, PKI_IDENTITY, false, 0, 1 << 7, EDDSA(112) },
	{ "Ed448", SIGNATURE, PKI_ED448, PKI_IDENTITY, false, 0, 1 << 7, EDDSA(113) },
};

#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

const struct pki_scheme *pki_scheme_at(size_t index)
{
	return index < SCHEMES ? &schemes[index] : NULL;
}

static int nid_of(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *oid = NULL;

	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	return OBJ_obj2nid(oid);
}

static enum pki_hash hash_of(const X509_ALGOR *algorithm)
{
	switch (algorithm ? nid_of(algorithm) : NID_sha1) {
	case NID_sha256:
		return PKI_SHA2_256;
	case NID_sha384:
		return PKI_SHA2_384;
	case NID_sha512:
		return PKI_SHA2_512;
	}
	return 0;
}

static bool is_number(const ASN1_INTEGER *integer, int64_t number)
{
	int64_t value;

	return integer && ASN1_INTEGER_get_int64(&value, integer) == 1 && value == number;
}

static int64_t hash_size(enum pki_hash hash)
{
	return hash == PKI_SHA2_256 ? 32 : hash == PKI_SHA2_384 ? 48 : 64;
}

/* RFC 4055, 3.1. Only MGF1 with the same hash and salt as long as that are known: RFC 7427, A.4, has no others. */
static enum pki_hash pss_hash(const X509_ALGOR *algorithm)
{
	int type;
	const void *value;
	RSA_PSS_PARAMS *params;
	X509_ALGOR *mask = NULL;
	enum pki_hash hash = 0;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	params = type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS)) : NULL;
	if (!params)
		return 0;
	if (params->maskGenAlgorithm && nid_of(params->maskGenAlgorithm) == NID_mgf1) {
		X509_ALGOR_get0(NULL, &type, &value, params->maskGenAlgorithm);
		mask = type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR)) : NULL;
	}
	hash = hash_of(params->hashAlgorithm);
	if (!mask || hash_of(mask) != hash || !is_number(params->saltLength, hash_size(hash)) ||
	    (params->trailerField && !is_number(params->trailerField, 1)))
		hash = 0;
	X509_ALGOR_free(mask);
	RSA_PSS_PARAMS_free(params);
	return hash;
}

static X509_ALGOR *parse(struct ike_slice der)
{
	const uint8_t *at = der.data;
	X509_ALGOR *algorithm = der.length < 256 ? d2i_X509_ALGOR(NULL, &at, (long)der.length) : NULL;

	if (algorithm && at == der.data + der.length)
		return algorithm;
	X509_ALGOR_free(algorithm);
	return NULL;
}

static const struct pki_scheme *find_pss(const X509_ALGOR *algorithm)
{
	enum pki_hash hash = pss_hash(algorithm);
	size_t at;

	for (at = 0; at < SCHEMES; at++)
		if (schemes[at].pss && schemes[at].hash == hash)
			return &schemes[at];
	return NULL;
}

/* Parameters of others than PSS are none: absent, or NULL. */
static const struct pki_scheme *find(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *oid;
	size_t at;
	int type;

	X509_ALGOR_get0(&oid, &type, NULL, algorithm);
	if (OBJ_obj2nid(oid) == NID_rsassaPss)
		return find_pss(algorithm);
	for (at = 0; at < SCHEMES && (type == V_ASN1_UNDEF || type == V_ASN1_NULL); at++) {
		const struct ike_slice *known = &schemes[at].algorithm;
		size_t length = OBJ_length(oid);

		/* 30 and a length, 06 and a length, the OID. */
		if (known->length >= 4 && known->data[3] == length &&
		    !memcmp(known->data + 4, OBJ_get0_data(oid), length))
			return &schemes[at];
	}
	return NULL;
}

/**
 * pki_scheme_by_algorithm() - what a peer's AUTH payload of RFC 7427 names
 * @algorithm: its AlgorithmIdentifier, with no length before it; any encoding that means the same is taken
 *
 * Return: NULL: none that is known
 */
const struct pki_scheme *pki_scheme_by_algorithm(struct ike_slice der)
{
	X509_ALGOR *algorithm = parse(der);
	const struct pki_scheme *scheme = algorithm ? find(algorithm) : NULL;

	X509_ALGOR_free(algorithm);
	ERR_clear_error();
	return scheme;
}

/**
 * pki_scheme_fits() - whether it is for keys such as this
 */
bool pki_scheme_fits(const struct pki_scheme *scheme, const struct pki_key *key)
{
	return scheme->type == key->info.type && (!scheme->bits || scheme->bits == key->info.bits);
}

/* A curve has a hash as long as itself (RFC 4754, RFC 5656), which is better for it than a longer one. */
static bool is_natural(const struct pki_scheme *scheme, const struct pki_key *key)
{
	unsigned int bits = key->info.bits;
	enum pki_hash hash = bits == 256 ? PKI_SHA2_256 : bits == 384 ? PKI_SHA2_384 : PKI_SHA2_512;

	return scheme->type != PKI_ECDSA || scheme->hash == hash;
}

static bool is_possible(const struct pki_scheme *scheme, const struct pki_key *key, uint32_t hashes, uint32_t authby)
{
	if (!pki_scheme_fits(scheme, key) || !(scheme->authby & authby))
		return false;
	return scheme->method != SIGNATURE || hashes >> scheme->hash & 1;
}

/* Of those of RFC 7427, or of the older methods. */
static const struct pki_scheme *choose(bool older, const struct pki_key *key, uint32_t hashes, uint32_t authby)
{
	const struct pki_scheme *best = NULL;
	size_t at;

	for (at = 0; at < SCHEMES; at++) {
		if ((schemes[at].method != SIGNATURE) != older || !is_possible(&schemes[at], key, hashes, authby))
			continue;
		if (is_natural(&schemes[at], key))
			return &schemes[at];
		best = best ? best : &schemes[at];
	}
	return best;
}

/**
 * pki_scheme_choose() - how to sign with a key
 * @hashes: of the peer's SIGNATURE_HASH_ALGORITHMS, 1 << enum pki_hash each; 0: it has sent none
 * @authby: the bits of authby= that the connection has
 *
 * A peer that knows RFC 7427 knows the older methods, too (its section 3): they are for connections that allow nothing
 * else.
 *
 * Return: the best; NULL: there is none
 */
const struct pki_scheme *pki_scheme_choose(const struct pki_key *key, uint32_t hashes, uint32_t authby)
{
	const struct pki_scheme *scheme = choose(false, key, hashes, authby);

	return scheme ? scheme : choose(true, key, hashes, authby);
}
