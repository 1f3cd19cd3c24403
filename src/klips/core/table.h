/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash tables that grow while readers walk them: what the SADB and the eroutes are kept in. */
#ifndef KLIPS_CORE_TABLE_H
#define KLIPS_CORE_TABLE_H

#include "port.h"

/**
 * struct klips_table_node - what an object has that is in a table
 * @hash: of what it is found by
 * @at: its place in the buckets of today; the other is its place in those before, as long as they are read
 */
struct klips_table_node {
	u32 hash;
	struct hlist_node at[2];
};

/**
 * struct klips_buckets - a table's heads
 * @table: whose they are
 * @rcu: frees them after the last reader
 * @side: which of a node's two places they use
 * @mask: their number less one
 * @heads: the lists, @mask + 1
 */
struct klips_buckets {
	struct klips_table *table;
	struct rcu_head rcu;
	u32 side;
	u32 mask;
	struct hlist_head heads[];
};

/**
 * struct klips_table - a table
 * @lock: held by its writers; it belongs to whoever has the table
 * @buckets: its heads
 * @count: objects
 * @settling: older buckets are still being read, so that nodes have no second place to spare
 */
struct klips_table {
	spinlock_t *lock;
	struct klips_buckets __rcu *buckets;
	u32 count;
	bool settling;
};

/* For readers, in rcu_read_lock(): all in the bucket of a hash, then all that there is. */
#define klips_table_for_each(pos, buckets, key_hash, member) \
	hlist_for_each_entry_rcu(pos, &(buckets)->heads[(key_hash) & (buckets)->mask], member.at[(buckets)->side])

#define klips_table_for_all(pos, buckets, index, member)         \
	for ((index) = 0; (index) <= (buckets)->mask; (index)++) \
	klips_table_for_each(pos, buckets, index, member)

int klips_table_init(struct klips_table *table, spinlock_t *lock);
void klips_table_destroy(struct klips_table *table);
void klips_table_grow(struct klips_table *table, gfp_t gfp);
void klips_table_insert(struct klips_table *table, struct klips_table_node *node, u32 hash);
void klips_table_remove(struct klips_table *table, struct klips_table_node *node);
void klips_table_replace(struct klips_table *table, struct klips_table_node *old, struct klips_table_node *new);

#endif
