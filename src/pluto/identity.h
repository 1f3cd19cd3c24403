/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identities: RFC 7296, 3.5. */
#ifndef PLUTO_IDENTITY_H
#define PLUTO_IDENTITY_H

#include "../klips/core/addr.h"
#include "message.h"

enum ike_id_type {
	IKE_ID_NONE,
	IKE_ID_IPV4_ADDR,
	IKE_ID_FQDN,
	IKE_ID_RFC822_ADDR,
	IKE_ID_IPV6_ADDR = 5,
	IKE_ID_DER_ASN1_DN = 9,
	IKE_ID_DER_ASN1_GN,
	IKE_ID_KEY_ID,
};

#define IKE_ID_MAX  512
#define IKE_ID_TEXT (4 * IKE_ID_MAX)

/* @data: as on the wire. IKE_ID_NONE: any. */
struct ike_identity {
	uint8_t type;
	uint16_t length;
	uint8_t data[IKE_ID_MAX];
};

/* NULL, or what is wrong: "192.0.2.1", "@west", "@#0a0b" (key ID), "a@b", "C=..., CN=...", "%any". */
const char *ike_identity_parse(struct ike_identity *to, const char *text);
int ike_identity_print(char *text, size_t size, const struct ike_identity *identity);
int ike_identity_set(struct ike_identity *to, uint8_t type, struct ike_slice data);
void ike_identity_from_addr(struct ike_identity *to, const struct klips_addr *addr);
/* Of those that are equal the same. @seed: a secret, where peers choose. */
uint32_t ike_identity_hash(const struct ike_identity *identity, uint64_t seed);
bool ike_identity_equal(const struct ike_identity *a, const struct ike_identity *b);

#endif
