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
	{ "rereadall", no_argument, NULL, OPT_REREADSECRETS },
	{ "ready", no_argument, NULL, OPT_READY },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

/* pluto's command; with @adds, the conn is read from ipsec.conf and added before; without @named, no name is wanted. */
static const struct action {
	const char *command;
	int option;
	bool adds, named;
} actions[] = {
	{ NULL, OPT_ADD, true, true },		 { NULL, OPT_REPLACE, true, true },
	{ "up", OPT_START, true, true },	 { "delete", OPT_DELETE, false, true },
	{ "up", OPT_UP, false, true },		 { "down", OPT_DOWN, false, true },
	{ "route", OPT_ROUTE, false, true },	 { "route", OPT_ONDEMAND, false, true },
	{ "unroute", OPT_UNROUTE, false, true }, { "status", OPT_STATUS, false, false },
	{ "listen", OPT_READY, false, false },	 { "rereadsecrets", OPT_REREADSECRETS, false, false },
};

struct order {
	const struct action *action;
	const char *config, *name;
	bool async;
};

static int usage(void)
{
	printf("usage: ipsec auto --add|--replace|--delete|--up|--down|--start|--route|--ondemand|--unroute NAME\n"
	       "       ipsec auto --status | --ready | --rereadsecrets\n"
	       "  --config FILE    (/etc/ipsec.conf)\n"
	       "  --asynchronous   do not wait for what was begun\n");
	return 0;
}

static int take(struct order *order, int option)
{
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

static int tell(struct pluto_client *client, const struct order *order)
{
	bool is_status = order->action->option == OPT_STATUS;
	json_t *answer = NULL;
	json_t *request = json_pack("{s:s, s:s*, s:b}", "command", order->action->command, "name", order->name, "async",
				    order->async);
	int status = pluto_ask(client, request, stdout, is_status ? &answer : NULL);

	if (answer)
		print_pluto_status(json_object_get(answer, "status"));
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

static int connect_and_do(const struct order *order)
{
	struct pluto_client client;
	int status, err = pluto_client_open(&client);

	if (err) {
		bad_usage("pluto does not run (%s): %s", pluto_rundir(), strerror(-err));
		return EXIT_REFUSED;
	}
	status = carry_out(&client, order);
	pluto_client_close(&client);
	return status;
}

int run_auto(int argc, char **argv)
{
	struct order order = { 0 };
	int option, status = 0;

	/* Options may come after the name. */
	while (!status && (option = getopt_long(argc, argv, ":", options, NULL)) >= 0) {
		if (option == OPT_HELP)
			return usage();
		if (option == '?')
			return bad_usage("%s: there is no such option, or it takes no value", argv[optind - 1]);
		if (option == ':')
			return bad_usage("%s: its value is missing", argv[optind - 1]);
		status = take(&order, option);
	}
	if (status)
		return status;
	if (!order.action)
		return bad_usage("what is to be done? --help lists it");
	if (order.action->named && optind < argc)
		order.name = argv[optind++];
	if (order.action->named && !order.name)
		return bad_usage("which connection?");
	return optind < argc ? bad_usage("%s: what is this for?", argv[optind]) : connect_and_do(&order);
}
