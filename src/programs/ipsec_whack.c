// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec whack: what pluto can be told, one option a command. */
#define _GNU_SOURCE /* asprintf */
#include "command.h"
#include "pluto_client.h"
#include "pluto_text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/conf_value.h"
#include "../lib/parse.h"

enum {
	OPT_NAME = 256,
	OPT_ASYNC,
	OPT_IMPAIR,
	OPT_KEYLOG,
	OPT_NO_KEYLOG,
	OPT_DELETESTATE,
	OPT_LOG,
	OPT_LOG_ALL,
	OPT_LOG_NONE,
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
	{ "rereadall", "rereadall", false, NULL },
	{ "rereadcrls", "rereadcrls", false, NULL },
	{ "rereadgroups", "rereadgroups", false, NULL },
	{ "fetchcrls", "rereadcrls", false, NULL },
	{ "seccomp-crashtest", "seccomp-crashtest", false, NULL },
	{ "shutdown", "shutdown", false, NULL },
	{ "status", "status", false, print_pluto_status },
	{ "trafficstatus", "trafficstatus", false, print_pluto_traffic },
	{ "briefstatus", "briefstatus", false, print_pluto_brief },
	{ "connectionstatus", "status", false, print_pluto_connections },
	{ "showstates", "status", false, print_pluto_states },
	{ "shuntstatus", "status", false, print_pluto_shunts },
	{ "globalstatus", "briefstatus", false, print_pluto_brief },
	{ "processstatus", "processstatus", false, print_pluto_process },
	{ "rekey-ike", "rekey-ike", true, NULL },
	{ "rekey-child", "rekey-child", true, NULL },
	{ "rekey-ipsec", "rekey-child", true, NULL },
	{ "liveness", "liveness", true, NULL },
	{ "listcerts", "listcerts", false, print_pluto_trust },
	{ "listcacerts", "listcacerts", false, print_pluto_trust },
	{ "checkpubkeys", "listpubkeys", false, print_pluto_expired },
	{ "listpubkeys", "listpubkeys", false, print_pluto_trust },
	{ "listcrls", "listcrls", false, print_pluto_trust },
	{ "listall", "listall", false, print_pluto_trust },
	{ "addresspoolstatus", "addresspoolstatus", false, print_pluto_pools },
};

/* What takes a value: pluto's word, and what it calls the value. */
static const struct command_of impair = { "impair", "impair", false, print_pluto_impairments },
			       keylog = { "keylog", "keylog", false, NULL },
			       deletestate = { "deletestate", "deletestate", false, NULL };

#define COMMANDS (sizeof(commands_of) / sizeof(commands_of[0]))

/**
 * struct order - what to tell
 * @serial: of --deletestate; 0: none
 * @debug: what debugging lines are to be logged, besides all else: 1, none: 0; -1: as before
 * @what: of --impair; @folder: of --keylog, absolute
 */
struct order {
	const struct command_of *command;
	const char *name, *what;
	char *folder;
	u64 serial;
	int debug;
	bool async, json;
};

static int usage(void)
{
	size_t i;

	printf("usage: ipsec whack --name NAME [--asynchronous] --initiate|--terminate|--delete|--route|--unroute\n"
	       "       ipsec whack [--json] [--name NAME] --status|--trafficstatus|--briefstatus\n"
	       "       ipsec whack --name NAME [--asynchronous] --rekey-ike|--rekey-child|--liveness\n"
	       "       ipsec whack [--json] --listall|--listcerts|--listcacerts|--listpubkeys|--listcrls|\n"
	       "               --checkpubkeys\n"
	       "       ipsec whack [--json] [--name NAME] --connectionstatus|--showstates|--shuntstatus\n"
	       "       ipsec whack [--json] --globalstatus|--processstatus|--addresspoolstatus\n"
	       "       ipsec whack [--asynchronous] --deletestate NUMBER\n"
	       "       ipsec whack --listen|--rereadall|--rereadsecrets|--rereadgroups|--rereadcrls|--shutdown\n"
	       "       ipsec whack [--json] --impair WHAT[:N]|release|list|none|help\n"
	       "       ipsec whack --seccomp-crashtest\n"
	       "       ipsec whack --keylog DIR | --no-keylog\n"
	       "       ipsec whack --debug CLASSES | --debug-all | --debug-none\n\noptions that tell pluto something:");
	for (i = 0; i < COMMANDS; i++)
		printf(" --%s", commands_of[i].option);
	printf(" --deletestate --impair --keylog --no-keylog --debug --debug-all --debug-none\n");
	return 0;
}

static void fill(struct option *options)
{
	const struct option others[] = {
		{ "name", required_argument, NULL, OPT_NAME },
		{ "asynchronous", no_argument, NULL, OPT_ASYNC },
		{ "impair", required_argument, NULL, OPT_IMPAIR },
		{ "keylog", required_argument, NULL, OPT_KEYLOG },
		{ "no-keylog", no_argument, NULL, OPT_NO_KEYLOG },
		{ "deletestate", required_argument, NULL, OPT_DELETESTATE },
		{ "debug", required_argument, NULL, OPT_LOG },
		{ "debug-all", no_argument, NULL, OPT_LOG_ALL },
		{ "debug-none", no_argument, NULL, OPT_LOG_NONE },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, OPT_HELP },
		{ 0 },
	};
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		options[i] = (struct option){ commands_of[i].option, no_argument, NULL, OPT_COMMAND + (int)i };
	memcpy(options + COMMANDS, others, sizeof(others));
}

/* pluto's folder is not this command's. */
static int take_folder(struct order *order, const char *folder)
{
	char here[4096] = "";

	if (folder[0] != '/' && !getcwd(here, sizeof(here)))
		return bad_usage("%s: %s", folder, strerror(errno));
	free(order->folder);
	if (asprintf(&order->folder, "%s%s%s", here, *here ? "/" : "", folder) < 0)
		order->folder = NULL;
	return order->folder ? 0 : bad_usage("no memory");
}

/* With or without the # that logs have before it. */
static int take_serial(struct order *order, const char *text)
{
	const char *wrong = klips_parse_number(&order->serial, text + (*text == '#'), UINT32_MAX);

	if (!wrong && !order->serial)
		wrong = "SAs are counted from 1";
	return is_wrong(wrong, "deletestate", text) ? EXIT_USAGE : 0;
}

/* As plutodebug= has them; there is one sort of debugging lines. */
static int take_debug(struct order *order, const char *classes)
{
	enum keyword_side side;
	struct conf_wrong wrong = { 0 };
	struct conf_value value;

	if (conf_value_read(&value, keyword_find(true, "plutodebug", &side), classes, &wrong))
		return bad_usage("--debug %s: %s", classes, wrong.why);
	order->debug = value.number != 0;
	free(value.text);
	return 0;
}

static const struct command_of *command_of(int option)
{
	if (option == OPT_IMPAIR)
		return &impair;
	if (option == OPT_DELETESTATE)
		return &deletestate;
	return option >= OPT_COMMAND ? &commands_of[option - OPT_COMMAND] : &keylog;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	if (option == OPT_NAME) {
		order->name = optarg;
		return 0;
	}
	if (option == OPT_ASYNC) {
		order->async = true;
		return 0;
	}
	if (option == OPT_LOG || option == OPT_LOG_ALL || option == OPT_LOG_NONE)
		return take_debug(order, option == OPT_LOG ? optarg : option == OPT_LOG_ALL ? "all" : "none");
	if (order->command)
		return bad_usage("only one thing at a time");
	order->command = command_of(option);
	if (option == OPT_IMPAIR)
		order->what = optarg;
	if (option == OPT_DELETESTATE)
		return take_serial(order, optarg);
	return option == OPT_KEYLOG ? take_folder(order, optarg) : 0;
}

static int check(void *arg)
{
	const struct order *order = arg;

	if (!order->command)
		return order->debug < 0 ? no_order() : 0;
	return order->command->named && !order->name ? bad_usage("--name is missing") : 0;
}

static int tell_debug(const struct order *order)
{
	json_t *answer = NULL;
	int status = 0;

	if (order->debug >= 0)
		status = pluto_tell(json_pack("{s:s, s:b}", "command", "debug", "on", order->debug), stdout, &answer);
	json_decref(answer);
	return status;
}

static int tell_command(const struct order *order)
{
	json_t *answer = NULL;
	json_t *request = json_pack("{s:s, s:s*, s:s*, s:s*, s:I, s:b}", "command", order->command->word, "name",
				    order->name, "what", order->what, "folder", order->folder, "serial",
				    (json_int_t)order->serial, "async", order->async);
	int status = pluto_tell(request, stdout, &answer);
	json_t *data = json_object_get(answer, "status");

	if (data && order->json)
		print_json(json_incref(data));
	else if (data && order->command->print)
		order->command->print(data);
	json_decref(answer);
	return status;
}

static int tell(void *arg)
{
	const struct order *order = arg;
	int status = tell_debug(order);

	return status || !order->command ? status : tell_command(order);
}

int run_whack(int argc, char **argv)
{
	struct option options[COMMANDS + 12];
	struct order order = { .debug = -1 };
	const struct command_line line = { options, usage, take, check, NULL, &order, &order.json, tell, NULL };

	int status;

	fill(options);
	status = run_line(&line, argc, argv);
	free(order.folder);
	return status;
}
