// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See table.h. Growing makes new buckets, links every node into them by its second place, and publishes them. Readers
 * of the old ones go on undisturbed: those links are not touched until the last such reader is gone. Until then the
 * table does not grow again; then it does at once if more was put in meanwhile than it is good for.
 */
#include "table.h"

#define FIRST_BUCKETS 64
#define MOST_BUCKETS  (1U << 24)

static struct klips_buckets *new_buckets(struct klips_table *table, u32 count, gfp_t gfp)
{
	const size_t head = sizeof(struct hlist_head);
	const size_t extra = DIV_ROUND_UP(sizeof(struct klips_buckets), head);
	struct klips_buckets *buckets = kvcalloc(extra + count, head, gfp);

	if (!buckets)
		return NULL;
	buckets->table = table;
	buckets->mask = count - 1;
	return buckets;
}

/**
 * klips_table_init() - make an empty table
 * @table: the table
 * @lock: of those who will change it
 *
 * May sleep. Return: 0 or -ENOMEM.
 */
int klips_table_init(struct klips_table *table, spinlock_t *lock)
{
	table->lock = lock;
	table->count = 0;
	table->settling = false;
	RCU_INIT_POINTER(table->buckets, new_buckets(table, FIRST_BUCKETS, GFP_KERNEL));
	return rcu_access_pointer(table->buckets) ? 0 : -ENOMEM;
}

/**
 * klips_table_destroy() - give back the memory of a table
 * @table: the table; it is empty, nobody uses it any more, and rcu_barrier() was called since
 */
void klips_table_destroy(struct klips_table *table)
{
	kvfree(rcu_dereference_protected(table->buckets, 1));
	RCU_INIT_POINTER(table->buckets, NULL);
}

/* How many buckets there should be; 0: those that there are will do. */
static u32 wanted(const struct klips_table *table, const struct klips_buckets *buckets)
{
	const u32 count = READ_ONCE(table->count);
	u32 n;

	/* pairs with the store of settle(), which comes after the last reader */
	if (count <= buckets->mask || buckets->mask >= MOST_BUCKETS - 1 || smp_load_acquire(&table->settling))
		return 0;
	n = buckets->mask + 1;
	while (n < MOST_BUCKETS && n < 2 * count)
		n *= 2;
	return n;
}

static void settle(struct rcu_head *rcu)
{
	struct klips_buckets *old = container_of(rcu, struct klips_buckets, rcu);
	struct klips_table *table = old->table;

	kvfree(old);
	/* whoever grows the table next comes after all readers that these had */
	smp_store_release(&table->settling, false);
	klips_table_grow(table, GFP_ATOMIC);
}

static void publish(struct klips_table *table, struct klips_buckets *old, struct klips_buckets *new)
{
	struct klips_table_node *node;
	u32 i;

	new->side = !old->side;
	for (i = 0; i <= old->mask; i++)
		hlist_for_each_entry(node, &old->heads[i], at[old->side]) {
			hlist_add_head_rcu(&node->at[new->side], &new->heads[node->hash & new->mask]);
		}
	WRITE_ONCE(table->settling, true);
	rcu_assign_pointer(table->buckets, new);
	call_rcu(&old->rcu, settle);
}

/**
 * klips_table_grow() - see that a table has about as many buckets as objects, before one more is put in
 * @table: the table, whose lock the caller does not hold
 * @gfp: whether memory may be waited for
 *
 * Without memory the table stays as it is: lookups take longer then. The first caller after that tries again.
 */
void klips_table_grow(struct klips_table *table, gfp_t gfp)
{
	struct klips_buckets *old, *new;
	u32 count;

	rcu_read_lock();
	count = wanted(table, rcu_dereference(table->buckets));
	rcu_read_unlock();
	if (!count)
		return;
	new = new_buckets(table, count, gfp);
	if (!new)
		return;
	spin_lock_bh(table->lock);
	old = rcu_dereference_protected(table->buckets, 1);
	if (wanted(table, old) && new->mask > old->mask) {
		publish(table, old, new);
		new = NULL;
	}
	spin_unlock_bh(table->lock);
	kvfree(new);
}

/**
 * klips_table_insert() - put an object into a table
 * @table: the table, whose lock is held
 * @node: the object's
 * @hash: of its key
 */
void klips_table_insert(struct klips_table *table, struct klips_table_node *node, u32 hash)
{
	struct klips_buckets *buckets = rcu_dereference_protected(table->buckets, 1);

	node->hash = hash;
	hlist_add_head_rcu(&node->at[buckets->side], &buckets->heads[hash & buckets->mask]);
	WRITE_ONCE(table->count, table->count + 1);
}

/**
 * klips_table_remove() - take an object out of its table
 * @table: the table, whose lock is held
 * @node: the object's; readers may still be at it until they leave rcu_read_lock()
 */
void klips_table_remove(struct klips_table *table, struct klips_table_node *node)
{
	struct klips_buckets *buckets = rcu_dereference_protected(table->buckets, 1);

	hlist_del_init_rcu(&node->at[buckets->side]);
	WRITE_ONCE(table->count, table->count - 1);
}

/**
 * klips_table_replace() - put an object into the place of another of the same key, in one step
 * @table: the table, whose lock is held
 * @old: what is in the table; readers may still be at it until they leave rcu_read_lock()
 * @new: what is in the table then
 */
void klips_table_replace(struct klips_table *table, struct klips_table_node *old, struct klips_table_node *new)
{
	struct klips_buckets *buckets = rcu_dereference_protected(table->buckets, 1);

	new->hash = old->hash;
	hlist_replace_rcu(&old->at[buckets->side], &new->at[buckets->side]);
}
