// SPDX-License-Identifier: GPL-2.0-or-later
#include "connection.h"

#include <stdlib.h>
#include <string.h>

/**
 * connection_new() - a connection with nothing in it, in the engine's list
 *
 * Return: it, with one reference: the list's; or NULL without memory
 */
struct connection *connection_new(struct pluto *pluto, const char *name)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->name = strdup(name);
	if (!connection->name) {
		free(connection);
		return NULL;
	}
	connection->pluto = pluto;
	connection->users = 1;
	connection->reqid = pluto->next_reqid;
	pluto->next_reqid += 4;
	cds_list_add_tail(&connection->node, &pluto->connections);
	return connection;
}

struct connection *connection_get(struct connection *connection)
{
	connection->users++;
	return connection;
}

void connection_put(struct connection *connection)
{
	if (!connection || --connection->users)
		return;
	free(connection->name);
	free(connection);
}

struct connection *connection_find(struct pluto *pluto, const char *name)
{
	struct connection *connection;

	cds_list_for_each_entry(connection, &pluto->connections, node)
		if (!strcmp(connection->name, name))
			return connection;
	return NULL;
}

/* How well an end's address fits: 0: not at all. */
static int fits(const struct connection_end *end, const struct klips_addr *addr)
{
	if (!end->host.version)
		return 1;
	return klips_addr_equal(&end->host, addr) ? 2 : 0;
}

static int fits_hosts(const struct connection *connection, const struct klips_addr *local,
		      const struct klips_addr *remote)
{
	int own = fits(&connection->local, local), peer = fits(&connection->remote, remote);

	if (connection->kind > CONNECTION_TRANSPORT || !own || !peer)
		return 0;
	return own + 2 * peer;
}

struct connection *connection_for_peer(struct pluto *pluto, const struct klips_addr *local,
				       const struct klips_addr *remote)
{
	struct connection *connection, *best = NULL;
	int rank, highest = 0;

	cds_list_for_each_entry(connection, &pluto->connections, node) {
		rank = fits_hosts(connection, local, remote);
		if (rank > highest) {
			highest = rank;
			best = connection;
		}
	}
	return best;
}

static int fits_identities(const struct connection *connection, const struct klips_addr *local,
			   const struct ike_identity *peer, const struct ike_identity *own)
{
	struct ike_identity id;

	if (own->type != IKE_ID_NONE) {
		connection_local_id(connection, local, &id);
		if (!ike_identity_equal(&id, own))
			return 0;
	}
	if (connection->remote.id.type == IKE_ID_NONE)
		return 1;
	return ike_identity_equal(&connection->remote.id, peer) ? 2 : 0;
}

struct connection *connection_for_identity(struct pluto *pluto, const struct klips_addr *local,
					   const struct klips_addr *remote, const struct ike_identity *peer,
					   const struct ike_identity *own)
{
	struct connection *connection, *best = NULL;
	int rank, highest = 0, names;

	cds_list_for_each_entry(connection, &pluto->connections, node) {
		rank = fits_hosts(connection, local, remote);
		names = rank ? fits_identities(connection, local, peer, own) : 0;
		rank = names ? rank + 8 * names : 0;
		if (rank > highest) {
			highest = rank;
			best = connection;
		}
	}
	return best;
}

void connection_local_id(const struct connection *connection, const struct klips_addr *local, struct ike_identity *id)
{
	*id = connection->local.id;
	if (id->type == IKE_ID_NONE)
		ike_identity_from_addr(id, local);
}

static void host_ts(struct ike_ts *ts, const struct connection_end *end, const struct klips_addr *addr)
{
	*ts = (struct ike_ts){ .version = addr->version, .last_port = 65535 };
	memcpy(ts->first, addr->b, addr->version == KLIPS_V4 ? 4 : 16);
	memcpy(ts->last, ts->first, sizeof(ts->last));
	ts->protocol = end->protocol;
	if (end->port)
		ts->first_port = ts->last_port = end->port;
}

static void end_selectors(const struct connection_end *end, const struct klips_addr *addr, struct ike_ts_list *list)
{
	if (end->client.count) {
		*list = end->client;
		return;
	}
	list->count = 1;
	host_ts(&list->ts[0], end, addr);
}

void connection_selectors(const struct connection *connection, const struct klips_addr *local,
			  const struct klips_addr *remote, struct ike_ts_list *local_ts, struct ike_ts_list *remote_ts)
{
	end_selectors(&connection->local, local, local_ts);
	end_selectors(&connection->remote, remote, remote_ts);
}
