// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec pki: what a small CA needs, with the words of strongSwan's pki. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../lib/conf_file.h"
#include "../lib/hex.h"
#include "command.h"
#include "pki_publish.h"

#define NAMES_MAX 64
#define DAY	  86400

/**
 * struct order - what is to be done
 * @op: OPT_GEN and those after it
 * @serials: of certificates that are revoked; @certs: files of such
 * @days: 0: not said
 */
struct order {
	int op;
	const char *in, *type, *dn, *cacert, *cakey, *serial, *lastcrl, *crl_uri, *ocsp_uri;
	const char *names[NAMES_MAX], *serials[NAMES_MAX], *certs[NAMES_MAX];
	size_t name_count, serial_count, cert_count;
	unsigned int bits, days, purposes;
	int64_t from, until;
	bool is_ca, json;
	int path_length;
	struct pki_output output;
};

enum {
	OPT_GEN = 256,
	OPT_SELF,
	OPT_ISSUE,
	OPT_REQ,
	OPT_SIGNCRL,
	OPT_PUB,
	OPT_PUBLISH,
	OPT_BUNDLE,
	OPT_PRINT,
	OPT_IN,
	OPT_TYPE,
	OPT_SIZE,
	OPT_DN,
	OPT_SAN,
	OPT_CACERT,
	OPT_CAKEY,
	OPT_CA,
	OPT_PATHLEN,
	OPT_FLAG,
	OPT_LIFETIME,
	OPT_NOT_BEFORE,
	OPT_NOT_AFTER,
	OPT_SERIAL,
	OPT_CERT,
	OPT_LASTCRL,
	OPT_CRL,
	OPT_OCSP,
	OPT_OUT,
	OPT_OUTFORM,
};

static const struct option options[] = {
	{ "gen", no_argument, NULL, OPT_GEN },
	{ "self", no_argument, NULL, OPT_SELF },
	{ "issue", no_argument, NULL, OPT_ISSUE },
	{ "req", no_argument, NULL, OPT_REQ },
	{ "signcrl", no_argument, NULL, OPT_SIGNCRL },
	{ "pub", no_argument, NULL, OPT_PUB },
	{ "publish", no_argument, NULL, OPT_PUBLISH },
	{ "bundle", no_argument, NULL, OPT_BUNDLE },
	{ "print", no_argument, NULL, OPT_PRINT },
	{ "in", required_argument, NULL, OPT_IN },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "dn", required_argument, NULL, OPT_DN },
	{ "san", required_argument, NULL, OPT_SAN },
	{ "cacert", required_argument, NULL, OPT_CACERT },
	{ "cakey", required_argument, NULL, OPT_CAKEY },
	{ "ca", no_argument, NULL, OPT_CA },
	{ "pathlen", required_argument, NULL, OPT_PATHLEN },
	{ "flag", required_argument, NULL, OPT_FLAG },
	{ "lifetime", required_argument, NULL, OPT_LIFETIME },
	{ "not-before", required_argument, NULL, OPT_NOT_BEFORE },
	{ "not-after", required_argument, NULL, OPT_NOT_AFTER },
	{ "serial", required_argument, NULL, OPT_SERIAL },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "lastcrl", required_argument, NULL, OPT_LASTCRL },
	{ "crl", required_argument, NULL, OPT_CRL },
	{ "ocsp", required_argument, NULL, OPT_OCSP },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "outform", required_argument, NULL, OPT_OUTFORM },
	COMMON_OPTIONS,
};

static int usage(void)
{
	printf("usage: ipsec pki --gen [--type rsa|ecdsa|ed25519|ed448] [--size BITS]\n"
	       "       ipsec pki --pub [--in KEY]\n"
	       "       ipsec pki --self [--in KEY] --dn NAME [--san NAME]... [--ca [--pathlen N]] [--flag FLAG]...\n"
	       "       ipsec pki --req [--in KEY] --dn NAME [--san NAME]...\n"
	       "       ipsec pki --issue [--in KEY] [--type pkcs10|key] --cacert FILE --cakey FILE [--dn NAME]\n"
	       "                 [--san NAME]... [--ca [--pathlen N]] [--flag FLAG]... [--crl URI] [--ocsp URI]\n"
	       "       ipsec pki --signcrl --cacert FILE --cakey FILE [--lastcrl FILE]\n"
	       "                 [--serial HEX | --cert FILE]...\n"
	       "       ipsec pki --publish --cert FILE... --out DIR\n"
	       "       ipsec pki --bundle --cert FILE... [--out FILE]\n"
	       "       ipsec pki --print [--in FILE] [--json]\n"
	       "  what is made: [--lifetime DAYS] [--not-before DATE] [--not-after DATE] [--serial HEX]\n"
	       "  where it goes: [--out FILE] [--outform pem|der]\n"
	       "  FLAG: serverAuth, clientAuth, ipsecIKE, ocspSigning; DATE: 2026-11-22 or 2026-11-22T10:00:00\n");
	return 0;
}

static int take_number(unsigned int *number, const char *option, unsigned int most)
{
	char *end;
	unsigned long value = strtoul(optarg, &end, 10);

	if (optarg[0] < '0' || optarg[0] > '9' || *end || value > most)
		return bad_usage("--%s %s: a number from 0 to %u", option, optarg, most);
	*number = value;
	return 0;
}

static int take_date(int64_t *date, const char *option)
{
	struct tm tm = { 0 };
	const char *end = strptime(optarg, "%Y-%m-%d", &tm);

	if (end && *end == 'T')
		end = strptime(end, "T%H:%M:%S", &tm);
	if (!end || (*end && strcmp(end, "Z") != 0))
		return bad_usage("--%s %s: not a date such as 2026-11-22 or 2026-11-22T10:00:00", option, optarg);
	*date = timegm(&tm);
	return 0;
}

static int take_flag(struct order *order)
{
	static const char *const names[] = { "serverAuth", "clientAuth", "ipsecIKE", "ocspSigning" };
	size_t at;

	for (at = 0; at < 4; at++) {
		if (!strcmp(names[at], optarg)) {
			order->purposes |= 1u << at;
			return 0;
		}
	}
	return bad_usage("--flag %s: serverAuth, clientAuth, ipsecIKE or ocspSigning", optarg);
}

static int take_one_more(const char **list, size_t *count)
{
	if (*count == NAMES_MAX)
		return bad_usage("%s: more than %d", optarg, NAMES_MAX);
	list[(*count)++] = optarg;
	return 0;
}

static int take_form(struct order *order)
{
	order->output.der = !strcmp(optarg, "der");
	return order->output.der || !strcmp(optarg, "pem") ? 0 : bad_usage("--outform %s: pem or der", optarg);
}

/* Options whose value is kept as it is. */
static bool take_text(struct order *order, int option)
{
	switch (option) {
	case OPT_IN:
		order->in = optarg;
		break;
	case OPT_TYPE:
		order->type = optarg;
		break;
	case OPT_DN:
		order->dn = optarg;
		break;
	case OPT_CACERT:
		order->cacert = optarg;
		break;
	case OPT_CAKEY:
		order->cakey = optarg;
		break;
	case OPT_LASTCRL:
		order->lastcrl = optarg;
		break;
	case OPT_CRL:
		order->crl_uri = optarg;
		break;
	case OPT_OCSP:
		order->ocsp_uri = optarg;
		break;
	case OPT_OUT:
		order->output.path = optarg;
		break;
	default:
		return false;
	}
	return true;
}

static int take_other(struct order *order, int option)
{
	unsigned int number = 0;
	int status;

	switch (option) {
	case OPT_SIZE:
		return take_number(&order->bits, "size", 65536);
	case OPT_LIFETIME:
		return take_number(&order->days, "lifetime", 100 * 366);
	case OPT_PATHLEN:
		status = take_number(&number, "pathlen", 255);
		order->path_length = (int)number;
		return status;
	case OPT_NOT_BEFORE:
		return take_date(&order->from, "not-before");
	case OPT_NOT_AFTER:
		return take_date(&order->until, "not-after");
	case OPT_SAN:
		return take_one_more(order->names, &order->name_count);
	case OPT_SERIAL:
		return take_one_more(order->serials, &order->serial_count);
	case OPT_CERT:
		return take_one_more(order->certs, &order->cert_count);
	case OPT_FLAG:
		return take_flag(order);
	case OPT_OUTFORM:
		return take_form(order);
	}
	order->is_ca = true;
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	if (take_text(order, option))
		return 0;
	if (option > OPT_PRINT)
		return take_other(order, option);
	if (order->op && order->op != option)
		return bad_usage(
			"only one of --gen, --pub, --self, --req, --issue, --signcrl, --publish, --bundle and --print");
	order->op = option;
	return 0;
}

static int check(void *arg)
{
	const struct order *order = arg;

	if (!order->op)
		return no_order();
	if ((order->op == OPT_SELF || order->op == OPT_REQ) && !order->dn)
		return bad_usage("--dn is missing: whose certificate is it?");
	if ((order->op == OPT_ISSUE || order->op == OPT_SIGNCRL) && (!order->cacert || !order->cakey))
		return bad_usage("--cacert and --cakey are missing: who signs?");
	if (order->path_length >= 0 && !order->is_ca)
		return bad_usage("--pathlen is for --ca");
	if ((order->op == OPT_PUBLISH || order->op == OPT_BUNDLE) && !order->cert_count)
		return bad_usage("--cert is missing: which certificates?");
	if (order->op == OPT_PUBLISH && !order->output.path)
		return bad_usage("--out is missing: which folder does the web server have?");
	if (order->json && order->op != OPT_PRINT)
		return bad_usage("--json is for --print");
	if (order->op != OPT_SIGNCRL && order->serial_count > 1)
		return bad_usage("a certificate has one --serial");
	return 0;
}

/* The times of what is made: from now on, for some days. */
static int set_times(const struct order *order, int64_t *from, int64_t *until, unsigned int usual)
{
	*from = order->from ? order->from : time(NULL);
	*until = order->until ? order->until : *from + (int64_t)(order->days ? order->days : usual) * DAY;
	return *until > *from ? 0 : bad_usage("it would end before it begins");
}

static int put(const struct order *order, const char *label, uint8_t *der, int length, const struct pki_why *why)
{
	int status;

	if (length < 0)
		return not_done("%s", why->text);
	status = pki_write(&order->output, label, (struct ike_slice){ der, length });
	free(der);
	return status;
}

static int generate(const struct order *order)
{
	struct pki_output output = order->output;
	unsigned int bits = order->bits;
	const char *name = order->type ? order->type : "rsa";
	enum pki_key_type type = pki_type_named(name, &bits);
	struct pki_why why = { "" };
	struct pki_key *key = NULL;
	int status;

	if (!type)
		return bad_usage("--type %s: rsa, ecdsa, ed25519 or ed448", name);
	if (pki_key_generate(&key, type, bits, &why))
		return not_done("%s", why.text);
	output.is_secret = true;
	status = pki_write_private(&output, key);
	pki_key_put(key);
	return status;
}

static int extract(const struct order *order)
{
	struct pki_key *key = NULL;
	int status = pki_load_key(&key, order->in);

	if (!status)
		status = pki_write(&order->output, "PUBLIC KEY", pki_key_info(key)->spki);
	pki_key_put(key);
	return status;
}

static struct pki_terms terms_of(const struct order *order)
{
	return (struct pki_terms){ .subject = order->dn,
				   .names = order->names,
				   .name_count = order->name_count,
				   .serial = order->serial_count ? order->serials[0] : NULL,
				   .is_ca = order->is_ca,
				   .path_length = order->path_length,
				   .purposes = order->purposes,
				   .crl_uri = order->crl_uri,
				   .ocsp_uri = order->ocsp_uri };
}

static int sign_self(const struct order *order)
{
	struct pki_terms terms = terms_of(order);
	struct pki_why why = { "" };
	struct pki_key *key = NULL;
	uint8_t *der = NULL;
	int status = set_times(order, &terms.from, &terms.until, 3 * 365), length;

	if (!status)
		status = pki_load_key(&key, order->in);
	if (!status && !pki_key_info(key)->is_private)
		status = not_done("%s: not a private key", order->in ? order->in : "/dev/stdin");
	terms.key = terms.issuer_key = key;
	if (!status && order->op == OPT_REQ) {
		length = pki_make_request(&der, &terms, &why);
		status = put(order, "CERTIFICATE REQUEST", der, length, &why);
	} else if (!status) {
		length = pki_make_cert(&der, &terms, &why);
		status = put(order, "CERTIFICATE", der, length, &why);
	}
	pki_key_put(key);
	return status;
}

struct authority {
	struct pki_cert *cert;
	struct pki_key *key;
};

static int load_authority(struct authority *authority, const struct order *order)
{
	int status = pki_load_cert(&authority->cert, order->cacert);

	if (!status)
		status = pki_load_key(&authority->key, order->cakey);
	if (!status && !pki_key_info(authority->key)->is_private)
		status = not_done("%s: not a private key", order->cakey);
	return status;
}

static void drop_authority(struct authority *authority)
{
	pki_cert_put(authority->cert);
	pki_key_put(authority->key);
}

static int make_issued(const struct order *order, struct pki_terms *terms)
{
	bool request = !order->type || !strcmp(order->type, "pkcs10");
	struct pki_why why = { "" };
	struct pki_key *key = NULL;
	uint8_t *der = NULL;
	int status, length;

	if (!request && strcmp(order->type, "key") != 0 && strcmp(order->type, "pub") != 0 &&
	    strcmp(order->type, "priv") != 0)
		return bad_usage("--type %s: pkcs10 or key", order->type);
	if (!request && !order->dn)
		return bad_usage("--dn is missing: whose certificate is it?");
	status = request ? pki_load_bytes(&terms->request, "CERTIFICATE REQUEST", order->in) :
			   pki_load_key(&key, order->in);
	terms->key = key;
	if (!status) {
		length = pki_make_cert(&der, terms, &why);
		status = put(order, "CERTIFICATE", der, length, &why);
	}
	free((void *)terms->request.data);
	pki_key_put(key);
	return status;
}

static int issue(const struct order *order)
{
	struct pki_terms terms = terms_of(order);
	struct authority authority = { 0 };
	int status = set_times(order, &terms.from, &terms.until, 3 * 365);

	if (!status)
		status = load_authority(&authority, order);
	terms.issuer = authority.cert;
	terms.issuer_key = authority.key;
	if (!status)
		status = make_issued(order, &terms);
	drop_authority(&authority);
	return status;
}

static int make_crl(const struct order *order, struct pki_crl_terms *terms)
{
	const char *serials[2 * NAMES_MAX];
	struct pki_cert *certs[NAMES_MAX] = { NULL };
	struct pki_why why = { "" };
	uint8_t *der = NULL;
	size_t at;
	int status = 0, length;

	memcpy(serials, order->serials, sizeof(order->serials));
	terms->serials = serials;
	terms->serial_count = order->serial_count;
	for (at = 0; at < order->cert_count && !status; at++) {
		status = pki_load_cert(&certs[at], order->certs[at]);
		if (!status)
			serials[terms->serial_count++] = pki_cert_info(certs[at])->serial;
	}
	if (!status) {
		length = pki_make_crl(&der, terms, &why);
		status = put(order, "X509 CRL", der, length, &why);
	}
	for (at = 0; at < order->cert_count; at++)
		pki_cert_put(certs[at]);
	terms->serials = NULL;
	return status;
}

static int sign_crl(const struct order *order)
{
	struct pki_crl_terms terms = { 0 };
	struct authority authority = { 0 };
	int status = set_times(order, &terms.from, &terms.until, 15);

	if (!status)
		status = load_authority(&authority, order);
	if (!status && order->lastcrl)
		status = pki_load_bytes(&terms.last, "X509 CRL", order->lastcrl);
	terms.issuer = authority.cert;
	terms.issuer_key = authority.key;
	if (!status)
		status = make_crl(order, &terms);
	free((void *)terms.last.data);
	drop_authority(&authority);
	return status;
}

static json_t *key_as_json(const struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);
	char ckaid[2 * PKI_KEY_ID + 1], *text = pki_key_text(key);
	json_t *row = json_pack("{s:s, s:i, s:b, s:s, s:s}", "type", pki_key_type_name(info->type), "bits",
				(int)info->bits, "private", info->is_private, "ckaid",
				hex_print(ckaid, info->ckaid, PKI_KEY_ID), "public", text ? text : "");

	free(text);
	return row;
}

static json_t *cert_as_json(const struct pki_cert *cert)
{
	const struct pki_cert_info *info = pki_cert_info(cert);
	json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:b}", "subject", info->subject_text, "issuer",
				info->issuer_text, "serial", info->serial, "not-before", (json_int_t)info->not_before,
				"not-after", (json_int_t)info->not_after, "ca", info->is_ca);

	if (info->key)
		json_object_set_new(row, "key", key_as_json(info->key));
	return row;
}

static int print_key(const struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);
	char ckaid[2 * PKI_KEY_ID + 1], *text = pki_key_text(key);

	printf("%s %s key of %u bits\nckaid: %s\npublic key: %s\n", info->is_private ? "private" : "public",
	       pki_key_type_name(info->type), info->bits, hex_print(ckaid, info->ckaid, PKI_KEY_ID), text ? text : "");
	free(text);
	return 0;
}

/* A key if it is one, else whatever it is. */
static int print_data(const struct order *order, struct ike_slice data)
{
	struct pki_why why = { "" };
	struct pki_cert *cert = NULL;
	struct pki_key *key = NULL;
	char *text = pki_describe(data);
	int status;

	if (!text && pki_key_read(&key, data, NULL, &why))
		return not_done("%s: neither a certificate, a request nor a CRL, and no key: %s",
				order->in ? order->in : "/dev/stdin", why.text);
	if (!order->json)
		status = text ? fputs(text, stdout) < 0 : print_key(key);
	else if (key)
		status = print_json(key_as_json(key));
	else if (pki_load_cert(&cert, order->in))
		status = EXIT_REFUSED;
	else
		status = print_json(cert_as_json(cert));
	free(text);
	pki_key_put(key);
	pki_cert_put(cert);
	return status;
}

static int print(const struct order *order)
{
	const char *path = order->in ? order->in : "/dev/stdin";
	struct conf_file file;
	int err = conf_file_read(&file, path), status;

	if (err)
		return not_done("%s: %s", path, strerror(-err));
	status = print_data(order, (struct ike_slice){ (uint8_t *)file.text, file.length });
	conf_file_free(&file);
	return status;
}

static int act(void *arg)
{
	const struct order *order = arg;

	switch (order->op) {
	case OPT_GEN:
		return generate(order);
	case OPT_PUB:
		return extract(order);
	case OPT_ISSUE:
		return issue(order);
	case OPT_SIGNCRL:
		return sign_crl(order);
	case OPT_PUBLISH:
		return pki_publish(order->certs, order->cert_count, order->output.path);
	case OPT_BUNDLE:
		return pki_publish_bundle(order->certs, order->cert_count, order->output.path);
	case OPT_PRINT:
		return print(order);
	default:
		return sign_self(order);
	}
}

int run_pki(int argc, char **argv)
{
	struct order order = { .path_length = -1 };
	const struct command_line line = { .options = options,
					   .usage = usage,
					   .take = take,
					   .check = check,
					   .order = &order,
					   .json = &order.json,
					   .act = act };

	return run_line(&line, argc, argv);
}
