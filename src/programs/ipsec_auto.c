// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec auto: connections of ipsec.conf, by their names. */
#include "command.h"
#include "conn_load.h"
#include "pluto_text.h"

enum {
	OPT_CONFIG = 256,
	OPT_ASYNC,
	OPT_VERBOSE,
	OPT_ADD,
	OPT_REPLACE,
	OPT_START,
	OPT_DELETE,
	OPT_UP,
	OPT_DOWN,
	OPT_ROUTE,
	OPT_ONDEMAND,
	OPT_UNROUTE,
	OPT_STATUS,
	OPT_REREADSECRETS,
	OPT_REREADALL,
	OPT_REREADCRLS,
	OPT_REREADGROUPS,
	OPT_LISTALL,
	OPT_LISTCERTS,
	OPT_LISTCACERTS,
	OPT_LISTPUBKEYS,
	OPT_CHECKPUBKEYS,
	OPT_LISTCRLS,
	OPT_READY,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "asynchronous", no_argument, NULL, OPT_ASYNC },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "add", no_argument, NULL, OPT_ADD },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "start", no_argument, NULL, OPT_START },
	{ "delete", no_argument, NULL, OPT_DELETE },
	{ "up", no_argument, NULL, OPT_UP },
	{ "down", no_argument, NULL, OPT_DOWN },
	{ "route", no_argument, NULL, OPT_ROUTE },
	{ "ondemand", no_argument, NULL, OPT_ONDEMAND },
	{ "unroute", no_argument, NULL, OPT_UNROUTE },
	{ "status", no_argument, NULL, OPT_STATUS },
	{ "rereadsecrets", no_argument, NULL, OPT_REREADSECRETS },
	{ "rereadall", no_argument, NULL, OPT_REREADALL },
	{ "rereadcrls", no_argument, NULL, OPT_REREADCRLS },
	{ "fetchcrls", no_argument, NULL, OPT_REREADCRLS },
	{ "rereadgroups", no_argument, NULL, OPT_REREADGROUPS },
	{ "listall", no_argument, NULL, OPT_LISTALL },
	{ "listcerts", no_argument, NULL, OPT_LISTCERTS },
	{ "listcacerts", no_argument, NULL, OPT_LISTCACERTS },
	{ "listpubkeys", no_argument, NULL, OPT_LISTPUBKEYS },
	{ "checkpubkeys", no_argument, NULL, OPT_CHECKPUBKEYS },
	{ "listcrls", no_argument, NULL, OPT_LISTCRLS },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "ready", no_argument, NULL, OPT_READY },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

/* pluto's command; with @adds, the conn is read from ipsec.conf and added before; without @named, no name is wanted. */
static const struct action {
	const char *command;
	int option;
	bool adds, named;
	void (*print)(const json_t *status);
} actions[] = {
	{ NULL, OPT_ADD, true, true, NULL },
	{ NULL, OPT_REPLACE, true, true, NULL },
	{ "up", OPT_START, true, true, NULL },
	{ "delete", OPT_DELETE, false, true, NULL },
	{ "up", OPT_UP, false, true, NULL },
	{ "down", OPT_DOWN, false, true, NULL },
	{ "route", OPT_ROUTE, false, true, NULL },
	{ "route", OPT_ONDEMAND, false, true, NULL },
	{ "unroute", OPT_UNROUTE, false, true, NULL },
	{ "status", OPT_STATUS, false, false, print_pluto_status },
	{ "listen", OPT_READY, false, false, NULL },
	{ "rereadsecrets", OPT_REREADSECRETS, false, false, NULL },
	{ "rereadall", OPT_REREADALL, false, false, NULL },
	{ "rereadcrls", OPT_REREADCRLS, false, false, NULL },
	{ "rereadgroups", OPT_REREADGROUPS, false, false, NULL },
	{ "listall", OPT_LISTALL, false, false, print_pluto_trust },
	{ "listcerts", OPT_LISTCERTS, false, false, print_pluto_trust },
	{ "listcacerts", OPT_LISTCACERTS, false, false, print_pluto_trust },
	{ "listpubkeys", OPT_LISTPUBKEYS, false, false, print_pluto_trust },
	{ "listpubkeys", OPT_CHECKPUBKEYS, false, false, print_pluto_expired },
	{ "listcrls", OPT_LISTCRLS, false, false, print_pluto_trust },
};

struct order {
	const struct action *action;
	const char *config, *name;
	bool async, json;
};

static int usage(void)
{
	printf("usage: ipsec auto --add|--replace|--delete|--up|--down|--start|--route|--ondemand|--unroute NAME\n"
	       "       ipsec auto --ready | --rereadsecrets | --rereadgroups | --rereadcrls | --rereadall\n"
	       "       ipsec auto [--json] --status | --listall | --listcerts | --listcacerts | --listpubkeys |\n"
	       "               --listcrls | --checkpubkeys\n"
	       "  --config FILE    (/etc/ipsec.conf)\n"
	       "  --asynchronous   do not wait for what was begun\n");
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;
	size_t i;

	if (option == OPT_CONFIG)
		order->config = optarg;
	else if (option == OPT_ASYNC)
		order->async = true;
	else if (option != OPT_VERBOSE && order->action)
		return bad_usage("only one thing at a time");
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (actions[i].option == option)
			order->action = &actions[i];
	}
	return 0;
}

static int check(void *arg)
{
	const struct order *order = arg;

	if (!order->action)
		return no_order();
	if (order->action->named && !order->name)
		return bad_usage("which connection?");
	if (!order->action->named && order->name)
		return bad_usage("%s: what is this for?", order->name);
	return 0;
}

static int tell(struct pluto_client *client, const struct order *order)
{
	void (*print)(const json_t *status) = order->action->print;
	json_t *answer = NULL, *data;
	json_t *request = json_pack("{s:s, s:s*, s:b}", "command", order->action->command, "name", order->name, "async",
				    order->async);
	int status = pluto_ask(client, request, stdout, print ? &answer : NULL);

	data = json_object_get(answer, "status");
	if (data && order->json)
		print_json(json_incref(data));
	else if (data && print)
		print(data);
	json_decref(answer);
	return status;
}

static int carry_out(struct pluto_client *client, const struct order *order)
{
	struct conf *conf;
	int status = 0;

	if (order->action->adds) {
		conf = conf_load_or_complain(order->config);
		status = conf ? conn_add(client, conf, order->name) : EXIT_REFUSED;
		conf_free(conf);
	}
	return status || !order->action->command ? status : tell(client, order);
}

static int connect_and_do(void *order)
{
	struct pluto_client client;
	int status = pluto_client_open_or_complain(&client);

	if (status)
		return status;
	status = carry_out(&client, order);
	pluto_client_close(&client);
	return status;
}

int run_auto(int argc, char **argv)
{
	struct order order = { 0 };
	const struct command_line line = { options, usage,	 take,		 check,	     NULL,
					   &order,  &order.json, connect_and_do, &order.name };

	return run_line(&line, argc, argv);
}
