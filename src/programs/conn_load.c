// SPDX-License-Identifier: GPL-2.0-or-later
#include "conn_load.h"
#include "../lib/parse.h"
#include "command.h"

#include <stdlib.h>
#include <string.h>

void conf_errors_say(const struct conf_errors *errors)
{
	unsigned int i;
	char line[1024];

	for (i = 0; i < errors->count; i++) {
		conf_error_print(line, sizeof(line), &errors->list[i]);
		fprintf(stderr, "%s\n", line);
	}
	if (errors->errors > CONF_ERRORS_MAX)
		bad_usage("and %u more errors", errors->errors - CONF_ERRORS_MAX);
}

const char *conf_path(const char *given)
{
	const char *usual = getenv("IPSEC_CONF");

	return given ? given : usual ? usual : CONF_PATH;
}

struct conf *conf_load_or_complain(const char *path)
{
	struct conf_errors errors = { 0 };
	struct conf *conf = conf_load(conf_path(path), &errors);

	conf_errors_say(&errors);
	conf_errors_free(&errors);
	if (!conf)
		bad_usage("no memory");
	return conf;
}

/* @log: gets what pluto says of it */
static int add(struct pluto_client *client, const struct conf_section *conn, FILE *log)
{
	if (conn->is_faulty) {
		bad_usage("conn %s does not load", conn->name);
		return EXIT_REFUSED;
	}
	return pluto_ask(client, json_pack("{s:s, s:o}", "command", "add", "conn", conf_conn_json(conn)), log, NULL);
}

/* The first that has a name as an alias; NULL: none */
static const struct conf_section *find_alias(const struct conf *conf, const char *name)
{
	const char *aliases;
	size_t i;

	for (i = 0; i < conf->count; i++) {
		aliases = conf_text(conf->conns[i], "connalias");
		if (aliases && klips_has_word(aliases, name))
			return conf->conns[i];
	}
	return NULL;
}

int conn_add(struct pluto_client *client, const struct conf *conf, const char *name)
{
	const struct conf_section *conn = conf_find_conn(conf, name);

	if (!conn)
		conn = find_alias(conf, name);
	if (conn)
		return add(client, conn, stdout);
	bad_usage("%s: there is no conn of this name", name);
	return EXIT_REFUSED;
}

/* What pluto says is shown if it refuses, or warns. */
static int add_quietly(struct pluto_client *client, const struct conf_section *conn)
{
	char *text = NULL;
	size_t size = 0;
	FILE *log = open_memstream(&text, &size);
	int status = add(client, conn, log);

	if (log)
		fclose(log);
	if (text && (status || strchr(text, '\n') != strrchr(text, '\n')))
		fputs(text, stderr);
	free(text);
	return status;
}

/* What follows from auto=, after the conn was added. */
static const char *next_command(const char *when)
{
	if (!strcmp(when, "ondemand"))
		return "route";
	return !strcmp(when, "start") ? "up" : NULL;
}

void conns_load(struct pluto_client *client, const struct conf *conf)
{
	const char *when, *command;
	size_t i;

	for (i = 0; i < conf->count; i++) {
		const struct conf_section *conn = conf->conns[i];

		when = conf_text(conn, "auto");
		if (!when || !strcmp(when, "ignore") || add_quietly(client, conn))
			continue;
		command = next_command(when);
		if (command)
			pluto_ask(client,
				  json_pack("{s:s, s:s, s:b}", "command", command, "name", conn->name, "async", true),
				  NULL, NULL);
	}
}
