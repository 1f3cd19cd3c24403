// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec verify: the configuration, secrets, keys and certificates. */
#include "verify.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../lib/secrets.h"

#define DAY    86400
#define SOON   (30 * DAY)
#define OTHERS (S_IRWXG | S_IRWXO)

/* The first that counts, with its place. */
static void first_of(char *text, size_t size, const struct conf_errors *errors, bool is_warning)
{
	unsigned int i;

	*text = '\0';
	for (i = 0; i < errors->count && !*text; i++) {
		if (errors->list[i].is_warning == is_warning)
			conf_error_print(text, size, &errors->list[i]);
	}
}

/* Errors and warnings of reading something; whether there were any. */
static bool say_errors(struct verify *verify, const char *check, const char *advice, struct conf_errors *errors)
{
	const enum verify_result result = errors->errors ? VERIFY_FAILED : VERIFY_WARNING;
	const unsigned int count = errors->errors ? errors->errors : errors->warnings;
	char first[1024], more[64] = "";

	first_of(first, sizeof(first), errors, !errors->errors);
	conf_errors_free(errors);
	if (!count)
		return false;
	if (count > 1)
		snprintf(more, sizeof(more), ", and %u more", count - 1);
	verify_say(verify, result, check, advice, "%s%s", first, more);
	return true;
}

void verify_configuration(struct verify *verify)
{
	struct conf_errors errors = { 0 };

	verify->conf = conf_load(verify->config, &errors);
	if (say_errors(verify, "configuration", "ipsec addconn --checkconfig shows all of it", &errors) ||
	    !verify->conf)
		return;
	if (!verify->conf->count)
		verify_say(verify, VERIFY_WARNING, "configuration", "write a conn", "%s has no conn", verify->config);
	else
		verify_say(verify, VERIFY_OK, "configuration", NULL, "%s, conns: %zu", verify->config,
			   verify->conf->count);
}

static const char *setting(const struct verify *verify, const char *name, const char *usual)
{
	const char *text = verify->conf ? conf_text(&verify->conf->setup, name) : NULL;

	return text ? text : usual;
}

/* Who has no business with a file can read it. */
static bool is_open(const char *path)
{
	struct stat status;

	return !stat(path, &status) && status.st_mode & OTHERS;
}

void verify_secrets(struct verify *verify)
{
	const char *path = setting(verify, "secretsfile", SECRETS_PATH);
	struct conf_errors errors = { 0 };
	struct secrets *secrets;

	if (access(path, F_OK) && errno == ENOENT) {
		verify_say(verify, VERIFY_OK, "secrets", NULL, "there is no %s: no pre-shared keys", path);
		return;
	}
	secrets = secrets_load(path, &errors);
	if (say_errors(verify, "secrets", "see ipsec.secrets(5); only root should read it", &errors) || !secrets)
		;
	else
		verify_say(verify, VERIFY_OK, "secrets", NULL, "%s, entries: %zu", path, secrets->count);
	secrets_free(secrets);
}

/* How many files of a folder others may read, and the name of one. */
static unsigned int count_open(const char *folder, char *name, size_t size)
{
	DIR *directory = opendir(folder);
	unsigned int count = 0;
	struct dirent *entry;
	char path[4500];

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!is_open(path))
			continue;
		snprintf(name, size, "%s", path);
		count++;
	}
	if (directory)
		closedir(directory);
	return count;
}

static size_t count_keys(const struct pki_store *store)
{
	const struct pki_entry *entry;
	size_t at, count = 0;

	for (at = 0; (entry = pki_store_at(store, at)); at++)
		count += entry->kind == PKI_KEYS && entry->key;
	return count;
}

void verify_keys(struct verify *verify)
{
	const char *directory = setting(verify, "ipsecdir", "/etc/ipsec.d");
	struct conf_errors errors = { 0 };
	char folder[4096], name[4500];
	unsigned int open;

	verify->store = pki_store_load(directory, &errors);
	if (say_errors(verify, "keys", "it is left out until that is mended; ipsec auto --rereadall reads it again",
		       &errors) ||
	    !verify->store)
		return;
	snprintf(folder, sizeof(folder), "%s/private", directory);
	open = count_open(folder, name, sizeof(name));
	if (open)
		verify_say(verify, VERIFY_WARNING, "keys", "chmod 600 these files",
			   "%s: files that others may read: %u, such as %s", folder, open, name);
	else
		verify_say(verify, VERIFY_OK, "keys", NULL, "%s, private keys: %zu", directory,
			   count_keys(verify->store));
}

static void print_date(char text[32], int64_t when)
{
	const time_t seconds = (time_t)when;
	struct tm utc;

	if (!gmtime_r(&seconds, &utc) || !strftime(text, 32, "%Y-%m-%d %H:%M:%S UTC", &utc))
		snprintf(text, 32, "%" PRId64, when);
}

/* Whether there was something to say of one. */
static bool say_times(struct verify *verify, const struct pki_entry *entry, int64_t now)
{
	const struct pki_cert_info *info = pki_cert_info(entry->cert);
	char date[32];

	if (info->not_after < now) {
		print_date(date, info->not_after);
		verify_say(verify, VERIFY_FAILED, "certificates", "replace it", "%s (%s) has expired at %s",
			   entry->path, info->subject_text, date);
	} else if (info->not_before > now) {
		print_date(date, info->not_before);
		verify_say(verify, VERIFY_FAILED, "certificates", "is this host's clock right?",
			   "%s (%s) is not valid before %s", entry->path, info->subject_text, date);
	} else if (info->not_after < now + SOON) {
		print_date(date, info->not_after);
		verify_say(verify, VERIFY_WARNING, "certificates", "replace it soon", "%s (%s) expires at %s",
			   entry->path, info->subject_text, date);
	} else {
		return false;
	}
	return true;
}

void verify_certificates(struct verify *verify)
{
	const int64_t now = (int64_t)time(NULL);
	const struct pki_entry *entry;
	unsigned int count = 0;
	bool said = false;
	size_t at;

	for (at = 0; verify->store && (entry = pki_store_at(verify->store, at)); at++) {
		if (!entry->cert)
			continue;
		count++;
		said |= say_times(verify, entry, now);
	}
	if (!said)
		verify_say(verify, VERIFY_OK, "certificates", NULL, "none of %u has expired, or soon will", count);
}

void verify_crls(struct verify *verify)
{
	const int64_t now = (int64_t)time(NULL);
	const struct pki_entry *entry;
	unsigned int count = 0, old = 0;
	char date[32];
	size_t at;

	for (at = 0; verify->store && (entry = pki_store_at(verify->store, at)); at++) {
		if (entry->kind != PKI_CRLS)
			continue;
		count++;
		if (!entry->crl.next_update || entry->crl.next_update >= now)
			continue;
		old++;
		print_date(date, entry->crl.next_update);
		verify_say(verify, VERIFY_WARNING, "crls", "fetch a new one, then ipsec auto --rereadcrls",
			   "%s (%s) was to be replaced by %s", entry->path, entry->crl.issuer_text, date);
	}
	if (!old)
		verify_say(verify, VERIFY_OK, "crls", NULL, "all %u are current", count);
}
