// SPDX-License-Identifier: GPL-2.0-or-later
/* What pluto can be told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "loaded.h"
#include "trust.h"

static struct plan *refuse(struct control_client *client, const char *name, const char *why)
{
	control_log(client, "\"%s\": %s", name, why);
	control_end(client, 1, NULL);
	return NULL;
}

struct plan *control_plan(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = plan_next(control_daemon(client), request->name, NULL);
	const struct loaded *loaded;

	if (plan)
		return plan;
	loaded = loaded_next(control_daemon(client), request->name, NULL);
	if (!loaded)
		return refuse(client, request->name, "no connection has this name");
	return refuse(client, request->name, loaded->is_group ? "there is no net in its policy group" : "not oriented");
}

bool control_knows(struct control_client *client, const struct control_request *request)
{
	return loaded_next(control_daemon(client), request->name, NULL) || control_plan(client, request);
}

enum wish {
	WISH_DOWN,
	WISH_UP,
	WISH_UNROUTE,
	WISH_ROUTE,
};

static void remember(struct loaded *loaded, enum wish wish)
{
	if (wish == WISH_UP || wish == WISH_DOWN)
		loaded->up = wish == WISH_UP;
	else
		loaded->routed = wish == WISH_ROUTE;
}

/*
 * The first of the name. What is wanted of a conn that has none now, or of a group, holds for those that it gets later;
 * that, and a name that nobody has, is answered: NULL.
 */
static struct plan *take_wish(struct control_client *client, const struct control_request *request, enum wish wish)
{
	struct daemon *daemon = control_daemon(client);
	struct plan *plan = plan_next(daemon, request->name, NULL);
	struct loaded *loaded = loaded_next(daemon, request->name, NULL);
	bool known = loaded, waits = false;

	for (; loaded; loaded = loaded_next(daemon, request->name, loaded)) {
		if (!loaded->is_group && loaded_has_plans(loaded))
			continue;
		remember(loaded, wish);
		if (!loaded->why[0] || loaded_has_plans(loaded) || (wish != WISH_UP && wish != WISH_ROUTE))
			continue;
		waits = true;
		control_log(client, "\"%s\": not oriented: %s", loaded->name, loaded->why);
	}
	if (plan || !known)
		return control_plan(client, request);
	control_end(client, waits, NULL);
	return NULL;
}

/**
 * struct adding - a conn whose names are looked up
 */
struct adding {
	struct pluto_job job;
	struct control_client *client;
	struct daemon *daemon;
	struct orient_names names;
	json_t *conn;
};

static void end_add(struct control_client *client, struct daemon *daemon, const json_t *conn,
		    const struct orient_names *names)
{
	const char *name = json_string_value(json_object_get(conn, "name"));
	struct orient_said said = { .why = "" };
	int err = loaded_add(daemon, conn, names, &said);

	if (!client)
		return;
	if (err)
		control_log(client, "\"%s\": %s", name, said.why[0] ? said.why : strerror(-err));
	control_end(client, err != 0, NULL);
}

static void look_up(struct pluto_job *job)
{
	orient_resolve(&caa_container_of(job, struct adding, job)->names);
}

static void looked_up(struct pluto_job *job)
{
	struct adding *adding = caa_container_of(job, struct adding, job);
	struct control_client *client = control_release(adding->client) ? adding->client : NULL;

	if (client)
		control_resume(client);
	end_add(client, adding->daemon, adding->conn, &adding->names);
	json_decref(adding->conn);
	free(adding);
}

static void add(struct control_client *client, const struct control_request *request)
{
	struct daemon *daemon = control_daemon(client);
	struct orient_names names;
	struct adding *adding;

	if (!orient_find_names(&names, request->conn)) {
		end_add(client, daemon, request->conn, NULL);
		return;
	}
	adding = calloc(1, sizeof(*adding));
	if (!adding) {
		control_end(client, 1, NULL);
		return;
	}
	adding->job = (struct pluto_job){ .work = look_up, .done = looked_up };
	adding->client = client;
	adding->daemon = daemon;
	adding->names = names;
	adding->conn = json_incref((json_t *)request->conn);
	control_hold(client);
	pool_submit(daemon->pool, &adding->job);
}

static void delete_one(struct control_client *client, const struct control_request *request)
{
	if (!control_knows(client, request))
		return;
	loaded_delete(control_daemon(client), request->name);
	control_end(client, 0, NULL);
}

static void complain(struct control_client *client, const struct plan *plan, int err)
{
	const char *name = plan->connection->name;

	if (err == -EDESTADDRREQ)
		control_log(client, "\"%s\": nobody knows the peer's address", name);
	else if (err == -EADDRNOTAVAIL)
		control_log(client, "\"%s\": this host does not have its address now", name);
	else if (err)
		control_log(client, "\"%s\": %s", name, strerror(-err));
}

/* Does it for all of the name, whatever becomes of each; the last error. @first: from find() */
static int for_each(struct control_client *client, const struct control_request *request, struct plan *first,
		    int (*todo)(struct plan *plan))
{
	struct plan *plan;
	int last = 0, err;

	for (plan = first; plan; plan = plan_next(control_daemon(client), request->name, plan)) {
		err = todo(plan);
		complain(client, plan, err);
		last = err ? err : last;
	}
	return last;
}

static bool are_up(struct control_client *client, const struct control_request *request, struct plan *first)
{
	const struct plan *plan;

	for (plan = first; plan; plan = plan_next(control_daemon(client), request->name, (struct plan *)plan))
		if (plan_state(plan) != PLAN_UP)
			return false;
	return true;
}

static void up(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = take_wish(client, request, WISH_UP);
	bool were_up;
	int err;

	if (!plan)
		return;
	were_up = are_up(client, request, plan);
	err = for_each(client, request, plan, plan_up);
	if (were_up && !err)
		control_log(client, "\"%s\": is up already", request->name);
	if (err || request->async || plan->connection->kind > CONNECTION_TRANSPORT)
		control_end(client, err != 0, NULL);
	else
		control_follow(client, request->name, FOLLOW_UP);
}

static void down(struct control_client *client, const struct control_request *request)
{
	if (!take_wish(client, request, WISH_DOWN))
		return;
	plans_down(control_daemon(client), request->name);
	if (request->async)
		control_end(client, 0, NULL);
	else
		control_follow(client, request->name, FOLLOW_DOWN);
}

static void route(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = take_wish(client, request, WISH_ROUTE);
	int err;

	if (!plan)
		return;
	err = for_each(client, request, plan, plan_route);
	if (err || request->async)
		control_end(client, err != 0, NULL);
	else
		control_follow(client, request->name, FOLLOW_DOWN);
}

static void unroute(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = take_wish(client, request, WISH_UNROUTE);

	if (!plan)
		return;
	for (; plan; plan = plan_next(control_daemon(client), request->name, plan))
		plan_unroute(plan);
	if (request->async)
		control_end(client, 0, NULL);
	else
		control_follow(client, request->name, FOLLOW_DOWN);
}

static void reread_secrets(struct control_client *client, const struct control_request *request)
{
	unsigned int errors = daemon_read_secrets(control_daemon(client));

	(void)request;
	control_end(client, errors != 0, NULL);
}

/* Reading files, or fetching, is for a thread: the client may go meanwhile. */
static void is_reread(void *arg, int errors)
{
	struct control_client *client = arg;

	if (control_release(client))
		control_end(client, errors != 0, NULL);
}

static void goes_on(void *arg)
{
	control_resume(arg);
}

static void reread(struct control_client *client, int (*start)(struct daemon *daemon, const struct trust_asker *asker))
{
	const struct trust_asker asker = { goes_on, is_reread, client };

	control_hold(client);
	if (start(control_daemon(client), &asker))
		is_reread(client, -ENOMEM);
}

static void reread_crls(struct control_client *client, const struct control_request *request)
{
	(void)request;
	reread(client, trust_fetch);
}

static void reread_all(struct control_client *client, const struct control_request *request)
{
	(void)request;
	daemon_read_secrets(control_daemon(client));
	loaded_read_groups(control_daemon(client));
	reread(client, trust_reread);
}

static void reread_groups(struct control_client *client, const struct control_request *request)
{
	unsigned int errors = loaded_read_groups(control_daemon(client));

	(void)request;
	control_end(client, errors != 0, NULL);
}

/* By the command's name. */
static const struct listing {
	const char *command;
	json_t *(*make)(const struct daemon *daemon);
} listings[] = {
	{ "listpubkeys", trust_keys },
	{ "listcerts", trust_certs },
	{ "listcacerts", trust_cas },
	{ "listcrls", trust_crls },
};

static void list(struct control_client *client, const struct control_request *request)
{
	bool all = !strcmp(request->command->name, "listall");
	json_t *rows = json_object(), *some;
	size_t i;

	for (i = 0; i < sizeof(listings) / sizeof(*listings); i++) {
		if (!all && strcmp(request->command->name, listings[i].command) != 0)
			continue;
		some = listings[i].make(control_daemon(client));
		json_object_update(rows, some);
		json_decref(some);
	}
	control_end(client, 0, json_pack("{s:o}", "status", rows));
}

static void listen_anew(struct control_client *client, const struct control_request *request)
{
	daemon_listen(control_daemon(client));
	reread_groups(client, request);
}

static void shut_down(struct control_client *client, const struct control_request *request)
{
	(void)request;
	daemon_stop(control_daemon(client));
	control_end(client, 0, NULL);
}

static void monitor(struct control_client *client, const struct control_request *request)
{
	(void)request;
	control_watch(client);
	control_log(client, "watching");
}

const struct control_command control_commands[] = {
	{ "add", CONTROL_CONN, add },
	{ "delete", CONTROL_NAME, delete_one },
	{ "up", CONTROL_NAME, up },
	{ "down", CONTROL_NAME, down },
	{ "route", CONTROL_NAME, route },
	{ "unroute", CONTROL_NAME, unroute },
	{ "status", CONTROL_NOTHING, control_status },
	{ "trafficstatus", CONTROL_NOTHING, control_traffic },
	{ "briefstatus", CONTROL_NOTHING, control_brief },
	{ "processstatus", CONTROL_NOTHING, control_process },
	{ "addresspoolstatus", CONTROL_NOTHING, control_pools },
	{ "rereadsecrets", CONTROL_NOTHING, reread_secrets },
	{ "rereadall", CONTROL_NOTHING, reread_all },
	{ "rereadcrls", CONTROL_NOTHING, reread_crls },
	{ "rereadgroups", CONTROL_NOTHING, reread_groups },
	{ "listcerts", CONTROL_NOTHING, list },
	{ "listcacerts", CONTROL_NOTHING, list },
	{ "listcrls", CONTROL_NOTHING, list },
	{ "listpubkeys", CONTROL_NOTHING, list },
	{ "listall", CONTROL_NOTHING, list },
	{ "listen", CONTROL_NOTHING, listen_anew },
	{ "rekey-ike", CONTROL_NAME, control_rekey_ike },
	{ "rekey-child", CONTROL_NAME, control_rekey_child },
	{ "deletestate", CONTROL_NOTHING, control_delete_state },
	{ "liveness", CONTROL_NAME, control_liveness },
	{ "impair", CONTROL_NOTHING, control_impair },
	{ "debug", CONTROL_NOTHING, control_debug },
	{ "keylog", CONTROL_NOTHING, control_keylog },
	{ "monitor", CONTROL_NOTHING, monitor },
	{ "seccomp-crashtest", CONTROL_NOTHING, control_try_filter },
	{ "shutdown", CONTROL_NOTHING, shut_down },
	{ NULL, CONTROL_NOTHING, NULL },
};
