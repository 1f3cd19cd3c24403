// SPDX-License-Identifier: GPL-2.0-or-later
/* What files of a store have in them: keys, certificates, both in PKCS#12, CRLs. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>
#include <string.h>

#include "pki_store_own.h"

static int take_cert(void *arg, struct pki_cert *cert)
{
	return pki_store_add(arg, NULL, cert, NULL);
}

static int take_anchor(void *arg, struct pki_cert *cert)
{
	struct pki_reading *reading = arg;

	if (cert->info.is_ca)
		return pki_store_add(reading, NULL, cert, NULL);
	conf_complain(reading->errors, (struct conf_place){ reading->path, 0, 0 }, "%s is no CA, so it is not trusted",
		      cert->info.subject_text);
	pki_cert_put(cert);
	return 0;
}

static int read_key(struct pki_reading *reading, struct ike_slice data, const char *passphrase, struct pki_why *why)
{
	struct pki_key *key;
	int err = pki_key_read(&key, data, passphrase, why);

	if (err)
		return err;
	if (key->info.is_private)
		return pki_store_add(reading, NULL, NULL, key);
	pki_key_put(key);
	return pki_refuse(why, EINVAL, "it has a public key and no private one");
}

struct bundle {
	EVP_PKEY *key;
	X509 *cert;
	STACK_OF(X509) * others;
};

static int open_bundle(struct bundle *bundle, struct ike_slice data, const char *passphrase, struct pki_why *why)
{
	const uint8_t *at = data.data;
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)data.length);
	int err = 0;

	if (!p12)
		return pki_refuse_openssl(why, EINVAL, "not PKCS#12");
	if (PKCS12_parse(p12, passphrase, &bundle->key, &bundle->cert, &bundle->others) != 1) {
		if (PKCS12_mac_present(p12) && PKCS12_verify_mac(p12, passphrase, -1) != 1)
			err = pki_refuse(why, ENOKEY, passphrase ? "the passphrase is wrong" : "it needs a passphrase");
		else
			err = pki_refuse_openssl(why, EINVAL, "it cannot be read");
	}
	PKCS12_free(p12);
	ERR_clear_error();
	return err;
}

/* Takes @x509 over. */
static int add_of_bundle(struct pki_reading *reading, X509 *x509, struct pki_key *key, struct pki_why *why)
{
	int length = 0, err;
	const uint8_t *alias = X509_alias_get0(x509, &length);
	char *name = alias && length > 0 ? pki_text((const char *)alias, length) : NULL;
	struct pki_cert *cert;

	err = pki_cert_adopt(&cert, x509, why);
	if (!err)
		err = pki_store_add(reading, name, cert, pki_key_get(key));
	free(name);
	return err;
}

/* What is left of it is freed. */
static int add_bundle(struct pki_reading *reading, struct bundle *bundle, struct pki_why *why)
{
	struct pki_key *key = NULL;
	int err = 0;

	if (bundle->key)
		err = pki_key_adopt(&key, bundle->key, true, why);
	if (!err && bundle->cert) {
		err = add_of_bundle(reading, bundle->cert, key, why);
		bundle->cert = NULL;
	}
	while (!err && sk_X509_num(bundle->others) > 0)
		err = add_of_bundle(reading, sk_X509_shift(bundle->others), NULL, why);
	if (!err && key)
		err = pki_store_add(reading, NULL, NULL, pki_key_get(key));
	X509_free(bundle->cert);
	sk_X509_pop_free(bundle->others, X509_free);
	pki_key_put(key);
	return err;
}

static int read_bundle(struct pki_reading *reading, struct ike_slice data, const char *passphrase, struct pki_why *why)
{
	struct bundle bundle = { 0 };
	int err = open_bundle(&bundle, data, passphrase, why);

	return err ? err : add_bundle(reading, &bundle, why);
}

int pki_crls_read(struct ike_slice data, pki_crl_taker *take, void *arg, struct pki_why *why)
{
	BIO *bio = BIO_new_mem_buf(data.data, (int)data.length);
	const uint8_t *at = data.data;
	X509_CRL *crl;
	int err = 0, count = 0;

	while (bio && !err && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL))) {
		err = take(arg, crl);
		count++;
	}
	BIO_free(bio);
	ERR_clear_error();
	if (count || err)
		return err;
	crl = data.length ? d2i_X509_CRL(NULL, &at, (long)data.length) : NULL;
	return crl ? take(arg, crl) : pki_refuse_openssl(why, EINVAL, "not a CRL");
}

/* CRLs of a CA that is known must be by it: RFC 5280, 6.3.3. */
static bool is_forged(const struct pki_store *store, X509_CRL *crl)
{
	bool known = false;
	size_t at;

	for (at = 0; at < store->count; at++) {
		const struct pki_cert *ca = store->entries[at].cert;

		if (!ca || !ca->info.is_ca || X509_NAME_cmp(X509_get_subject_name(ca->x509), X509_CRL_get_issuer(crl)))
			continue;
		known = true;
		if (X509_CRL_verify(crl, X509_get0_pubkey(ca->x509)) == 1)
			return false;
	}
	ERR_clear_error();
	return known;
}

/* Takes @crl over. */
static int take_crl(void *arg, X509_CRL *crl)
{
	struct pki_reading *reading = arg;
	struct pki_store *store = reading->store;
	struct pki_entry *entry;
	int err = 0, revoked = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl));

	if (is_forged(store, crl)) {
		conf_complain(reading->errors, (struct conf_place){ reading->path, 0, 0 },
			      "its signature is not that of its CA");
	} else {
		err = pki_store_add(reading, NULL, NULL, NULL);
		entry = err ? NULL : &store->entries[store->count - 1];
		if (entry) {
			entry->crl.issuer_text = pki_name_text(X509_CRL_get_issuer(crl));
			entry->crl.this_update = pki_time(X509_CRL_get0_lastUpdate(crl));
			entry->crl.next_update = pki_time(X509_CRL_get0_nextUpdate(crl));
			entry->crl.revoked = revoked > 0 ? revoked : 0;
			if (!entry->crl.issuer_text || X509_STORE_add_crl(store->anchors, crl) != 1)
				err = -ENOMEM;
		}
	}
	X509_CRL_free(crl);
	return err;
}

int pki_read_file(struct pki_reading *reading, struct ike_slice data, const char *passphrase, struct pki_why *why)
{
	switch (reading->kind) {
	case PKI_KEYS:
		if (reading->is_bundle)
			return read_bundle(reading, data, passphrase, why);
		return read_key(reading, data, passphrase, why);
	case PKI_CACERTS:
		return pki_certs_read(data, take_anchor, reading, why);
	case PKI_CRLS:
		return pki_crls_read(data, take_crl, reading, why);
	default:
		return pki_certs_read(data, take_cert, reading, why);
	}
}
