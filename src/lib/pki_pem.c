// SPDX-License-Identifier: GPL-2.0-or-later
/* PEM, and certificates for people. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "pki_make.h"
#include "pki_own.h"

/* What was printed, for free(). */
static char *text_of(BIO *bio, bool good)
{
	char *data = NULL, *text = NULL;
	long length = bio ? BIO_get_mem_data(bio, &data) : 0;

	if (good && length > 0)
		text = pki_text(data, length);
	if (length > 0)
		ike_wipe(data, length);
	BIO_free(bio);
	ERR_clear_error();
	return text;
}

char *pki_pem(const char *label, struct ike_slice der)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return text_of(bio, bio && PEM_write_bio(bio, label, "", der.data, (long)der.length) > 0);
}

int pki_unpem(uint8_t **der, const char *label, struct ike_slice data)
{
	BIO *bio = BIO_new_mem_buf(data.data, (int)data.length);
	uint8_t *found = NULL;
	long length = 0;

	if (bio && PEM_bytes_read_bio(&found, &length, NULL, label, bio, NULL, NULL) == 1)
		data = (struct ike_slice){ found, length };
	*der = data.length ? malloc(data.length) : NULL;
	if (*der)
		memcpy(*der, data.data, data.length);
	OPENSSL_free(found);
	BIO_free(bio);
	ERR_clear_error();
	return *der ? (int)data.length : -ENOMEM;
}

static char *describe_cert(struct ike_slice data)
{
	const uint8_t *at = data.data;
	X509 *cert = d2i_X509(NULL, &at, (long)data.length);
	BIO *bio = cert ? BIO_new(BIO_s_mem()) : NULL;
	char *text = text_of(bio, bio && X509_print_ex(bio, cert, XN_FLAG_SEP_CPLUS_SPC, 0) == 1);

	X509_free(cert);
	return text;
}

static char *describe_request(struct ike_slice data)
{
	const uint8_t *at = data.data;
	X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)data.length);
	BIO *bio = request ? BIO_new(BIO_s_mem()) : NULL;
	char *text = text_of(bio, bio && X509_REQ_print(bio, request) == 1);

	X509_REQ_free(request);
	return text;
}

static char *describe_crl(struct ike_slice data)
{
	const uint8_t *at = data.data;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)data.length);
	BIO *bio = crl ? BIO_new(BIO_s_mem()) : NULL;
	char *text = text_of(bio, bio && X509_CRL_print(bio, crl) == 1);

	X509_CRL_free(crl);
	return text;
}

char *pki_describe(struct ike_slice data)
{
	static const struct {
		const char *label;
		char *(*describe)(struct ike_slice data);
	} sorts[] = { { PEM_STRING_X509, describe_cert },
		      { PEM_STRING_X509_REQ, describe_request },
		      { PEM_STRING_X509_CRL, describe_crl } };
	char *text = NULL;
	size_t at;

	for (at = 0; at < sizeof(sorts) / sizeof(sorts[0]) && !text; at++) {
		uint8_t *der = NULL;
		int length = pki_unpem(&der, sorts[at].label, data);

		if (length > 0)
			text = sorts[at].describe((struct ike_slice){ der, length });
		free(der);
	}
	return text;
}
