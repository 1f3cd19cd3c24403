/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates by hash and URL: RFC 7296, 3.6, encodings 12 and 13. */
#ifndef LIB_PKI_BUNDLE_H
#define LIB_PKI_BUNDLE_H

#include "pki_cert.h"

#define PKI_URL_HASH 20	  /* bytes of SHA-1 */
#define PKI_URL_MAX  1024 /* bytes */

/*
 * A CertificateBundle of DER, for free(): its length, or -ENOMEM. Who sends its hash makes it anew from what is sent,
 * so it is always the same.
 */
int pki_bundle_make(uint8_t **der, struct pki_cert *const *certs, size_t count);
/*
 * Its certificates, in their order, each for pki_cert_put(); CRLs are left out, as those that count are fetched from
 * where certificates say. 0; -EBADMSG: it is none, -E2BIG: it has more than @room; then there are none.
 */
int pki_bundle_read(struct pki_cert **certs, size_t room, size_t *count, struct ike_slice der, struct pki_why *why);

void pki_url_hash(uint8_t hash[PKI_URL_HASH], struct ike_slice data);

/**
 * struct pki_located - what a hash and a URL stand for
 * @uri: http://...
 * @hash: SHA-1 of what is there
 * @certs: the certificate, or those of the bundle, each for pki_cert_put(); @count
 */
struct pki_located {
	char *uri;
	uint8_t hash[PKI_URL_HASH];
	bool is_bundle;
	struct pki_cert *certs[PKI_CHAIN_MAX + 1];
	size_t count;
};

/*
 * Fetches it: at most 64 KiB, within @timeout seconds but for the name's resolution, and from nowhere else than @uri
 * says. It waits, so it is for a job's work. 0, or a negative errno: nothing came, or something else than the hash is
 * of.
 */
int pki_located_fetch(struct pki_located *to, unsigned int timeout, struct pki_why *why);

#endif
