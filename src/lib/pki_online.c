// SPDX-License-Identifier: GPL-2.0-or-later
#include "pki_online.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki_online_own.h"

static bool copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return *to || !from;
}

/**
 * pki_online_new() - begin, with nothing fetched
 * @options: of config setup; they are copied
 *
 * Return: for pki_online_free(); NULL: no memory
 */
struct pki_online *pki_online_new(const struct pki_online_options *options)
{
	struct pki_online *online = calloc(1, sizeof(*online));

	if (!online)
		return NULL;
	online->options = *options;
	if (!copy(&online->ocsp_uri, options->ocsp_uri) || !copy(&online->ocsp_trust, options->ocsp_trust) ||
	    pthread_mutex_init(&online->lock, NULL) || pthread_cond_init(&online->came, NULL)) {
		free(online->ocsp_uri);
		free(online->ocsp_trust);
		free(online);
		return NULL;
	}
	return online;
}

/**
 * pki_online_stop() - ask nobody any more
 */
void pki_online_stop(struct pki_online *online)
{
	online->stopped = true;
}

/**
 * pki_online_free() - end, when nobody checks any more; NULL is fine
 */
void pki_online_free(struct pki_online *online)
{
	if (!online)
		return;
	pki_ocsp_forget(online);
	pki_points_forget(online);
	pthread_cond_destroy(&online->came);
	pthread_mutex_destroy(&online->lock);
	free(online->ocsp_uri);
	free(online->ocsp_trust);
	free(online);
}

/* With all CRLs that are here by now. */
static int validate(struct pki_online *online, const struct pki_store *store, const struct pki_check *check,
		    struct pki_path *path, struct pki_why *why)
{
	STACK_OF(X509_CRL) *crls = pki_points_crls(online);
	int err = crls ? pki_store_validate(store, check, crls, path, why) : pki_refuse(why, ENOMEM, "no memory");

	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	return err;
}

/* Each but the anchor, with its issuer. @all_good: gets whether somebody answered for all of them. */
static int check_ocsp(struct pki_online *online, const struct pki_store *store, const struct pki_path *path,
		      int64_t now, bool *all_good, struct pki_why *why)
{
	int i, last = sk_X509_num(path->chain) - 1;
	enum pki_status status;
	char *name;

	*all_good = true;
	for (i = 0; i < last; i++) {
		struct pki_why reason = { "" };
		X509 *cert = sk_X509_value(path->chain, i);

		status = pki_ocsp(online, store, cert, sk_X509_value(path->chain, i + 1), now, &reason);
		*all_good = *all_good && status == PKI_GOOD;
		if (status == PKI_GOOD || (status == PKI_UNKNOWN && !online->options.ocsp_strict))
			continue;
		name = pki_name_text(X509_get_subject_name(cert));
		pki_refuse(why, EKEYREJECTED, "%s: %s", name ? name : "?", reason.text);
		free(name);
		return status == PKI_REVOKED ? -EKEYREVOKED : -EKEYREJECTED;
	}
	return 0;
}

/* Those that are missing are fetched at once only if nothing goes without them. */
static void find_crls(struct pki_online *online, const struct pki_path *path, bool strict, int64_t now,
		      struct conf_errors *errors)
{
	int i, last = sk_X509_num(path->chain) - 1;

	for (i = 0; i < last; i++) {
		X509 *issuer = sk_X509_value(path->chain, i + 1);

		pki_points_note(online, sk_X509_value(path->chain, i), issuer);
		if (strict)
			pki_points_fetch(online, issuer, now, errors);
	}
}

/* What is said of a CRL that is missing is of more use with why it is. */
static void append(struct pki_why *why, const struct conf_errors *errors)
{
	size_t length = strlen(why->text);

	if (errors->count && length < sizeof(why->text))
		snprintf(why->text + length, sizeof(why->text) - length, ": %s: %s", errors->list[0].file,
			 errors->list[0].text);
}

/* With what is fetched now, where it is missing. */
static int check_crls(struct pki_online *online, const struct pki_store *store, const struct pki_check *check,
		      const struct pki_path *path, struct pki_why *why)
{
	struct conf_errors errors = { 0 };
	int err = 0;

	if (online->options.crl_interval)
		find_crls(online, path, check->crl_strict, check->now, &errors);
	if (check->crl_strict)
		err = validate(online, store, check, NULL, why);
	if (err)
		append(why, &errors);
	conf_errors_free(&errors);
	return err;
}

/**
 * pki_online_check() - whether a peer's certificate is good, with what others know of it
 *
 * First all that pki_store_check() does and OCSP, if there is to be any; then, with crl-strict=, that each certificate
 * of the path is in a current CRL, unless OCSP answered for all of them. It waits for the network, for each certificate
 * as long as ocsp-timeout= and crl-timeout= say.
 *
 * Return: as pki_store_check()
 */
int pki_online_check(struct pki_online *online, const struct pki_store *store, const struct pki_check *check,
		     struct pki_why *why)
{
	struct pki_check lenient = *check, strict = *check;
	struct pki_path path = { NULL };
	bool all_good = false;
	int err;

	lenient.crl_strict = false;
	strict.crl_strict = check->crl_strict || online->options.crl_strict;
	err = validate(online, store, &lenient, &path, why);
	if (err)
		return err;
	if (online->options.ocsp)
		err = check_ocsp(online, store, &path, check->now, &all_good, why);
	strict.crl_strict = strict.crl_strict && !all_good;
	if (!err)
		err = check_crls(online, store, &strict, &path, why);
	sk_X509_pop_free(path.chain, X509_free);
	return err;
}

/* The places that the store's certificates name, if their CAs are in it. */
static void note_store(struct pki_online *online, const struct pki_store *store)
{
	const struct pki_entry *one, *other;
	size_t at, ca;

	for (at = 0; (one = pki_store_at(store, at)); at++)
		for (ca = 0; one->cert && (other = pki_store_at(store, ca)); ca++)
			if (other->cert && other->cert->info.is_ca &&
			    X509_check_issued(other->cert->x509, one->cert->x509) == X509_V_OK)
				pki_points_note(online, one->cert->x509, other->cert->x509);
	ERR_clear_error();
}

/**
 * pki_online_refresh() - fetch CRLs that are old, or will be before the next time
 *
 * It waits for the network, as long as crl-timeout= says for each.
 *
 * Return: how many came
 */
size_t pki_online_refresh(struct pki_online *online, const struct pki_store *store, int64_t now,
			  struct conf_errors *errors)
{
	if (!online->options.crl_interval)
		return 0;
	note_store(online, store);
	return pki_points_fetch(online, NULL, now, errors);
}
