// SPDX-License-Identifier: GPL-2.0-or-later
#include "status.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "plan.h"

static const char *const kinds[] = {
	[CONNECTION_TUNNEL] = "tunnel",
	[CONNECTION_TRANSPORT] = "transport",
	[CONNECTION_PASSTHROUGH] = "passthrough",
	[CONNECTION_DROP] = "drop",
};

static const char *const autos[] = {
	[CONNECTION_IGNORE] = "ignore", [CONNECTION_ADD] = "add",   [CONNECTION_ONDEMAND] = "ondemand",
	[CONNECTION_START] = "start",	[CONNECTION_KEEP] = "keep",
};

static const char *const sa_states[] = {
	[IKE_SA_CONNECTING] = "connecting",
	[IKE_SA_ESTABLISHED] = "established",
	[IKE_SA_REKEYED] = "rekeyed",
	[IKE_SA_DELETING] = "deleting",
	[IKE_SA_DEAD] = "dead",
};

static const char *const child_states[] = {
	[CHILD_SA_LARVAL] = "larval",
	[CHILD_SA_INSTALLED] = "installed",
	[CHILD_SA_REKEYED] = "rekeyed",
	[CHILD_SA_DELETING] = "deleting",
};

static const char *const plan_states[] = {
	[PLAN_DOWN] = "down",
	[PLAN_OPENING] = "opening",
	[PLAN_UP] = "up",
};

static json_t *addr_json(const struct klips_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (!addr->version)
		return json_string("%any");
	klips_addr_print(text, sizeof(text), addr);
	return json_string(text);
}

static json_t *id_json(const struct ike_identity *id)
{
	char text[IKE_ID_TEXT];

	ike_identity_print(text, sizeof(text), id);
	return json_string(text);
}

static json_t *ts_json(const struct ike_ts_list *list)
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

static json_t *suite_json(const struct ike_suite *suite)
{
	char text[160];

	ike_suite_print(text, sizeof(text), suite);
	return json_string(text);
}

/* When something of the engine's clock was, in seconds since 1970. */
static json_t *when_json(const struct daemon *daemon, uint64_t then)
{
	uint64_t ago = (pluto_now(daemon->pluto) - then) / 1000;

	return json_integer((json_int_t)(time(NULL) - (time_t)ago));
}

/* When a timer is due, in seconds from now; null: it is not set. */
static json_t *due_json(const struct daemon *daemon, const struct pluto_timer *timer)
{
	uint64_t now = pluto_now(daemon->pluto);

	if (!pluto_timer_is_set(timer))
		return json_null();
	return json_integer(timer->at > now ? (json_int_t)((timer->at - now) / 1000) : 0);
}

static json_t *end_json(const struct connection *connection, const struct connection_end *end)
{
	struct ike_identity id = end->id;

	if (end == &connection->local)
		connection_local_id(connection, &end->host, &id);
	return json_pack("{s:o, s:o, s:o, s:i, s:i, s:s}", "host", addr_json(&end->host), "id", id_json(&id), "client",
			 ts_json(&end->client), "protocol", end->protocol, "port", end->port, "auth",
			 end->auth == AUTH_PSK ? "secret" : "none");
}

static json_t *plan_json(const struct plan *plan)
{
	const struct connection *connection = plan->connection;
	json_t *row =
		json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:s}", "name", connection->name, "type",
			  kinds[connection->kind], "auto", autos[connection->at_start], "state",
			  plan_states[plan_state(plan)], "routed", connection->routed, "wanted", connection->wanted,
			  "reqid", (json_int_t)connection->reqid, "interface", connection->physical);

	json_object_set_new(row, "local", end_json(connection, &connection->local));
	json_object_set_new(row, "remote", end_json(connection, &connection->remote));
	json_object_set_new(row, "ike_lifetime", json_integer((json_int_t)(connection->times.ike_life / 1000)));
	json_object_set_new(row, "sa_lifetime", json_integer((json_int_t)(connection->times.child_life / 1000)));
	json_object_set_new(row, "rekey", json_boolean(connection->rekey));
	json_object_set_new(row, "pfs", json_boolean(connection->pfs));
	json_object_set_new(row, "dpd_delay", json_integer((json_int_t)(connection->times.dpd_delay / 1000)));
	return row;
}

static void put_spi(json_t *row, const char *name, const uint8_t spi[8])
{
	char text[20];

	snprintf(text, sizeof(text), "%02x%02x%02x%02x%02x%02x%02x%02x", spi[0], spi[1], spi[2], spi[3], spi[4], spi[5],
		 spi[6], spi[7]);
	json_object_set_new(row, name, json_string(text));
}

static json_t *sa_json(const struct daemon *daemon, const struct ike_sa *sa)
{
	json_t *row = json_pack("{s:i, s:s, s:s, s:b, s:o, s:i, s:o, s:i, s:b, s:b}", "serial", (int)sa->serial,
				"connection", sa->connection->name, "state", sa_states[sa->state], "initiator",
				sa->initiator, "local", addr_json(&sa->local.addr), "local_port", sa->local.port,
				"remote", addr_json(&sa->remote.addr), "remote_port", sa->remote.port, "nat_local",
				sa->nat_local, "nat_remote", sa->nat_remote);

	put_spi(row, "spi_i", sa->spi[0]);
	put_spi(row, "spi_r", sa->spi[1]);
	if (sa->state == IKE_SA_CONNECTING)
		return row;
	json_object_set_new(row, "established", when_json(daemon, sa->established));
	json_object_set_new(row, "suite", suite_json(&sa->suite));
	if (sa->peer_id)
		json_object_set_new(row, "peer_id", id_json(sa->peer_id));
	json_object_set_new(row, "rekey_in", due_json(daemon, &sa->rekey));
	json_object_set_new(row, "expires_in", due_json(daemon, &sa->expire));
	return row;
}

static void put_usage(json_t *row, const struct daemon *daemon, const struct child_sa *child, bool inbound)
{
	const struct ike_sa *sa = child->sa;
	const struct klips_addr *own = &sa->local.addr, *peer = &sa->remote.addr;
	struct backend_usage usage = { .idle = UINT64_MAX };

	if (daemon->backend->ops->sa_usage(daemon->backend, child->protocol, child->spi[!inbound], inbound ? peer : own,
					   inbound ? own : peer, &usage))
		return;
	json_object_set_new(row, inbound ? "in_bytes" : "out_bytes", json_integer((json_int_t)usage.bytes));
	json_object_set_new(row, inbound ? "in_packets" : "out_packets", json_integer((json_int_t)usage.packets));
	if (usage.idle != UINT64_MAX)
		json_object_set_new(row, inbound ? "in_idle" : "out_idle", json_integer((json_int_t)usage.idle));
}

static json_t *child_json(const struct daemon *daemon, const struct child_sa *child)
{
	const struct ike_sa *sa = child->sa;
	json_t *row = json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:o}", "serial", (int)child->serial,
				"ike_sa", (int)sa->serial, "connection", child->connection->name, "state",
				child_states[child->state], "protocol", child->protocol == IKE_PROTO_AH ? "AH" : "ESP",
				"mode", child->tunnel ? "tunnel" : "transport", "encapsulated",
				sa->nat_local || sa->nat_remote, "spi_in", (json_int_t)ntohl(child->spi[0]), "spi_out",
				(json_int_t)ntohl(child->spi[1]), "local", ts_json(&child->local_ts), "remote",
				ts_json(&child->remote_ts));

	if (child->state == CHILD_SA_LARVAL)
		return row;
	json_object_set_new(row, "suite", suite_json(&child->suite));
	json_object_set_new(row, "installed", when_json(daemon, child->installed));
	json_object_set_new(row, "rekey_in", due_json(daemon, &child->rekey));
	json_object_set_new(row, "expires_in", due_json(daemon, &child->expire));
	if (sa->peer_id)
		json_object_set_new(row, "peer_id", id_json(sa->peer_id));
	put_usage(row, daemon, child, true);
	put_usage(row, daemon, child, false);
	return row;
}

static bool is_meant(const struct connection *connection, const char *name)
{
	return !name || !strcmp(connection->name, name);
}

json_t *status_traffic(const struct daemon *daemon, const char *name)
{
	json_t *rows = json_array();
	const struct child_sa *child;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		cds_list_for_each_entry(child, &sa->children, node) {
			if (is_meant(child->connection, name))
				json_array_append_new(rows, child_json(daemon, child));
		}
	}
	return json_pack("{s:o}", "child_sas", rows);
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

json_t *status_json(const struct daemon *daemon, const char *name)
{
	json_t *status = status_traffic(daemon, name), *plans = json_array(), *sas = json_array();
	json_t *at = json_array();
	const struct plan *plan;
	const struct ike_sa *sa;

	net_each(daemon->net, put_at, at);
	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!plan->gone && is_meant(plan->connection, name))
			json_array_append_new(plans, plan_json(plan));
	}
	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		if (is_meant(sa->connection, name))
			json_array_append_new(sas, sa_json(daemon, sa));
	}
	json_object_set_new(status, "stack", json_string(daemon->backend->ops->name));
	json_object_set_new(status, "stack_why", json_string(daemon->stack));
	json_object_set_new(status, "threads", json_integer(pool_threads(daemon->pool)));
	json_object_set_new(status, "listens", at);
	json_object_set_new(status, "connections", plans);
	json_object_set_new(status, "ike_sas", sas);
	json_object_set_new(status, "counters", counters_json(&daemon->pluto->counters));
	json_object_set_new(status, "total", status_brief(daemon));
	return status;
}
