// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec status, trafficstatus, briefstatus, monitor: how pluto is. */
#include "command.h"
#include "pluto_client.h"
#include "pluto_text.h"

static const struct kind {
	const char *name;
	void (*print)(const json_t *status);
} kinds[] = {
	{ "status", print_pluto_status },
	{ "trafficstatus", print_pluto_traffic },
	{ "briefstatus", print_pluto_brief },
};

static int usage(const char *name)
{
	printf("usage: ipsec %s [--json] [NAME]    (of a connection)\n", name);
	return 0;
}

static int show(const struct kind *kind, const char *connection, bool json)
{
	json_t *answer = NULL, *request = json_pack("{s:s, s:s*}", "command", kind->name, "name", connection);
	int status = pluto_tell(request, stderr, &answer);
	json_t *data = json_object_get(answer, "status");

	if (!status && json)
		print_json(json_incref(data));
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
