// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates, requests and CRLs, made: RFC 5280, RFC 2986. */
#define _GNU_SOURCE
#include "pki_make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki_own.h"

#define SERIAL_BITS 127 /* RFC 5280, 4.1.2.2: at most 20 bytes, positive; and not to be guessed */

/* RFC 8017 and so on leave it open; as long as the key is strong. EdDSA has its own. */
static const EVP_MD *digest_for(const struct pki_key *key)
{
	if (key->info.type == PKI_ED25519 || key->info.type == PKI_ED448)
		return NULL;
	return key->info.bits == 384 ? EVP_sha384() : key->info.bits == 521 ? EVP_sha512() : EVP_sha256();
}

/* What OpenSSL made, in memory of malloc(). */
static int give(uint8_t **der, int length, uint8_t *made, struct pki_why *why)
{
	*der = made && length > 0 ? malloc(length) : NULL;
	if (*der && made)
		memcpy(*der, made, length);
	OPENSSL_clear_free(made, length > 0 ? length : 0);
	return *der ? length : pki_refuse_openssl(why, EIO, "it was not made");
}

static int set_subject(X509_NAME **name, const char *text, struct pki_why *why)
{
	uint8_t der[4096];
	const uint8_t *at = der;
	int length = pki_dn_parse(der, sizeof(der), text);

	if (length > 0)
		*name = d2i_X509_NAME(NULL, &at, length);
	return length > 0 && *name ? 0 : pki_refuse(why, EINVAL, "\"%s\" is not a distinguished name", text);
}

static GENERAL_NAME *general_name(const char *text)
{
	uint8_t address[16];
	int type = strchr(text, '@') ? GEN_EMAIL : GEN_DNS;

	if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
		type = GEN_IPADD;
	return a2i_GENERAL_NAME(NULL, NULL, NULL, type, text, 0);
}

/* NULL: one of them is none; @why says which. */
static GENERAL_NAMES *general_names(const struct pki_terms *terms, struct pki_why *why)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	size_t at;

	for (at = 0; names && at < terms->name_count; at++) {
		GENERAL_NAME *name = general_name(terms->names[at]);

		if (!name || !sk_GENERAL_NAME_push(names, name)) {
			pki_refuse(why, EINVAL, "\"%s\" is no subjectAltName", terms->names[at]);
			GENERAL_NAME_free(name);
			GENERAL_NAMES_free(names);
			return NULL;
		}
	}
	return names;
}

/* An extension in the words of OpenSSL's configuration. */
static bool add_text(X509 *cert, X509V3_CTX *ctx, int nid, const char *text)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, text);
	bool good = extension && X509_add_ext(cert, extension, -1) == 1;

	X509_EXTENSION_free(extension);
	return good;
}

static bool add_constraints(X509 *cert, const struct pki_terms *terms)
{
	char text[64];

	if (!terms->is_ca)
		return add_text(cert, NULL, NID_basic_constraints, "critical,CA:FALSE") &&
		       add_text(cert, NULL, NID_key_usage, "critical,digitalSignature");
	snprintf(text, sizeof(text), terms->path_length < 0 ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:%d",
		 terms->path_length);
	return add_text(cert, NULL, NID_basic_constraints, text) &&
	       add_text(cert, NULL, NID_key_usage, "critical,keyCertSign,cRLSign");
}

static bool add_purposes(X509 *cert, unsigned int purposes)
{
	static const char *const names[] = { "serverAuth", "clientAuth", "1.3.6.1.5.5.7.3.17", "OCSPSigning" };
	char text[128] = "";
	size_t at, length = 0;

	for (at = 0; at < 4; at++)
		if (purposes >> at & 1)
			length += snprintf(text + length, sizeof(text) - length, "%s%s", length ? "," : "", names[at]);
	return !length || add_text(cert, NULL, NID_ext_key_usage, text);
}

static bool add_uri(X509 *cert, int nid, const char *format, const char *uri)
{
	char *text = NULL;
	bool good;

	if (!uri)
		return true;
	if (asprintf(&text, format, uri) < 0)
		return false;
	good = add_text(cert, NULL, nid, text);
	free(text);
	return good;
}

static int add_names(X509 *cert, const struct pki_terms *terms, X509_REQ *request, struct pki_why *why)
{
	STACK_OF(X509_EXTENSION) *asked = request ? X509_REQ_get_extensions(request) : NULL;
	GENERAL_NAMES *names = NULL;
	bool good = true;

	if (terms->name_count) {
		names = general_names(terms, why);
		if (!names) {
			sk_X509_EXTENSION_pop_free(asked, X509_EXTENSION_free);
			return -EINVAL;
		}
	} else if (asked) {
		names = X509V3_get_d2i(asked, NID_subject_alt_name, NULL, NULL);
	}
	if (names)
		good = X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(asked, X509_EXTENSION_free);
	return good ? 0 : pki_refuse_openssl(why, EINVAL, "the subjectAltNames");
}

static int add_extensions(X509 *cert, const struct pki_terms *terms, X509_REQ *request, struct pki_why *why)
{
	X509 *issuer = terms->issuer ? terms->issuer->x509 : cert;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	if (!add_constraints(cert, terms) || !add_purposes(cert, terms->purposes) ||
	    !add_text(cert, &ctx, NID_subject_key_identifier, "hash") ||
	    !add_text(cert, &ctx, NID_authority_key_identifier, terms->issuer ? "keyid,issuer" : "keyid:always"))
		return pki_refuse_openssl(why, EINVAL, "the extensions");
	if (!add_uri(cert, NID_crl_distribution_points, "URI:%s", terms->crl_uri) ||
	    !add_uri(cert, NID_info_access, "OCSP;URI:%s", terms->ocsp_uri))
		return pki_refuse_openssl(why, EINVAL, "the URI");
	return add_names(cert, terms, request, why);
}

/* Hexadecimal; NULL: a random one. */
static ASN1_INTEGER *serial_of(const char *text)
{
	BIGNUM *number = NULL;
	ASN1_INTEGER *serial = NULL;

	if (text && strlen(text) <= 40 && strspn(text, "0123456789abcdefABCDEF") == strlen(text))
		BN_hex2bn(&number, text);
	else if (!text && (number = BN_new()))
		BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
	if (number && !BN_is_zero(number))
		serial = BN_to_ASN1_INTEGER(number, NULL);
	BN_free(number);
	return serial;
}

static int set_serial(X509 *cert, const char *text, struct pki_why *why)
{
	ASN1_INTEGER *serial = serial_of(text);
	bool good = serial && X509_set_serialNumber(cert, serial) == 1;

	ASN1_INTEGER_free(serial);
	return good ? 0 : pki_refuse(why, EINVAL, "\"%s\" is no serial number", text ? text : "");
}

static int set_who(X509 *cert, const struct pki_terms *terms, X509_REQ *request, struct pki_why *why)
{
	X509_NAME *own = NULL;
	EVP_PKEY *key = terms->key ? terms->key->evp : request ? X509_REQ_get0_pubkey(request) : NULL;
	int err = terms->subject ? set_subject(&own, terms->subject, why) : 0;
	const X509_NAME *subject = own ? own : request ? X509_REQ_get_subject_name(request) : NULL;

	if (!err &&
	    (!key || !subject || X509_set_pubkey(cert, key) != 1 || X509_set_subject_name(cert, subject) != 1 ||
	     X509_set_issuer_name(cert, terms->issuer ? X509_get_subject_name(terms->issuer->x509) : subject) != 1))
		err = pki_refuse_openssl(why, EINVAL, "neither a key nor a subject without a request");
	X509_NAME_free(own);
	return err;
}

static int sign(X509 *cert, const struct pki_terms *terms, struct pki_why *why)
{
	if (terms->issuer &&
	    (!terms->issuer->info.is_ca || X509_check_private_key(terms->issuer->x509, terms->issuer_key->evp) != 1))
		return pki_refuse_openssl(why, EINVAL, "the issuer is no CA, or its key is another one");
	if (X509_sign(cert, terms->issuer_key->evp, digest_for(terms->issuer_key)) <= 0)
		return pki_refuse_openssl(why, EIO, "the signature");
	return 0;
}

static int fill(X509 *cert, const struct pki_terms *terms, X509_REQ *request, struct pki_why *why)
{
	int err = set_who(cert, terms, request, why);

	if (!err)
		err = set_serial(cert, terms->serial, why);
	if (!err &&
	    (X509_set_version(cert, X509_VERSION_3) != 1 || !ASN1_TIME_set(X509_getm_notBefore(cert), terms->from) ||
	     !ASN1_TIME_set(X509_getm_notAfter(cert), terms->until)))
		err = pki_refuse_openssl(why, EINVAL, "the times");
	if (!err)
		err = add_extensions(cert, terms, request, why);
	return err ? err : sign(cert, terms, why);
}

/* NULL: there is none. -EINVAL: it is none, or not signed with its key. */
static int read_request(X509_REQ **request, struct ike_slice der, struct pki_why *why)
{
	const uint8_t *at = der.data;

	if (!der.length)
		return 0;
	*request = d2i_X509_REQ(NULL, &at, (long)der.length);
	if (*request && X509_REQ_verify(*request, X509_REQ_get0_pubkey(*request)) == 1)
		return 0;
	X509_REQ_free(*request);
	*request = NULL;
	return pki_refuse_openssl(why, EINVAL, "not a request (PKCS#10) that is signed with its key");
}

/**
 * pki_make_cert() - a certificate: RFC 5280
 *
 * Return: its length, -EINVAL: of what is in @terms something is wrong, -EIO; @why says what
 */
int pki_make_cert(uint8_t **der, const struct pki_terms *terms, struct pki_why *why)
{
	X509_REQ *request = NULL;
	X509 *cert = X509_new();
	uint8_t *made = NULL;
	int err = cert ? read_request(&request, terms->request, why) : pki_refuse(why, ENOMEM, "no memory");

	if (!err) {
		err = fill(cert, terms, request, why);
		X509_REQ_free(request);
	}
	if (!err)
		err = i2d_X509(cert, &made);
	X509_free(cert);
	return err < 0 ? err : give(der, err, made, why);
}

static int fill_request(X509_REQ *request, const struct pki_terms *terms, struct pki_why *why)
{
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	GENERAL_NAMES *names = general_names(terms, why);
	X509_NAME *subject = NULL;
	int err = names ? set_subject(&subject, terms->subject ? terms->subject : "", why) : -EINVAL;
	EVP_PKEY *key = terms->issuer_key->evp;

	if (!err && terms->name_count &&
	    (X509V3_add1_i2d(&extensions, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) != 1 ||
	     X509_REQ_add_extensions(request, extensions) != 1))
		err = pki_refuse_openssl(why, EINVAL, "the subjectAltNames");
	if (!err && (X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
		     X509_REQ_set_subject_name(request, subject) != 1 || X509_REQ_set_pubkey(request, key) != 1 ||
		     X509_REQ_sign(request, key, digest_for(terms->issuer_key)) <= 0))
		err = pki_refuse_openssl(why, EIO, "the request");
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_NAME_free(subject);
	GENERAL_NAMES_free(names);
	return err;
}

/**
 * pki_make_request() - a request of a certificate: RFC 2986
 * @terms: its subject, names and, as issuer_key, key count
 *
 * Return: as pki_make_cert()
 */
int pki_make_request(uint8_t **der, const struct pki_terms *terms, struct pki_why *why)
{
	X509_REQ *request = X509_REQ_new();
	uint8_t *made = NULL;
	int err = request ? fill_request(request, terms, why) : pki_refuse(why, ENOMEM, "no memory");

	if (!err)
		err = i2d_X509_REQ(request, &made);
	X509_REQ_free(request);
	return err < 0 ? err : give(der, err, made, why);
}

static int revoke(X509_CRL *crl, const char *text, int64_t when, struct pki_why *why)
{
	ASN1_INTEGER *serial = serial_of(text);
	ASN1_TIME *time = ASN1_TIME_set(NULL, when);
	X509_REVOKED *known, *one = X509_REVOKED_new();
	int err = 0;

	if (!serial || !time || !one || X509_REVOKED_set_serialNumber(one, serial) != 1 ||
	    X509_REVOKED_set_revocationDate(one, time) != 1) {
		err = pki_refuse(why, EINVAL, "\"%s\" is no serial number", text);
	} else if (X509_CRL_get0_by_serial(crl, &known, serial) != 1) {
		if (X509_CRL_add0_revoked(crl, one) == 1)
			one = NULL;
		else
			err = pki_refuse(why, ENOMEM, "no memory");
	}
	X509_REVOKED_free(one);
	ASN1_TIME_free(time);
	ASN1_INTEGER_free(serial);
	return err;
}

/* Its number is one more than the last one's: RFC 5280, 5.2.3. */
static int number(X509_CRL *crl, X509_CRL *last)
{
	ASN1_INTEGER *before = last ? X509_CRL_get_ext_d2i(last, NID_crl_number, NULL, NULL) : NULL;
	BIGNUM *value = before ? ASN1_INTEGER_to_BN(before, NULL) : BN_new();
	ASN1_INTEGER *serial = value && BN_add_word(value, 1) == 1 ? BN_to_ASN1_INTEGER(value, NULL) : NULL;
	int err = serial && X509_CRL_add1_ext_i2d(crl, NID_crl_number, serial, 0, 0) == 1 ? 0 : -ENOMEM;

	ASN1_INTEGER_free(before);
	ASN1_INTEGER_free(serial);
	BN_free(value);
	return err;
}

static int keep_revoked(X509_CRL *crl, X509_CRL *last)
{
	STACK_OF(X509_REVOKED) *list = last ? X509_CRL_get_REVOKED(last) : NULL;
	int at;

	for (at = 0; at < sk_X509_REVOKED_num(list); at++) {
		X509_REVOKED *one = X509_REVOKED_dup(sk_X509_REVOKED_value(list, at));

		if (!one || X509_CRL_add0_revoked(crl, one) != 1) {
			X509_REVOKED_free(one);
			return -ENOMEM;
		}
	}
	return 0;
}

static int fill_crl(X509_CRL *crl, X509_CRL *last, const struct pki_crl_terms *terms, struct pki_why *why)
{
	X509 *issuer = terms->issuer->x509;
	ASN1_TIME *from = ASN1_TIME_set(NULL, terms->from), *until = ASN1_TIME_set(NULL, terms->until);
	X509V3_CTX ctx;
	X509_EXTENSION *keyid;
	size_t at;
	int err = 0;

	X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
	keyid = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid,issuer");
	if (!from || !until || !keyid || X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) != 1 ||
	    X509_CRL_set1_lastUpdate(crl, from) != 1 || X509_CRL_set1_nextUpdate(crl, until) != 1 ||
	    X509_CRL_add_ext(crl, keyid, -1) != 1 || number(crl, last) || keep_revoked(crl, last))
		err = pki_refuse_openssl(why, EINVAL, "the CRL");
	for (at = 0; at < terms->serial_count && !err; at++)
		err = revoke(crl, terms->serials[at], terms->from, why);
	if (!err &&
	    (X509_CRL_sort(crl) != 1 || X509_CRL_sign(crl, terms->issuer_key->evp, digest_for(terms->issuer_key)) <= 0))
		err = pki_refuse_openssl(why, EIO, "the signature");
	X509_EXTENSION_free(keyid);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return err;
}

static int read_last(X509_CRL **last, const struct pki_crl_terms *terms, struct pki_why *why)
{
	const uint8_t *at = terms->last.data;

	if (!terms->issuer->info.is_ca || X509_check_private_key(terms->issuer->x509, terms->issuer_key->evp) != 1)
		return pki_refuse_openssl(why, EINVAL, "the issuer is no CA, or its key is another one");
	if (!terms->last.length)
		return 0;
	*last = d2i_X509_CRL(NULL, &at, (long)terms->last.length);
	if (*last && X509_CRL_verify(*last, X509_get0_pubkey(terms->issuer->x509)) == 1)
		return 0;
	X509_CRL_free(*last);
	*last = NULL;
	return pki_refuse_openssl(why, EINVAL, "the last CRL is none of this CA");
}

/**
 * pki_make_crl() - a CRL: RFC 5280, 5
 *
 * Return: as pki_make_cert()
 */
int pki_make_crl(uint8_t **der, const struct pki_crl_terms *terms, struct pki_why *why)
{
	X509_CRL *last = NULL, *crl = X509_CRL_new();
	uint8_t *made = NULL;
	int err = crl ? read_last(&last, terms, why) : pki_refuse(why, ENOMEM, "no memory");

	if (!err) {
		err = fill_crl(crl, last, terms, why);
		X509_CRL_free(last);
	}
	if (!err)
		err = i2d_X509_CRL(crl, &made);
	X509_CRL_free(crl);
	return err < 0 ? err : give(der, err, made, why);
}

/**
 * pki_make_private() - PKCS#8 of a private key, not encrypted
 * @der: gets it; whoever frees it wipes it before
 *
 * Return: its length, -EINVAL: the key is a public one, -EIO.
 */
int pki_make_private(uint8_t **der, const struct pki_key *key, struct pki_why *why)
{
	PKCS8_PRIV_KEY_INFO *info = key->info.is_private ? EVP_PKEY2PKCS8(key->evp) : NULL;
	uint8_t *made = NULL;
	int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &made) : -1;

	PKCS8_PRIV_KEY_INFO_free(info);
	return key->info.is_private ? give(der, length, made, why) : pki_refuse(why, EINVAL, "it is a public key");
}
