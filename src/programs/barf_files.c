// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec barf: what pluto reads. Secrets are named by whom they are for, private keys by what kind they are. */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../lib/conf.h"
#include "../lib/hex.h"
#include "../lib/pki_store.h"
#include "../lib/policy_group.h"
#include "../lib/secrets.h"
#include "barf.h"

#define FILE_LIMIT (256 * 1024) /* bytes */

static void print_errors(struct conf_errors *errors)
{
	char line[1024];
	unsigned int i;

	for (i = 0; i < errors->count; i++) {
		conf_error_print(line, sizeof(line), &errors->list[i]);
		printf("%s\n", line);
	}
	conf_errors_free(errors);
}

static void print_secret(const struct secret *secret)
{
	static const char *const kinds[] = { "PSK", "XAUTH", "PPK" };
	size_t i;

	for (i = 0; i < secret->id_count; i++)
		printf("%s ", secret->ids[i].text);
	printf(": %s [masked]    (%s:%u)\n", kinds[secret->kind], secret->place.file, secret->place.line);
}

static void print_secrets(const char *path)
{
	struct conf_errors errors = { 0 };
	struct secrets *secrets = secrets_load(path, &errors);
	size_t i;

	for (i = 0; secrets && i < secrets->count; i++)
		print_secret(&secrets->list[i]);
	secrets_free(secrets);
	print_errors(&errors);
}

static void print_date(const char *what, int64_t when)
{
	const time_t seconds = (time_t)when;
	struct tm utc;
	char text[32];

	if (gmtime_r(&seconds, &utc) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc))
		printf(", %s %s", what, text);
}

static void print_key(const struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);
	char ckaid[2 * PKI_KEY_ID + 1];

	printf(", %s %u, ckaid %s", pki_key_type_name(info->type), info->bits,
	       hex_print(ckaid, info->ckaid, PKI_KEY_ID));
}

static void print_entry(const struct pki_entry *entry)
{
	const struct pki_cert_info *info = entry->cert ? pki_cert_info(entry->cert) : NULL;

	printf("%s", entry->path);
	if (info) {
		printf(": %s, by %s, serial %s", info->subject_text, info->issuer_text, info->serial);
		print_date("from", info->not_before);
		print_date("to", info->not_after);
		if (info->key)
			print_key(info->key);
		printf("%s", entry->key ? ", with its private key" : "");
	} else if (entry->kind == PKI_CRLS) {
		printf(": of %s, revoked: %zu", entry->crl.issuer_text, entry->crl.revoked);
		print_date("from", entry->crl.this_update);
		print_date("next", entry->crl.next_update);
	} else if (entry->key) {
		print_key(entry->key);
	}
	putchar('\n');
}

static void print_store(const char *directory)
{
	struct conf_errors errors = { 0 };
	struct pki_store *store = pki_store_load(directory, &errors);
	const struct pki_entry *entry;
	size_t at;

	for (at = 0; store && (entry = pki_store_at(store, at)); at++)
		print_entry(entry);
	pki_store_put(store);
	print_errors(&errors);
}

static void print_conf(const struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->files.count; i++)
		barf_file(conf->files.list[i], FILE_LIMIT, true);
}

static const char *setting(const struct conf *conf, const char *name, const char *usual)
{
	const char *text = conf ? conf_text(&conf->setup, name) : NULL;

	return text ? text : usual;
}

static void print_log(const char *path)
{
	barf_title("pluto's log");
	if (path)
		barf_file(path, FILE_LIMIT, false);
	else
		barf_run((const char *const[]){ "journalctl", "--no-pager", "-n", "1000", "-t", "pluto", NULL });
}

static void print_policies(const char *directory)
{
	char folder[4096], path[4096 + 300];
	struct dirent **found;
	int count, i;

	snprintf(folder, sizeof(folder), "%s/" POLICY_FOLDER, directory);
	count = scandir(folder, &found, NULL, alphasort);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, found[i]->d_name);
		if (found[i]->d_name[0] != '.')
			barf_file(path, FILE_LIMIT, false);
		free(found[i]);
	}
	if (count >= 0)
		free(found);
}

void barf_configuration(const char *config)
{
	struct conf_errors errors = { 0 };
	struct conf *conf = conf_load(config, &errors);

	barf_title("configuration");
	if (conf)
		print_conf(conf);
	print_errors(&errors);
	barf_title("secrets, without their values");
	print_secrets(setting(conf, "secretsfile", SECRETS_PATH));
	barf_title("keys and certificates");
	print_store(setting(conf, "ipsecdir", "/etc/ipsec.d"));
	barf_title("policy groups");
	print_policies(setting(conf, "ipsecdir", "/etc/ipsec.d"));
	print_log(setting(conf, "logfile", NULL));
	conf_free(conf);
}
