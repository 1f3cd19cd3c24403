/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Revocation, asked of whoever knows: OCSP (RFC 6960) and CRLs that are fetched. */
#ifndef LIB_PKI_ONLINE_H
#define LIB_PKI_ONLINE_H

#include "pki_store.h"

/**
 * struct pki_online_options - what config setup says
 * @crl_interval: seconds between fetches of CRLs; 0: they are not fetched
 * @crl_timeout, @ocsp_timeout: seconds that one may take
 * @ocsp_uri: the responder of certificates that name none; NULL: none
 * @ocsp_trust: the name (pki_store_cert()) of the certificate that answers are signed with; NULL: by the CA, or whom it
 *	says
 * @cache_size: how many answers are kept; @cache_min, @cache_max: seconds, how long
 */
struct pki_online_options {
	bool crl_strict, ocsp, ocsp_strict, ocsp_post;
	unsigned int crl_interval, crl_timeout, ocsp_timeout;
	const char *ocsp_uri, *ocsp_trust;
	size_t cache_size;
	unsigned int cache_min, cache_max;
};

/* What was fetched. It guards itself: threads may check at the same time. */
struct pki_online;

/* Copies the options. NULL: no memory. */
struct pki_online *pki_online_new(const struct pki_online_options *options);
/* Nothing is asked for any more: those who are in it come out as soon as the server that they wait for answers. */
void pki_online_stop(struct pki_online *online);
/* Nobody may be in it any more. */
void pki_online_free(struct pki_online *online);

/*
 * As pki_store_check(), and then by OCSP and with fetched CRLs, as the options say: it may take as long as these say
 * for each certificate of the path, so it is for a job's work. @check->crl_strict is the options' too.
 */
int pki_online_check(struct pki_online *online, const struct pki_store *store, const struct pki_check *check,
		     struct pki_why *why);
/*
 * Fetches anew the CRLs that the store's certificates and those checked so far name, where @now + crl_interval is after
 * their next update or they are that old. For a job's work, every crl_interval seconds. Returns how many came; @errors
 * has those that did not.
 */
size_t pki_online_refresh(struct pki_online *online, const struct pki_store *store, int64_t now,
			  struct conf_errors *errors);

/* A CRL that was fetched: as in struct pki_entry. */
struct pki_fetched {
	const char *uri, *issuer_text;
	int64_t this_update, next_update;
	size_t revoked;
};

/* Tells of each; @take must not come back here. */
void pki_online_list(struct pki_online *online, void (*take)(void *arg, const struct pki_fetched *crl), void *arg);

#endif
