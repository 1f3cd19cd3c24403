/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cryptography of IKEv2, by OpenSSL. Functions return 0 (or a length) or a negative errno. */
#ifndef LIB_IKE_CRYPTO_H
#define LIB_IKE_CRYPTO_H

#include "ike_alg.h"

struct ike_slice {
	const uint8_t *data;
	size_t length;
};

#define IKE_KEY_MAX 64	 /* bytes: of a PRF's output, of an integrity key, of a cipher's with its salt */
#define IKE_KE_MAX  1024 /* bytes: of a public value, of a shared secret */

struct ike_key {
	uint8_t data[IKE_KEY_MAX];
	uint8_t length;
};

/* RFC 7296, 2.14: by direction: 0: of what the original initiator sends. */
struct ike_keys {
	struct ike_key d, integ[2], encr[2], auth[2];
};

/* RFC 7296, 2.17, by direction: 0: of what the initiator of this exchange sends. */
struct ike_child_keys {
	struct ike_key encr[2], integ[2];
};

/* RFC 7296, 2.13: prf(key, parts); returns the length of what is in @out, of at least IKE_KEY_MAX bytes. */
int ike_prf(const struct ike_alg *prf, struct ike_slice key, const struct ike_slice *parts, size_t count, uint8_t *out);

/* One side's part of a key exchange. free() of it zeroes. */
struct ike_ke;
struct ike_ke *ike_ke_new(const struct ike_alg *method);
int ike_ke_public(const struct ike_ke *ke, uint8_t *out); /* returns the length: method->size */
/* -EINVAL: the peer's value is not a valid one (RFC 6989) */
int ike_ke_shared(const struct ike_ke *ke, struct ike_slice peer, uint8_t *out); /* returns the length */
void ike_ke_free(struct ike_ke *ke);

/* RFC 7296, 2.14 and, with @old_d and @old_prf, 2.18. */
struct ike_key_seed {
	struct ike_slice shared, ni, nr;
	uint8_t spi_i[8], spi_r[8];
	const struct ike_alg *old_prf;
	const struct ike_key *old_d;
};
int ike_keys_derive(struct ike_keys *keys, const struct ike_suite *suite, const struct ike_key_seed *seed);
/* @shared: empty without a key exchange of its own */
int ike_child_keys_derive(struct ike_child_keys *keys, const struct ike_suite *child, const struct ike_alg *prf,
			  const struct ike_key *d, struct ike_slice shared, struct ike_slice ni, struct ike_slice nr);

/*
 * RFC 7296, 3.14, RFC 5282: the body of an SK payload: IV, ciphertext with padding, ICV. @aad: what comes before it in
 * the message, whose last bytes are the header of the SK payload: its length and the message's must be right already.
 * @number: makes the IV of a counter mode; never twice the same one with a key.
 */
size_t ike_sealed_size(const struct ike_suite *suite, size_t plain);
int ike_seal(const struct ike_suite *suite, const struct ike_key *encr, const struct ike_key *integ,
	     struct ike_slice aad, uint64_t number, struct ike_slice plain, uint8_t *out);
/* Returns the length of what is in @out, which has room for @sealed. -EBADMSG: it is not authentic, or malformed */
int ike_open(const struct ike_suite *suite, const struct ike_key *encr, const struct ike_key *integ,
	     struct ike_slice aad, struct ike_slice sealed, uint8_t *out);

int ike_random(void *out, size_t length);
void ike_wipe(void *data, size_t length);
bool ike_equal(const void *a, const void *b, size_t length);	      /* in constant time */
int ike_sha1(struct ike_slice *parts, size_t count, uint8_t out[20]); /* NAT detection, hashes of keys */

#endif
