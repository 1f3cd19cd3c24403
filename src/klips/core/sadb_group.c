// SPDX-License-Identifier: GPL-2.0-or-later
/* Bundles: SAs that a packet goes through one after the other. RFC 2401, 4.3; KLIPS's spigrp. */
#include "sadb_own.h"

static void ungroup(struct klips_sadb *db, struct klips_sa *sa)
{
	struct klips_sa *next;

	for (sa = klips_bundle_first(sa); sa; sa = next) {
		next = rcu_dereference_protected(sa->next, 1);
		rcu_assign_pointer(sa->next, NULL);
		klips_tunnel_update(db, sa);
		if (!next)
			break;
		rcu_assign_pointer(next->inner, NULL);
		klips_sa_put(next);
	}
}

/* From the outermost on, so that whoever comes by the innermost finds all or none. Each has a reference to the next. */
static void link_all(struct klips_sadb *db, struct klips_sa **sas, unsigned int count)
{
	unsigned int i;

	for (i = count - 1; i; i--) {
		klips_sa_get(sas[i]);
		rcu_assign_pointer(sas[i]->inner, sas[i - 1]);
		rcu_assign_pointer(sas[i - 1]->next, sas[i]);
		klips_tunnel_update(db, sas[i - 1]);
	}
}

static int find_one(struct klips_sadb *db, const struct klips_said *saids, struct klips_sa **sas, unsigned int at)
{
	unsigned int i;

	sas[at] = klips_sadb_lookup(db, &saids[at]);
	if (!sas[at])
		return -ENOENT;
	if (sas[at]->state == KLIPS_SA_LARVAL || !klips_addr_equal(&saids[at].dst, &saids[0].dst))
		return -EINVAL;
	for (i = 0; i < at; i++)
		if (sas[i] == sas[at])
			return -EINVAL;
	return 0;
}

static int group(struct klips_sadb *db, const struct klips_said *saids, unsigned int count)
{
	struct klips_sa *sas[KLIPS_BUNDLE_MAX];
	unsigned int i;
	int err;

	for (i = 0; i < count; i++) {
		err = find_one(db, saids, sas, i);
		if (err)
			return err;
	}
	if (count == 1) {
		ungroup(db, sas[0]);
		return 0;
	}
	for (i = 0; i < count; i++)
		if (rcu_access_pointer(sas[i]->next) || rcu_access_pointer(sas[i]->inner))
			return -EBUSY;
	link_all(db, sas, count);
	return 0;
}

/**
 * klips_sadb_group() - make a bundle, which is known by the first of its SAs
 * @db: the SADB
 * @saids: its SAs, the one that a packet enters first (the innermost) first; they have one destination
 * @count: 1 to KLIPS_BUNDLE_MAX; 1: the bundle that this SA is in is undone
 *
 * Return: 0; -ENOENT: one does not exist; -EBUSY: one is in a bundle already; -EINVAL: count, destinations, one twice,
 * or one that has no keys yet.
 */
int klips_sadb_group(struct klips_sadb *db, const struct klips_said *saids, unsigned int count)
{
	int err;

	if (!count || count > KLIPS_BUNDLE_MAX)
		return -EINVAL;
	spin_lock_bh(&db->lock);
	err = group(db, saids, count);
	spin_unlock_bh(&db->lock);
	return err;
}
