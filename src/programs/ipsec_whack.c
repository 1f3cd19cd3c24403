// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec whack: what pluto can be told, one option a command. */
#include "command.h"
#include "pluto_client.h"
#include "pluto_text.h"

enum {
	OPT_NAME = 256,
	OPT_ASYNC,
	OPT_COMMAND, /* and as many as there are commands */
};

/* By options from OPT_COMMAND on: pluto's word; whether a connection is named; how an answer is shown. */
static const struct command_of {
	const char *option, *word;
	bool named;
	void (*print)(const json_t *status);
} commands_of[] = {
	{ "initiate", "up", true, NULL },
	{ "terminate", "down", true, NULL },
	{ "delete", "delete", true, NULL },
	{ "route", "route", true, NULL },
	{ "ondemand", "route", true, NULL },
	{ "unroute", "unroute", true, NULL },
	{ "listen", "listen", false, NULL },
	{ "ready", "listen", false, NULL },
	{ "rereadsecrets", "rereadsecrets", false, NULL },
	{ "rereadall", "rereadsecrets", false, NULL },
	{ "shutdown", "shutdown", false, NULL },
	{ "status", "status", false, print_pluto_status },
	{ "trafficstatus", "trafficstatus", false, print_pluto_traffic },
	{ "briefstatus", "briefstatus", false, print_pluto_brief },
};

#define COMMANDS (sizeof(commands_of) / sizeof(commands_of[0]))

struct order {
	const struct command_of *command;
	const char *name;
	bool async, json;
};

static int usage(void)
{
	size_t i;

	printf("usage: ipsec whack --name NAME [--asynchronous] --initiate|--terminate|--delete|--route|--unroute\n"
	       "       ipsec whack [--json] [--name NAME] --status|--trafficstatus|--briefstatus\n"
	       "       ipsec whack --listen|--rereadsecrets|--shutdown\n\noptions that tell pluto something:");
	for (i = 0; i < COMMANDS; i++)
		printf(" --%s", commands_of[i].option);
	printf("\n");
	return 0;
}

static void fill(struct option *options)
{
	const struct option others[] = {
		{ "name", required_argument, NULL, OPT_NAME },
		{ "asynchronous", no_argument, NULL, OPT_ASYNC },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, OPT_HELP },
		{ 0 },
	};
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		options[i] = (struct option){ commands_of[i].option, no_argument, NULL, OPT_COMMAND + (int)i };
	memcpy(options + COMMANDS, others, sizeof(others));
}

static int take(struct order *order, int option)
{
	if (option == OPT_NAME)
		order->name = optarg;
	else if (option == OPT_ASYNC)
		order->async = true;
	else if (option == OPT_JSON)
		order->json = true;
	else if (order->command)
		return bad_usage("only one thing at a time");
	else
		order->command = &commands_of[option - OPT_COMMAND];
	return 0;
}

static int tell(const struct order *order)
{
	json_t *answer = NULL;
	json_t *request = json_pack("{s:s, s:s*, s:b}", "command", order->command->word, "name", order->name, "async",
				    order->async);
	int status = pluto_tell(request, stdout, &answer);
	json_t *data = json_object_get(answer, "status");

	if (data && order->json)
		print_json(json_incref(data));
	else if (data && order->command->print)
		order->command->print(data);
	json_decref(answer);
	return status;
}

int run_whack(int argc, char **argv)
{
	struct option options[COMMANDS + 5];
	struct order order = { 0 };
	int option, status = 0;

	fill(options);
	while (!status && (option = getopt_long(argc, argv, "+:", options, NULL)) >= 0) {
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
	if (optind < argc)
		return bad_usage("%s: what is this for?", argv[optind]);
	if (!order.command)
		return bad_usage("what is to be done? --help lists it");
	return order.command->named && !order.name ? bad_usage("--name is missing") : tell(&order);
}
