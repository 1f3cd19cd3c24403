// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates by hash and URL: the bundle that a URL may lead to (RFC 7296, 3.6), and the fetching. */
#include "pki_bundle.h"

#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "pki_http.h"
#include "pki_own.h"

#define TAG_CERT 0 /* CertificateOrCRL ::= CHOICE { cert [0] Certificate, crl [1] CertificateList } */
#define TAG_CRL	 1

int pki_bundle_make(uint8_t **der, struct pki_cert *const *certs, size_t count)
{
	int body = 0, whole;
	uint8_t *out;
	size_t at;

	for (at = 0; at < count; at++)
		body += ASN1_object_size(1, (int)certs[at]->info.der.length, TAG_CERT);
	whole = ASN1_object_size(1, body, V_ASN1_SEQUENCE);
	*der = out = malloc(whole);
	if (!out)
		return -ENOMEM;
	ASN1_put_object(&out, 1, body, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	for (at = 0; at < count; at++) {
		const struct ike_slice one = certs[at]->info.der;

		ASN1_put_object(&out, 1, (int)one.length, TAG_CERT, V_ASN1_CONTEXT_SPECIFIC);
		memcpy(out, one.data, one.length);
		out += one.length;
	}
	return whole;
}

/* Takes a constructed element of definite length off @from: its tag, or -1; @inside gets what is in it. */
static int take_element(struct ike_slice *from, int class, struct ike_slice *inside)
{
	const unsigned char *at = from->data;
	long length;
	int tag, found;

	if (ASN1_get_object(&at, &length, &tag, &found, (long)from->length) != V_ASN1_CONSTRUCTED || found != class)
		return -1;
	*inside = (struct ike_slice){ at, length };
	from->length -= at + length - from->data;
	from->data = at + length;
	return tag;
}

static int read_elements(struct pki_cert **certs, size_t room, size_t *count, struct ike_slice all, struct pki_why *why)
{
	struct ike_slice one;
	int tag, err;

	while (all.length) {
		tag = take_element(&all, V_ASN1_CONTEXT_SPECIFIC, &one);
		if (tag != TAG_CERT && tag != TAG_CRL)
			return pki_refuse(why, EBADMSG, "something in the bundle is no certificate and no CRL");
		if (tag == TAG_CRL)
			continue;
		if (*count == room)
			return pki_refuse(why, E2BIG, "more than %zu certificates", room);
		err = pki_cert_parse(&certs[*count], one, why);
		if (err)
			return err;
		++*count;
	}
	return *count ? 0 : pki_refuse(why, EBADMSG, "no certificate is in the bundle");
}

int pki_bundle_read(struct pki_cert **certs, size_t room, size_t *count, struct ike_slice der, struct pki_why *why)
{
	struct ike_slice all = { 0 };
	int err = 0;

	*count = 0;
	if (take_element(&der, V_ASN1_UNIVERSAL, &all) != V_ASN1_SEQUENCE || der.length)
		err = pki_refuse(why, EBADMSG, "not a bundle of certificates");
	if (!err)
		err = read_elements(certs, room, count, all, why);
	while (err && *count)
		pki_cert_put(certs[--*count]);
	ERR_clear_error();
	return err;
}

void pki_url_hash(uint8_t hash[PKI_URL_HASH], struct ike_slice data)
{
	SHA1(data.data, data.length, hash);
}

static int read_answer(struct pki_located *to, struct ike_slice data, struct pki_why *why)
{
	uint8_t hash[PKI_URL_HASH];
	int err;

	pki_url_hash(hash, data);
	if (memcmp(hash, to->hash, sizeof(hash)) != 0)
		return pki_refuse(why, EBADMSG, "what is there has another hash");
	if (to->is_bundle)
		return pki_bundle_read(to->certs, PKI_CHAIN_MAX + 1, &to->count, data, why);
	err = pki_cert_parse(&to->certs[0], data, why);
	to->count = !err;
	return err;
}

int pki_located_fetch(struct pki_located *to, unsigned int timeout, struct pki_why *why)
{
	const struct pki_request request = {
		.uri = to->uri, .timeout = timeout, .most = PKI_ANSWER_MAX, .no_redirects = true
	};
	BIO *bio = pki_http(&request, why);
	struct ike_slice data;
	char *bytes;
	int err;

	if (!bio)
		return -EIO;
	data.length = BIO_get_mem_data(bio, &bytes);
	data.data = (uint8_t *)bytes;
	err = read_answer(to, data, why);
	BIO_free(bio);
	return err;
}
