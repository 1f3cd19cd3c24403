// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec verify: all checks, one after the other, and what came of them. */
#define _GNU_SOURCE /* vasprintf */
#include "verify.h"
#include "command.h"
#include "conn_load.h"

#include <stdarg.h>
#include <stdlib.h>

struct order {
	const char *config;
	bool json;
};

enum {
	OPT_CONFIG = 256,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

/* Those that find out what others need come first. */
static void (*const checks[])(struct verify *verify) = {
	verify_privileges,   verify_configuration, verify_pluto,      verify_stack,	  verify_daemons,
	verify_ports,	     verify_tun,	   verify_folder,     verify_addresses,	  verify_secrets,
	verify_keys,	     verify_certificates,  verify_crls,	      verify_connections, verify_updown,
	verify_rp_filter,    verify_redirects,	   verify_forwarding, verify_clock,	  verify_random,
	verify_cryptography,
};

static const char *const results[] = { "ok", "warning", "failed" };

static int usage(void)
{
	printf("usage: ipsec verify [--json] [--config FILE]\n");
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	if (option == OPT_CONFIG)
		order->config = optarg;
	return 0;
}

void verify_say(struct verify *verify, enum verify_result result, const char *check, const char *advice,
		const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	json_array_append_new(verify->rows, json_pack("{s:s, s:s, s:s, s:s*}", "check", check, "result",
						      results[result], "text", text ? text : "", "advice", advice));
	verify->counts[result]++;
	free(text);
}

static const char *text_of(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

static void print_text(const struct verify *verify)
{
	const json_t *row;
	size_t i;

	json_array_foreach(verify->rows, i, row) {
		const char *advice = text_of(row, "advice");

		printf("%-15s %-8s %s\n", text_of(row, "check"), text_of(row, "result"), text_of(row, "text"));
		if (advice)
			printf("%-24s -> %s\n", "", advice);
	}
	printf("%u ok, %u warnings, %u failed\n", verify->counts[VERIFY_OK], verify->counts[VERIFY_WARNING],
	       verify->counts[VERIFY_FAILED]);
}

static int print(struct verify *verify, bool json)
{
	const unsigned int *counts = verify->counts;

	if (!json)
		print_text(verify);
	else if (print_json(json_pack("{s:O, s:i, s:i, s:i}", "checks", verify->rows, "ok", (int)counts[VERIFY_OK],
				      "warnings", (int)counts[VERIFY_WARNING], "failed", (int)counts[VERIFY_FAILED])))
		return EXIT_REFUSED;
	return counts[VERIFY_FAILED] ? EXIT_REFUSED : 0;
}

static int act(void *arg)
{
	const struct order *order = arg;
	struct verify verify = { .config = conf_path(order->config), .rows = json_array() };
	size_t i;
	int status;

	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](&verify);
	status = print(&verify, order->json);
	conf_free(verify.conf);
	pki_store_put(verify.store);
	host_addresses_free(&verify.addresses);
	json_decref(verify.rows);
	return status;
}

int run_verify(int argc, char **argv)
{
	struct order order = { NULL, false };
	const struct command_line line = { options, usage, take, NULL, NULL, &order, &order.json, act, NULL };

	return run_line(&line, argc, argv);
}
