/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of pki_store.h share among themselves. */
#ifndef LIB_PKI_STORE_OWN_H
#define LIB_PKI_STORE_OWN_H

#include "pki_own.h"
#include "pki_store.h"

/**
 * struct pki_store - a store
 * @entries: in the order of their folders, and of files' names in each
 * @anchors: cacerts/ and crls/, as OpenSSL wants them
 * @intermediates: certificates of CAs that are no anchors; references are of the entries
 */
struct pki_store {
	atomic_uint users;
	struct pki_entry *entries;
	size_t count, room;
	X509_STORE *anchors;
	STACK_OF(X509) * intermediates;
};

/**
 * struct pki_reading - a folder's file that is being read
 */
struct pki_reading {
	struct pki_store *store;
	struct conf_errors *errors;
	enum pki_kind kind;
	const char *path, *name;
	bool is_bundle; /* PKCS#12 */
};

/* Adds what is in a file. 0, or a negative errno and @why. */
int pki_read_file(struct pki_reading *reading, struct ike_slice data, const char *passphrase, struct pki_why *why);
/* An entry, which takes @cert and @key over, also if it fails. */
int pki_store_add(struct pki_reading *reading, const char *name, struct pki_cert *cert, struct pki_key *key);

/* PEM or DER; PEM may have several. 0, or a negative errno and @why. */
typedef int pki_crl_taker(void *arg, X509_CRL *crl);
int pki_crls_read(struct ike_slice data, pki_crl_taker *take, void *arg, struct pki_why *why);

/**
 * struct pki_path - a path that was found to be good
 * @chain: from the leaf to the anchor, for sk_X509_pop_free()
 */
struct pki_path {
	STACK_OF(X509) * chain;
};

/* As pki_store_check(), with further CRLs; NULL: none. @path gets the path unless it is NULL. */
int pki_store_validate(const struct pki_store *store, const struct pki_check *check, STACK_OF(X509_CRL) * crls,
		       struct pki_path *path, struct pki_why *why);

#endif
