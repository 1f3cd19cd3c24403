// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"

/**
 * struct reading - done by a thread
 * @online: CRLs are fetched, too; NULL: not
 */
struct reading {
	struct pluto_job job;
	struct daemon *daemon;
	struct pki_online *online;
	struct pki_store *store;
	struct conf_errors errors;
	struct trust_asker asker;
};

static unsigned int count_of(const struct pki_store *store, enum pki_kind kind)
{
	const struct pki_entry *entry;
	unsigned int count = 0;
	size_t at;

	for (at = 0; (entry = pki_store_at(store, at)); at++)
		count += entry->kind == kind;
	return count;
}

/* Those who use the old one keep it. */
static void take_store(struct daemon *daemon, struct pki_store *store)
{
	struct pluto_trust *trust = &daemon->pluto->trust;

	pki_store_put(trust->store);
	trust->store = store;
	if (pki_store_at(store, 0))
		log_say(PLUTO_NOTICE, "%s: %u CAs, %u certificates, %u private keys, %u CRLs", daemon->setup->ipsecdir,
			count_of(store, PKI_CACERTS), count_of(store, PKI_CERTS), count_of(store, PKI_KEYS),
			count_of(store, PKI_CRLS));
}

static void work(struct pluto_job *job)
{
	struct reading *reading = caa_container_of(job, struct reading, job);
	const char *directory = reading->daemon->setup->ipsecdir;

	reading->store = pki_store_load(directory, &reading->errors);
	if (reading->online && reading->store)
		pki_online_refresh(reading->online, reading->store, time(NULL), &reading->errors);
}

static void done(struct pluto_job *job)
{
	struct reading *reading = caa_container_of(job, struct reading, job);
	const struct trust_asker *asker = &reading->asker;
	int errors;

	if (asker->resume)
		asker->resume(asker->arg);
	errors = (int)log_errors(&reading->errors);
	if (reading->store)
		take_store(reading->daemon, reading->store);
	else
		errors = -ENOMEM;
	if (asker->end)
		asker->end(asker->arg, errors);
	free(reading);
}

static int start(struct daemon *daemon, struct pki_online *online, const struct trust_asker *asker)
{
	struct reading *reading = calloc(1, sizeof(*reading));

	if (!reading)
		return -ENOMEM;
	reading->job = (struct pluto_job){ .work = work, .done = done };
	reading->daemon = daemon;
	reading->online = online;
	if (asker)
		reading->asker = *asker;
	pool_submit(daemon->pool, &reading->job);
	return 0;
}

int trust_reread(struct daemon *daemon, const struct trust_asker *asker)
{
	return start(daemon, NULL, asker);
}

int trust_fetch(struct daemon *daemon, const struct trust_asker *asker)
{
	return start(daemon, daemon->pluto->trust.online, asker);
}

static void fetch_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	trust_fetch(arg, NULL);
}

/* CRLs are fetched from time to time, if at all. */
static int open_online(struct daemon *daemon)
{
	const struct pki_online_options *options = &daemon->setup->online;
	const struct timeval interval = { .tv_sec = options->crl_interval };
	struct pluto_trust *trust = &daemon->pluto->trust;

	trust->crl_strict = options->crl_strict;
	if (!options->crl_interval && !options->ocsp)
		return 0;
	trust->online = pki_online_new(options);
	daemon->fetch = event_new(daemon->base, -1, EV_PERSIST, fetch_due, daemon);
	if (!trust->online || !daemon->fetch)
		return -ENOMEM;
	return options->crl_interval && event_add(daemon->fetch, &interval) ? -ENOMEM : 0;
}

int trust_open(struct daemon *daemon)
{
	struct conf_errors errors = { 0 };
	struct pki_store *store = pki_store_load(daemon->setup->ipsecdir, &errors);

	log_errors(&errors);
	if (!store)
		return -ENOMEM;
	take_store(daemon, store);
	return open_online(daemon);
}

void trust_close(struct daemon *daemon)
{
	if (daemon->fetch)
		event_free(daemon->fetch);
	daemon->fetch = NULL;
	if (!daemon->pluto)
		return;
	pki_online_free(daemon->pluto->trust.online);
	daemon->pluto->trust.online = NULL;
}
