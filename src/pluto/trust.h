/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's keys, certificates and CRLs: what is in ipsecdir=, and what is fetched. */
#ifndef PLUTO_TRUST_H
#define PLUTO_TRUST_H

#include <jansson.h>

#include "daemon.h"

/* Before any connection is there: reads all, here and now. 0, or -ENOMEM; what cannot be read is in the log. */
int trust_open(struct daemon *daemon);
/* When no thread is left. */
void trust_close(struct daemon *daemon);

/**
 * struct trust_asker - who wants to know
 * @resume: before what came of it is logged
 * @end: gets how many files could not be read, or a negative errno
 */
struct trust_asker {
	void (*resume)(void *arg);
	void (*end)(void *arg, int errors);
	void *arg;
};

/*
 * Has all read anew by a thread; connections keep the keys and certificates that they have. @asker: NULL: nobody.
 * -ENOMEM: it hears nothing.
 */
int trust_reread(struct daemon *daemon, const struct trust_asker *asker);
/* The same, and CRLs are fetched, if they ever are. */
int trust_fetch(struct daemon *daemon, const struct trust_asker *asker);

/* What there is, as rows for status. */
json_t *trust_certs(const struct daemon *daemon);
json_t *trust_cas(const struct daemon *daemon);
json_t *trust_crls(const struct daemon *daemon);
json_t *trust_keys(const struct daemon *daemon); /* of connections */
json_t *trust_key_json(const struct pki_key *key);

#endif
