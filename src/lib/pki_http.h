/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP, for what is signed, or known by its hash, anyway. The process ignores SIGPIPE: servers may hang up. */
#ifndef LIB_PKI_HTTP_H
#define LIB_PKI_HTTP_H

#include <openssl/bio.h>

#include "pki.h"

#define PKI_ANSWER_MAX (64 * 1024)	 /* bytes of an answer by OCSP, or of what a URL stands for */
#define PKI_CRL_MAX    (8 * 1024 * 1024) /* bytes of a CRL */

/**
 * struct pki_request - what is asked for
 * @uri: http://...
 * @body: what is posted, of type @type; empty: it is a GET
 * @timeout: seconds that all of it may take, but for the name's resolution
 * @most: bytes of the answer
 * @no_redirects: an answer that names another place is none
 */
struct pki_request {
	const char *uri, *type;
	struct ike_slice body;
	unsigned int timeout;
	size_t most;
	bool no_redirects;
};

/* The answer's body, DER, for BIO_free(); NULL: there is none, and @why says why. */
BIO *pki_http(const struct pki_request *request, struct pki_why *why);

#endif
