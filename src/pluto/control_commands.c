// SPDX-License-Identifier: GPL-2.0-or-later
/* What pluto can be told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/version.h"
#include "control.h"
#include "plan.h"
#include "status.h"

static struct plan *find(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = plan_find(control_daemon(client), request->name);

	if (plan)
		return plan;
	control_log(client, "\"%s\": no connection has this name", request->name);
	control_end(client, 1, NULL);
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
	int err = plan_add(daemon, conn, names, &said);

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
	adding->conn = json_deep_copy(request->conn);
	control_hold(client);
	pool_submit(daemon->pool, &adding->job);
}

static void delete_one(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = find(client, request);

	if (!plan)
		return;
	plan_delete(plan);
	control_end(client, 0, NULL);
}

static void refuse(struct control_client *client, const char *name, int err)
{
	if (err == -EDESTADDRREQ)
		control_log(client, "\"%s\": nobody knows the peer's address", name);
	else
		control_log(client, "\"%s\": %s", name, strerror(-err));
	control_end(client, 1, NULL);
}

static void up(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = find(client, request);
	bool was_up;
	int err;

	if (!plan)
		return;
	was_up = plan_state(plan) == PLAN_UP;
	err = plan_up(plan);
	if (err) {
		refuse(client, request->name, err);
		return;
	}
	if (was_up)
		control_log(client, "\"%s\": is up already", request->name);
	if (was_up || request->async || plan->connection->kind > CONNECTION_TRANSPORT)
		control_end(client, 0, NULL);
	else
		control_follow(client, request->name, true);
}

static void down(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = find(client, request);

	if (!plan)
		return;
	plan_down(plan);
	if (request->async)
		control_end(client, 0, NULL);
	else
		control_follow(client, request->name, false);
}

static void route(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = find(client, request);
	int err = plan ? plan_route(plan) : 0;

	if (err)
		refuse(client, request->name, err);
	else if (plan)
		control_end(client, 0, NULL);
}

static void unroute(struct control_client *client, const struct control_request *request)
{
	struct plan *plan = find(client, request);

	if (!plan)
		return;
	plan_unroute(plan);
	control_end(client, 0, NULL);
}

static void status(struct control_client *client, const struct control_request *request)
{
	if (request->name && !find(client, request))
		return;
	control_end(client, 0,
		    json_pack("{s:s, s:o}", "version", CYGNET_VERSION, "status",
			      status_json(control_daemon(client), request->name)));
}

static void traffic(struct control_client *client, const struct control_request *request)
{
	if (request->name && !find(client, request))
		return;
	control_end(client, 0, json_pack("{s:o}", "status", status_traffic(control_daemon(client), request->name)));
}

static void brief(struct control_client *client, const struct control_request *request)
{
	(void)request;
	control_end(client, 0, json_pack("{s:o}", "status", status_brief(control_daemon(client))));
}

static void reread_secrets(struct control_client *client, const struct control_request *request)
{
	unsigned int errors = daemon_read_secrets(control_daemon(client));

	(void)request;
	control_end(client, errors != 0, NULL);
}

static void listen_anew(struct control_client *client, const struct control_request *request)
{
	(void)request;
	daemon_listen(control_daemon(client));
	control_end(client, 0, NULL);
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
	{ "status", CONTROL_NOTHING, status },
	{ "trafficstatus", CONTROL_NOTHING, traffic },
	{ "briefstatus", CONTROL_NOTHING, brief },
	{ "rereadsecrets", CONTROL_NOTHING, reread_secrets },
	{ "listen", CONTROL_NOTHING, listen_anew },
	{ "monitor", CONTROL_NOTHING, monitor },
	{ "shutdown", CONTROL_NOTHING, shut_down },
	{ NULL, CONTROL_NOTHING, NULL },
};
