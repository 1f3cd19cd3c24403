// SPDX-License-Identifier: GPL-2.0-or-later
#include "route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "child_sa.h"
#include "rekey.h"

bool connection_down_action(const struct connection *connection, enum backend_action *to)
{
	switch (connection->kind) {
	case CONNECTION_PASSTHROUGH:
		*to = BACKEND_PASS;
		return true;
	case CONNECTION_DROP:
		*to = BACKEND_DROP;
		return true;
	default:
		*to = BACKEND_TRAP;
		return connection->routed;
	}
}

static void fill(const struct connection *connection, const struct ike_ts *local, const struct ike_ts *remote,
		 struct backend_policy *to)
{
	*to = (struct backend_policy){
		.local = *local,
		.remote = *remote,
		.protocol = connection->child.count ? connection->child.proposals[0].protocol : IKE_PROTO_ESP,
		.tunnel = connection->kind == CONNECTION_TUNNEL,
		.local_host = connection->local.host,
		.remote_host = connection->remote.host,
		.reqid = connection->reqid,
	};
	connection_down_action(connection, &to->action);
}

/* Of each pair of selectors, as far as they go; how many went well. */
static unsigned int each(struct connection *connection, int (*change)(struct backend *, const struct backend_policy *),
			 unsigned int most)
{
	struct backend *backend = connection->pluto->backend;
	struct ike_ts_list local, remote;
	struct backend_policy policy;
	unsigned int at;

	connection_selectors(connection, &connection->local.host, &connection->remote.host, &local, &remote);
	for (at = 0; at < most && at < local.count * remote.count; at++) {
		fill(connection, &local.ts[at / remote.count], &remote.ts[at % remote.count], &policy);
		if (change == backend->ops->policy_set && connection->physical[0] && backend->ops->attach &&
		    backend->ops->attach(backend, connection->physical, policy.device))
			break;
		if (change(backend, &policy))
			break;
	}
	return at == local.count * remote.count ? UINT32_MAX : at;
}

static bool has_policies(const struct connection *connection)
{
	const struct child_sa *child;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &connection->pluto->sas, node)
		cds_list_for_each_entry(child, &sa->children, node)
			if (child->connection == connection && child->used)
				return true;
	return false;
}

/**
 * connection_route() - have traffic bring it up; or, of passthrough and drop, do what they say
 *
 * Return: 0; -EDESTADDRREQ: the peer or the own address is not known; -EIO: the stack refuses, and the log says why
 */
int connection_route(struct connection *connection)
{
	const struct backend_ops *ops = connection->pluto->backend->ops;
	unsigned int done;

	if (!connection->local.host.version || !connection->remote.host.version)
		return -EDESTADDRREQ;
	connection->routed = true;
	if (has_policies(connection))
		return 0;
	done = each(connection, ops->policy_set, UINT32_MAX);
	if (done == UINT32_MAX)
		return 0;
	pluto_log(connection->pluto, PLUTO_ERROR, "\"%s\": %s takes no policy: %s", connection->name, ops->name,
		  ops->why(connection->pluto->backend));
	each(connection, ops->policy_delete, done);
	connection->routed = false;
	return -EIO;
}

void connection_unroute(struct connection *connection)
{
	if (!connection->routed)
		return;
	if (!has_policies(connection))
		each(connection, connection->pluto->backend->ops->policy_delete, UINT32_MAX);
	connection->routed = false;
}

static bool is_for(const struct connection *connection, const struct ike_ts *src, const struct ike_ts *dst)
{
	struct ike_ts_list local, remote;
	unsigned int at, to;

	connection_selectors(connection, &connection->local.host, &connection->remote.host, &local, &remote);
	for (at = 0; at < local.count; at++)
		for (to = 0; to < remote.count; to++)
			if (ike_ts_contains(&local.ts[at], src) && ike_ts_contains(&remote.ts[to], dst))
				return true;
	return false;
}

/**
 * pluto_acquired() - a packet met a trap: bring the connection up
 * @reqid: of the trap; 0: not known
 *
 * One that is up or under way is left alone: what a stack tells again and again costs nothing more.
 */
void pluto_acquired(void *arg, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid)
{
	struct connection *connection;
	struct pluto *pluto = arg;

	cds_list_for_each_entry(connection, &pluto->connections, node) {
		if (!connection->routed || (reqid && connection->reqid != reqid) || !is_for(connection, src, dst))
			continue;
		ike_sa_initiate(connection);
		return;
	}
}

static bool expire(struct ike_sa *sa, uint32_t spi, uint8_t protocol, bool hard)
{
	struct child_sa *child = child_sa_find(sa, protocol, spi, true);

	if (!child)
		child = child_sa_find(sa, protocol, spi, false);
	if (!child)
		return false;
	if (hard)
		child_sa_delete_start(child);
	else
		child_sa_rekey_start(child);
	return true;
}

/**
 * pluto_expired() - an SA has come to a limit
 * @hard: it is gone from the stack; else it is to be rekeyed
 */
void pluto_expired(void *arg, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard)
{
	struct pluto *pluto = arg;
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &pluto->sas, node)
		if ((klips_addr_equal(dst, &sa->local.addr) || klips_addr_equal(dst, &sa->remote.addr)) &&
		    expire(sa, spi, protocol, hard))
			return;
}
