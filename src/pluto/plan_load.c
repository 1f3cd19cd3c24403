// SPDX-License-Identifier: GPL-2.0-or-later
/* A conn becomes a plan; or one of several, of subnets= or of a policy group. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loaded.h"

#define CONNECTION_NAME (256 + POLICY_NET_TEXT) /* bytes of a name, with its end */

/* "conn", "conn/1x2", "conn#10.0.0.0/8" */
static void put_name(char name[CONNECTION_NAME], const struct plan *plan)
{
	const char *conn = plan->loaded->name;
	int length;

	if (plan->net.addr.version) {
		length = snprintf(name, CONNECTION_NAME, "%s#", conn);
		policy_net_print(name + length, CONNECTION_NAME - (size_t)length, &plan->net);
	} else if (plan->pair.left || plan->pair.right) {
		snprintf(name, CONNECTION_NAME, "%s/%ux%u", conn, plan->pair.left, plan->pair.right);
	} else {
		snprintf(name, CONNECTION_NAME, "%s", conn);
	}
}

static struct connection *make_connection(const struct plan *plan)
{
	const char *conn = plan->loaded->name;
	struct connection *connection;
	char name[CONNECTION_NAME];
	bool enough = true;

	put_name(name, plan);
	connection = connection_new(plan->daemon->pluto, name);
	if (!connection)
		return NULL;
	if (plan->net.addr.version)
		enough = (connection->group = strdup(conn));
	else if (plan->pair.left || plan->pair.right)
		enough = (connection->family = strdup(conn));
	if (enough)
		return connection;
	plan_unload(connection);
	return NULL;
}

/* The first of a proposal that the stack does not have; NULL: it has all. */
static const struct ike_alg *find_missing(const struct backend_ops *ops, const struct ike_proposal *proposal)
{
	const struct ike_alg *alg;
	unsigned int at;

	for (at = 0; at < proposal->count; at++) {
		const struct ike_transform *one = &proposal->transforms[at];

		alg = one->type == IKE_ENCR || one->type == IKE_INTEG ? ike_alg_by_id(one->type, one->id) : NULL;
		if (alg && alg->id && !ops->algorithm(alg))
			return alg;
	}
	return NULL;
}

static int check_algorithms(const struct backend_ops *ops, const struct connection *connection,
			    struct orient_said *said)
{
	const struct ike_alg *missing = NULL;
	unsigned int at;

	for (at = 0; ops->algorithm && !missing && at < connection->child.count; at++)
		missing = find_missing(ops, &connection->child.proposals[at]);
	if (!missing)
		return 0;
	snprintf(said->why, sizeof(said->why), "the stack %s does not have %s", ops->name, missing->name);
	return -EOPNOTSUPP;
}

/* What the stack lacks is known now, rather than when there is to be an SA. */
static int check_stack(const struct daemon *daemon, const struct connection *connection, struct orient_said *said)
{
	const struct backend_ops *ops = daemon->backend->ops;
	int err = ops->check ? ops->check(daemon->backend, &connection->options) : 0;

	if (err)
		snprintf(said->why, sizeof(said->why), "%s", ops->why(daemon->backend));
	return err ? err : check_algorithms(ops, connection, said);
}

static int fill(struct plan *plan, struct orient_said *said)
{
	const struct loaded *loaded = plan->loaded;
	struct daemon *daemon = plan->daemon;
	const struct orient_world world = {
		.addresses = &daemon->addresses,
		.route_to = host_route_to,
		.route_default = host_route_default,
		.names = loaded->named ? &loaded->names : NULL,
		.pair = plan->pair,
		.net = plan->net.addr.version ? &plan->net : NULL,
		.ike_port = daemon->setup->ike_port,
		.nat_port = daemon->setup->nat_port,
		.store = daemon->pluto->trust.store,
	};
	int err = orient(plan->connection, &plan->extra, loaded->json, &world, said);

	return err ? err : check_stack(daemon, plan->connection, said);
}

/**
 * plan_make() - one of a conn's plans
 * @to: gets it, in no list, for loaded_begin(), plan_hand_over() or plan_discard()
 * @pair: which of subnets=
 * @net: which of its policy group's; NULL: it is none, or is only tried
 * @said: gets what is wrong
 *
 * Return: 0, or a negative errno as orient() has it, or the stack's
 */
int plan_make(struct plan **to, struct loaded *loaded, const struct orient_pair *pair, const struct policy_net *net,
	      struct orient_said *said)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int err;

	if (!plan)
		return -ENOMEM;
	CDS_INIT_LIST_HEAD(&plan->node);
	plan->daemon = loaded->daemon;
	plan->loaded = loaded;
	plan->pair = *pair;
	if (net)
		plan->net = *net;
	plan->connection = make_connection(plan);
	if (!plan->connection) {
		free(plan);
		return -ENOMEM;
	}
	connection_get(plan->connection);
	plan->connection->plan = plan;
	err = fill(plan, said);
	if (err)
		plan_discard(plan);
	else
		*to = plan;
	return err;
}

void plan_discard(struct plan *plan)
{
	plan_unload(plan->connection);
	plan_forget(plan);
}
