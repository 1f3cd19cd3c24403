// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec showhostkey: the keys of this host, for the other end's configuration or for DNS. */
#include <stdlib.h>
#include <unistd.h>

#include "../lib/hex.h"
#include "../lib/json_text.h"
#include "../lib/pki_store.h"
#include "command.h"
#include "pki_file.h"

/**
 * struct order - what is to be done
 * @op: OPT_LIST and those after it
 * @pubkey: RSA keys too for pubkey=
 */
struct order {
	int op;
	const char *folder, *ckaid, *rsaid, *precedence, *gateway;
	bool json, pubkey;
};

enum {
	OPT_LIST = 256,
	OPT_DUMP,
	OPT_LEFT,
	OPT_RIGHT,
	OPT_IPSECKEY,
	OPT_PEM,
	OPT_CKAID,
	OPT_RSAID,
	OPT_PRECEDENCE,
	OPT_GATEWAY,
	OPT_FOLDER,
	OPT_PUBKEY,
};

static const struct option options[] = {
	{ "list", no_argument, NULL, OPT_LIST },
	{ "dump", no_argument, NULL, OPT_DUMP },
	{ "left", no_argument, NULL, OPT_LEFT },
	{ "right", no_argument, NULL, OPT_RIGHT },
	{ "ipseckey", no_argument, NULL, OPT_IPSECKEY },
	{ "pem", no_argument, NULL, OPT_PEM },
	{ "pubkey", no_argument, NULL, OPT_PUBKEY },
	{ "ckaid", required_argument, NULL, OPT_CKAID },
	{ "rsaid", required_argument, NULL, OPT_RSAID },
	{ "precedence", required_argument, NULL, OPT_PRECEDENCE },
	{ "gateway", required_argument, NULL, OPT_GATEWAY },
	{ "ipsecdir", required_argument, NULL, OPT_FOLDER },
	{ "nssdir", required_argument, NULL, OPT_FOLDER },
	{ "configdir", required_argument, NULL, OPT_FOLDER },
	COMMON_OPTIONS,
};

static int usage(void)
{
	printf("usage: ipsec showhostkey --list | --dump [--json] [--ipsecdir FOLDER]\n"
	       "       ipsec showhostkey --left [--pubkey] | --right [--pubkey] | --pem\n"
	       "                         [--ckaid CKAID | --rsaid ID]\n"
	       "       ipsec showhostkey --ipseckey [--precedence N] [--gateway ADDRESS]\n"
	       "                         [--ckaid CKAID | --rsaid ID]\n");
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	switch (option) {
	case OPT_CKAID:
		order->ckaid = optarg;
		break;
	case OPT_RSAID:
		order->rsaid = optarg;
		break;
	case OPT_PRECEDENCE:
		order->precedence = optarg;
		break;
	case OPT_GATEWAY:
		order->gateway = optarg;
		break;
	case OPT_PUBKEY:
		order->pubkey = true;
		break;
	case OPT_FOLDER:
		order->folder = optarg;
		break;
	default:
		if (order->op && order->op != option)
			return bad_usage("only one of --list, --dump, --left, --right, --ipseckey and --pem");
		order->op = option;
	}
	return 0;
}

static bool is_precedence(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	return *text && !*end && number < 256;
}

static int check(void *arg)
{
	const struct order *order = arg;
	bool list = order->op == OPT_LIST || order->op == OPT_DUMP;

	if (!order->op)
		return no_order();
	if (order->ckaid && order->rsaid)
		return bad_usage("only one of --ckaid and --rsaid");
	if (list && (order->ckaid || order->rsaid))
		return bad_usage("--list and --dump show all keys");
	if (order->pubkey && order->op != OPT_LEFT && order->op != OPT_RIGHT)
		return bad_usage("--pubkey is for --left and --right");
	if (order->json && !list)
		return bad_usage("--json is for --list and --dump");
	if ((order->precedence || order->gateway) && order->op != OPT_IPSECKEY)
		return bad_usage("--precedence and --gateway are for --ipseckey");
	if (order->precedence && !is_precedence(order->precedence))
		return bad_usage("--precedence %s: a number from 0 to 255", order->precedence);
	return 0;
}

/* What old configurations name RSA keys by: the beginning of their base64. Others have none. */
static const char *rsaid_of(const struct pki_key *key, char id[10])
{
	char *text = pki_key_info(key)->type == PKI_RSA ? pki_key_dns(key) : NULL;

	snprintf(id, 10, "%.9s", text ? text : "");
	free(text);
	return id;
}

static void print_line(const struct pki_entry *entry, size_t number)
{
	const struct pki_key_info *info = pki_key_info(entry->key);
	char ckaid[2 * PKI_KEY_ID + 1], id[10];

	rsaid_of(entry->key, id);
	/* Scripts take what is behind "ckaid: ". */
	printf("<%2zu> %s %u%s%s file: %s ckaid: %s\n", number, pki_key_type_name(info->type), info->bits,
	       *id ? " keyid: " : "", id, entry->path, hex_print(ckaid, info->ckaid, PKI_KEY_ID));
}

static json_t *as_json(const struct pki_entry *entry)
{
	const struct pki_key_info *info = pki_key_info(entry->key);
	char ckaid[2 * PKI_KEY_ID + 1], id[10], *text = pki_key_text(entry->key);
	json_t *row = json_pack("{s:s, s:i, s:s, s:s, s:o}", "type", pki_key_type_name(info->type), "bits",
				(int)info->bits, "ckaid", hex_print(ckaid, info->ckaid, PKI_KEY_ID), "public",
				text ? text : "", "file", json_text(entry->path));

	free(text);
	if (*rsaid_of(entry->key, id))
		json_object_set_new(row, "keyid", json_string(id));
	return row;
}

static void dump(const struct pki_entry *entry, size_t number)
{
	char *text = pki_key_text(entry->key);

	print_line(entry, number);
	printf("     public key: %s\n", text ? text : "");
	free(text);
}

/* A line for the other end's configuration. */
static void print_end(const struct order *order, const struct pki_key *key)
{
	const char *end = order->op == OPT_LEFT ? "left" : "right";
	bool rsa = pki_key_info(key)->type == PKI_RSA;
	char id[10], *text = order->pubkey ? pki_key_spki_text(key) : pki_key_text(key);

	printf("\t# %s %s\n\t%s%s=%s\n", rsa ? "rsakey" : pki_key_type_name(pki_key_info(key)->type), rsaid_of(key, id),
	       end, rsa && !order->pubkey ? "rsasigkey" : "pubkey", text ? text : "");
	free(text);
}

/* RFC 4025, 3: precedence, the gateway's type, the algorithm, the gateway and the key. */
static void print_record(const struct order *order, const struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);
	const char *gateway = order->gateway ? order->gateway : ".";
	int type = !order->gateway				     ? 0 :
		   strchr(gateway, ':')				     ? 2 :
		   strspn(gateway, "0123456789.") == strlen(gateway) ? 1 :
								       3;
	int algorithm = info->type == PKI_RSA ? 2 : info->type == PKI_ECDSA ? 3 : 4;
	char host[256] = "host", *text = pki_key_dns(key);

	gethostname(host, sizeof(host) - 1);
	printf("%s.    IN    IPSECKEY  %s %d %d %s %s\n", host, order->precedence ? order->precedence : "10", type,
	       algorithm, gateway, text ? text : "");
	free(text);
}

static int show(const struct order *order, const struct pki_key *key)
{
	if (order->op == OPT_IPSECKEY)
		print_record(order, key);
	else if (order->op == OPT_PEM)
		return pki_write(&(struct pki_output){ 0 }, "PUBLIC KEY", pki_key_info(key)->spki);
	else
		print_end(order, key);
	return 0;
}

static bool is_meant(const struct order *order, const struct pki_key *key)
{
	char ckaid[2 * PKI_KEY_ID + 1], id[10];

	if (order->ckaid)
		return !strcasecmp(hex_print(ckaid, pki_key_info(key)->ckaid, PKI_KEY_ID), order->ckaid);
	return !order->rsaid || !strcmp(rsaid_of(key, id), order->rsaid);
}

static int list(const struct order *order, const struct pki_store *store)
{
	json_t *rows = order->json ? json_array() : NULL;
	const struct pki_entry *entry;
	size_t at, number = 0;

	for (at = 0; (entry = pki_store_at(store, at)); at++) {
		if (entry->kind != PKI_KEYS)
			continue;
		number++;
		if (rows)
			json_array_append_new(rows, as_json(entry));
		else if (order->op == OPT_LIST)
			print_line(entry, number);
		else
			dump(entry, number);
	}
	return rows ? print_json(rows) : 0;
}

/* Of several keys it must be said which is meant. */
static int find_and_show(const struct order *order, const struct pki_store *store)
{
	const struct pki_entry *entry, *found = NULL;
	size_t at;

	for (at = 0; (entry = pki_store_at(store, at)); at++) {
		if (entry->kind != PKI_KEYS || !is_meant(order, entry->key))
			continue;
		if (found)
			return not_done("there are several keys: name one with --ckaid; --list shows them");
		found = entry;
	}
	if (!found)
		return not_done("%s/private: there is no %skey", order->folder,
				order->ckaid || order->rsaid ? "such " : "");
	return show(order, found->key);
}

static int act(void *arg)
{
	const struct order *order = arg;
	struct conf_errors errors = { 0 };
	struct pki_store *store = pki_store_load(order->folder, &errors);
	char text[512];
	size_t at;
	int status;

	if (!store)
		return not_done("no memory");
	for (at = 0; at < errors.count; at++) {
		conf_error_print(text, sizeof(text), &errors.list[at]);
		not_done("%s", text);
	}
	conf_errors_free(&errors);
	if (order->op == OPT_LIST || order->op == OPT_DUMP)
		status = list(order, store);
	else
		status = find_and_show(order, store);
	pki_store_put(store);
	return status;
}

int run_showhostkey(int argc, char **argv)
{
	struct order order = { .folder = IPSEC_D };
	const struct command_line line = { .options = options,
					   .usage = usage,
					   .take = take,
					   .check = check,
					   .order = &order,
					   .json = &order.json,
					   .act = act };

	return run_line(&line, argc, argv);
}
