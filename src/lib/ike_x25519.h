/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Curve25519: RFC 7748. */
#ifndef LIB_IKE_X25519_H
#define LIB_IKE_X25519_H

#include "ike_own.h"

#define X25519_SIZE 32 /* bytes of keys, points and secrets */

/* OpenSSL multiplies any point in four fifths of the time that its generation of keys takes for the base point. */
EVP_PKEY *x25519_private(void);
EVP_PKEY_CTX *x25519_multiplier(EVP_PKEY *key);
/* @point: NULL: the base point. Returns X25519_SIZE, -EINVAL: the result is zero, or -ENOMEM. */
int x25519_multiply(EVP_PKEY_CTX *ctx, const uint8_t *point, uint8_t *out);

#endif
