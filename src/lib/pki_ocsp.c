// SPDX-License-Identifier: GPL-2.0-or-later
/* OCSP: RFC 6960. Answers are kept for as long as ocsp-cache-min-age= and ocsp-cache-max-age= say. */
#define _GNU_SOURCE
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki_http.h"
#include "pki_online_own.h"

#define SKEW 300 /* seconds that clocks may differ by */

/* What is asked for; GET has it in the URI, RFC 6960, A.1. */
struct question {
	OCSP_CERTID *id;
	uint8_t *key, *der;
	int key_length, length;
};

static void drop_question(struct question *question)
{
	OCSP_CERTID_free(question->id);
	OPENSSL_free(question->key);
	OPENSSL_free(question->der);
}

static bool make_question(struct question *question, const X509 *cert, const X509 *issuer)
{
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *copy;

	question->id = OCSP_cert_to_id(EVP_sha1(), cert, issuer);
	copy = question->id ? OCSP_CERTID_dup(question->id) : NULL;
	if (request && copy && OCSP_request_add0_id(request, copy)) {
		question->length = i2d_OCSP_REQUEST(request, &question->der);
		question->key_length = i2d_OCSP_CERTID(question->id, &question->key);
	} else {
		OCSP_CERTID_free(copy);
	}
	OCSP_REQUEST_free(request);
	return question->length > 0 && question->key_length > 0;
}

/* Base64, of which + / and = mean something else in URIs. */
static char *get_uri(const char *uri, const struct question *question)
{
	size_t room = (size_t)(question->length + 2) / 3 * 4 + 1, length = strlen(uri);
	uint8_t *base64 = malloc(room);
	char *all = malloc(length + 3 * room + 2), *to = all;
	const uint8_t *from;

	if (base64 && all) {
		EVP_EncodeBlock(base64, question->der, question->length);
		to += sprintf(to, "%s%s", uri, length && uri[length - 1] == '/' ? "" : "/");
		for (from = base64; *from; from++)
			to += strchr("+/=", *from) ? sprintf(to, "%%%02X", *from) : sprintf(to, "%c", *from);
	} else {
		free(all);
		all = NULL;
	}
	free(base64);
	return all;
}

static OCSP_BASICRESP *read_response(BIO *bio, struct pki_why *why)
{
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE_bio(bio, NULL);
	int status = response ? OCSP_response_status(response) : OCSP_RESPONSE_STATUS_SUCCESSFUL;
	OCSP_BASICRESP *basic = response && !status ? OCSP_response_get1_basic(response) : NULL;

	if (!basic)
		pki_refuse(why, EBADMSG, "OCSP: %s",
			   status ? OCSP_response_status_str(status) : "the answer is malformed");
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return basic;
}

static OCSP_BASICRESP *ask(const struct pki_online *online, const char *uri, const struct question *question,
			   struct pki_why *why)
{
	struct pki_request request = { .uri = uri, .timeout = online->options.ocsp_timeout, .most = PKI_ANSWER_MAX };
	struct pki_why reason = { "no memory" };
	OCSP_BASICRESP *basic = NULL;
	char *all = NULL;
	BIO *bio = NULL;

	if (online->options.ocsp_post) {
		request.type = "application/ocsp-request";
		request.body = (struct ike_slice){ question->der, question->length };
		bio = pki_http(&request, &reason);
	} else if ((all = get_uri(uri, question))) {
		request.uri = all;
		bio = pki_http(&request, &reason);
	}
	if (bio)
		basic = read_response(bio, why);
	else
		pki_refuse(why, EIO, "OCSP: %s: %s", uri, reason.text);
	BIO_free(bio);
	free(all);
	return basic;
}

/*
 * RFC 6960, 4.2.2.2: an answer is by the certificate's CA, by who has that from the same CA, or by whom this side
 * trusts for it. The CA is an anchor here: there is a good path to it.
 */
static bool is_authentic(OCSP_BASICRESP *basic, X509 *issuer, const struct pki_entry *trusted, int64_t now)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *signers = sk_X509_new_null();
	bool good = false;

	if (store && signers && X509_STORE_add_cert(store, issuer) == 1 && sk_X509_push(signers, issuer) &&
	    (!trusted || sk_X509_push(signers, trusted->cert->x509))) {
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), now);
		good = OCSP_basic_verify(basic, signers, store, OCSP_TRUSTOTHER) == 1;
	}
	sk_X509_free(signers);
	X509_STORE_free(store);
	ERR_clear_error();
	return good;
}

/*
 * @until: gets until when the answer holds, 0: not said. Then newer ones can be had at any time (RFC 6960, 2.4), so
 * that one that is not of this moment is an old one that somebody plays again.
 */
static enum pki_status status_of(OCSP_BASICRESP *basic, const struct question *question, int64_t now, int64_t *until,
				 struct pki_why *why)
{
	ASN1_GENERALIZEDTIME *from = NULL, *next = NULL;
	int status, reason;

	if (OCSP_resp_find_status(basic, question->id, &status, &reason, NULL, &from, &next) != 1) {
		pki_refuse(why, EBADMSG, "OCSP: the answer is about others");
		return PKI_UNKNOWN;
	}
	*until = next ? pki_time(next) : 0;
	if (!from || pki_time(from) > now + SKEW || pki_time(next ? next : from) < now - SKEW) {
		pki_refuse(why, EBADMSG, "OCSP: the answer is not of this time");
		return PKI_UNKNOWN;
	}
	if (status == V_OCSP_CERTSTATUS_UNKNOWN)
		pki_refuse(why, ENOENT, "OCSP: the certificate is not known");
	if (status == V_OCSP_CERTSTATUS_REVOKED)
		pki_refuse(why, EKEYREVOKED, "OCSP: certificate revoked%s%s", reason >= 0 ? ": " : "",
			   reason >= 0 ? OCSP_crl_reason_str(reason) : "");
	return status == V_OCSP_CERTSTATUS_GOOD	   ? PKI_GOOD :
	       status == V_OCSP_CERTSTATUS_REVOKED ? PKI_REVOKED :
						     PKI_UNKNOWN;
}

static void drop_answer(struct pki_answer *answer)
{
	free(answer->id);
	free(answer);
}

/* Takes what is over in number and in age away; under the lock. */
static void tidy(struct pki_online *online, int64_t now)
{
	struct pki_answer **at = &online->answers, *answer;
	size_t kept = 0;

	while ((answer = *at)) {
		if (answer->until > now && (!online->options.cache_size || kept < online->options.cache_size)) {
			at = &answer->next;
			kept++;
			continue;
		}
		*at = answer->next;
		drop_answer(answer);
	}
}

static bool find(struct pki_online *online, const struct question *question, int64_t now, enum pki_status *status)
{
	struct pki_answer *answer;

	pthread_mutex_lock(&online->lock);
	tidy(online, now);
	for (answer = online->answers; answer; answer = answer->next)
		if (answer->id_length == question->key_length &&
		    !memcmp(answer->id, question->key, question->key_length))
			break;
	if (answer)
		*status = answer->status;
	pthread_mutex_unlock(&online->lock);
	return answer;
}

/* What nobody said is kept for a moment, so that a dead responder delays one peer and not all. */
static void keep(struct pki_online *online, const struct question *question, enum pki_status status, int64_t until,
		 int64_t now)
{
	const struct pki_online_options *options = &online->options;
	struct pki_answer *answer = calloc(1, sizeof(*answer));
	int64_t age = until > now ? until - now : 0;

	if (!answer)
		return;
	age = age < options->cache_min ? options->cache_min : age > options->cache_max ? options->cache_max : age;
	answer->until = now + (status == PKI_UNKNOWN ? PKI_FAILURE_KEPT : age);
	answer->status = status;
	answer->id_length = question->key_length;
	answer->id = malloc(question->key_length);
	if (!answer->id) {
		free(answer);
		return;
	}
	memcpy(answer->id, question->key, question->key_length);
	pthread_mutex_lock(&online->lock);
	answer->next = online->answers;
	online->answers = answer;
	tidy(online, now);
	pthread_mutex_unlock(&online->lock);
}

/* The first responder that the certificate names and HTTP reaches; else ocsp-uri=. free() is due; NULL: none. */
static char *responder_of(const struct pki_online *online, X509 *cert)
{
	STACK_OF(OPENSSL_STRING) *uris = X509_get1_ocsp(cert);
	char *found = NULL;
	int i;

	for (i = 0; i < sk_OPENSSL_STRING_num(uris) && !found; i++)
		if (!strncmp(sk_OPENSSL_STRING_value(uris, i), "http://", 7))
			found = strdup(sk_OPENSSL_STRING_value(uris, i));
	X509_email_free(uris);
	return found || !online->ocsp_uri ? found : strdup(online->ocsp_uri);
}

static enum pki_status ask_anew(struct pki_online *online, const struct pki_store *store, X509 *cert, X509 *issuer,
				const struct question *question, int64_t now, struct pki_why *why)
{
	const struct pki_entry *trusted = online->ocsp_trust ? pki_store_cert(store, online->ocsp_trust) : NULL;
	char *uri = online->stopped ? NULL : responder_of(online, cert);
	OCSP_BASICRESP *basic = uri ? ask(online, uri, question, why) : NULL;
	enum pki_status status = PKI_UNKNOWN;
	int64_t until = 0;

	if (!uri)
		pki_refuse(why, ENOENT, "OCSP: there is no responder");
	else if (basic && !is_authentic(basic, issuer, trusted, now))
		pki_refuse(why, EBADMSG, "OCSP: the answer is by somebody else");
	else if (basic)
		status = status_of(basic, question, now, &until, why);
	if (uri)
		keep(online, question, status, until, now);
	OCSP_BASICRESP_free(basic);
	free(uri);
	return status;
}

enum pki_status pki_ocsp(struct pki_online *online, const struct pki_store *store, X509 *cert, X509 *issuer,
			 int64_t now, struct pki_why *why)
{
	struct question question = { 0 };
	enum pki_status status = PKI_UNKNOWN;

	if (!make_question(&question, cert, issuer)) {
		pki_refuse_openssl(why, ENOMEM, "OCSP");
	} else if (find(online, &question, now, &status)) {
		if (status != PKI_GOOD)
			pki_refuse(why, EIO,
				   status == PKI_REVOKED ? "OCSP: certificate revoked" :
							   "OCSP: there was no answer lately");
	} else {
		status = ask_anew(online, store, cert, issuer, &question, now, why);
	}
	drop_question(&question);
	ERR_clear_error();
	return status;
}

void pki_ocsp_forget(struct pki_online *online)
{
	struct pki_answer *answer;

	while ((answer = online->answers)) {
		online->answers = answer->next;
		drop_answer(answer);
	}
}
