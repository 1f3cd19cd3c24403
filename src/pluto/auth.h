/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is who: the AUTH payload, RFC 7296, 2.15. */
#ifndef PLUTO_AUTH_H
#define PLUTO_AUTH_H

#include "../lib/pki_store.h"
#include "exchange.h"

#define IKE_AUTH_MAX 2048 /* bytes of an AUTH payload's data */
#define IKE_AUTH_WHY 512

/* RFC 7296, 3.8: authentication methods. */
enum ike_auth_method {
	AUTH_RSA = 1,
	AUTH_PSK,
	AUTH_ECDSA_256 = 9,
	AUTH_ECDSA_384,
	AUTH_ECDSA_521,
	AUTH_NULL = 13,
	AUTH_SIGNATURE, /* RFC 7427 */
};

/**
 * struct ike_auth_claim - one side's claim to be somebody, while it is made or checked
 * @sa: is there still when that is done, but maybe IKE_SA_DEAD
 * @own: whether it is this side's
 * @who: the identity that is claimed; of a peer that has shown a certificate, the one that this has shown; @other: of
 * the other side, as far as it is known
 * @octets: what is signed: <SignedOctets> of RFC 7296, 2.15, in three parts; the last is in @maced_id
 * @data, @length: of the AUTH payload: the peer's, or where the own one goes
 * @scheme: of a signature; @key: the private one of it, or the one that the peer must have; NULL: a certificate's
 * @certs: own ones to be sent, the peer's that came: the one of the key first
 * @trust: what those are checked by, as it was; @date: when
 * @error: 0: it is made, or right; else a negative errno, and @why
 * @then: gets it when that is known, and frees it
 */
struct ike_auth_claim {
	struct pluto_job job;
	struct ike_sa *sa;
	const struct ike_auth_method_ops *method;
	bool own;
	struct ike_identity who, other;
	struct ike_slice octets[3];
	uint8_t maced_id[IKE_KEY_MAX];
	uint8_t data[IKE_AUTH_MAX];
	size_t length;
	const struct pki_scheme *scheme;
	struct pki_key *key;
	struct pki_cert *certs[1 + PKI_CHAIN_MAX];
	size_t cert_count;
	struct pluto_trust trust;
	int64_t date;
	int error;
	char why[IKE_AUTH_WHY];
	void (*then)(struct ike_auth_claim *claim);
};

/**
 * struct ike_auth_method_ops - a method; a row of the table in auth.c
 * @allowed: bits of enum connection_auth, any of which allows it
 * @narrow: of those, what AUTH payloads with these data need; NULL: all
 * @begin: makes @claim's data, or checks them; or only gathers what @work needs. 0, or a negative errno: see
 *	   ike_auth_fail(). -EOPNOTSUPP: this side cannot, so that another method may be tried
 * @work: does so in any thread, with nothing but the claim; NULL: @begin has done all. The same results
 */
struct ike_auth_method_ops {
	uint8_t method;
	uint32_t allowed;
	const char *name;
	uint32_t (*narrow)(struct ike_slice data);
	int (*begin)(struct ike_auth_claim *claim);
	int (*work)(struct ike_auth_claim *claim);
};

extern const struct ike_auth_method_ops ike_auth_psk, ike_auth_signature, ike_auth_rsa, ike_auth_ecdsa_256,
	ike_auth_ecdsa_384, ike_auth_ecdsa_521;

/* -EACCES, with the reason kept. */
int ike_auth_fail(struct ike_auth_claim *claim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What has to be allowed (enum connection_auth) for the AUTH payload of a message; 0: it has none that is known. */
uint32_t ike_auth_allowed_by(const struct ike_message *message);
/*
 * Has this side's claim made, by the method of its connection; or the peer's, in the setup's message, checked. @then is
 * called once, perhaps before these return, with the reason in the log by then if there is an error; -ENOMEM: it is
 * not.
 */
int ike_auth_make(struct ike_sa *sa, const struct ike_identity *own, const struct ike_identity *peer,
		  void (*then)(struct ike_auth_claim *claim));
int ike_auth_check(struct ike_sa *sa, const struct ike_identity *own, const struct ike_identity *peer,
		   void (*then)(struct ike_auth_claim *claim));
/* The AUTH payload of a claim that was made. */
void ike_auth_put(struct ike_builder *builder, const struct ike_auth_claim *claim);
void ike_auth_claim_free(struct ike_auth_claim *claim);

#endif
