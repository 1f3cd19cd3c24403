// SPDX-License-Identifier: GPL-2.0-or-later
#include "issue.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

static EVP_PKEY *make_key(const char *type)
{
	if (!strcmp(type, "RSA"))
		return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)2048);
	if (!strncmp(type, "P-", 2))
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", type);
	return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

static const EVP_MD *hash_for(EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ? NULL : EVP_sha256();
}

static void extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	MUST(extension && X509_add_ext(cert, extension, -1));
	X509_EXTENSION_free(extension);
}

static void name(X509_NAME *to, const char *cn)
{
	MUST(X509_NAME_add_entry_by_txt(to, "O", MBSTRING_UTF8, (const unsigned char *)"Cygnet", -1, -1, 0));
	MUST(X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0));
}

struct issued issue(const struct issue *what)
{
	static long serial = 100;
	struct issued made = { make_key(what->type), X509_new() };
	const struct issued *by = what->by ? what->by : &made;

	MUST(made.key && made.cert);
	X509_set_version(made.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial++);
	ASN1_TIME_set(X509_getm_notBefore(made.cert), what->from);
	ASN1_TIME_set(X509_getm_notAfter(made.cert), what->until);
	name(X509_get_subject_name(made.cert), what->subject);
	X509_set_issuer_name(made.cert, X509_get_subject_name(by->cert));
	X509_set_pubkey(made.cert, made.key);
	extend(made.cert, NID_basic_constraints, what->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(made.cert, NID_key_usage, what->is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	if (what->san)
		extend(made.cert, NID_subject_alt_name, what->san);
	MUST(X509_sign(made.cert, by->key, hash_for(by->key)));
	return made;
}

void issued_free(struct issued *issued)
{
	X509_free(issued->cert);
	EVP_PKEY_free(issued->key);
	*issued = (struct issued){ NULL, NULL };
}

static FILE *create(const char *directory, const char *folder, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s.pem", directory, folder, name);
	file = fopen(path, "w");
	MUST(file);
	return file;
}

void issue_save(const struct issued *issued, const char *directory, const char *folder, const char *name, bool with_key)
{
	FILE *file = create(directory, folder, name);

	MUST(PEM_write_X509(file, issued->cert));
	fclose(file);
	if (!with_key)
		return;
	file = create(directory, "private", name);
	MUST(fchmod(fileno(file), 0600) == 0 && PEM_write_PrivateKey(file, issued->key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
}

static void revoke(X509_CRL *crl, const X509 *cert, const ASN1_TIME *when)
{
	X509_REVOKED *entry = X509_REVOKED_new();

	MUST(entry && X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)X509_get0_serialNumber(cert)));
	MUST(X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)when) && X509_CRL_add0_revoked(crl, entry));
}

void issue_crl(const struct issued *by, const X509 *revoked, int64_t from, int64_t until, const char *directory,
	       const char *name)
{
	FILE *file = create(directory, "crls", name);
	ASN1_TIME *last = ASN1_TIME_set(NULL, from), *next = ASN1_TIME_set(NULL, until);
	X509_CRL *crl = X509_CRL_new();

	MUST(crl && last && next && X509_CRL_set_version(crl, 1));
	MUST(X509_CRL_set_issuer_name(crl, X509_get_subject_name(by->cert)));
	MUST(X509_CRL_set1_lastUpdate(crl, last) && X509_CRL_set1_nextUpdate(crl, next));
	if (revoked)
		revoke(crl, revoked, last);
	MUST(X509_CRL_sign(crl, by->key, hash_for(by->key)) && PEM_write_X509_CRL(file, crl));
	fclose(file);
	X509_CRL_free(crl);
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
}
