/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The algorithms of IKE and of IPsec: one table names them for configurations, the wire, logs and the kernels. */
#ifndef LIB_IKE_ALG_H
#define LIB_IKE_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 7296, 3.3.2: transform types. */
enum ike_transform_type {
	IKE_ENCR = 1,
	IKE_PRF,
	IKE_INTEG,
	IKE_KE,
	IKE_ESN,
};

/* RFC 7296, 3.3.1: protocol identifiers. */
enum ike_protocol {
	IKE_PROTO_NONE,
	IKE_PROTO_IKE,
	IKE_PROTO_AH,
	IKE_PROTO_ESP,
};

#define IKE_ALG_NAMES 4
#define IKE_ALG_KEYS  4

/**
 * struct ike_alg - an algorithm
 * @type: IKE_ENCR and so on; @id: IANA's number of the transform
 * @name: IANA's, as logs have it: AES_GCM_16
 * @config: what configurations call it, in lower case; NULL after the last
 * @key_bits: key lengths, the preferred one first, then 0s; with @fixed the only one, which is not on the wire
 * @aead: IKE_ENCR: needs no IKE_INTEG
 * @size: bytes: of IKE_PRF its output, of IKE_INTEG the ICV, of IKE_KE the public value, of IKE_ENCR the ICV or 0
 * @key: bytes: of IKE_PRF and IKE_INTEG the key that IKE makes for it, of IKE_KE the shared secret
 * @iv, @block, @salt: bytes, of IKE_ENCR: of the explicit IV, what padding fills up, of the salt at the key's end
 * @openssl: OpenSSL's name of the cipher ("%u" stands for key bits), digest, or group
 * @xfrm: Linux's name of it for XFRM; NULL: has none
 * @klips: KLIPS's name of it (core/alg.c); NULL: has none
 * @ike, @esp, @ah: where it may be used
 */
struct ike_alg {
	uint8_t type;
	uint16_t id;
	const char *name;
	const char *config[IKE_ALG_NAMES];
	uint16_t key_bits[IKE_ALG_KEYS];
	bool fixed;
	bool aead;
	uint16_t size;
	uint16_t key;
	uint8_t iv;
	uint8_t block;
	uint8_t salt;
	const char *openssl;
	const char *xfrm;
	const char *klips;
	bool ike, esp, ah;
};

extern const struct ike_alg ike_algs[];
extern const size_t ike_alg_count;

const struct ike_alg *ike_alg_by_id(uint8_t type, uint16_t id);
const struct ike_alg *ike_alg_by_name(uint8_t type, const char *name, size_t length, uint16_t *key_bits);
/* "AES_GCM_16_256", "HMAC_SHA2_256_128", "MODP2048"; unknown ones by number. Returns what snprintf() would. */
int ike_alg_print(char *text, size_t size, uint8_t type, uint16_t id, uint16_t key_bits);

/* @key_bits: 0: there is no such attribute */
struct ike_transform {
	uint8_t type;
	uint16_t id;
	uint16_t key_bits;
};

#define IKE_TRANSFORMS_MAX 48
#define IKE_PROPOSALS_MAX  16

/**
 * struct ike_proposal - what RFC 7296, 3.3.1, calls one: of each type of transform, in any order, one is to be chosen
 * @number: on the wire, from 1
 * @spi, @spi_size: bytes, 0, 4 or 8
 */
struct ike_proposal {
	uint8_t protocol;
	uint8_t number;
	uint8_t spi[8];
	uint8_t spi_size;
	uint8_t count;
	struct ike_transform transforms[IKE_TRANSFORMS_MAX];
};

struct ike_proposals {
	uint8_t count;
	struct ike_proposal proposals[IKE_PROPOSALS_MAX];
};

/**
 * struct ike_suite - what was chosen: an algorithm of each type; NULL where there is none
 * @encr_bits: the key's length
 */
struct ike_suite {
	uint8_t protocol;
	const struct ike_alg *encr, *prf, *integ, *ke;
	uint16_t encr_bits;
	bool esn;
};

int ike_suite_from_proposal(struct ike_suite *suite, const struct ike_proposal *chosen);
void ike_suite_proposal(const struct ike_suite *suite, struct ike_proposal *to, uint8_t number);
int ike_suite_print(char *text, size_t size, const struct ike_suite *suite);

/* What is wrong in a text: @offset: bytes from its beginning; @length: of the word; @why: constant. */
struct ike_text_error {
	size_t offset, length;
	const char *why;
};

/*
 * ike=, esp= and ah= of ipsec.conf: proposals apart by ',', in each ENCR-INTEG-PRF-KE (KE after '-' or ';'), of each
 * type several apart by '+': "aes_gcm256-sha2_512+sha2_256-x25519+modp2048,aes256-sha2_256;modp2048". An empty or NULL
 * text stands for the defaults. Returns 0, or -1 with @error.
 */
int ike_proposals_parse(struct ike_proposals *to, uint8_t protocol, const char *text, bool pfs,
			struct ike_text_error *error);
/*
 * RFC 7296, 3.3.6: the first of the own proposals, in the own order, that one of the peer's contains; @chosen gets the
 * peer's number and SPI and of each type of transform one. @dh: whether key exchanges count. Returns 0, or -1 for none.
 */
int ike_proposals_choose(struct ike_proposal *chosen, const struct ike_proposals *own, const struct ike_proposals *peer,
			 bool dh);

#endif
