// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY  86400
#define FROM (RIG_DATE - DAY)
#define TO   (RIG_DATE + DAY)

static char folder[] = "/tmp/test_auth.XXXXXX";
static char directories[3][64];
static struct auth_rig stores;

static struct pki_store *load(const char *directory)
{
	struct conf_errors errors = { 0 };
	struct pki_store *store = pki_store_load(directory, &errors);

	if (!store || errors.count)
		abort();
	conf_errors_free(&errors);
	return store;
}

static void leaf(const struct issued *by, const char *name, const char *type, const char *san, int64_t from, int64_t to)
{
	struct issued made = issue(&(struct issue){ type, name, san, by, false, from, to });

	issue_save(&made, directories[0], "certs", name, true);
	issued_free(&made);
}

static void leaves(const struct issued *ca)
{
	static const char *const types[] = { "RSA", "P-256", "P-384", "P-521", "ED25519", "ED448" };
	char name[32];
	size_t at;

	for (at = 0; at < sizeof(types) / sizeof(*types); at++) {
		snprintf(name, sizeof(name), "west-%s", types[at]);
		leaf(ca, name, types[at], "DNS:west", FROM, TO);
		snprintf(name, sizeof(name), "east-%s", types[at]);
		leaf(ca, name, types[at], "DNS:east", FROM, TO);
	}
	leaf(ca, "expired", "P-256", "DNS:west", FROM - DAY, FROM);
	leaf(ca, "early", "P-256", "DNS:west", TO, TO + DAY);
	leaf(ca, "stranger", "P-256", "DNS:north", FROM, TO);
	leaf(ca, "numbered", "P-256", "IP:192.1.2.45", FROM, TO);
	leaf(ca, "wild-named", "P-256", "DNS:*.example.org", FROM, TO);
	leaf(ca, "many-named", "P-256", "DNS:east, DNS:gate.example.org, email:east@example.org", FROM, TO);
}

/* Five certificates that lead to the anchor, in the store of those who have them. */
static void chain(const struct issued *ca)
{
	struct issued by[4];
	char name[32];
	size_t at;

	for (at = 0; at < 4; at++) {
		snprintf(name, sizeof(name), "an authority below, %u", (unsigned int)at);
		by[at] = issue(&(struct issue){ "P-521", name, NULL, at ? &by[at - 1] : ca, true, FROM, TO });
		snprintf(name, sizeof(name), "sub%u", (unsigned int)at);
		issue_save(&by[at], directories[0], "intermediates", name, false);
	}
	leaf(&by[3], "far", "P-521", "DNS:west", FROM, TO);
	for (at = 0; at < 4; at++)
		issued_free(&by[at]);
}

static void revoked(const struct issued *ca)
{
	struct issued made = issue(&(struct issue){ "P-256", "revoked", "DNS:west", ca, false, FROM, TO });

	issue_save(&made, directories[0], "certs", "revoked", true);
	issue_crl(ca, made.cert, FROM, TO, directories[0], "ca");
	issue_crl(ca, made.cert, FROM, TO, directories[1], "ca");
	issued_free(&made);
}

int auth_rig_make_group(void **state)
{
	static const char *const names[] = { "all", "anchor", "other" };
	struct issued ca = issue(&(struct issue){ "P-256", "CA", NULL, NULL, true, FROM, TO });
	struct issued other = issue(&(struct issue){ "P-256", "other CA", NULL, NULL, true, FROM, TO });
	size_t at;

	(void)state;
	if (!mkdtemp(folder))
		abort();
	for (at = 0; at < 3; at++) {
		snprintf(directories[at], sizeof(directories[at]), "%s/%s", folder, names[at]);
		mkdir(directories[at], 0700);
		issue_save(at == 2 ? &other : &ca, directories[at], "cacerts", "ca", false);
	}
	leaves(&ca);
	chain(&ca);
	revoked(&ca);
	stores.all = load(directories[0]);
	stores.anchor = load(directories[1]);
	stores.other = load(directories[2]);
	issued_free(&ca);
	issued_free(&other);
	return 0;
}

int auth_rig_unmake_group(void **state)
{
	char command[128];

	(void)state;
	pki_store_put(stores.all);
	pki_store_put(stores.anchor);
	pki_store_put(stores.other);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

struct side *auth_rig_other(struct side *side)
{
	struct world *world = side->world;

	return side == &world->west ? &world->east : &world->west;
}

void auth_rig_trust(struct side *side, const struct pki_store *store)
{
	struct pluto_trust *trust = &side->pluto->trust;

	pki_store_put(trust->store);
	trust->store = pki_store_get(store);
}

static void set_end(struct connection_end *end, uint32_t auth, struct pki_key *key, struct pki_cert *cert)
{
	pki_key_put(end->key);
	pki_cert_put(end->cert);
	end->auth = auth;
	end->key = key;
	end->cert = cert;
	end->sendcert = SENDCERT_ALWAYS;
}

void auth_rig_cert(struct auth_rig *rig, struct side *side, const char *name, uint32_t auth)
{
	const struct pki_entry *entry = pki_store_cert(rig->all, name);

	if (!entry || !entry->key)
		abort();
	set_end(&side->connection->local, auth, pki_key_get(entry->key), pki_cert_get(entry->cert));
	set_end(&auth_rig_other(side)->connection->remote, auth, NULL, NULL);
}

void auth_rig_begin(struct auth_rig *rig)
{
	*rig = stores;
	world_make(&rig->world);
	rig->world.date = RIG_DATE;
	rig->world.west.connection->require_id = rig->world.east.connection->require_id = true;
	/* Each has what it needs itself; what the other sends must be enough. */
	auth_rig_trust(&rig->world.west, rig->all);
	auth_rig_trust(&rig->world.east, rig->anchor);
}

void auth_rig_end(struct auth_rig *rig)
{
	world_free(&rig->world);
}
