// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates: what they say, and who holds them. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf_file.h"
#include "identity.h"
#include "pki_own.h"

static int set_der(struct ike_slice *slice, const X509_NAME *name)
{
	return X509_NAME_get0_der((X509_NAME *)name, &slice->data, &slice->length) == 1 ? 0 : -EINVAL;
}

/* Seconds since 1970; a time that is none is refused by whoever checks the certificate, so here it is long ago. */
int64_t pki_time(const ASN1_TIME *time)
{
	struct tm tm = { 0 };

	return time && ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static int read_names(struct pki_cert *cert)
{
	struct pki_cert_info *info = &cert->info;
	const X509_NAME *subject = X509_get_subject_name(cert->x509), *issuer = X509_get_issuer_name(cert->x509);
	BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert->x509), NULL);

	if (serial)
		info->serial = BN_bn2hex(serial);
	BN_free(serial);
	info->subject_text = pki_name_text(subject);
	info->issuer_text = pki_name_text(issuer);
	if (!info->serial || !info->subject_text || !info->issuer_text)
		return -ENOMEM;
	info->is_self_issued = !X509_NAME_cmp(subject, issuer);
	return set_der(&info->subject, subject) || set_der(&info->issuer, issuer) ? -EINVAL : 0;
}

/* A key that IKE has no use for is none; whoever needs it says so. */
static int read_key(struct pki_cert *cert)
{
	EVP_PKEY *evp = X509_get_pubkey(cert->x509);
	struct pki_why why;
	uint8_t *der = NULL;
	struct ike_slice spki = { 0 };
	int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &der), err;

	ERR_clear_error();
	if (evp)
		pki_key_adopt(&cert->info.key, evp, false, &why);
	if (length <= 0)
		return -EINVAL;
	spki = (struct ike_slice){ der, length };
	err = ike_sha1(&spki, 1, cert->info.key_hash);
	OPENSSL_free(der);
	return err;
}

/* Names with control characters or bytes of no character are those of nobody. */
static bool is_printable(const uint8_t *data, size_t length)
{
	size_t at;

	for (at = 0; at < length; at++)
		if (data[at] <= ' ' || data[at] >= 0x7f)
			return false;
	return length > 0;
}

static void set_string(struct pki_name *name, uint8_t type, const ASN1_STRING *string)
{
	const uint8_t *data = ASN1_STRING_get0_data(string);
	size_t length = ASN1_STRING_length(string);

	if (is_printable(data, length))
		*name = (struct pki_name){ type, { data, length } };
}

static void set_address(struct pki_name *name, const ASN1_STRING *string)
{
	int length = ASN1_STRING_length(string);

	if (length == 4 || length == 16)
		*name = (struct pki_name){ length == 4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR,
					   { ASN1_STRING_get0_data(string), length } };
}

static struct pki_name name_of(const GENERAL_NAME *general)
{
	struct pki_name name = { 0 };

	switch (general->type) {
	case GEN_DNS:
		set_string(&name, IKE_ID_FQDN, general->d.dNSName);
		break;
	case GEN_EMAIL:
		set_string(&name, IKE_ID_RFC822_ADDR, general->d.rfc822Name);
		break;
	case GEN_IPADD:
		set_address(&name, general->d.iPAddress);
		break;
	case GEN_DIRNAME:
		if (!set_der(&name.data, general->d.directoryName))
			name.type = IKE_ID_DER_ASN1_DN;
		break;
	}
	return name;
}

static int read_alternatives(struct pki_cert *cert, struct pki_why *why)
{
	int critical, i;

	cert->general = X509_get_ext_d2i(cert->x509, NID_subject_alt_name, &critical, NULL);
	if (!cert->general)
		return critical == -1 ? 0 : pki_refuse(why, EINVAL, "its subjectAltName is malformed, or there twice");
	cert->names = calloc(sk_GENERAL_NAME_num(cert->general) + 1, sizeof(*cert->names));
	if (!cert->names)
		return pki_refuse(why, ENOMEM, "no memory");
	cert->info.names = cert->names;
	for (i = 0; i < sk_GENERAL_NAME_num(cert->general); i++) {
		struct pki_name name = name_of(sk_GENERAL_NAME_value(cert->general, i));

		if (name.type)
			cert->names[cert->info.name_count++] = name;
	}
	return 0;
}

static int complete(struct pki_cert *cert, struct pki_why *why)
{
	struct pki_cert_info *info = &cert->info;
	uint8_t *der = NULL;
	int length = i2d_X509(cert->x509, &der), ca;

	if (length <= 0)
		return pki_refuse_openssl(why, EINVAL, "not a certificate");
	info->der = (struct ike_slice){ der, length };
	ca = X509_check_ca(cert->x509); /* which reads all extensions, once for all threads */
	if (X509_get_extension_flags(cert->x509) & EXFLAG_INVALID)
		return pki_refuse_openssl(why, EINVAL, "it has a malformed extension");
	info->is_ca = ca == 1 || ca == 3; /* by basicConstraints, or of version 1 and its own */
	info->not_before = pki_time(X509_get0_notBefore(cert->x509));
	info->not_after = pki_time(X509_get0_notAfter(cert->x509));
	if (read_names(cert) || read_key(cert))
		return pki_refuse_openssl(why, EINVAL, "it is malformed");
	return read_alternatives(cert, why);
}

int pki_cert_adopt(struct pki_cert **result, X509 *x509, struct pki_why *why)
{
	struct pki_cert *cert = calloc(1, sizeof(*cert));
	int err;

	if (!cert) {
		X509_free(x509);
		return pki_refuse(why, ENOMEM, "no memory");
	}
	cert->users = 1;
	cert->x509 = x509;
	err = complete(cert, why);
	ERR_clear_error();
	if (err)
		pki_cert_put(cert);
	else
		*result = cert;
	return err;
}

/**
 * pki_cert_parse() - a certificate from the network
 * @der: of it, nothing after it
 *
 * Return: 0, -EINVAL: it is none, or one whose extensions are malformed, -ENOMEM; @why says so
 */
int pki_cert_parse(struct pki_cert **cert, struct ike_slice der, struct pki_why *why)
{
	const uint8_t *at = der.data;
	X509 *x509 = der.length && der.length <= PKI_CERT_MAX ? d2i_X509(NULL, &at, (long)der.length) : NULL;

	if (x509 && at == der.data + der.length)
		return pki_cert_adopt(cert, x509, why);
	X509_free(x509);
	return pki_refuse_openssl(why, EINVAL, "not a certificate");
}

/* PEM if there is a certificate so; else DER. Returns how many. */
static int read_pem(struct ike_slice data, pki_cert_taker *take, void *arg, struct pki_why *why)
{
	BIO *bio = BIO_new_mem_buf(data.data, (int)data.length);
	int err = 0, count = 0;
	X509 *x509;

	for (; bio && !err && (x509 = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)); count++) {
		struct pki_cert *cert = NULL;

		err = pki_cert_adopt(&cert, x509, why);
		if (cert)
			err = take(arg, cert);
	}
	BIO_free(bio);
	if (!err && count && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		err = pki_refuse_openssl(why, EINVAL, "one after the first is malformed");
	ERR_clear_error();
	return err ? err : count;
}

int pki_certs_read(struct ike_slice data, pki_cert_taker *take, void *arg, struct pki_why *why)
{
	int found = read_pem(data, take, arg, why);
	struct pki_cert *cert = NULL;

	if (found)
		return found < 0 ? found : 0;
	found = pki_cert_parse(&cert, data, why);
	return cert ? take(arg, cert) : found;
}

static X509 *first_of(struct ike_slice data)
{
	BIO *bio = BIO_new_mem_buf(data.data, (int)data.length);
	X509 *x509 = bio ? PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return x509;
}

/**
 * pki_cert_load() - the first certificate of a file
 * @path: PEM or DER
 *
 * Return: 0, or a negative errno and @why
 */
int pki_cert_load(struct pki_cert **cert, const char *path, struct pki_why *why)
{
	struct conf_file file;
	struct ike_slice data;
	X509 *x509;
	int err = conf_file_read(&file, path);

	if (err)
		return pki_refuse(why, -err, "%s", strerror(-err));
	data = (struct ike_slice){ (uint8_t *)file.text, file.length };
	x509 = first_of(data);
	err = x509 ? pki_cert_adopt(cert, x509, why) : pki_cert_parse(cert, data, why);
	conf_file_free(&file);
	return err;
}

/**
 * pki_cert_get() - hold a certificate
 *
 * Return: it, for pki_cert_put(); NULL of NULL
 */
struct pki_cert *pki_cert_get(const struct pki_cert *cert)
{
	struct pki_cert *held = (struct pki_cert *)cert;

	if (held)
		atomic_fetch_add(&held->users, 1);
	return held;
}

/**
 * pki_cert_put() - let a certificate go; NULL is fine
 */
void pki_cert_put(struct pki_cert *cert)
{
	if (!cert || atomic_fetch_sub(&cert->users, 1) != 1)
		return;
	pki_key_put(cert->info.key);
	GENERAL_NAMES_free(cert->general);
	X509_free(cert->x509);
	free(cert->names);
	free((char *)cert->info.subject_text);
	free((char *)cert->info.issuer_text);
	OPENSSL_free((char *)cert->info.serial);
	OPENSSL_free((void *)cert->info.der.data);
	free(cert);
}

const struct pki_cert_info *pki_cert_info(const struct pki_cert *cert)
{
	return &cert->info;
}

/**
 * pki_cert_equal() - whether they are the same, byte by byte
 */
bool pki_cert_equal(const struct pki_cert *a, const struct pki_cert *b)
{
	const struct ike_slice *one = &a->info.der, *other = &b->info.der;

	return one->length == other->length && !memcmp(one->data, other->data, one->length);
}

/* "*.example.org" is any host right below that: a star is the whole of the first part. */
static bool is_below(struct ike_slice name, struct ike_slice host)
{
	const uint8_t *dot = host.length ? memchr(host.data, '.', host.length) : NULL;

	if (name.length < 3 || memcmp(name.data, "*.", 2) != 0 || !dot || dot == host.data)
		return false;
	return ike_identity_same(IKE_ID_FQDN, (struct ike_slice){ name.data + 1, name.length - 1 },
				 (struct ike_slice){ dot, host.data + host.length - dot });
}

static bool names_equal(const struct pki_name *name, uint8_t type, struct ike_slice data)
{
	if (name->type != type)
		return false;
	return ike_identity_same(type, name->data, data) || (type == IKE_ID_FQDN && is_below(name->data, data));
}

/**
 * pki_cert_has_id() - whether it is a certificate of an identity: RFC 4945, 3.1
 * @type: of the identity: IKE_ID_IPV4_ADDR, IKE_ID_FQDN, IKE_ID_RFC822_ADDR, IKE_ID_IPV6_ADDR, IKE_ID_DER_ASN1_DN; of
 * others there are none
 * @data: as in an ID payload
 *
 * An address or a host's name must be a subjectAltName: a common name that looks like one means nothing. There a host's
 * name may begin with "*.", for those of a domain.
 */
bool pki_cert_has_id(const struct pki_cert *cert, uint8_t type, struct ike_slice data)
{
	size_t at;

	if (type == IKE_ID_DER_ASN1_DN && pki_dn_equal(cert->info.subject, data))
		return true;
	for (at = 0; at < cert->info.name_count; at++)
		if (names_equal(&cert->names[at], type, data))
			return true;
	return false;
}
