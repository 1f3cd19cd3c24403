/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authenticators with a key, IKE's and those of packets. */
#ifndef LIB_IKE_MAC_H
#define LIB_IKE_MAC_H

#include "ike_crypto.h"

/* Of an IKE_PRF, or of an IKE_INTEG before it is cut. One thread at a time. */
struct ike_mac;
int ike_mac_new(struct ike_mac **result, const struct ike_alg *alg, struct ike_slice key);
int ike_mac_begin(struct ike_mac *mac);
int ike_mac_update(struct ike_mac *mac, const void *data, size_t length);
int ike_mac_final(struct ike_mac *mac, uint8_t out[IKE_KEY_MAX]);
int ike_mac_compute(struct ike_mac *mac, const struct ike_slice *parts, size_t count, uint8_t out[IKE_KEY_MAX]);
void ike_mac_free(struct ike_mac *mac);

#endif
