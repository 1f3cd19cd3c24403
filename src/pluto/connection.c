// SPDX-License-Identifier: GPL-2.0-or-later
#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "cp_state.h"

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

static void end_clear(struct connection_end *end)
{
	pki_key_put(end->key);
	pki_cert_put(end->cert);
	free((void *)end->ca.data);
}

void connection_put(struct connection *connection)
{
	if (!connection || --connection->users)
		return;
	end_clear(&connection->local);
	end_clear(&connection->remote);
	cp_settings_free(connection->cp);
	free(connection->name);
	free(connection->family);
	free(connection->group);
	free(connection);
}

bool connection_is_named(const struct connection *connection, const char *name)
{
	return !strcmp(connection->name, name) || (connection->family && !strcmp(connection->family, name)) ||
	       (connection->group && !strcmp(connection->group, name));
}

/* Both show, or have to show, who they are with the same key, certificate and CA. */
static bool has_same_key(const struct connection_end *one, const struct connection_end *other)
{
	if (!one->key != !other->key || !one->cert != !other->cert || one->ca.length != other->ca.length)
		return false;
	return (!one->key || pki_key_equal(one->key, other->key)) &&
	       (!one->cert || pki_cert_equal(one->cert, other->cert)) &&
	       (!one->ca.length || !memcmp(one->ca.data, other->ca.data, one->ca.length));
}

static bool is_same_end(const struct connection_end *one, const struct connection_end *other)
{
	return klips_addr_equal(&one->host, &other->host) && one->ike_port == other->ike_port &&
	       one->auth == other->auth && one->id.type == other->id.type &&
	       (one->id.type == IKE_ID_NONE || ike_identity_equal(&one->id, &other->id)) && has_same_key(one, other);
}

static bool is_of_one_conn(const struct connection *one, const struct connection *other)
{
	return one == other || (one->family && other->family && !strcmp(one->family, other->family));
}

/* Peers that prove the same to each other by either. */
static bool has_same_ends(const struct connection *one, const struct connection *other)
{
	return other->kind <= CONNECTION_TRANSPORT && one->require_id == other->require_id &&
	       is_same_end(&one->local, &other->local) && is_same_end(&one->remote, &other->remote);
}

static bool is_same_proposal(const struct ike_proposal *one, const struct ike_proposal *other)
{
	const struct ike_transform *a = one->transforms, *b = other->transforms;
	unsigned int at;

	for (at = 0; at < one->count && at < other->count; at++)
		if (a[at].type != b[at].type || a[at].id != b[at].id || a[at].key_bits != b[at].key_bits)
			return false;
	return one->protocol == other->protocol && one->count == other->count;
}

static bool has_same_proposals(const struct ike_proposals *one, const struct ike_proposals *other)
{
	unsigned int at;

	for (at = 0; at < one->count && at < other->count; at++)
		if (!is_same_proposal(&one->proposals[at], &other->proposals[at]))
			return false;
	return one->count == other->count;
}

/* Addresses from the peer are an IKE SA's: who asks for them has one of its own. */
bool connection_is_kin(const struct connection *one, const struct connection *other)
{
	return is_of_one_conn(one, other) ||
	       (one->kind <= CONNECTION_TRANSPORT && !one->cp && !other->cp && one->local.host.version &&
		one->remote.host.version && has_same_ends(one, other) && has_same_proposals(&one->ike, &other->ike));
}

bool connection_shares_ike(const struct connection *one, const struct connection *other)
{
	return is_of_one_conn(one, other) || has_same_ends(one, other);
}

/* What was agreed on for another may be less than this one wants. */
bool connection_has_suite(const struct connection *connection, const struct ike_suite *suite)
{
	struct ike_proposals agreed = { .count = 1 };
	struct ike_proposal chosen;

	ike_suite_proposal(suite, &agreed.proposals[0], 1);
	return !ike_proposals_choose(&chosen, &connection->ike, &agreed, true);
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

static int fits_asked(const struct connection *connection, const struct klips_addr *local,
		      const struct connection_asked *asked)
{
	struct ike_identity id;

	if (asked->auth && !(asked->auth & connection->remote.auth))
		return 0;
	if (asked->own && asked->own->type != IKE_ID_NONE) {
		connection_local_id(connection, local, &id);
		if (!ike_identity_equal(&id, asked->own))
			return 0;
	}
	if (!asked->peer || connection->remote.id.type == IKE_ID_NONE)
		return 1;
	return ike_identity_equal(&connection->remote.id, asked->peer) ? 2 : 0;
}

static bool agrees(const struct connection *connection, const struct connection_asked *asked)
{
	struct ike_proposal chosen;

	if (asked->offered && ike_proposals_choose(&chosen, &connection->ike, asked->offered, true))
		return false;
	return !asked->suite || connection_has_suite(connection, asked->suite);
}

/**
 * connection_for_peer() - the connection that a peer's message is of
 * @asked: what the peer has said so far
 *
 * Return: the one that fits best: algorithms before identities, those before addresses, exact ones before any, the
 * first of equals; NULL: none. One whose algorithms do not fit is better than none: it tells the log what the peer was
 * taken for.
 */
struct connection *connection_for_peer(struct pluto *pluto, const struct klips_addr *local,
				       const struct klips_addr *remote, const struct connection_asked *asked)
{
	struct connection *connection, *best = NULL;
	int rank, highest = 0, names;

	cds_list_for_each_entry(connection, &pluto->connections, node) {
		rank = fits_hosts(connection, local, remote);
		names = rank ? fits_asked(connection, local, asked) : 0;
		rank = names ? rank + 8 * names + 32 * agrees(connection, asked) : 0;
		if (rank > highest) {
			highest = rank;
			best = connection;
		}
	}
	return best;
}

bool connection_asks_cert(const struct connection *connection)
{
	return (connection->remote.auth & AUTH_BY_SIGNATURE) && !connection->remote.key;
}

uint32_t connections_peer_auth(struct pluto *pluto, const struct klips_addr *local, const struct klips_addr *remote,
			       bool *certs)
{
	struct connection *connection;
	uint32_t auth = 0;

	*certs = false;
	cds_list_for_each_entry(connection, &pluto->connections, node) {
		if (!fits_hosts(connection, local, remote))
			continue;
		auth |= connection->remote.auth;
		*certs |= connection_asks_cert(connection);
	}
	return auth;
}

bool connection_is_template(const struct connection *connection)
{
	return !connection->remote.host.version;
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
