/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of pki_online.h share. */
#ifndef LIB_PKI_ONLINE_OWN_H
#define LIB_PKI_ONLINE_OWN_H

#include <pthread.h>

#include "pki_online.h"
#include "pki_store_own.h"

#define PKI_FAILURE_KEPT 60  /* seconds in which whoever did not answer is not asked again */
#define PKI_POINTS_MAX	 256 /* places that CRLs are fetched from */

enum pki_status {
	PKI_UNKNOWN, /* nobody has said anything */
	PKI_GOOD,
	PKI_REVOKED,
};

/**
 * struct pki_answer - what OCSP said of a certificate
 * @id: DER of the CertID
 * @until: when it is forgotten; seconds since 1970
 */
struct pki_answer {
	struct pki_answer *next;
	uint8_t *id;
	int id_length;
	enum pki_status status;
	int64_t until;
};

/**
 * struct pki_point - where a CA's CRLs are (RFC 5280, 4.2.1.13)
 * @issuer: the CA
 * @crl: the newest; NULL: none came yet
 * @tried: when it was asked for last; 0: never
 * @busy: a thread waits for it
 */
struct pki_point {
	struct pki_point *next;
	char *uri;
	X509 *issuer;
	X509_CRL *crl;
	int64_t tried;
	bool busy;
};

/**
 * struct pki_online - what was fetched
 * @lock: of the lists; nobody holds it while it waits for the network
 * @came: a point is not busy any more
 * @answers: the newest first
 */
struct pki_online {
	struct pki_online_options options;
	char *ocsp_uri, *ocsp_trust;
	pthread_mutex_t lock;
	pthread_cond_t came;
	atomic_bool stopped;
	struct pki_answer *answers;
	struct pki_point *points;
	size_t point_count;
};

/* By OCSP; the certificate's issuer is known to be one. @why: where it is not PKI_GOOD. */
enum pki_status pki_ocsp(struct pki_online *online, const struct pki_store *store, X509 *cert, X509 *issuer,
			 int64_t now, struct pki_why *why);
void pki_ocsp_forget(struct pki_online *online);

/* Keeps the places of a certificate's CRLs in mind. */
void pki_points_note(struct pki_online *online, X509 *cert, X509 *issuer);
/* Fetches those that are due: of @issuer, of which there is none yet; NULL: of all CAs, that are old. How many came. */
size_t pki_points_fetch(struct pki_online *online, X509 *issuer, int64_t now, struct conf_errors *errors);
/* All CRLs that came, for sk_X509_CRL_pop_free(); NULL: no memory. */
STACK_OF(X509_CRL) * pki_points_crls(struct pki_online *online);
void pki_points_forget(struct pki_online *online);

#endif
