// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of SAs, some at a time: there may be many. */
#include "status_own.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <time.h>

#include "../lib/hex.h"
#include "cp_state.h"

#define ROWS 1000 /* of a piece */

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
	char text[2 * 8 + 1];

	json_object_set_new(row, name, json_string(hex_print(text, spi, 8)));
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

void status_walk(struct status_walk *walk, const struct daemon *daemon, bool ike)
{
	*walk = (struct status_walk){ .place.sort = PLUTO_BOOKMARK, .end = daemon->pluto->next_serial, .ike = ike };
	cds_list_add(&walk->place.node, &daemon->pluto->entries);
}

bool status_walk_is_over(const struct status_walk *walk)
{
	return walk->place.node.next == &walk->place.node;
}

void status_walk_end(struct status_walk *walk)
{
	cds_list_del_init(&walk->place.node);
}

/**
 * struct piece - of a walk
 * @sas: NULL: IKE SAs are not listed
 */
struct piece {
	const struct daemon *daemon;
	const char *name;
	json_t *sas, *children;
};

static uint32_t serial_of(const struct pluto_entry *entry)
{
	if (entry->sort == PLUTO_IKE_SA)
		return caa_container_of(entry, const struct ike_sa, entry)->serial;
	return caa_container_of(entry, const struct child_sa, entry)->serial;
}

/* One that takes the place of another is none of them before it does. */
static void put_sa(const struct piece *piece, struct ike_sa *sa)
{
	if (piece->sas && !cds_list_empty(&sa->node) && status_is_about(sa->connection, piece->name))
		json_array_append_new(piece->sas, sa_json(piece->daemon, sa));
}

static void put_child(const struct piece *piece, const struct child_sa *child)
{
	if (status_is_about(child->connection, piece->name))
		json_array_append_new(piece->children, child_json(piece->daemon, child));
}

static void put_entry(const struct piece *piece, const struct pluto_entry *entry)
{
	if (entry->sort == PLUTO_IKE_SA)
		put_sa(piece, caa_container_of(entry, struct ike_sa, entry));
	else
		put_child(piece, caa_container_of(entry, const struct child_sa, entry));
}

json_t *status_sas(const struct daemon *daemon, struct status_walk *walk, const char *name)
{
	const struct piece piece = { daemon, name, walk->ike ? json_array() : NULL, json_array() };
	struct cds_list_head *at = walk->place.node.next;
	const struct pluto_entry *entry;

	status_walk_end(walk);
	for (; at != &daemon->pluto->entries; at = at->next) {
		entry = cds_list_entry(at, const struct pluto_entry, node);
		if (entry->sort == PLUTO_BOOKMARK)
			continue;
		if (serial_of(entry) >= walk->end)
			break;
		if (json_array_size(piece.sas) + json_array_size(piece.children) == ROWS) {
			cds_list_add_tail(&walk->place.node, at);
			break;
		}
		put_entry(&piece, entry);
	}
	return json_pack("{s:o, s:o*}", "child_sas", piece.children, "ike_sas", piece.sas);
}
