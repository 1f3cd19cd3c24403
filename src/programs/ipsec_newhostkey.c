// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec newhostkey, ipsec rsasigkey: a new key for this host, in private/ of ipsec.d. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../lib/hex.h"
#include "command.h"
#include "pki_file.h"

/**
 * struct order - what is to be done
 * @is_rsa: the command is rsasigkey
 * @size: of rsasigkey, its word
 */
struct order {
	const char *folder, *type, *output, *size;
	unsigned int bits;
	bool is_rsa, json;
};

enum {
	OPT_KEYTYPE = 256,
	OPT_BITS,
	OPT_OUTPUT,
	OPT_FOLDER,
	OPT_IGNORED,
};

static const struct option options[] = {
	{ "keytype", required_argument, NULL, OPT_KEYTYPE },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "ipsecdir", required_argument, NULL, OPT_FOLDER },
	{ "nssdir", required_argument, NULL, OPT_FOLDER },
	{ "configdir", required_argument, NULL, OPT_FOLDER },
	{ "hostname", required_argument, NULL, OPT_IGNORED },
	{ "seeddev", required_argument, NULL, OPT_IGNORED },
	{ "seedbits", required_argument, NULL, OPT_IGNORED },
	{ "password", required_argument, NULL, OPT_IGNORED },
	COMMON_OPTIONS,
};

static int usage(void)
{
	printf("usage: ipsec newhostkey [--keytype rsa|ecdsa|ed25519|ed448] [--bits N] [--output FILE]\n"
	       "                        [--ipsecdir FOLDER] [--json]\n"
	       "       ipsec rsasigkey [N] [--output FILE] [--ipsecdir FOLDER] [--json]\n");
	return 0;
}

static int take_bits(struct order *order, const char *text)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 10);

	if (!bits || *end || bits > 65536)
		return bad_usage("%s: not a number of bits", text);
	order->bits = bits;
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	switch (option) {
	case OPT_KEYTYPE:
		order->type = optarg;
		break;
	case OPT_BITS:
		return take_bits(order, optarg);
	case OPT_OUTPUT:
		order->output = optarg;
		break;
	case OPT_FOLDER:
		order->folder = optarg;
		break;
	}
	return 0;
}

static int check(void *arg)
{
	struct order *order = arg;

	if (order->size && !order->is_rsa)
		return bad_usage("%s: what is this for?", order->size);
	if (order->is_rsa && order->type && strcasecmp(order->type, "rsa") != 0)
		return bad_usage("rsasigkey makes RSA keys; newhostkey makes others");
	return order->size ? take_bits(order, order->size) : 0;
}

/* private/CKAID.pem, so that no name is taken twice. */
static char *own_path(const struct order *order, const char *ckaid)
{
	char *folder = NULL, *path = NULL;

	if (asprintf(&folder, "%s/private", order->folder) < 0)
		return NULL;
	mkdir(order->folder, 0755);
	mkdir(folder, 0700);
	if (asprintf(&path, "%s/%s.pem", folder, ckaid) < 0)
		path = NULL;
	free(folder);
	return path;
}

static int report(const struct order *order, const struct pki_key_info *info, const char *ckaid, const char *path)
{
	const char *type = pki_key_type_name(info->type);

	if (order->json)
		return print_json(json_pack("{s:s, s:i, s:s, s:s}", "type", type, "bits", (int)info->bits, "ckaid",
					    ckaid, "file", path));
	printf("%s key of %u bits with CKAID %s is in %s\n"
	       "Its public key is shown by: ipsec showhostkey --left --ckaid %s\n",
	       type, info->bits, ckaid, path, ckaid);
	return 0;
}

static int save(const struct order *order, const struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);
	char ckaid[2 * PKI_KEY_ID + 1];
	char *path;
	int status;

	hex_print(ckaid, info->ckaid, PKI_KEY_ID);
	path = order->output ? strdup(order->output) : own_path(order, ckaid);
	if (!path)
		return not_done("no memory");
	status = pki_write_private(&(struct pki_output){ .path = path, .is_secret = true }, key);
	if (!status)
		status = report(order, info, ckaid, path);
	free(path);
	return status;
}

static int act(void *arg)
{
	struct order *order = arg;
	const char *name = order->type ? order->type : "rsa";
	enum pki_key_type type = pki_type_named(name, &order->bits);
	struct pki_why why = { "" };
	struct pki_key *key = NULL;
	int status;

	if (!type)
		return bad_usage("--keytype %s: rsa, ecdsa, ed25519 or ed448", name);
	if (pki_key_generate(&key, type, order->bits, &why))
		return not_done("%s", why.text);
	status = save(order, key);
	pki_key_put(key);
	return status;
}

int run_newhostkey(int argc, char **argv)
{
	struct order order = { .folder = IPSEC_D, .is_rsa = !strcmp(argv[0], "rsasigkey") };
	const struct command_line line = { .options = options,
					   .usage = usage,
					   .take = take,
					   .check = check,
					   .order = &order,
					   .json = &order.json,
					   .act = act,
					   .word = &order.size };

	return run_line(&line, argc, argv);
}
