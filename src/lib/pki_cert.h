/* SPDX-License-Identifier: GPL-2.0-or-later */
/* X.509 certificates: RFC 5280, and RFC 4945 for IKE. */
#ifndef LIB_PKI_CERT_H
#define LIB_PKI_CERT_H

#include "pki.h"

#define PKI_CHAIN_MAX 16 /* certificates between a host's and its trust anchor */

struct pki_cert;

/* @type: as of an identity in IKE: 1 ID_IPV4_ADDR, 2 ID_FQDN, 3 ID_RFC822_ADDR, 5 ID_IPV6_ADDR, 9 ID_DER_ASN1_DN */
struct pki_name {
	uint8_t type;
	struct ike_slice data;
};

/**
 * struct pki_cert_info - what a certificate says
 * @subject, @issuer: DER of the names; @subject_text, @issuer_text: "C=FI, CN=west"
 * @serial: hexadecimal
 * @not_before, @not_after: seconds since 1970
 * @key: the certificate's, like all here; NULL: of a type that there is not here
 * @key_hash: SHA-1 of the SubjectPublicKeyInfo: a CERTREQ's, if this is a CA's (RFC 7296, 3.7)
 * @names: the subjectAltNames that IKE has identities for
 */
struct pki_cert_info {
	struct ike_slice der, subject, issuer;
	const char *subject_text, *issuer_text, *serial;
	int64_t not_before, not_after;
	struct pki_key *key;
	uint8_t key_hash[PKI_KEY_ID];
	bool is_ca, is_self_issued;
	const struct pki_name *names;
	size_t name_count;
};

/* These return 0 with a certificate for pki_cert_put(), or a negative errno and say why. */
int pki_cert_parse(struct pki_cert **cert, struct ike_slice der, struct pki_why *why);
int pki_cert_load(struct pki_cert **cert, const char *path, struct pki_why *why); /* PEM or DER: the first in it */

struct pki_cert *pki_cert_get(const struct pki_cert *cert);
void pki_cert_put(struct pki_cert *cert);
const struct pki_cert_info *pki_cert_info(const struct pki_cert *cert);
bool pki_cert_equal(const struct pki_cert *a, const struct pki_cert *b);

/* Whether it is a certificate of that identity: a subjectAltName, or of ID_DER_ASN1_DN also its subject. */
bool pki_cert_has_id(const struct pki_cert *cert, uint8_t type, struct ike_slice data);
/* RFC 5280, 7.1: whatever strings' types, case and runs of spaces. */
bool pki_dn_equal(struct ike_slice a, struct ike_slice b);
/* Of names that are equal the same. */
uint32_t pki_dn_hash(struct ike_slice der);
/* How many wildcards it takes for a name to be one of those wanted: "C=FI, O=*, CN=*", in any order; -1: it is none. */
int pki_dn_match(struct ike_slice wanted, struct ike_slice name);
bool pki_dn_is_pattern(struct ike_slice der);
/* "C=FI, O=Cygnet, CN=west" to DER: its length, or a negative errno; and back, for free(). */
int pki_dn_parse(uint8_t *der, size_t room, const char *text);
char *pki_dn_text(struct ike_slice der);

#endif
