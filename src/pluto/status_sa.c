// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of SAs, some at a time: there may be many. */
#include "status_own.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <time.h>

#include "cp_state.h"

#define ROWS 1000 /* of a piece, about */

/* When something of the engine's clock was, in seconds since 1970. */
static json_t *when_json(const struct daemon *daemon, uint64_t then)
{
	uint64_t ago = (pluto_now(daemon->pluto) - then) / 1000;

	return json_integer((json_int_t)(time(NULL) - (time_t)ago));
}

static json_t *suite_json(const struct ike_suite *suite)
{
	char text[160];

	ike_suite_print(text, sizeof(text), suite);
	return json_string(text);
}

static const char *const child_states[] = {
	[CHILD_SA_LARVAL] = "larval",
	[CHILD_SA_INSTALLED] = "installed",
	[CHILD_SA_REKEYED] = "rekeyed",
	[CHILD_SA_DELETING] = "deleting",
};

static const char *const sa_states[] = {
	[IKE_SA_CONNECTING] = "connecting",
	[IKE_SA_ESTABLISHED] = "established",
	[IKE_SA_REKEYED] = "rekeyed",
	[IKE_SA_DELETING] = "deleting",
	[IKE_SA_DEAD] = "dead",
};

static void put_spi(json_t *row, const char *name, const uint8_t spi[8])
{
	char text[20];

	snprintf(text, sizeof(text), "%02x%02x%02x%02x%02x%02x%02x%02x", spi[0], spi[1], spi[2], spi[3], spi[4], spi[5],
		 spi[6], spi[7]);
	json_object_set_new(row, name, json_string(text));
}

/* Of connections that are for many peers; and the addresses that peers were given, or this host was. */
static void put_instance(json_t *row, const struct ike_sa *sa)
{
	json_t *addrs;
	unsigned int i;

	if (sa->instance)
		json_object_set_new(row, "instance", json_integer(sa->instance));
	if (!sa->cp)
		return;
	addrs = json_array();
	for (i = 0; i < 2; i++) {
		if (sa->cp->addrs[i].version)
			json_array_append_new(addrs, status_addr(&sa->cp->addrs[i]));
	}
	json_object_set_new(row, cp_own_addr(sa, KLIPS_V4) || cp_own_addr(sa, KLIPS_V6) ? "given" : "lease", addrs);
}

static json_t *sa_json(const struct daemon *daemon, const struct ike_sa *sa)
{
	json_t *row = json_pack("{s:i, s:s, s:s, s:b, s:o, s:i, s:o, s:i, s:b, s:b}", "serial", (int)sa->serial,
				"connection", sa->connection->name, "state", sa_states[sa->state], "initiator",
				sa->initiator, "local", status_addr(&sa->local.addr), "local_port", sa->local.port,
				"remote", status_addr(&sa->remote.addr), "remote_port", sa->remote.port, "nat_local",
				sa->nat_local, "nat_remote", sa->nat_remote);

	put_instance(row, sa);
	put_spi(row, "spi_i", sa->spi[0]);
	put_spi(row, "spi_r", sa->spi[1]);
	if (sa->state == IKE_SA_CONNECTING)
		return row;
	json_object_set_new(row, "established", when_json(daemon, sa->established));
	json_object_set_new(row, "suite", suite_json(&sa->suite));
	if (sa->peer_id)
		json_object_set_new(row, "peer_id", status_id(sa->peer_id));
	if (sa->auth[0] && sa->auth[1])
		json_object_set_new(row, "auth", json_pack("{s:s, s:s}", "local", sa->auth[0], "remote", sa->auth[1]));
	json_object_set_new(row, "rekey_in", status_due(daemon, &sa->rekey));
	json_object_set_new(row, "expires_in", status_due(daemon, &sa->expire));
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
				(json_int_t)ntohl(child->spi[1]), "local", status_ts(&child->local_ts), "remote",
				status_ts(&child->remote_ts));

	json_object_set_new(row, "peer", status_addr(&sa->remote.addr));
	if (child->cpi[1]) {
		json_object_set_new(row, "cpi_in", json_integer(ntohl(child->cpi[0])));
		json_object_set_new(row, "cpi_out", json_integer(ntohl(child->cpi[1])));
	}
	put_instance(row, sa);
	if (child->state == CHILD_SA_LARVAL)
		return row;
	json_object_set_new(row, "suite", suite_json(&child->suite));
	json_object_set_new(row, "installed", when_json(daemon, child->installed));
	json_object_set_new(row, "rekey_in", status_due(daemon, &child->rekey));
	json_object_set_new(row, "expires_in", status_due(daemon, &child->expire));
	if (sa->peer_id)
		json_object_set_new(row, "peer_id", status_id(sa->peer_id));
	put_usage(row, daemon, child, true);
	put_usage(row, daemon, child, false);
	return row;
}

static unsigned int count_rows(const struct daemon *daemon, const char *name, bool ike, uint32_t *first)
{
	const struct child_sa *child;
	const struct ike_sa *sa;
	unsigned int rows = 0;

	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		rows += ike && status_is_about(sa->connection, name);
		*first = sa->serial < *first ? sa->serial : *first;
		cds_list_for_each_entry(child, &sa->children, node) {
			rows += status_is_about(child->connection, name);
			*first = child->serial < *first ? child->serial : *first;
		}
	}
	return rows;
}

void status_walk(struct status_walk *walk, const struct daemon *daemon, const char *name, bool ike)
{
	uint32_t first = daemon->pluto->next_serial;
	unsigned int pieces = count_rows(daemon, name, ike, &first) / ROWS + 1;

	*walk = (struct status_walk){ .next = first, .end = daemon->pluto->next_serial, .ike = ike };
	walk->width = (walk->end - walk->next) / pieces + 1;
}

static bool is_now(const struct status_walk *walk, uint32_t serial)
{
	return serial >= walk->next && serial - walk->next < walk->width && serial < walk->end;
}

static void put_children(json_t *rows, const struct daemon *daemon, const struct status_walk *walk, const char *name,
			 const struct ike_sa *sa)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node) {
		if (is_now(walk, child->serial) && status_is_about(child->connection, name))
			json_array_append_new(rows, child_json(daemon, child));
	}
}

json_t *status_sas(const struct daemon *daemon, struct status_walk *walk, const char *name)
{
	json_t *children = json_array(), *sas = walk->ike ? json_array() : NULL;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		if (walk->ike && is_now(walk, sa->serial) && status_is_about(sa->connection, name))
			json_array_append_new(sas, sa_json(daemon, sa));
		put_children(children, daemon, walk, name, sa);
	}
	walk->next = walk->end - walk->next > walk->width ? walk->next + walk->width : walk->end;
	return json_pack("{s:o, s:o*}", "child_sas", children, "ike_sas", sas);
}
