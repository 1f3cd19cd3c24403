// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec status and those that show a part of it, monitor; and what pluto is to read again. */
#include "command.h"
#include "pluto_client.h"
#include "pluto_text.h"

/**
 * struct kind - a command
 * @asks: pluto's word
 * @parts: of the answer, for --json; NULL after the last, the first: all of it
 */
static const struct kind {
	const char *name, *asks;
	void (*print)(const json_t *status);
	const char *parts[3];
} kinds[] = {
	{ "status", "status", print_pluto_status, { NULL } },
	{ "trafficstatus", "trafficstatus", print_pluto_traffic, { NULL } },
	{ "briefstatus", "briefstatus", print_pluto_brief, { NULL } },
	{ "globalstatus", "briefstatus", print_pluto_brief, { NULL } },
	{ "processstatus", "processstatus", print_pluto_process, { NULL } },
	{ "addresspoolstatus", "addresspoolstatus", print_pluto_pools, { NULL } },
	{ "connectionstatus", "status", print_pluto_connections, { "connections", "conns", NULL } },
	{ "showstates", "status", print_pluto_states, { "ike_sas", "child_sas", NULL } },
	{ "shuntstatus", "status", print_pluto_shunts, { "shunts", NULL } },
};

static int usage(const char *name)
{
	printf("usage: ipsec %s [--json] [NAME]    (of a connection)\n", name);
	return 0;
}

static int print_parts(const struct kind *kind, json_t *data)
{
	const char *const *part = kind->parts;
	json_t *some = json_object();

	if (!*part) {
		json_decref(some);
		return print_json(json_incref(data));
	}
	for (; *part; part++)
		json_object_set(some, *part, json_object_get(data, *part));
	return print_json(some);
}

static int show(const struct kind *kind, const char *connection, bool json)
{
	json_t *answer = NULL, *request = json_pack("{s:s, s:s*}", "command", kind->asks, "name", connection);
	int status = pluto_tell(request, stderr, &answer);
	json_t *data = json_object_get(answer, "status");

	if (!status && json)
		status = print_parts(kind, data);
	else if (!status)
		kind->print(data);
	json_decref(answer);
	return status;
}

int run_pluto_status(int argc, char **argv)
{
	const struct kind *kind = kinds;
	const char *connection = NULL;
	bool json = false;
	int i;

	while (strcmp(kind->name, argv[0]) != 0)
		kind++;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help"))
			return usage(argv[0]);
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (argv[i][0] == '-' || connection)
			return bad_usage("%s: what is this for?", argv[i]);
		else
			connection = argv[i];
	}
	return show(kind, connection, json);
}

int run_monitor(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return printf("usage: ipsec monitor    (events of SAs, and the log, as lines of JSON)\n") < 0;
	if (argc > 1)
		return bad_usage("%s: what is this for?", argv[1]);
	return pluto_watch(json_pack("{s:s}", "command", "monitor"));
}

/* What the commands are called is what pluto calls them. */
int run_pluto_read(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return printf("usage: ipsec %s\n", argv[0]) < 0;
	if (argc > 1)
		return bad_usage("%s: what is this for?", argv[1]);
	return pluto_tell(json_pack("{s:s}", "command", argv[0]), stdout, NULL);
}
