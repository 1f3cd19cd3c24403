// SPDX-License-Identifier: GPL-2.0-or-later
#include "status_own.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "../lib/keywords.h"
#include "backend_algs.h"
#include "cp_state.h"
#include "loaded.h"
#include "route.h"
#include "shunt.h"
#include "trust.h"

static const char *const autos[] = {
	[CONNECTION_IGNORE] = "ignore", [CONNECTION_ADD] = "add",   [CONNECTION_ONDEMAND] = "ondemand",
	[CONNECTION_START] = "start",	[CONNECTION_KEEP] = "keep",
};

static const char *const plan_states[] = {
	[PLAN_DOWN] = "down",
	[PLAN_OPENING] = "opening",
	[PLAN_UP] = "up",
};

json_t *status_addr(const struct klips_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (!addr->version)
		return json_string("%any");
	klips_addr_print(text, sizeof(text), addr);
	return json_string(text);
}

json_t *status_id(const struct ike_identity *id)
{
	char text[IKE_ID_TEXT];

	ike_identity_print(text, sizeof(text), id);
	return json_string(text);
}

json_t *status_ts(const struct ike_ts_list *list)
{
	json_t *rows = json_array();
	char text[IKE_TS_TEXT];
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		ike_ts_print(text, sizeof(text), &list->ts[i]);
		json_array_append_new(rows, json_string(text));
	}
	return rows;
}

/* When a timer is due, in seconds from now; null: it is not set. */
json_t *status_due(const struct daemon *daemon, const struct pluto_timer *timer)
{
	uint64_t now = pluto_now(daemon->pluto);

	if (!pluto_timer_is_set(timer))
		return json_null();
	return json_integer(timer->at > now ? (json_int_t)((timer->at - now) / 1000) : 0);
}

/* The words of authby= that a set of bits is, the longest first. */
static void auth_text(char *text, size_t size, uint32_t auth)
{
	enum keyword_side side;
	const struct keyword_word *word = keyword_find(false, "authby", &side)->words;
	size_t length = 0;

	snprintf(text, size, auth ? "" : "none");
	for (; word->name; word++) {
		if (!auth || (auth & word->number) != word->number)
			continue;
		length += snprintf(text + length, size - length, "%s%s", length ? "," : "", word->name);
		auth &= ~(uint32_t)word->number;
	}
}

static json_t *end_json(const struct connection *connection, const struct connection_end *end)
{
	struct ike_identity id = end->id;

	char auth[128];
	json_t *row;

	if (end == &connection->local)
		connection_local_id(connection, &end->host, &id);
	auth_text(auth, sizeof(auth), end->auth);
	row = json_pack("{s:o, s:o, s:o, s:i, s:i, s:s}", "host", status_addr(&end->host), "id",
			end->id_from_cert ? json_string("%fromcert") : status_id(&id), "client",
			status_ts(&end->client), "protocol", end->protocol, "port", end->port, "auth", auth);
	if (end->key)
		json_object_set_new(row, "key", trust_key_json(end->key));
	if (end->cert)
		json_object_set_new(row, "cert", json_string(pki_cert_info(end->cert)->subject_text));
	return row;
}

static json_t *plan_json(const struct plan *plan)
{
	const struct connection *connection = plan->connection;
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:s}", "name", connection->name, "type",
				connection_kind_name(connection->kind), "auto", autos[connection->at_start], "state",
				connection->away ? "unoriented" : plan_states[plan_state(plan)], "routed",
				connection->routed, "wanted", plan->wanted, "reqid", (json_int_t)connection->reqid,
				"interface", connection->physical);

	json_object_set_new(row, "local", end_json(connection, &connection->local));
	json_object_set_new(row, "remote", end_json(connection, &connection->remote));
	json_object_set_new(row, "ike_lifetime", json_integer((json_int_t)(connection->times.ike_life / 1000)));
	json_object_set_new(row, "sa_lifetime", json_integer((json_int_t)(connection->times.child_life / 1000)));
	json_object_set_new(row, "rekey", json_boolean(connection->rekey));
	json_object_set_new(row, "pfs", json_boolean(connection->pfs));
	json_object_set_new(row, "dpd_delay", json_integer((json_int_t)(connection->times.dpd_delay / 1000)));
	return row;
}

static json_t *loaded_json(const struct loaded *loaded)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", loaded->name, "left", loaded_end(loaded, "left"),
				"right", loaded_end(loaded, "right"), "wanted", loaded->up, "routed", loaded->routed);

	if (loaded->is_group)
		json_object_set_new(row, "nets", json_integer((json_int_t)loaded->nets.count));
	if (loaded->why[0])
		json_object_set_new(row, "why", json_string(loaded->why));
	return row;
}

/* Conns that are not themselves connections: policy groups, and those that wait for an address. */
static json_t *conns_json(const struct daemon *daemon, const char *name)
{
	struct loaded *loaded = NULL;
	json_t *rows = json_array();

	while ((loaded = loaded_next(daemon, name, loaded))) {
		if (loaded->is_group || loaded->why[0])
			json_array_append_new(rows, loaded_json(loaded));
	}
	return rows;
}

bool status_is_about(const struct connection *connection, const char *name)
{
	return !name || connection_is_named(connection, name) || connection_has_alias(connection, name);
}

static void put_at(void *arg, const struct ike_endpoint *at)
{
	char text[INET6_ADDRSTRLEN];

	klips_addr_print(text, sizeof(text), &at->addr);
	json_array_append_new(arg, json_pack("{s:s, s:i}", "address", text, "port", at->port));
}

static json_t *counters_json(const struct pluto_counters *counters)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "received", (json_int_t)counters->received, "sent",
			 (json_int_t)counters->sent, "retransmitted", (json_int_t)counters->retransmitted, "malformed",
			 (json_int_t)counters->malformed, "unprotected", (json_int_t)counters->unprotected, "no_sa",
			 (json_int_t)counters->no_sa, "cookies", (json_int_t)counters->cookies, "refused",
			 (json_int_t)counters->refused);
}

json_t *status_brief(const struct daemon *daemon)
{
	unsigned int plans = 0, established = 0, opening = 0, children = 0;
	const struct child_sa *child;
	const struct plan *plan;
	const struct ike_sa *sa;

	cds_list_for_each_entry(plan, &daemon->plans, node)
		plans += !plan->gone;
	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		established += sa->state == IKE_SA_ESTABLISHED;
		opening += sa->state == IKE_SA_CONNECTING;
		cds_list_for_each_entry(child, &sa->children, node)
			children += child->state == CHILD_SA_INSTALLED;
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:i}", "connections", (int)plans, "ike_sas", (int)established,
			 "half_open", (int)daemon->pluto->half_open, "opening", (int)opening, "child_sas",
			 (int)children);
}

static bool has_shunt(const struct plan *plan)
{
	const struct connection *connection = plan->connection;

	return !plan->gone && !connection_is_used(connection) &&
	       (connection->routed || connection->shunt != BACKEND_PROTECT);
}

/* Of one that a negotiation has set it says so. */
static json_t *shunt_json(const struct daemon *daemon, const struct connection *connection)
{
	struct policies policies;
	json_t *row;

	connection_policies(connection, &policies);
	row = json_pack("{s:s, s:s, s:o, s:o}", "connection", connection->name, "shunt",
			shunt_name(connection->shunt == BACKEND_PROTECT ? policies.like.action : connection->shunt),
			"local", status_ts(&policies.local), "remote", status_ts(&policies.remote));
	if (connection->shunt == BACKEND_PROTECT)
		return row;
	json_object_set_new(row, "why", json_string(connection->negotiating ? "negotiation" : "failure"));
	json_object_set_new(row, "expires_in", status_due(daemon, &connection->shunt_timer));
	return row;
}

/* What becomes of packets of connections that have no Child SA. */
static json_t *shunts_json(const struct daemon *daemon, const char *name)
{
	json_t *rows = json_array();
	const struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (has_shunt(plan) && status_is_about(plan->connection, name))
			json_array_append_new(rows, shunt_json(daemon, plan->connection));
	}
	return rows;
}

json_t *status_json(const struct daemon *daemon, const char *name)
{
	json_t *status = json_object(), *plans = json_array(), *at = json_array(), *pools = status_pools(daemon);
	const struct plan *plan;

	net_each(daemon->net, put_at, at);
	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!plan->gone && status_is_about(plan->connection, name))
			json_array_append_new(plans, plan_json(plan));
	}
	json_object_set_new(status, "stack", json_string(daemon->backend->ops->name));
	json_object_set_new(status, "stack_why", json_string(daemon->stack));
	json_object_set_new(status, "algorithms", backend_algs_json(daemon->backend));
	json_object_set_new(status, "threads", json_integer(pool_threads(daemon->pool)));
	json_object_set_new(status, "listens", at);
	json_object_set_new(status, "connections", plans);
	json_object_set_new(status, "conns", conns_json(daemon, name));
	json_object_set_new(status, "shunts", shunts_json(daemon, name));
	json_object_set_new(status, "counters", counters_json(&daemon->pluto->counters));
	json_object_set_new(status, "addresspools", json_incref(json_object_get(pools, "addresspools")));
	json_object_set_new(status, "total", status_brief(daemon));
	json_decref(pools);
	return status;
}
