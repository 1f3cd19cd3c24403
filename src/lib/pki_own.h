/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of pki*.h share among themselves and with their tests. */
#ifndef LIB_PKI_OWN_H
#define LIB_PKI_OWN_H

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>

#include "pki_cert.h"

#define PKI_RSA_LEAST	  2048 /* bits: RFC 8247, 4 */
#define PKI_RSA_MOST	  8192
#define PKI_EXPONENT_MOST 64
#define PKI_KEY_FILE_MAX  (64 * 1024) /* bytes */

struct pki_key {
	atomic_uint users;
	struct pki_key_info info;
	EVP_PKEY *evp;
};

struct pki_cert {
	atomic_uint users;
	struct pki_cert_info info;
	X509 *x509;
	GENERAL_NAMES *general; /* which names point to */
	struct pki_name *names;
};

/* Takes @evp over, also if it fails. */
int pki_key_adopt(struct pki_key **key, EVP_PKEY *evp, bool is_private, struct pki_why *why);
/* "prime256v1" and 256; NULL, 0: there is none such. */
const char *pki_curve_name(unsigned int bits);
unsigned int pki_curve_bits(const EVP_PKEY *evp);

/* RFC 3110: an RSA key as DNS has it. */
int pki_rsa_from_dns(struct pki_key **key, struct ike_slice data, struct pki_why *why);

/* Takes @x509 over, also if it fails. */
int pki_cert_adopt(struct pki_cert **cert, X509 *x509, struct pki_why *why);
/* Takes each certificate of a file, PEM or DER. What @take gets is its own; it returns 0 or a negative errno. */
typedef int pki_cert_taker(void *arg, struct pki_cert *cert);
int pki_certs_read(struct ike_slice data, pki_cert_taker *take, void *arg, struct pki_why *why);

/* A copy of bytes as a text, for free(); strndup() would look for an end where there is none. */
char *pki_text(const char *data, size_t length);
char *pki_name_text(const X509_NAME *name);
/* Of bytes that are one and nothing else; else NULL. For X509_NAME_free(). */
X509_NAME *pki_dn_from_der(struct ike_slice der);
int64_t pki_time(const ASN1_TIME *time);

/* Says it; returns -@error. */
int pki_refuse(struct pki_why *why, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, with OpenSSL's last reason, which is then forgotten. */
int pki_refuse_openssl(struct pki_why *why, int error, const char *what);

#endif
