/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identities: RFC 7296, 3.5. */
#ifndef LIB_IDENTITY_H
#define LIB_IDENTITY_H

#include <stdbool.h>

#include "../klips/core/addr.h"
#include "ike_crypto.h"

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
#define IKE_ID_WILD 15 /* the most wildcards that are told apart, and what any identity counts as */

/* @data: as on the wire. IKE_ID_NONE: any. */
struct ike_identity {
	uint8_t type;
	uint16_t length;
	uint8_t data[IKE_ID_MAX];
};

/*
 * NULL, or what is wrong: "192.0.2.1", "@west", "@#0a0b" and "@[text]" (key IDs), "a@b", "C=..., CN=...", "@~30..."
 * (DER of such a name), "%any".
 */
const char *ike_identity_parse(struct ike_identity *to, const char *text);
int ike_identity_print(char *text, size_t size, const struct ike_identity *identity);
int ike_identity_set(struct ike_identity *to, uint8_t type, struct ike_slice data);
void ike_identity_from_addr(struct ike_identity *to, const struct klips_addr *addr);
/* Of those that are equal the same. @seed: a secret, where peers choose. */
uint32_t ike_identity_hash(const struct ike_identity *identity, uint64_t seed);
bool ike_identity_equal(const struct ike_identity *a, const struct ike_identity *b);
/* The same of their data. */
bool ike_identity_same(uint8_t type, struct ike_slice a, struct ike_slice b);
/* How many wildcards it took for @who to be one of @wanted, 0 to IKE_ID_WILD; -1: it is none of them. */
int ike_identity_match(const struct ike_identity *wanted, const struct ike_identity *who);
/* Whether it stands for many: any, or a distinguished name with wildcards. */
bool ike_identity_is_many(const struct ike_identity *identity);
/* Whether a host that is @own may be asked for as @asked: "@*.example.org" is all hosts of that domain. */
bool ike_identity_answers(const struct ike_identity *own, const struct ike_identity *asked);
static inline struct ike_slice ike_identity_slice(const struct ike_identity *identity)
{
	return (struct ike_slice){ identity->data, identity->length };
}

#endif
