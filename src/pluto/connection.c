// SPDX-License-Identifier: GPL-2.0-or-later
#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/parse.h"
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
	CDS_INIT_LIST_HEAD(&connection->sas);
	CDS_INIT_LIST_HEAD(&connection->children);
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

/**
 * connection_wait() - whether it waits for an IKE SA of its kin; the engine counts those that do
 */
void connection_wait(struct connection *connection, bool waiting)
{
	connection->pluto->waiting += waiting;
	connection->pluto->waiting -= connection->waiting;
	connection->waiting = waiting;
}

static void end_clear(struct connection_end *end)
{
	pki_key_put(end->key);
	pki_cert_put(end->cert);
	free((void *)end->ca.data);
	free(end->cert_uri_base);
	free(end->cert_bundle_uri);
}

void connection_put(struct connection *connection)
{
	if (!connection || --connection->users)
		return;
	connection_wait(connection, false);
	end_clear(&connection->local);
	end_clear(&connection->remote);
	cp_settings_free(connection->cp);
	free(connection->name);
	free(connection->family);
	free(connection->group);
	free(connection->aliases);
	free(connection);
}

bool connection_is_named(const struct connection *connection, const char *name)
{
	return !strcmp(connection->name, name) || (connection->family && !strcmp(connection->family, name)) ||
	       (connection->group && !strcmp(connection->group, name));
}

bool connection_has_alias(const struct connection *connection, const char *name)
{
	return connection->aliases && klips_has_word(connection->aliases, name);
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

/* All but who they are. */
static bool is_like(const struct connection_end *one, const struct connection_end *other)
{
	return klips_addr_equal(&one->host, &other->host) && one->ike_port == other->ike_port &&
	       one->auth == other->auth && one->id_from_cert == other->id_from_cert && has_same_key(one, other);
}

static bool is_same_end(const struct connection_end *one, const struct connection_end *other)
{
	return is_like(one, other) && ike_identity_equal(&one->id, &other->id);
}

static bool is_of_one_conn(const struct connection *one, const struct connection *other)
{
	return one == other || (one->family && other->family && !strcmp(one->family, other->family));
}

/* The peer proves the same by either, but for who it is. */
static bool asks_the_same(const struct connection *one, const struct connection *other)
{
	return other->kind <= CONNECTION_TRANSPORT && one->require_id == other->require_id &&
	       is_same_end(&one->local, &other->local) && is_like(&one->remote, &other->remote);
}

/* Peers that prove the same to each other by either. */
static bool has_same_ends(const struct connection *one, const struct connection *other)
{
	return asks_the_same(one, other) && ike_identity_equal(&one->remote.id, &other->remote.id);
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

bool connection_shares_ike(const struct connection *one, const struct connection *other,
			   const struct ike_identity *peer)
{
	return is_of_one_conn(one, other) ||
	       (asks_the_same(one, other) && peer && ike_identity_match(&other->remote.id, peer) >= 0);
}

/* What was agreed on for another may be less than this one wants. */
bool connection_has_suite(const struct connection *connection, const struct ike_suite *suite)
{
	struct ike_proposals agreed = { .count = 1 };
	struct ike_proposal chosen;

	ike_suite_proposal(suite, &agreed.proposals[0], 1);
	return !ike_proposals_choose(&chosen, &connection->ike, &agreed, true);
}

const char *connection_kind_name(enum connection_kind kind)
{
	static const char *const names[] = {
		[CONNECTION_TUNNEL] = "tunnel",		  [CONNECTION_TRANSPORT] = "transport",
		[CONNECTION_PASSTHROUGH] = "passthrough", [CONNECTION_DROP] = "drop",
		[CONNECTION_REJECT] = "reject",
	};

	return names[kind];
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

bool connection_answers(const struct connection *connection, const struct klips_addr *local,
			const struct ike_identity *asked)
{
	const struct connection_end *end = &connection->local;
	struct ike_identity id;

	connection_local_id(connection, local, &id);
	return ike_identity_answers(&id, asked) || ((end->auth & AUTH_BY_SIGNATURE) && end->cert &&
						    pki_cert_has_id(end->cert, asked->type, ike_identity_slice(asked)));
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
