// SPDX-License-Identifier: GPL-2.0-or-later
#include "route.h"

#include <errno.h>

#include "child_sa.h"
#include "rekey.h"
#include "shunt.h"

static enum backend_action action_of(const struct connection *connection)
{
	switch (connection->kind) {
	case CONNECTION_PASSTHROUGH:
		return BACKEND_PASS;
	case CONNECTION_DROP:
		return BACKEND_DROP;
	case CONNECTION_REJECT:
		return BACKEND_REJECT;
	default:
		return BACKEND_TRAP;
	}
}

void connection_policies(const struct connection *connection, struct policies *to)
{
	*to = (struct policies){
		.connection = connection,
		.physical = connection->physical,
		.like = {
			.action = action_of(connection),
			.protocol = connection->child.count ? connection->child.proposals[0].protocol : IKE_PROTO_ESP,
			.tunnel = connection->kind == CONNECTION_TUNNEL,
			.local_host = connection->local.host,
			.remote_host = connection->remote.host,
			.reqid = connection->reqid,
			.options = &connection->options,
			.physical = connection->physical,
		},
	};
	connection_selectors(connection, &connection->local.host, &connection->remote.host, &to->local, &to->remote);
}

bool connection_down_policies(struct connection *connection, struct policies *to)
{
	connection_policies(connection, to);
	return connection->routed && !policies_set(to);
}

bool connection_is_used(const struct connection *connection)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &connection->children, owned)
		if (child->used && child->sa->state != IKE_SA_DEAD)
			return true;
	return false;
}

/* Of one without IPsec the hosts need not be known, if it is for clients. */
static bool has_selectors(const struct connection *connection)
{
	const struct connection_end *local = &connection->local, *remote = &connection->remote;

	if (connection->kind > CONNECTION_TRANSPORT)
		return (local->host.version || local->client.count) && (remote->host.version || remote->client.count);
	return local->host.version && remote->host.version;
}

/**
 * connection_route() - have traffic bring it up; or, of passthrough and drop, do what they say
 *
 * Return: 0; -EDESTADDRREQ: the peer or the own address is not known; -EIO: the stack refuses, and the log says why
 */
int connection_route(struct connection *connection)
{
	struct policies policies;

	if (!has_selectors(connection))
		return -EDESTADDRREQ;
	connection_policies(connection, &policies);
	if (!connection_is_used(connection) && connection->shunt == BACKEND_PROTECT && policies_set(&policies))
		return -EIO;
	connection->routed = true;
	return 0;
}

static void unroute(struct connection *connection, const struct policies *but)
{
	struct policies policies;

	shunt_end(connection);
	if (!connection->routed)
		return;
	connection_policies(connection, &policies);
	if (!connection_is_used(connection))
		policies_delete(&policies, but);
	connection->routed = false;
}

void connection_unroute(struct connection *connection)
{
	unroute(connection, NULL);
}

void connection_unroute_for(struct connection *connection, const struct connection *heir)
{
	struct policies policies;

	connection_policies(heir, &policies);
	unroute(connection, heir->routed ? &policies : NULL);
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

/* One that comes up already does so for the packet that was first. */
static void acquire(struct connection *connection, const struct ike_ts *src, const struct ike_ts *dst)
{
	bool first = !connection->has_packet;

	if (first) {
		connection->has_packet = true;
		connection->packet[0] = *src;
		connection->packet[1] = *dst;
	}
	if (ike_sa_initiate(connection) && first)
		connection->has_packet = false;
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
		acquire(connection, src, dst);
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
		child_sa_expire(child);
	else if (child->connection->rekey)
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
