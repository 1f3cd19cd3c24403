// SPDX-License-Identifier: GPL-2.0-or-later
/* Conns that are loaded: each becomes a plan, or, of subnets=, several. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "plan.h"

#define CONNECTION_NAME 256 /* bytes of a name, with its end */

static void tell(const struct connection *connection, const struct orient_said *said)
{
	unsigned int i;

	for (i = 0; i < said->warning_count; i++)
		log_say(PLUTO_NOTICE, "\"%s\": %s", connection->name, said->warnings[i]);
}

static struct connection *make_connection(struct daemon *daemon, const char *name, const struct orient_pair *pair)
{
	struct connection *connection;
	char one[CONNECTION_NAME];

	if (!pair->left && !pair->right)
		return connection_new(daemon->pluto, name);
	snprintf(one, sizeof(one), "%s/%ux%u", name, pair->left, pair->right);
	connection = connection_new(daemon->pluto, one);
	if (!connection)
		return NULL;
	connection->family = strdup(name);
	if (connection->family)
		return connection;
	plan_unload(connection);
	return NULL;
}

/* What the stack lacks is known now, rather than when there is to be an SA. */
static int check_stack(const struct daemon *daemon, const struct connection *connection, struct orient_said *said)
{
	const struct backend_ops *ops = daemon->backend->ops;
	int err = ops->check ? ops->check(daemon->backend, &connection->options) : 0;

	if (err)
		snprintf(said->why, sizeof(said->why), "%s", ops->why(daemon->backend));
	return err;
}

static int make(struct plan *plan, const json_t *conn, const struct orient_names *names, const struct orient_pair *pair,
		struct orient_said *said)
{
	struct daemon *daemon = plan->daemon;
	const struct orient_world world = {
		.addresses = &daemon->addresses,
		.route_to = host_route_to,
		.route_default = host_route_default,
		.names = names,
		.pair = *pair,
		.ike_port = daemon->setup->ike_port,
		.nat_port = daemon->setup->nat_port,
		.store = daemon->pluto->trust.store,
	};
	int err;

	plan->connection = make_connection(daemon, json_string_value(json_object_get(conn, "name")), pair);
	if (!plan->connection)
		return -ENOMEM;
	err = orient(plan->connection, &plan->extra, conn, &world, said);
	if (!err)
		err = check_stack(daemon, plan->connection, said);
	if (!err) {
		connection_get(plan->connection);
		return 0;
	}
	plan_unload(plan->connection);
	orient_extra_free(&plan->extra);
	return err;
}

static int make_one(struct cds_list_head *to, struct daemon *daemon, const json_t *conn,
		    const struct orient_names *names, const struct orient_pair *pair, struct orient_said *said)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int err;

	if (!plan)
		return -ENOMEM;
	plan->daemon = daemon;
	err = make(plan, conn, names, pair, said);
	if (err)
		free(plan);
	else
		cds_list_add_tail(&plan->node, to);
	return err;
}

/* All, or none. */
static int make_all(struct cds_list_head *to, struct daemon *daemon, const json_t *conn,
		    const struct orient_names *names, struct orient_said *said)
{
	struct orient_pair *pairs = calloc(ORIENT_PAIRS, sizeof(*pairs));
	unsigned int count = pairs ? orient_pairs(pairs, conn, said) : 0, i;
	int err = !pairs ? -ENOMEM : count ? 0 : -EINVAL;
	struct plan *plan, *next;

	for (i = 0; !err && i < count; i++)
		err = make_one(to, daemon, conn, names, &pairs[i], said);
	free(pairs);
	if (!err)
		return 0;
	cds_list_for_each_entry_safe(plan, next, to, node) {
		plan_unload(plan->connection);
		plan_forget(plan);
	}
	return err;
}

int plan_add(struct daemon *daemon, const json_t *conn, const struct orient_names *names, struct orient_said *said)
{
	const char *name = json_string_value(json_object_get(conn, "name"));
	CDS_LIST_HEAD(made);
	struct plan *plan, *next;
	bool ported = false;
	int err = make_all(&made, daemon, conn, names, said);

	if (err)
		return err;
	tell(cds_list_first_entry(&made, struct plan, node)->connection, said);
	plans_delete(daemon, name);
	cds_list_for_each_entry_safe(plan, next, &made, node) {
		cds_list_del(&plan->node);
		cds_list_add_tail(&plan->node, &daemon->plans);
		log_say(PLUTO_NOTICE, "\"%s\": loaded", plan->connection->name);
		ported |= plan->connection->own_ports;
	}
	if (ported)
		daemon_listen(daemon);
	return 0;
}
