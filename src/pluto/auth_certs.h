/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes with signatures: certificates, requests of them, and which hashes a side can (RFC 7296, 3.6, 3.7; 7427). */
#ifndef PLUTO_AUTH_CERTS_H
#define PLUTO_AUTH_CERTS_H

#include "auth.h"

/* RFC 7296, 3.6: encodings of certificates. */
enum ike_cert_encoding {
	CERT_X509_SIGNATURE = 4,
	CERT_X509_URL = 12,
	CERT_BUNDLE_URL = 13,
	CERT_RAW_PUBLIC_KEY = 15, /* RFC 7670 */
};

/* Which authorities' certificates go with this host's: sendca= */
enum ike_sendca {
	SENDCA_ALL,
	SENDCA_ISSUER,
	SENDCA_NONE,
};

/* SIGNATURE_HASH_ALGORITHMS: those that peers may use by @auth, bits of enum connection_auth; none: nothing is put. */
void ike_hashes_put(struct ike_builder *builder, uint32_t auth);
void ike_hashes_take(struct ike_sa *sa, const struct ike_message *message);

/* CERTREQ, with the trust anchors, if there are any and @wanted; and whether certificates are looked up by URLs. */
void ike_certreq_put(struct ike_builder *builder, struct ike_sa *sa, bool wanted);
void ike_certreq_take(struct ike_sa *sa, const struct ike_message *message);

#define IKE_CERTS_MAX (2 * PKI_CHAIN_MAX + 1)

/*
 * Those of a message, also by what was looked up for it, and of the store, if there is one, those that the first needs
 * besides; what cannot be read is left out. Returns how many; each is for pki_cert_put().
 */
size_t ike_certs_read(struct pki_cert *to[IKE_CERTS_MAX], const struct ike_sa *sa, const struct ike_message *message);

/* The certificates of an own claim that was made. */
void ike_certs_put(struct ike_builder *builder, const struct ike_auth_claim *claim);
/* Those that came with the peer's, into @claim, which has none yet; what cannot be read is left out. */
void ike_certs_take(struct ike_auth_claim *claim);

#endif
