/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ike_crypto.h share among themselves and with their tests. */
#ifndef LIB_IKE_OWN_H
#define LIB_IKE_OWN_H

#include <openssl/evp.h>

#include "ike_crypto.h"

/* An authenticator with its key: of an IKE_PRF, or of an IKE_INTEG before it is cut. One thread at a time. */
struct ike_mac;
int ike_mac_new(struct ike_mac **result, const struct ike_alg *alg, struct ike_slice key);
int ike_mac_compute(struct ike_mac *mac, const struct ike_slice *parts, size_t count, uint8_t out[IKE_KEY_MAX]);
void ike_mac_free(struct ike_mac *mac);

/* ike_prf_plus() with a seed of several parts, of which there are at most this many. */
#define IKE_SEED_PARTS 4
int ike_prf_expand(const struct ike_alg *prf, struct ike_slice key, const struct ike_slice *seed, size_t count,
		   uint8_t *out, size_t length);

/* A side whose key is known; takes @key over, unless it returns NULL. */
struct ike_ke *ike_ke_adopt(const struct ike_alg *method, EVP_PKEY *key);

#endif
