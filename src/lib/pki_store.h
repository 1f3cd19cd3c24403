/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys and certificates of ipsec.d, as they were when they were read; and whether a peer's certificate is good. */
#ifndef LIB_PKI_STORE_H
#define LIB_PKI_STORE_H

#include "conf_errors.h"
#include "pki_cert.h"

enum pki_kind {
	PKI_CERTS,	   /* certs/: of hosts, own and peers' */
	PKI_KEYS,	   /* private/: private keys, and PKCS#12 files of key and certificates */
	PKI_CACERTS,	   /* cacerts/: trust anchors */
	PKI_INTERMEDIATES, /* intermediates/: CAs on the way to those */
	PKI_CRLS,	   /* crls/ */
	PKI_KINDS,
};

/**
 * struct pki_entry - something of a store
 * @path: the file that it is from
 * @name: that of the file, without its folder and ending; of PKCS#12 its friendlyName if it has one
 * @cert: NULL: this is a key or a CRL
 * @key: private; of a certificate, the key that it is of; NULL: there is none here
 * @crl: of PKI_CRLS; else all zero
 */
struct pki_entry {
	enum pki_kind kind;
	const char *path, *name;
	struct pki_cert *cert;
	struct pki_key *key;
	struct {
		const char *issuer_text;
		int64_t this_update, next_update; /* seconds since 1970; 0: not said */
		size_t revoked;			  /* how many certificates */
	} crl;
};

struct pki_store;

/*
 * Reads the folders of @directory, those that there are. What cannot be read is told as an error, of which there are at
 * most CONF_ERRORS_MAX kept, and left out. A key that needs a passphrase has it in the file of its name and ".pass".
 * NULL: no memory.
 */
struct pki_store *pki_store_load(const char *directory, struct conf_errors *errors);
struct pki_store *pki_store_get(const struct pki_store *store);
void pki_store_put(struct pki_store *store);

const struct pki_entry *pki_store_at(const struct pki_store *store, size_t index); /* NULL: no more */
/* A certificate of @name or of the file of that name (in certs/, or with its path); or of a key. NULL: none. */
const struct pki_entry *pki_store_cert(const struct pki_store *store, const char *name);
const struct pki_entry *pki_store_cert_of_key(const struct pki_store *store, const uint8_t ckaid[PKI_KEY_ID]);
/* A private key; NULL: none. It is the store's. */
struct pki_key *pki_store_key(const struct pki_store *store, const uint8_t ckaid[PKI_KEY_ID]);

/*
 * The certificates that lead from @leaf to an anchor, without both: what a peer needs besides @leaf. They are the
 * store's. Returns how many.
 */
size_t pki_store_chain(const struct pki_store *store, const struct pki_cert *leaf,
		       struct pki_cert *chain[PKI_CHAIN_MAX]);

/**
 * struct pki_check - what is asked of a peer's certificate
 * @leaf: the certificate
 * @chain: what came with it, in any order; trusted for nothing
 * @ca: DER of the subject of a CA that must be in the path; empty: any. @ca_text: for what is said
 * @now: seconds since 1970
 * @crl_strict: each certificate of the path must be in the scope of a valid CRL (or have a valid answer of OCSP)
 */
struct pki_check {
	const struct pki_cert *leaf, *const *chain;
	size_t chain_count;
	struct ike_slice ca;
	int64_t now;
	bool crl_strict;
};

/*
 * Whether there is a path (RFC 5280, 6) from the certificate to an anchor, for IKE (RFC 4945, 5.1.3), of which nothing
 * is revoked as far as the store's CRLs go. 0, -EKEYREJECTED (it is not good), -EKEYREVOKED, -EKEYEXPIRED, -ENOMEM.
 */
int pki_store_check(const struct pki_store *store, const struct pki_check *check, struct pki_why *why);

#endif
