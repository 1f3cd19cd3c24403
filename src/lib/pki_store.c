// SPDX-License-Identifier: GPL-2.0-or-later
/* The folders of ipsec.d, read into a store; and what is found in it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf_file.h"
#include "pki_store_own.h"

static const char *const folders[PKI_KINDS] = {
	[PKI_CERTS] = "certs", [PKI_KEYS] = "private", [PKI_CACERTS] = "cacerts", [PKI_INTERMEDIATES] = "intermediates",
	[PKI_CRLS] = "crls",
};

#define PASS_ENDING ".pass"

static void drop_entry(struct pki_entry *entry)
{
	pki_cert_put(entry->cert);
	pki_key_put(entry->key);
	free((char *)entry->path);
	free((char *)entry->name);
	free((char *)entry->crl.issuer_text);
}

static struct pki_entry *new_entry(struct pki_store *store)
{
	size_t room = store->room ? 2 * store->room : 16;
	struct pki_entry *more;

	if (store->count == store->room) {
		more = reallocarray(store->entries, room, sizeof(*more));
		if (!more)
			return NULL;
		store->entries = more;
		store->room = room;
	}
	more = &store->entries[store->count];
	memset(more, 0, sizeof(*more));
	return more;
}

/* Where a certificate helps besides its entry. */
static int use(struct pki_store *store, const struct pki_entry *entry)
{
	if (!entry->cert)
		return 0;
	if (entry->kind == PKI_CACERTS)
		return X509_STORE_add_cert(store->anchors, entry->cert->x509) == 1 ? 0 : -ENOMEM;
	if (entry->cert->info.is_ca)
		return sk_X509_push(store->intermediates, entry->cert->x509) ? 0 : -ENOMEM;
	return 0;
}

int pki_store_add(struct pki_reading *reading, const char *name, struct pki_cert *cert, struct pki_key *key)
{
	struct pki_store *store = reading->store;
	struct pki_entry *entry = new_entry(store);

	if (!entry) {
		pki_cert_put(cert);
		pki_key_put(key);
		return -ENOMEM;
	}
	*entry = (struct pki_entry){ .kind = reading->kind, .cert = cert, .key = key };
	if (cert && reading->kind != PKI_CACERTS)
		entry->kind = cert->info.is_ca ? PKI_INTERMEDIATES : PKI_CERTS;
	entry->path = strdup(reading->path);
	entry->name = strdup(name ? name : reading->name);
	if (entry->path && entry->name && !use(store, entry)) {
		store->count++;
		return 0;
	}
	drop_entry(entry);
	return -ENOMEM;
}

static int fault(const struct pki_reading *reading, const char *text)
{
	conf_complain(reading->errors, (struct conf_place){ reading->path, 0, 0 }, "%s", text);
	return 0;
}

/* The first line of the file beside it. NULL: there is none. Wiped and freed by conf_file_free(). */
static char *read_passphrase(const char *path, struct conf_file *file)
{
	char *name = NULL;
	int err;

	*file = (struct conf_file){ 0 };
	if (asprintf(&name, "%s%s", path, PASS_ENDING) < 0)
		return NULL;
	err = conf_file_read(file, name);
	free(name);
	if (err)
		return NULL;
	file->text[strcspn(file->text, "\r\n")] = '\0';
	return file->text;
}

/* Keys are root's alone, or so it should be: it is said, but the tunnel is not refused for it. */
static void warn_of_mode(const struct pki_reading *reading, mode_t mode)
{
	if (reading->kind == PKI_KEYS && mode & (S_IRWXG | S_IRWXO))
		conf_warn(reading->errors, (struct conf_place){ reading->path, 0, 0 },
			  "others than its owner can read or write it: mode %03o, not 600", mode & 0777);
}

static int read_file(struct pki_reading *reading)
{
	struct conf_file file, pass = { 0 };
	struct pki_why why = { "" };
	const char *phrase = NULL;
	int err = conf_file_read(&file, reading->path);

	if (err)
		return err == -ENOMEM ? err : fault(reading, strerror(-err));
	warn_of_mode(reading, file.mode);
	if (reading->kind == PKI_KEYS)
		phrase = read_passphrase(reading->path, &pass);
	err = pki_read_file(reading, (struct ike_slice){ (uint8_t *)file.text, file.length }, phrase, &why);
	conf_file_free(&file);
	conf_file_free(&pass);
	return err && err != -ENOMEM ? fault(reading, why.text) : err;
}

static int is_wanted(const struct dirent *entry)
{
	const size_t ending = strlen(PASS_ENDING);
	size_t length = strlen(entry->d_name);

	if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
		return 0;
	return length < ending || strcmp(entry->d_name + length - ending, PASS_ENDING) != 0;
}

static int read_named(struct pki_reading *reading, const char *folder, const char *file)
{
	char *path = NULL, *name = strdup(file), *dot = name ? strrchr(name, '.') : NULL;
	int err = -ENOMEM;

	if (name && asprintf(&path, "%s/%s", folder, file) >= 0) {
		reading->is_bundle = dot && (!strcasecmp(dot, ".p12") || !strcasecmp(dot, ".pfx"));
		if (dot && dot > name)
			*dot = '\0';
		reading->path = path;
		reading->name = name;
		err = read_file(reading);
	}
	free(path);
	free(name);
	return err;
}

/* A folder that is not there has nothing in it. */
static int read_folder(struct pki_reading *reading, const char *folder)
{
	struct dirent **list = NULL;
	int count = scandir(folder, &list, is_wanted, alphasort), i, err = 0;

	if (count < 0) {
		reading->path = folder;
		err = errno;
		return err == ENOMEM ? -ENOMEM : err == ENOENT ? 0 : fault(reading, strerror(err));
	}
	for (i = 0; i < count; i++) {
		if (!err)
			err = read_named(reading, folder, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return err;
}

/* Each certificate gets the private key that it is of, if it is here. */
static void pair(struct pki_store *store)
{
	size_t cert, key;

	for (cert = 0; cert < store->count; cert++) {
		struct pki_entry *one = &store->entries[cert];

		for (key = 0; key < store->count && one->cert && one->cert->info.key && !one->key; key++) {
			const struct pki_entry *other = &store->entries[key];

			if (!other->cert && other->key && pki_key_equal(other->key, one->cert->info.key))
				one->key = pki_key_get(other->key);
		}
	}
}

static int read_all(struct pki_store *store, const char *directory, struct conf_errors *errors)
{
	struct pki_reading reading = { .store = store, .errors = errors };
	unsigned int kind;
	char *folder;
	int err = 0;

	for (kind = 0; kind < PKI_KINDS && !err; kind++) {
		if (asprintf(&folder, "%s/%s", directory, folders[kind]) < 0)
			return -ENOMEM;
		reading.kind = kind;
		err = read_folder(&reading, folder);
		free(folder);
	}
	pair(store);
	return err;
}

/**
 * pki_store_load() - read the keys and certificates of a folder
 * @directory: ipsecdir=, with certs/, private/, cacerts/, intermediates/ and crls/; what is not there has nothing in it
 * @errors: gets each file that cannot be read, and those with private keys that others can read as warnings
 *
 * Return: a store of all that could be read, for pki_store_put(); NULL: no memory
 */
struct pki_store *pki_store_load(const char *directory, struct conf_errors *errors)
{
	struct pki_store *store = calloc(1, sizeof(*store));
	int err = -ENOMEM;

	if (!store)
		return NULL;
	store->users = 1;
	store->anchors = X509_STORE_new();
	store->intermediates = sk_X509_new_null();
	if (store->anchors && store->intermediates)
		err = read_all(store, directory, errors);
	ERR_clear_error();
	if (!err)
		return store;
	pki_store_put(store);
	return NULL;
}

/**
 * pki_store_get() - hold a store
 *
 * Return: it, for pki_store_put()
 */
struct pki_store *pki_store_get(const struct pki_store *store)
{
	struct pki_store *held = (struct pki_store *)store;

	atomic_fetch_add(&held->users, 1);
	return held;
}

/**
 * pki_store_put() - let a store go; NULL is fine
 */
void pki_store_put(struct pki_store *store)
{
	size_t at;

	if (!store || atomic_fetch_sub(&store->users, 1) != 1)
		return;
	for (at = 0; at < store->count; at++)
		drop_entry(&store->entries[at]);
	free(store->entries);
	X509_STORE_free(store->anchors);
	sk_X509_free(store->intermediates);
	free(store);
}

/**
 * pki_store_at() - what there is, one after the other
 *
 * Return: NULL: there are no more
 */
const struct pki_entry *pki_store_at(const struct pki_store *store, size_t index)
{
	return index < store->count ? &store->entries[index] : NULL;
}

/* The file's whole path, its name in its folder, or the entry's name. */
static bool is_named(const struct pki_entry *entry, const char *name)
{
	const char *slash = strrchr(entry->path, '/');

	return !strcmp(entry->path, name) || !strcmp(entry->name, name) || (slash && !strcmp(slash + 1, name));
}

/**
 * pki_store_cert() - the certificate of leftcert=
 * @name: a file in certs/ or private/, with its ending or without, or a path; of PKCS#12 also its friendlyName
 *
 * Return: the first that is called so, hosts' before CAs'; NULL: none
 */
const struct pki_entry *pki_store_cert(const struct pki_store *store, const char *name)
{
	const struct pki_entry *ca = NULL;
	size_t at;

	for (at = 0; at < store->count; at++) {
		const struct pki_entry *entry = &store->entries[at];

		if (!entry->cert || !is_named(entry, name))
			continue;
		if (entry->kind == PKI_CERTS)
			return entry;
		ca = ca ? ca : entry;
	}
	return ca;
}

/**
 * pki_store_cert_of_key() - a host's certificate, by its key
 *
 * Return: the first; NULL: none
 */
const struct pki_entry *pki_store_cert_of_key(const struct pki_store *store, const uint8_t ckaid[PKI_KEY_ID])
{
	size_t at;

	for (at = 0; at < store->count; at++) {
		const struct pki_entry *entry = &store->entries[at];
		const struct pki_key *key = entry->kind == PKI_CERTS ? entry->cert->info.key : NULL;

		if (key && !memcmp(key->info.ckaid, ckaid, PKI_KEY_ID))
			return entry;
	}
	return NULL;
}

/**
 * pki_store_key() - a private key
 *
 * Return: the store's; NULL: none
 */
struct pki_key *pki_store_key(const struct pki_store *store, const uint8_t ckaid[PKI_KEY_ID])
{
	size_t at;

	for (at = 0; at < store->count; at++) {
		struct pki_key *key = store->entries[at].key;

		if (key && !memcmp(key->info.ckaid, ckaid, PKI_KEY_ID))
			return key;
	}
	return NULL;
}

static struct pki_cert *issuer_of(const struct pki_store *store, const struct pki_cert *cert, bool anchor)
{
	size_t at;

	for (at = 0; at < store->count; at++) {
		const struct pki_entry *entry = &store->entries[at];

		if ((entry->kind == (anchor ? PKI_CACERTS : PKI_INTERMEDIATES)) &&
		    X509_check_issued(entry->cert->x509, cert->x509) == X509_V_OK)
			return entry->cert;
	}
	return NULL;
}

/**
 * pki_store_chain() - what a peer needs besides a certificate to find the way to an anchor: RFC 7296, 3.6
 * @chain: gets them in their order, neither @leaf nor the anchor among them; they are the store's
 *
 * Return: how many
 */
size_t pki_store_chain(const struct pki_store *store, const struct pki_cert *leaf,
		       struct pki_cert *chain[PKI_CHAIN_MAX])
{
	const struct pki_cert *cert = leaf;
	size_t count = 0;

	while (count < PKI_CHAIN_MAX && !cert->info.is_self_issued && !issuer_of(store, cert, true)) {
		chain[count] = issuer_of(store, cert, false);
		if (!chain[count])
			break;
		cert = chain[count];
		if (!cert->info.is_self_issued)
			count++;
	}
	ERR_clear_error();
	return count;
}
