/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ike_crypto.h share among themselves and with their tests. */
#ifndef LIB_IKE_OWN_H
#define LIB_IKE_OWN_H

#include <openssl/evp.h>

#include "ike_mac.h"

/* RFC 7296, 2.13: prf+, with a seed of several parts, of which there are at most this many. */
#define IKE_SEED_PARTS 4
int ike_prf_expand(const struct ike_alg *prf, struct ike_slice key, const struct ike_slice *seed, size_t count,
		   uint8_t *out, size_t length);

/* A side whose key is known; takes @key over, unless it returns NULL. */
struct ike_ke *ike_ke_adopt(const struct ike_alg *method, EVP_PKEY *key);

#endif
