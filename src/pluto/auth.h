/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is who: the AUTH payload, RFC 7296, 2.15. */
#ifndef PLUTO_AUTH_H
#define PLUTO_AUTH_H

#include "exchange.h"

#define IKE_AUTH_MAX 2048 /* bytes of an AUTH payload's data */

/**
 * struct ike_auth_claim - one side's claim to be somebody
 * @own: whether it is this side's
 * @who: the identity that is claimed; @other: of the other side, as far as it is known
 * @octets: what is signed: <SignedOctets> of RFC 7296, 2.15, in three parts; the last is in @maced_id
 */
struct ike_auth_claim {
	struct ike_sa *sa;
	bool own;
	const struct ike_identity *who, *other;
	struct ike_slice octets[3];
	uint8_t maced_id[IKE_KEY_MAX];
};

/**
 * struct ike_auth_method_ops - a method; a row of the table in auth.c
 * @make: data of an own AUTH payload: its length, or a negative errno
 * @verify: whether the peer's is right; the log has why not
 */
struct ike_auth_method_ops {
	uint8_t method;
	const char *name;
	int (*make)(const struct ike_auth_claim *claim, uint8_t data[IKE_AUTH_MAX]);
	bool (*verify)(const struct ike_auth_claim *claim, struct ike_slice data);
};

extern const struct ike_auth_method_ops ike_auth_psk;

/* This side's AUTH payload, by the method of its connection. 0, or a negative errno, then the log says why. */
int ike_auth_put(struct ike_sa *sa, struct ike_builder *builder, const struct ike_identity *own,
		 const struct ike_identity *peer);
bool ike_auth_check(struct ike_sa *sa, const struct ike_payload *payload, const struct ike_identity *own,
		    const struct ike_identity *peer);

#endif
