// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever names a URL is not authenticated: it has but shown, by IKE_SA_INIT, that it is where its messages are from.
 * So this is done only if hash-and-url= says so and the URL is one that hash-and-url-base= allows, not while cookies
 * are demanded, by threads that do nothing else, for a few at a time and fewer of one address; and what is not of the
 * hash that the peer gave is nothing.
 */
#include "cert_lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth_certs.h"

#define LOOKUP_URLS  4	 /* of a message: RFC 7296, 3.6, wants that many certificates to be accepted */
#define LOOKUPS_MAX  32	 /* that wait or are under way */
#define LOOKUPS_EACH 4	 /* of one address */
#define KEPT_MAX     256 /* of what was fetched */

/**
 * struct ike_lookup - what one message names; its IKE SA's setup has it
 * @node: in the engine's list while it is under way
 * @list: what was found, or is to be; without certificates: nothing came
 * @missing: how many are to be fetched
 * @fetch, @arg: the port's, which may be there longer than the engine
 */
struct ike_lookup {
	struct pluto_job job;
	struct cds_list_head node;
	struct ike_sa *sa;
	void (*then)(struct ike_sa *sa);
	struct pki_located list[LOOKUP_URLS];
	struct pki_why why[LOOKUP_URLS];
	size_t count, missing;
	int (*fetch)(void *arg, struct pki_located *to, struct pki_why *why);
	void *arg;
};

/* Something that was fetched, by its hash; the one that was of use last is first. */
struct kept {
	struct cds_list_head node;
	struct pki_located located;
};

void ike_lookup_offer(struct ike_builder *builder, struct ike_sa *sa)
{
	const struct pluto *pluto = sa->pluto;

	if (!pluto->lookups.on || pluto->half_open > pluto->limits.cookies)
		return;
	sa->setup->takes_urls = true;
	ike_put_status(builder, N_HTTP_CERT_LOOKUP_SUPPORTED, (struct ike_slice){ 0 });
}

static bool is_url_cert(const struct ike_cert_body *body)
{
	return (body->encoding == CERT_X509_URL || body->encoding == CERT_BUNDLE_URL) &&
	       body->data.length > PKI_URL_HASH;
}

/* The next CERT payload of that sort, from @payload on. */
static const struct ike_payload *next_url(const struct ike_message *message, const struct ike_payload *payload,
					  struct ike_cert_body *body)
{
	const char *why;

	for (; payload; payload = ike_payload_next(message, payload))
		if (!ike_cert_read(body, payload, &why) && is_url_cert(body))
			return payload;
	return NULL;
}

bool ike_lookup_is_due(const struct ike_sa *sa, const struct ike_message *message)
{
	struct ike_cert_body body;

	return sa->setup->takes_urls && next_url(message, ike_payload_find(message, IKE_P_CERT), &body);
}

static bool is_of(const struct pki_located *located, const uint8_t *hash, bool is_bundle)
{
	return located->is_bundle == is_bundle && !memcmp(located->hash, hash, PKI_URL_HASH);
}

static void share(struct pki_located *to, const struct pki_located *from)
{
	for (to->count = 0; to->count < from->count; to->count++)
		to->certs[to->count] = pki_cert_get(from->certs[to->count]);
}

static void clear(struct pki_located *located)
{
	while (located->count)
		pki_cert_put(located->certs[--located->count]);
	free(located->uri);
	located->uri = NULL;
}

/* It is the first then. */
static struct kept *find_kept(struct pluto *pluto, const uint8_t *hash, bool is_bundle)
{
	struct kept *kept;

	cds_list_for_each_entry(kept, &pluto->lookups.kept, node) {
		if (!is_of(&kept->located, hash, is_bundle))
			continue;
		cds_list_move(&kept->node, &pluto->lookups.kept);
		return kept;
	}
	return NULL;
}

/* A new place, or that of the one that was of no use for the longest time. */
static struct kept *place(struct pluto_lookups *lookups)
{
	struct kept *kept;

	if (lookups->kept_count < KEPT_MAX) {
		kept = calloc(1, sizeof(*kept));
		lookups->kept_count += kept != NULL;
		return kept;
	}
	kept = cds_list_entry(lookups->kept.prev, struct kept, node);
	cds_list_del(&kept->node);
	clear(&kept->located);
	return kept;
}

/* Several may have been waiting for the same. */
static void keep(struct pluto *pluto, const struct pki_located *located)
{
	struct kept *kept;

	if (find_kept(pluto, located->hash, located->is_bundle))
		return;
	kept = place(&pluto->lookups);
	if (!kept)
		return;
	memcpy(kept->located.hash, located->hash, sizeof(located->hash));
	kept->located.is_bundle = located->is_bundle;
	share(&kept->located, located);
	cds_list_add(&kept->node, &pluto->lookups.kept);
}

/* One that is in ipsecdir= need not be fetched. */
static bool find_stored(const struct pluto *pluto, const struct ike_cert_body *body, struct pki_located *to)
{
	const struct pki_store *store = pluto->trust.store;
	uint8_t hash[PKI_URL_HASH];
	const struct pki_entry *entry;
	size_t at;

	if (!store || body->encoding != CERT_X509_URL)
		return false;
	for (at = 0; (entry = pki_store_at(store, at)); at++) {
		if (!entry->cert)
			continue;
		pki_url_hash(hash, pki_cert_info(entry->cert)->der);
		if (memcmp(hash, body->data.data, sizeof(hash)) != 0)
			continue;
		to->certs[to->count++] = pki_cert_get(entry->cert);
		return true;
	}
	return false;
}

/* What a request of HTTP may have in its first line, and a log. */
static bool is_url(struct ike_slice url)
{
	size_t at;

	if (url.length < 8 || url.length > PKI_URL_MAX || memcmp(url.data, "http://", 7) != 0)
		return false;
	for (at = 0; at < url.length; at++)
		if (url.data[at] <= ' ' || url.data[at] > '~')
			return false;
	return true;
}

static bool is_allowed(const struct pluto *pluto, struct ike_slice url)
{
	const char *base = pluto->lookups.base;
	size_t length = base ? strlen(base) : 0;

	return length <= url.length && (!length || !memcmp(url.data, base, length));
}

static void complain(const struct ike_sa *sa, const char *what, const char *why)
{
	if (pluto_may_complain(sa->pluto))
		ike_sa_log(sa, PLUTO_NOTICE, "the peer's certificate at %s: %s", what, why);
}

/* Whether it is to be fetched. */
static bool want(const struct ike_sa *sa, const struct ike_cert_body *body, struct pki_located *to)
{
	const struct ike_slice url = { body->data.data + PKI_URL_HASH, body->data.length - PKI_URL_HASH };

	if (!is_url(url)) {
		complain(sa, "a URL", "that is not http://, too long, or not printable");
		return false;
	}
	to->uri = strndup((const char *)url.data, url.length);
	if (!to->uri || is_allowed(sa->pluto, url))
		return to->uri;
	complain(sa, to->uri, "hash-and-url-base= does not allow it");
	return false;
}

static void add(struct ike_lookup *lookup, struct ike_sa *sa, const struct ike_cert_body *body)
{
	struct pki_located *to = &lookup->list[lookup->count++];
	const struct kept *kept;

	to->is_bundle = body->encoding == CERT_BUNDLE_URL;
	memcpy(to->hash, body->data.data, sizeof(to->hash));
	kept = find_kept(sa->pluto, to->hash, to->is_bundle);
	if (kept)
		share(to, &kept->located);
	if (kept || find_stored(sa->pluto, body, to))
		return;
	if (want(sa, body, to)) {
		lookup->missing++;
		return;
	}
	free(to->uri);
	to->uri = NULL;
}

/* One server that does not answer is waited for but once. */
static void work(struct pluto_job *job)
{
	struct ike_lookup *lookup = caa_container_of(job, struct ike_lookup, job);
	size_t at;

	for (at = 0; at < lookup->count; at++)
		if (lookup->list[at].uri && lookup->fetch(lookup->arg, &lookup->list[at], &lookup->why[at]))
			break;
}

static void take(struct ike_lookup *lookup, struct pki_located *one, const char *why)
{
	if (!one->uri)
		return;
	if (one->count) {
		keep(lookup->sa->pluto, one);
		ike_sa_log(lookup->sa, PLUTO_DEBUG, "%zu certificates came from %s", one->count, one->uri);
	} else if (*why) {
		complain(lookup->sa, one->uri, why);
	}
	free(one->uri);
	one->uri = NULL;
}

static void done(struct pluto_job *job)
{
	struct ike_lookup *lookup = caa_container_of(job, struct ike_lookup, job);
	struct ike_sa *sa = lookup->sa;
	size_t at;

	cds_list_del(&lookup->node);
	sa->pluto->lookups.count--;
	for (at = 0; at < lookup->count; at++)
		take(lookup, &lookup->list[at], lookup->why[at].text);
	lookup->then(sa);
	ike_sa_put(sa);
}

static bool may_start(const struct ike_sa *sa)
{
	const struct ike_lookup *other;
	unsigned int same = 0;

	cds_list_for_each_entry(other, &sa->pluto->lookups.running, node)
		same += klips_addr_equal(&other->sa->remote.addr, &sa->remote.addr);
	return sa->pluto->lookups.count < LOOKUPS_MAX && same < LOOKUPS_EACH;
}

static void start(struct ike_lookup *lookup)
{
	struct ike_sa *sa = lookup->sa;

	lookup->fetch = sa->pluto->port->fetch;
	lookup->arg = sa->pluto->arg;
	lookup->job = (struct pluto_job){ .work = work, .done = done, .waits = true };
	cds_list_add(&lookup->node, &sa->pluto->lookups.running);
	sa->pluto->lookups.count++;
	ike_sa_get(sa);
	sa->pluto->port->submit(sa->pluto->arg, &lookup->job);
}

int ike_lookup_start(struct ike_sa *sa, void (*then)(struct ike_sa *sa))
{
	const struct ike_message *message = sa->setup->message;
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_CERT);
	struct ike_lookup *lookup = calloc(1, sizeof(*lookup));
	struct ike_cert_body body;

	if (!lookup)
		return -ENOMEM;
	ike_lookup_free(sa->setup->lookup);
	sa->setup->lookup = lookup;
	lookup->sa = sa;
	lookup->then = then;
	while (lookup->count < LOOKUP_URLS && (payload = next_url(message, payload, &body))) {
		add(lookup, sa, &body);
		payload = ike_payload_next(message, payload);
	}
	if (lookup->missing && may_start(sa)) {
		start(lookup);
		return 0;
	}
	if (lookup->missing)
		complain(sa, "a URL", "too many are looked up already");
	then(sa);
	return 0;
}

size_t ike_lookup_find(const struct ike_sa *sa, const struct ike_cert_body *body, struct pki_cert **to, size_t room)
{
	const struct ike_lookup *lookup = sa->setup->lookup;
	const struct pki_located *one = NULL;
	size_t at, count;

	if (!lookup || !is_url_cert(body))
		return 0;
	for (at = 0; at < lookup->count && !one; at++)
		if (is_of(&lookup->list[at], body->data.data, body->encoding == CERT_BUNDLE_URL))
			one = &lookup->list[at];
	for (count = 0; one && count < one->count && count < room; count++)
		to[count] = pki_cert_get(one->certs[count]);
	return count;
}

void ike_lookup_free(struct ike_lookup *lookup)
{
	size_t at;

	for (at = 0; lookup && at < lookup->count; at++)
		clear(&lookup->list[at]);
	free(lookup);
}

void ike_lookups_forget(struct pluto *pluto)
{
	struct kept *kept, *next;

	cds_list_for_each_entry_safe(kept, next, &pluto->lookups.kept, node) {
		clear(&kept->located);
		free(kept);
	}
}
