// SPDX-License-Identifier: GPL-2.0-or-later
/* SAs whose outer addresses change: RFC 4555, 3.5, and RFC 7296, 2.23. */
#include "sadb_own.h"

/* Lifetimes and the SAref go with it; the old name, if it is another, stays until it is deleted. */
static void enter(struct klips_sadb *db, struct klips_sa *old, struct klips_sa *new)
{
	klips_timer_stop(db, old);
	klips_ref_replace(&db->refs, old, new);
	WRITE_ONCE(old->ref, 0);
	if (klips_said_equal(&old->said, &new->said))
		klips_table_replace(&db->table, &old->by_said, &new->by_said);
	else
		klips_table_insert(&db->table, &new->by_said, klips_sadb_hash(db, &new->said));
	klips_timer_set(db, new, ktime_get_ns());
}

static int move_locked(struct klips_sadb *db, const struct klips_sa_move *move)
{
	struct klips_sa *old = klips_sadb_lookup(db, &move->from), *new;
	bool same = klips_said_equal(&move->from, &move->said);
	int err;

	if (!old)
		return -ENOENT;
	if (!same && klips_sadb_lookup(db, &move->said))
		return -EEXIST;
	if (old->state == KLIPS_SA_LARVAL || rcu_access_pointer(old->next) || rcu_access_pointer(old->inner))
		return -EBUSY;
	err = klips_sa_new_moved(&new, old, move);
	if (err)
		return err;
	enter(db, old, new);
	if (same)
		klips_sa_put(old);
	return 0;
}

/**
 * klips_sadb_move() - give an SA other outer addresses
 * @db: the SADB
 * @move: of an SA of ESP or AH; only the destination of its name may change
 *
 * Its keys, limits, numbers and window stay. Under the same name it is replaced in one step. Under another both lead to
 * it until klips_sadb_delete() of the old one, so that eroutes can be changed in between and no packet is lost. May
 * sleep.
 *
 * Return: 0; -ENOENT: there is no such SA; -EEXIST: there is one of the new name; -EBUSY: it is larval, or part of a
 * bundle; -EINVAL; -ENOMEM.
 */
int klips_sadb_move(struct klips_sadb *db, const struct klips_sa_move *move)
{
	const u8 proto = move->from.proto;
	int err;

	if ((proto != KLIPS_PROTO_ESP && proto != KLIPS_PROTO_AH) || proto != move->said.proto ||
	    move->from.spi != move->said.spi)
		return -EINVAL;
	klips_table_grow(&db->table, GFP_KERNEL);
	spin_lock_bh(&db->lock);
	err = move_locked(db, move);
	spin_unlock_bh(&db->lock);
	return err;
}
