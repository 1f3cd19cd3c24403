/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a small CA makes: certificates, requests and CRLs. */
#ifndef LIB_PKI_MAKE_H
#define LIB_PKI_MAKE_H

#include "pki_cert.h"

/* Bits of struct pki_terms' purposes: RFC 5280, 4.2.1.12, RFC 4945, 5.1.3.12. */
enum pki_purpose {
	PKI_SERVER_AUTH = 1 << 0,
	PKI_CLIENT_AUTH = 1 << 1,
	PKI_IPSEC_IKE = 1 << 2,
	PKI_OCSP_SIGNING = 1 << 3,
};

/**
 * struct pki_terms - what is to be in a certificate
 * @subject: "C=FI, CN=west"; NULL: that of @request
 * @names: subjectAltNames: "west.example.net", "a@b", "192.0.2.1"; none: those of @request
 * @request: PKCS#10; NULL: none
 * @key: the public key; NULL: that of @request
 * @issuer: NULL: it signs itself; @issuer_key: the private key that signs
 * @serial: hexadecimal; NULL: a random one
 * @from, @until: seconds since 1970
 * @path_length: of a CA; -1: any
 * @purposes: 0: any
 * @crl_uri, @ocsp_uri: where it is told whether it is revoked; NULL: nowhere
 */
struct pki_terms {
	const char *subject;
	const char *const *names;
	size_t name_count;
	struct ike_slice request;
	const struct pki_key *key;
	const struct pki_cert *issuer;
	const struct pki_key *issuer_key;
	const char *serial;
	int64_t from, until;
	bool is_ca;
	int path_length;
	unsigned int purposes;
	const char *crl_uri, *ocsp_uri;
};

/**
 * struct pki_crl_terms - what is to be in a CRL
 * @last: the CRL before it, whose revocations stay; NULL: none
 * @serials: hexadecimal, of certificates that are revoked from now on
 * @from, @until: seconds since 1970
 */
struct pki_crl_terms {
	const struct pki_cert *issuer;
	const struct pki_key *issuer_key;
	struct ike_slice last;
	const char *const *serials;
	size_t serial_count;
	int64_t from, until;
};

/* These return the length of what is in @der, which is for free(), or a negative errno and say why. */
int pki_make_cert(uint8_t **der, const struct pki_terms *terms, struct pki_why *why);
int pki_make_request(uint8_t **der, const struct pki_terms *terms, struct pki_why *why); /* issuer_key: the own one */
int pki_make_crl(uint8_t **der, const struct pki_crl_terms *terms, struct pki_why *why);
int pki_make_private(uint8_t **der, const struct pki_key *key, struct pki_why *why); /* PKCS#8; to be wiped */

/* "-----BEGIN label-----" and so on, for free() after it is wiped; NULL: no memory. */
char *pki_pem(const char *label, struct ike_slice der);
/* PEM of a sort, or DER as it is. Its length in @der, which is for free(); or a negative errno. */
int pki_unpem(uint8_t **der, const char *label, struct ike_slice data);
/* All of a certificate, a request or a CRL, for people, for free(); NULL: it is none. */
char *pki_describe(struct ike_slice data);

#endif
