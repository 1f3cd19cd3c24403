/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and CRLs for tests, made by OpenSSL alone. What cannot be made ends the test. */
#ifndef PLUTO_TESTS_ISSUE_H
#define PLUTO_TESTS_ISSUE_H

#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>

struct issued {
	EVP_PKEY *key;
	X509 *cert;
};

/**
 * struct issue - what is to be issued
 * @type: "RSA", "ED25519", "ED448", or a curve: "P-256"
 * @subject: its CN; @san: "DNS:west", or NULL
 * @by: NULL: itself
 * @from, @until: seconds since 1970
 */
struct issue {
	const char *type, *subject, *san;
	const struct issued *by;
	bool is_ca;
	int64_t from, until;
};

struct issued issue(const struct issue *what);
void issued_free(struct issued *issued);
/* Into DIRECTORY/certs/NAME.pem, or another folder; the key into private/NAME.pem. */
void issue_save(const struct issued *issued, const char *directory, const char *folder, const char *name,
		bool with_key);
/* Into DIRECTORY/crls/NAME.pem; @revoked: NULL: none is. */
void issue_crl(const struct issued *by, const X509 *revoked, int64_t from, int64_t until, const char *directory,
	       const char *name);

#endif
