/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the SADB share: sadb.c, sadb_group.c, sadb_move.c, sadb_ref.c, sadb_timer.c, sadb_tunnel.c. */
#ifndef KLIPS_CORE_SADB_OWN_H
#define KLIPS_CORE_SADB_OWN_H

#include "sadb.h"

#define KLIPS_REF_PAGE 2048 /* references that get memory at once */

/**
 * struct klips_refs - which SA a SAref means; 0 means none
 * @pages: each of KLIPS_REF_PAGE pointers
 * @used: a bit for each
 * @next: where the search for a free one goes on, so that one that was given back is not given out again soon
 * @count: SAs that have one
 */
struct klips_refs {
	struct klips_sa __rcu *__rcu *pages[KLIPS_REFS / KLIPS_REF_PAGE];
	u64 used[KLIPS_REFS / 64];
	u32 next;
	u32 count;
};

/**
 * struct klips_timers - SAs by when their lifetimes are to be looked at: a heap, the earliest first
 * @heap: [0] is not used
 * @count: SAs in it
 * @room: entries that there is memory for
 */
struct klips_timers {
	struct klips_sa **heap;
	u32 count;
	u32 room;
};

/**
 * struct klips_sadb - the SAs
 * @lock: of all who change anything, but not of readers
 * @seed: of the hashes, random
 * @table: by SAID; it has a reference to each SA
 * @tunnels: by their two ends; of SAs that are in @table
 * @refs: by SAref
 * @timers: by when they are due
 * @next_due: when the first timer is due, for those who have no lock
 */
struct klips_sadb {
	spinlock_t lock;
	u64 seed;
	struct klips_table table;
	struct klips_table tunnels;
	struct klips_refs refs;
	struct klips_timers timers;
	u64 next_due;
};

/* A bundle's innermost SA. */
static inline struct klips_sa *klips_bundle_first(struct klips_sa *sa)
{
	struct klips_sa *inner;

	while ((inner = rcu_dereference_protected(sa->inner, 1)))
		sa = inner;
	return sa;
}

/* All of these with db->lock held; klips_timers_reserve() may let go of it meanwhile. */
u32 klips_sadb_hash(const struct klips_sadb *db, const struct klips_said *said);
struct klips_sa *klips_sadb_lookup(struct klips_sadb *db, const struct klips_said *said);
void klips_sadb_kill(struct klips_sadb *db, struct klips_sa *sa);

int klips_ref_assign(struct klips_refs *refs, struct klips_sa *sa);
void klips_ref_release(struct klips_refs *refs, struct klips_sa *sa);
void klips_ref_replace(struct klips_refs *refs, struct klips_sa *old, struct klips_sa *new);
void klips_refs_free(struct klips_refs *refs);

void klips_tunnel_update(struct klips_sadb *db, struct klips_sa *sa);

int klips_timers_reserve(struct klips_sadb *db) __must_hold(&db->lock);
void klips_timer_set(struct klips_sadb *db, struct klips_sa *sa, u64 now);
void klips_timer_stop(struct klips_sadb *db, struct klips_sa *sa);

#endif
