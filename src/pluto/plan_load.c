// SPDX-License-Identifier: GPL-2.0-or-later
/* A conn becomes a plan; or one of several, of subnets= or of a policy group. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_algs.h"
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

/* "esp=camellia256", as the conn says it. */
static const char *find_word(const struct plan *plan, const char **name)
{
	const json_t *keywords = json_object_get(plan->loaded->json, "keywords");

	*name = plan->connection->child.proposals[0].protocol == IKE_PROTO_AH ? "ah" : "esp";
	return json_string_value(json_object_get(keywords, *name));
}

/* A conn that leaves the choice to pluto gets of the usual algorithms those that there are. */
static int check_algorithms(const struct plan *plan, struct orient_said *said)
{
	struct backend *backend = plan->daemon->backend;
	struct ike_proposals *proposals = &plan->connection->child;
	const char *name, *word = proposals->count ? find_word(plan, &name) : NULL;
	const struct ike_alg *missing = backend_algs_filter(backend, proposals);

	if (missing && !proposals->count) {
		snprintf(said->why, sizeof(said->why), "%s%s%s%sthe stack %s does not have %s", word ? name : "",
			 word ? "=" : "", word ? word : "", word ? ": " : "", backend->ops->name, missing->name);
		return -EOPNOTSUPP;
	}
	if (missing && word && said->warning_count < ORIENT_WARNINGS)
		snprintf(said->warnings[said->warning_count++], ORIENT_WHY,
			 "%s=%s: without %s, which the stack %s does not have", name, word, missing->name,
			 backend->ops->name);
	return 0;
}

/* What the stack lacks is known now, rather than when there is to be an SA. */
static int check_stack(const struct plan *plan, struct orient_said *said)
{
	struct backend *backend = plan->daemon->backend;
	int err = backend->ops->check ? backend->ops->check(backend, &plan->connection->options) : 0;

	if (err)
		snprintf(said->why, sizeof(said->why), "%s", backend->ops->why(backend));
	return err ? err : check_algorithms(plan, said);
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

	return err ? err : check_stack(plan, said);
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
