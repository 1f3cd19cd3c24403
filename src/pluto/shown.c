// SPDX-License-Identifier: GPL-2.0-or-later
#include "shown.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	struct cds_list_head node;
	const struct connection *connection;
	struct ike_ts local, remote;
};

/* By the remote addresses: those that lead to the same are together. */
static const struct cds_list_head *bucket(const struct shown *shown, const struct ike_ts *remote)
{
	uint8_t net[1 + sizeof(remote->first) + sizeof(remote->last)] = { remote->version };

	memcpy(net + 1, remote->first, sizeof(remote->first));
	memcpy(net + 1 + sizeof(remote->first), remote->last, sizeof(remote->last));
	return &shown->buckets[klips_hash(net, sizeof(net), shown->seed) % SHOWN_BUCKETS];
}

bool shown_is_same_net(const struct ike_ts *one, const struct ike_ts *other)
{
	return one->version == other->version && !memcmp(one->first, other->first, sizeof(one->first)) &&
	       !memcmp(one->last, other->last, sizeof(one->last));
}

bool shown_leads_to(const struct shown *shown, const struct ike_ts *remote)
{
	const struct pair *one;

	cds_list_for_each_entry(one, bucket(shown, remote), node) {
		if (shown_is_same_net(&one->remote, remote))
			return true;
	}
	return false;
}

static struct pair *find(const struct shown *shown, const struct connection *connection, const struct ike_ts *local,
			 const struct ike_ts *remote)
{
	struct pair *one;

	cds_list_for_each_entry(one, bucket(shown, remote), node) {
		if (one->connection == connection && !memcmp(&one->local, local, sizeof(*local)) &&
		    !memcmp(&one->remote, remote, sizeof(*remote)))
			return one;
	}
	return NULL;
}

void shown_init(struct shown *shown, uint64_t seed)
{
	size_t at;

	shown->seed = seed;
	for (at = 0; at < SHOWN_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&shown->buckets[at]);
}

/* @connection: NULL: all */
static void forget(struct shown *shown, const struct connection *connection)
{
	struct pair *one, *next;
	size_t at;

	for (at = 0; at < SHOWN_BUCKETS; at++) {
		cds_list_for_each_entry_safe(one, next, &shown->buckets[at], node) {
			if (connection && one->connection != connection)
				continue;
			cds_list_del(&one->node);
			free(one);
		}
	}
}

void shown_free(struct shown *shown)
{
	forget(shown, NULL);
}

void shown_forget(struct shown *shown, const struct connection *connection)
{
	forget(shown, connection);
}

bool shown_is_up(const struct shown *shown, const struct connection *connection, const struct ike_ts *local,
		 const struct ike_ts *remote)
{
	return find(shown, connection, local, remote);
}

bool shown_set(struct shown *shown, const struct connection *connection, const struct ike_ts *local,
	       const struct ike_ts *remote, bool up)
{
	struct pair *one = find(shown, connection, local, remote);

	if (up == !!one)
		return false;
	if (!up) {
		cds_list_del(&one->node);
		free(one);
		return true;
	}
	one = calloc(1, sizeof(*one));
	if (!one)
		return false;
	*one = (struct pair){ .connection = connection, .local = *local, .remote = *remote };
	cds_list_add(&one->node, (struct cds_list_head *)bucket(shown, remote));
	return true;
}
