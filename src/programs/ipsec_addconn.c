// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec addconn: reads ipsec.conf, says what is wrong in it, and lists what is in it. */
#include "command.h"
#include "conn_load.h"

#include "../lib/json_text.h"
#include "../lib/keywords_json.h"

#include <stdlib.h>

/**
 * struct order - what is to be done
 * @op: OPT_CHECKCONFIG and those after it; 0: not said
 * @list: --list..., by which auto= conns are listed; NULL: not
 * @only: of --conn; NULL: all
 */
struct order {
	int op;
	const char *config;
	const char *prefix;
	const char *only;
	const struct listing *list;
	bool autoall;
	bool noexport;
	bool json;
};

enum {
	OPT_CHECKCONFIG = 256,
	OPT_CONFIGSETUP,
	OPT_LISTSTACK,
	OPT_KEYWORDS,
	OPT_CONFIG,
	OPT_CONN,
	OPT_AUTOALL,
	OPT_NOEXPORT,
	OPT_VARPREFIX,
	OPT_LIST, /* and as many as there are listings */
};

/* Which values of auto= a list is of; all if there is none. */
static const struct listing {
	const char *autos[2];
} listings[] = {
	{ { NULL } }, { { "add" } }, { { "ondemand" } }, { { "start", "keep" } }, { { "ignore" } },
};

static const struct option options[] = {
	{ "checkconfig", no_argument, NULL, OPT_CHECKCONFIG },
	{ "configsetup", no_argument, NULL, OPT_CONFIGSETUP },
	{ "liststack", no_argument, NULL, OPT_LISTSTACK },
	{ "keywords", no_argument, NULL, OPT_KEYWORDS },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "conn", required_argument, NULL, OPT_CONN },
	{ "autoall", no_argument, NULL, OPT_AUTOALL },
	{ "noexport", no_argument, NULL, OPT_NOEXPORT },
	{ "varprefix", required_argument, NULL, OPT_VARPREFIX },
	{ "listall", no_argument, NULL, OPT_LIST },
	{ "listadd", no_argument, NULL, OPT_LIST + 1 },
	{ "listroute", no_argument, NULL, OPT_LIST + 2 },
	{ "liststart", no_argument, NULL, OPT_LIST + 3 },
	{ "listignore", no_argument, NULL, OPT_LIST + 4 },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static int usage(void)
{
	printf("usage: ipsec addconn --checkconfig [--config FILE] [--json] [--autoall] [--conn NAME]\n"
	       "       ipsec addconn --listall | --listadd | --listroute | --liststart | --listignore\n"
	       "                     [--config FILE] [--json]\n"
	       "       ipsec addconn --configsetup [--config FILE] [--json] [--noexport] [--varprefix PREFIX]\n"
	       "       ipsec addconn --liststack [--config FILE]\n"
	       "       ipsec addconn --keywords\n");
	return 0;
}

/* Without a list, what is to be done is the default: --checkconfig. */
static int take(void *arg, int option)
{
	struct order *order = arg;

	if (option >= OPT_LIST) {
		if (order->list)
			return bad_usage("only one of --list...");
		order->list = &listings[option - OPT_LIST];
		return 0;
	}
	switch (option) {
	case OPT_CONFIG:
		order->config = optarg;
		break;
	case OPT_CONN:
		order->only = optarg;
		break;
	case OPT_AUTOALL:
		order->autoall = true;
		break;
	case OPT_NOEXPORT:
		order->noexport = true;
		break;
	case OPT_VARPREFIX:
		order->prefix = optarg;
		break;
	default:
		if (order->op && order->op != option)
			return bad_usage("only one of --checkconfig, --configsetup, --liststack and --keywords");
		order->op = option;
	}
	return 0;
}

static int check(void *arg)
{
	const struct order *order = arg;

	if (!order->op && !order->list)
		return no_order();
	if (order->list && order->op && order->op != OPT_CHECKCONFIG)
		return bad_usage("--list... goes with --checkconfig alone");
	if (order->only && (order->list || order->op != OPT_CHECKCONFIG))
		return bad_usage("--conn is for --checkconfig");
	return 0;
}

static bool is_wanted(const struct order *order, const struct conf_section *conn)
{
	const char *when;
	size_t i;

	if (order->only && strcmp(order->only, conn->name) != 0)
		return false;
	if (conn->is_faulty)
		return false;
	when = conf_text(conn, "auto");
	if (order->autoall && !strcmp(when, "ignore"))
		return false;
	if (!order->list || !order->list->autos[0])
		return true;
	for (i = 0; i < 2 && order->list->autos[i]; i++) {
		if (!strcmp(when, order->list->autos[i]))
			return true;
	}
	return false;
}

static json_t *errors_json(const struct conf_errors *errors)
{
	json_t *rows = json_array();
	unsigned int i;

	for (i = 0; i < errors->count; i++) {
		const struct conf_error *one = &errors->list[i];

		json_array_append_new(rows, json_pack("{s:o, s:i, s:i, s:b, s:o}", "file", json_text(one->file), "line",
						      (int)one->line, "column", (int)one->column, "warning",
						      one->is_warning, "text", json_text(one->text)));
	}
	return rows;
}

static json_t *conns_json(const struct order *order, const struct conf *conf)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < conf->count; i++) {
		if (is_wanted(order, conf->conns[i]))
			json_array_append_new(rows, order->list ? json_string(conf->conns[i]->name) :
								  conf_conn_json(conf->conns[i]));
	}
	return rows;
}

static json_t *faulty_json(const struct conf *conf)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < conf->count; i++) {
		if (conf->conns[i]->is_faulty)
			json_array_append_new(rows, json_string(conf->conns[i]->name));
	}
	return rows;
}

static void print_errors(const struct conf *conf, const struct conf_errors *errors)
{
	size_t i;

	conf_errors_say(errors);
	for (i = 0; i < conf->count; i++) {
		if (conf->conns[i]->is_faulty)
			bad_usage("conn %s does not load", conf->conns[i]->name);
	}
}

static int list_names(const struct order *order, const struct conf *conf)
{
	size_t i;

	if (order->json)
		return print_json(conns_json(order, conf));
	for (i = 0; i < conf->count; i++) {
		if (is_wanted(order, conf->conns[i]))
			puts(conf->conns[i]->name);
	}
	return 0;
}

/* A value as shells take it: ' ends the quotes, and they begin again. */
static void print_quoted(const char *value)
{
	putchar('\'');
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	}
	puts("'");
}

static int print_setup(const struct order *order, const struct conf *conf)
{
	json_t *setup = conf_setup_json(conf), *value;
	const char *name, *at;

	if (order->json)
		return print_json(setup);
	json_object_foreach(setup, name, value) {
		printf("%s%s", order->noexport ? "" : "export ", order->prefix ? order->prefix : "");
		for (at = name; *at; at++)
			putchar(*at == '-' ? '_' : *at);
		putchar('=');
		print_quoted(json_string_value(value));
	}
	json_decref(setup);
	return 0;
}

static int check_config(const struct order *order, const struct conf *conf, const struct conf_errors *errors)
{
	if (!order->json)
		return 0;
	return print_json(json_pack("{s:o, s:o, s:o, s:o}", "setup", conf_setup_json(conf), "conns",
				    conns_json(order, conf), "faulty", faulty_json(conf), "errors",
				    errors_json(errors)));
}

static int carry_out(const struct order *order, const struct conf *conf, const struct conf_errors *errors)
{
	if (order->list)
		return list_names(order, conf);
	if (order->op == OPT_LISTSTACK)
		return puts(conf_text(&conf->setup, "protostack")) < 0;
	if (order->op == OPT_CONFIGSETUP)
		return print_setup(order, conf);
	if (order->only && !conf_find_conn(conf, order->only)) {
		bad_usage("%s: there is no conn of this name", order->only);
		return EXIT_REFUSED;
	}
	return check_config(order, conf, errors);
}

static int read_config(const struct order *order)
{
	struct conf_errors errors = { 0 };
	struct conf *conf = conf_load(conf_path(order->config), &errors);
	int status;

	if (!conf) {
		conf_errors_free(&errors);
		bad_usage("no memory");
		return EXIT_REFUSED;
	}
	/* With --json, the errors are a part of what is printed. */
	if (!order->json || order->list || order->op != OPT_CHECKCONFIG)
		print_errors(conf, &errors);
	status = carry_out(order, conf, &errors);
	if (!status && errors.errors)
		status = EXIT_REFUSED;
	conf_free(conf);
	conf_errors_free(&errors);
	return status;
}

static int act(void *arg)
{
	const struct order *order = arg;

	return order->op == OPT_KEYWORDS ? print_json(keywords_json()) : read_config(order);
}

int run_addconn(int argc, char **argv)
{
	struct order order = { 0 };
	const struct command_line line = { options, usage, take, check, NULL, &order, &order.json, act, NULL };

	return run_line(&line, argc, argv);
}
