// SPDX-License-Identifier: GPL-2.0-or-later
/* CRLs that are fetched from where certificates say. */
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "pki_http.h"
#include "pki_online_own.h"

static void drop_point(struct pki_point *point)
{
	free(point->uri);
	X509_free(point->issuer);
	X509_CRL_free(point->crl);
	free(point);
}

static void note(struct pki_online *online, const char *uri, X509 *issuer)
{
	struct pki_point *point;

	for (point = online->points; point; point = point->next)
		if (!strcmp(point->uri, uri) && !X509_cmp(point->issuer, issuer))
			return;
	point = online->point_count < PKI_POINTS_MAX ? calloc(1, sizeof(*point)) : NULL;
	if (!point)
		return;
	point->uri = strdup(uri);
	if (!point->uri || X509_up_ref(issuer) != 1) {
		free(point->uri);
		free(point);
		return;
	}
	point->issuer = issuer;
	point->next = online->points;
	online->points = point;
	online->point_count++;
}

/* NULL: it is none, or one for another way than HTTP. free() is due. */
static char *uri_of(const GENERAL_NAME *name)
{
	const ASN1_STRING *text = name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
	size_t length = text ? ASN1_STRING_length(text) : 0;
	const char *data = text ? (const char *)ASN1_STRING_get0_data(text) : NULL;

	if (length < 8 || strncmp(data, "http://", 7) != 0 || memchr(data, 0, length))
		return NULL;
	return pki_text(data, length);
}

void pki_points_note(struct pki_online *online, X509 *cert, X509 *issuer)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	int i, j;

	pthread_mutex_lock(&online->lock);
	for (i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);
		const GENERAL_NAMES *names =
			point->distpoint && point->distpoint->type == 0 ? point->distpoint->name.fullname : NULL;

		for (j = 0; j < sk_GENERAL_NAME_num(names); j++) {
			char *uri = uri_of(sk_GENERAL_NAME_value(names, j));

			if (uri)
				note(online, uri, issuer);
			free(uri);
		}
	}
	pthread_mutex_unlock(&online->lock);
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
}

static int take_first(void *arg, X509_CRL *crl)
{
	X509_CRL **first = arg;

	if (*first)
		X509_CRL_free(crl);
	else
		*first = crl;
	return 0;
}

/* Whoever answers HTTP is nobody; what is not signed by the CA is nothing. */
static X509_CRL *fetch(const struct pki_online *online, const char *uri, X509 *issuer, struct pki_why *why)
{
	struct pki_request request = { .uri = uri, .timeout = online->options.crl_timeout, .most = PKI_CRL_MAX };
	BIO *bio = pki_http(&request, why);
	X509_CRL *crl = NULL;
	struct ike_slice data;
	char *bytes;

	if (!bio)
		return NULL;
	data.length = BIO_get_mem_data(bio, &bytes);
	data.data = (uint8_t *)bytes;
	if (!pki_crls_read(data, take_first, &crl, why) &&
	    (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) != 0 ||
	     X509_CRL_verify(crl, X509_get0_pubkey(issuer)) != 1)) {
		pki_refuse(why, EBADMSG, "the CRL is not that of the certificate's CA");
		X509_CRL_free(crl);
		crl = NULL;
	}
	BIO_free(bio);
	ERR_clear_error();
	return crl;
}

/* Under the lock. NULL: none came. An older one than that which is here is none: somebody plays it again. */
static bool put(struct pki_online *online, const char *uri, X509 *issuer, X509_CRL *crl)
{
	struct pki_point *point;

	for (point = online->points; point; point = point->next) {
		if (strcmp(point->uri, uri) != 0 || X509_cmp(point->issuer, issuer) != 0)
			continue;
		point->busy = false;
		if (!crl || (point->crl &&
			     pki_time(X509_CRL_get0_lastUpdate(point->crl)) > pki_time(X509_CRL_get0_lastUpdate(crl))))
			break;
		X509_CRL_free(point->crl);
		point->crl = crl;
		return true;
	}
	X509_CRL_free(crl);
	return false;
}

/* Whether it is to be asked for now; under the lock. */
static bool is_due(const struct pki_online *online, const struct pki_point *point, const X509 *issuer, int64_t now)
{
	int64_t interval = online->options.crl_interval;
	int64_t next = point->crl ? pki_time(X509_CRL_get0_nextUpdate(point->crl)) : 0;

	if (point->busy)
		return false;
	if (issuer)
		return !X509_cmp(point->issuer, issuer) && (!point->crl || next < now) &&
		       point->tried + PKI_FAILURE_KEPT <= now;
	return !point->crl || next <= now + interval || point->tried + interval <= now;
}

/* The next one that is due, with a hold on its issuer; it counts as tried. false: there are no more. */
static bool take_due(struct pki_online *online, X509 *issuer, int64_t now, char **uri, X509 **of)
{
	struct pki_point *point;

	pthread_mutex_lock(&online->lock);
	for (point = online->points; point; point = point->next)
		if (point->tried != now && is_due(online, point, issuer, now))
			break;
	*uri = point && !online->stopped ? strdup(point->uri) : NULL;
	if (*uri) {
		point->tried = now;
		point->busy = true;
		X509_up_ref(point->issuer);
		*of = point->issuer;
	}
	pthread_mutex_unlock(&online->lock);
	return *uri;
}

/* What another thread is about to get is waited for; its time limit is the same. */
static void wait_for(struct pki_online *online, const X509 *issuer)
{
	const struct pki_point *point;

	pthread_mutex_lock(&online->lock);
	for (point = online->points; point;) {
		if (point->busy && !X509_cmp(point->issuer, issuer)) {
			pthread_cond_wait(&online->came, &online->lock);
			point = online->points;
		} else {
			point = point->next;
		}
	}
	pthread_mutex_unlock(&online->lock);
}

size_t pki_points_fetch(struct pki_online *online, X509 *issuer, int64_t now, struct conf_errors *errors)
{
	struct pki_why why = { "" };
	X509 *of = NULL;
	size_t came = 0;
	X509_CRL *crl;
	char *uri;

	while (take_due(online, issuer, now, &uri, &of)) {
		crl = fetch(online, uri, of, &why);
		pthread_mutex_lock(&online->lock);
		if (put(online, uri, of, crl))
			came++;
		pthread_cond_broadcast(&online->came);
		pthread_mutex_unlock(&online->lock);
		if (!crl)
			conf_complain(errors, (struct conf_place){ uri, 0, 0 }, "%s", why.text);
		X509_free(of);
		free(uri);
	}
	if (issuer)
		wait_for(online, issuer);
	return came;
}

STACK_OF(X509_CRL) * pki_points_crls(struct pki_online *online)
{
	STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
	struct pki_point *point;

	pthread_mutex_lock(&online->lock);
	for (point = online->points; point && crls; point = point->next)
		if (point->crl && X509_CRL_up_ref(point->crl) == 1 && !sk_X509_CRL_push(crls, point->crl))
			X509_CRL_free(point->crl);
	pthread_mutex_unlock(&online->lock);
	return crls;
}

static void tell(const struct pki_point *point, void (*take)(void *arg, const struct pki_fetched *crl), void *arg)
{
	int revoked = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(point->crl));
	char *issuer = pki_name_text(X509_CRL_get_issuer(point->crl));
	const struct pki_fetched crl = {
		.uri = point->uri,
		.issuer_text = issuer ? issuer : "",
		.this_update = pki_time(X509_CRL_get0_lastUpdate(point->crl)),
		.next_update = pki_time(X509_CRL_get0_nextUpdate(point->crl)),
		.revoked = revoked > 0 ? revoked : 0,
	};

	take(arg, &crl);
	free(issuer);
}

void pki_online_list(struct pki_online *online, void (*take)(void *arg, const struct pki_fetched *crl), void *arg)
{
	const struct pki_point *point;

	pthread_mutex_lock(&online->lock);
	for (point = online->points; point; point = point->next)
		if (point->crl)
			tell(point, take, arg);
	pthread_mutex_unlock(&online->lock);
}

void pki_points_forget(struct pki_online *online)
{
	struct pki_point *point;

	while ((point = online->points)) {
		online->points = point->next;
		drop_point(point);
	}
}
