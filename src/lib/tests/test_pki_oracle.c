// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `test_pki_oracle serve` answers test_pki_oracle.py, which makes keys and certificates with another library: one
 *request a line, of words apart by a blank, bytes in hexadecimal and "-" for none; one answer a line: "ok" and what is
 *asked for, or "error", a number and why. Without that word it tests itself.
 *
 *	key FILE PASSPHRASE			type, bits, "private" or "public", CKAID, text
 *	text TEXT				the same, of a public key in a configuration
 *	sign FILE METHOD|ALGORITHM DATA		the signature
 *	verify FILE METHOD|ALGORITHM DATA SIGNATURE
 *	store DIRECTORY				KIND:NAME of each entry, with a + if its private key is there; faults
 *	check DIRECTORY LEAF NOW STRICT CA CHAIN...
 *	online STRICT OCSP OCSP-STRICT POST INTERVAL TIMEOUT URI TRUST SIZE MIN MAX	begins anew, for `check`
 *	offline					ends that
 *	refresh DIRECTORY NOW			how many CRLs came, and what did not
 *	chain DIRECTORY LEAF			serial numbers of what is to be sent
 *	id CERTIFICATE TYPE DATA		1 or 0
 *	cert CERTIFICATE			serial, hash of its key, not before, not after, CA or not
 */
#include "ike_bytes.h"

#include <signal.h>
#include <stdlib.h>

#include "../pki_online.h"

#define LINE  65536
#define WORDS 24

static struct pki_why why;
static struct pki_online *online;

static struct bytes word(const char *hex)
{
	return bytes(strcmp(hex, "-") != 0 ? hex : "");
}

static void print(const char *before, const uint8_t *data, size_t length)
{
	printf("%s", before);
	for (; length; length--)
		printf("%02x", *data++);
}

static int print_key(struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);
	char *text = pki_key_text(key);

	printf("ok %s %u %s", pki_key_type_name(info->type), info->bits, info->is_private ? "private" : "public");
	print(" ", info->ckaid, PKI_KEY_ID);
	printf(" %s", text);
	free(text);
	pki_key_put(key);
	return 0;
}

static int answer_key(char **words)
{
	struct pki_key *key = NULL;
	int err = pki_key_load(&key, words[1], strcmp(words[2], "-") != 0 ? words[2] : NULL, &why);

	return err ? err : print_key(key);
}

static int answer_text(char **words)
{
	struct pki_key *key = NULL;
	int err = pki_key_from_text(&key, words[1], &why);

	return err ? err : print_key(key);
}

static const struct pki_scheme *scheme_of(const char *text, const struct pki_key *key)
{
	const struct pki_scheme *scheme;
	struct bytes algorithm;
	size_t at;

	if (strlen(text) > 2) {
		algorithm = word(text);
		return pki_scheme_by_algorithm(slice(&algorithm));
	}
	for (at = 0; (scheme = pki_scheme_at(at)); at++)
		if (scheme->method == (int)strtol(text, NULL, 10) && pki_scheme_fits(scheme, key))
			return scheme;
	return NULL;
}

static int use_key(char **words, const struct pki_key *key)
{
	const struct pki_scheme *scheme = scheme_of(words[2], key);
	struct bytes data = word(words[3]), signature;
	struct ike_slice parts[2] = { { data.data, data.length / 2 },
				      { data.data + data.length / 2, data.length - data.length / 2 } };
	uint8_t out[PKI_SIGNATURE_MAX];
	int length;

	if (!scheme)
		return -ENOENT;
	if (words[4]) {
		signature = word(words[4]);
		length = pki_verify(key, scheme, parts, 2, slice(&signature));
	} else {
		length = pki_sign(key, scheme, parts, 2, out);
	}
	if (length < 0)
		return length;
	printf("ok");
	print(" ", out, length);
	return 0;
}

static int answer_use(char **words)
{
	struct pki_key *key = NULL;
	int err = pki_key_load(&key, words[1], NULL, &why);

	if (!err)
		err = use_key(words, key);
	pki_key_put(key);
	return err;
}

static int answer_store(char **words)
{
	struct conf_errors errors = { 0 };
	struct pki_store *store = pki_store_load(words[1], &errors);
	const struct pki_entry *entry;
	char text[512];
	size_t at;

	assert_non_null(store);
	printf("ok");
	for (at = 0; (entry = pki_store_at(store, at)); at++)
		printf(" %d:%s%s", entry->kind, entry->name, entry->key ? "+" : "");
	for (at = 0; at < errors.count; at++) {
		conf_error_print(text, sizeof(text), &errors.list[at]);
		printf(" | %s", text);
	}
	conf_errors_free(&errors);
	pki_store_put(store);
	return 0;
}

static struct pki_store *load_store(const char *directory)
{
	struct conf_errors errors = { 0 };
	struct pki_store *store = pki_store_load(directory, &errors);

	conf_errors_free(&errors);
	assert_non_null(store);
	return store;
}

static int answer_check(char **words)
{
	struct pki_store *store = load_store(words[1]);
	struct pki_cert *certs[WORDS] = { NULL };
	struct bytes ca = word(words[5]);
	size_t count = 0, at;
	int err = pki_cert_load(&certs[0], words[2], &why);

	for (at = 6; !err && words[at]; at++)
		err = pki_cert_load(&certs[++count], words[at], &why);
	if (!err) {
		struct pki_check check = { .leaf = certs[0],
					   .chain = (const struct pki_cert *const *)certs + 1,
					   .chain_count = count,
					   .ca = slice(&ca),
					   .now = strtoll(words[3], NULL, 10),
					   .crl_strict = (int)strtol(words[4], NULL, 10) };

		err = online ? pki_online_check(online, store, &check, &why) : pki_store_check(store, &check, &why);
	}
	if (!err)
		printf("ok");
	for (at = 0; at <= count; at++)
		pki_cert_put(certs[at]);
	pki_store_put(store);
	return err;
}

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

static const char *text_or_none(const char *text)
{
	return strcmp(text, "-") != 0 ? text : NULL;
}

static int answer_online(char **words)
{
	const struct pki_online_options options = { .crl_strict = number(words[1]),
						    .ocsp = number(words[2]),
						    .ocsp_strict = number(words[3]),
						    .ocsp_post = number(words[4]),
						    .crl_interval = number(words[5]),
						    .crl_timeout = number(words[6]),
						    .ocsp_timeout = number(words[6]),
						    .ocsp_uri = text_or_none(words[7]),
						    .ocsp_trust = text_or_none(words[8]),
						    .cache_size = number(words[9]),
						    .cache_min = number(words[10]),
						    .cache_max = number(words[11]) };

	pki_online_free(online);
	online = pki_online_new(&options);
	printf("ok");
	return online ? 0 : -ENOMEM;
}

static int answer_offline(char **words)
{
	(void)words;
	pki_online_free(online);
	online = NULL;
	printf("ok");
	return 0;
}

static int answer_refresh(char **words)
{
	struct conf_errors errors = { 0 };
	struct pki_store *store = load_store(words[1]);
	size_t came = pki_online_refresh(online, store, strtoll(words[2], NULL, 10), &errors), at;
	char text[512];

	printf("ok %zu", came);
	for (at = 0; at < errors.count; at++) {
		conf_error_print(text, sizeof(text), &errors.list[at]);
		printf(" | %s", text);
	}
	conf_errors_free(&errors);
	pki_store_put(store);
	return 0;
}

static int answer_chain(char **words)
{
	struct pki_store *store = load_store(words[1]);
	struct pki_cert *leaf = NULL, *chain[PKI_CHAIN_MAX];
	int err = pki_cert_load(&leaf, words[2], &why);
	size_t count, at;

	if (!err) {
		count = pki_store_chain(store, leaf, chain);
		printf("ok");
		for (at = 0; at < count; at++)
			printf(" %s", pki_cert_info(chain[at])->serial);
	}
	pki_cert_put(leaf);
	pki_store_put(store);
	return err;
}

static int answer_id(char **words)
{
	struct bytes data = word(words[3]);
	struct pki_cert *cert = NULL;
	int err = pki_cert_load(&cert, words[1], &why);

	if (!err)
		printf("ok %d", pki_cert_has_id(cert, (int)strtol(words[2], NULL, 10), slice(&data)));
	pki_cert_put(cert);
	return err;
}

static int answer_cert(char **words)
{
	struct pki_cert *cert = NULL;
	int err = pki_cert_load(&cert, words[1], &why);
	const struct pki_cert_info *info;

	if (err)
		return err;
	info = pki_cert_info(cert);
	printf("ok %s", info->serial);
	print(" ", info->key_hash, PKI_KEY_ID);
	printf(" %lld %lld %d %s", (long long)info->not_before, (long long)info->not_after, info->is_ca,
	       info->subject_text);
	pki_cert_put(cert);
	return 0;
}

static const struct {
	const char *verb;
	int least, most;
	int (*answer)(char **words);
} verbs[] = {
	{ "key", 3, 3, answer_key },	     { "text", 2, 2, answer_text },
	{ "sign", 4, 4, answer_use },	     { "verify", 5, 5, answer_use },
	{ "store", 2, 2, answer_store },     { "check", 6, WORDS - 1, answer_check },
	{ "chain", 3, 3, answer_chain },     { "online", 12, 12, answer_online },
	{ "offline", 1, 1, answer_offline }, { "refresh", 3, 3, answer_refresh },
	{ "id", 4, 4, answer_id },	     { "cert", 2, 2, answer_cert },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void answer(char *line)
{
	char *words[WORDS] = { NULL }, *rest = line;
	int count = 0, err = -ENOENT;
	size_t i;

	why.text[0] = '\0';
	while (count < WORDS - 1 && (words[count] = strtok_r(rest, " \n", &rest)))
		count++;
	for (i = 0; i < VERBS; i++) {
		if (words[0] && count >= verbs[i].least && count <= verbs[i].most && !strcmp(words[0], verbs[i].verb))
			err = verbs[i].answer(words);
	}
	if (err)
		printf("error %d %s", err, why.text);
	printf("\n");
	fflush(stdout);
}

static int serve(void)
{
	static char line[LINE];

	signal(SIGPIPE, SIG_IGN);
	while (fgets(line, sizeof(line), stdin))
		answer(line);
	pki_online_free(online);
	return 0;
}

static void it_knows_its_verbs(void **state)
{
	char line[] = "key /nonexistent -\n", none[] = "nothing\n";

	(void)state;
	answer(line);
	assert_string_equal(why.text, "No such file or directory");
	answer(none);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_knows_its_verbs),
	};

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
