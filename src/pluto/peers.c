// SPDX-License-Identifier: GPL-2.0-or-later
#include "peers.h"

#include <string.h>

static struct cds_list_head *bucket(const struct ike_sa *sa)
{
	/* Peers choose who they are, so that the hash is a secret one. */
	return &sa->pluto->peers[ike_identity_hash(sa->peer_id, sa->pluto->hash_seed) % PLUTO_SA_BUCKETS];
}

static struct cds_list_head *kin(const struct ike_sa *sa)
{
	const char *name = sa->connection->family ? sa->connection->family : sa->connection->name;

	return &sa->pluto->kin[klips_hash(name, strlen(name), sa->pluto->hash_seed) % PLUTO_OPENING_BUCKETS];
}

void ike_peers_add(struct ike_sa *sa)
{
	cds_list_add(&sa->sibling, kin(sa));
	if (sa->peer_id)
		cds_list_add(&sa->same, bucket(sa));
}

void ike_peers_remove(struct ike_sa *sa)
{
	cds_list_del_init(&sa->sibling);
	cds_list_del_init(&sa->same);
}

bool ike_peers_is_only(const struct ike_sa *sa)
{
	const struct ike_sa *other;

	cds_list_for_each_entry(other, kin(sa), sibling)
		if (other != sa && other->state == IKE_SA_ESTABLISHED &&
		    connection_is_kin(other->connection, sa->connection))
			return false;
	return true;
}

static bool is_same(const struct ike_sa *a, const struct ike_sa *b)
{
	return connection_is_kin(a->connection, b->connection) && a->peer_id &&
	       ike_identity_equal(a->peer_id, b->peer_id);
}

void ike_peers_end_others(struct ike_sa *sa)
{
	struct ike_sa *other, *next;

	cds_list_for_each_entry_safe(other, next, bucket(sa), same)
		if (other != sa && is_same(other, sa))
			ike_sa_end(other, "the peer has begun anew");
}
