// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of the eroutes: see eroute.h. They may come from where packets are handled, so none of them waits for memory.
 */
#include "eroute_own.h"

static bool is_treatment(const struct klips_said *said)
{
	const u32 spi = be32_to_cpu(said->spi);

	switch (said->proto) {
	case KLIPS_PROTO_INT:
		return spi >= KLIPS_SHUNT_PASS && spi <= KLIPS_SHUNT_TRAPSUBNET;
	case KLIPS_PROTO_ESP:
	case KLIPS_PROTO_AH:
	case KLIPS_PROTO_COMP:
	case KLIPS_PROTO_IPIP:
		return spi;
	default:
		return false;
	}
}

static void fill(struct klips_eroute *er, const struct klips_selector *sel, const struct klips_said *said)
{
	enum klips_group_kind kind;

	memset(er, 0, sizeof(*er));
	er->selector = *sel;
	er->said = *said;
	er->added = ktime_get_ns();
	spin_lock_init(&er->lock);
	for (kind = 0; kind < KLIPS_GROUP_KINDS; kind++)
		INIT_LIST_HEAD(&er->links[kind].list);
}

/* What fragments get that may belong elsewhere: see klips_eroute_find(). */
static void make_doubtful(struct klips_eroute *er, u8 version)
{
	struct klips_selector any;
	struct klips_said drop;

	memset(&any, 0, sizeof(any));
	memset(&drop, 0, sizeof(drop));
	any.src.version = version;
	any.dst.version = version;
	drop.dst.version = version;
	drop.proto = KLIPS_PROTO_INT;
	drop.spi = cpu_to_be32(KLIPS_SHUNT_DROP);
	fill(er, &any, &drop);
	er->gone = true;
}

/**
 * klips_eroutes_new() - make an empty set of eroutes
 *
 * May sleep. Return: it; NULL: no memory.
 */
struct klips_eroutes *klips_eroutes_new(void)
{
	struct klips_eroutes *all = kzalloc(sizeof(*all), GFP_KERNEL);

	if (!all)
		return NULL;
	if (klips_table_init(&all->table, &all->lock))
		goto no_table;
	if (klips_table_init(&all->groups, &all->lock))
		goto no_groups;
	spin_lock_init(&all->lock);
	all->version = 1;
	get_random_bytes(&all->seed, sizeof(all->seed));
	make_doubtful(&all->doubtful[0], KLIPS_V4);
	make_doubtful(&all->doubtful[1], KLIPS_V6);
	return all;

no_groups:
	klips_table_destroy(&all->table);
no_table:
	kfree(all);
	return NULL;
}

/**
 * klips_eroutes_free() - end a set of eroutes
 * @all: the eroutes, which nobody uses any more; what they hold is freed. May sleep
 */
void klips_eroutes_free(struct klips_eroutes *all)
{
	klips_eroutes_clear(all);
	rcu_barrier();
	klips_table_destroy(&all->groups);
	klips_table_destroy(&all->table);
	kfree(rcu_dereference_protected(all->shapes[0], 1));
	kfree(rcu_dereference_protected(all->shapes[1], 1));
	kfree(all);
}

static void free_eroute(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct klips_eroute, rcu));
}

/* With all->lock held. */
static struct klips_eroute *lookup(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_eroute *er;

	rcu_read_lock();
	er = klips_eroute_exact(all, sel);
	rcu_read_unlock();
	return er;
}

static int new_eroute(struct klips_eroute **er, const struct klips_selector *sel, const struct klips_said *said)
{
	struct klips_selector normal = *sel;

	if (!klips_selector_is_valid(sel) || !is_treatment(said))
		return -EINVAL;
	*er = kmalloc(sizeof(**er), GFP_ATOMIC);
	if (!*er)
		return -ENOMEM;
	klips_selector_normalise(&normal);
	fill(*er, &normal, said);
	return 0;
}

/* Lookups find it last, when all is there that tells fragments of it. */
static int enter(struct klips_eroutes *all, struct klips_eroute *er)
{
	int err = klips_shape_use(all, &er->selector);

	if (err)
		return err;
	err = klips_groups_join(all, er);
	if (err) {
		klips_shape_drop(all, &er->selector);
		return err;
	}
	klips_table_insert(&all->table, &er->by_selector, klips_selector_hash(all, &er->selector));
	/* pairs with klips_eroutes_version(): who sees it finds the eroute */
	smp_store_release(&all->version, all->version + 1);
	return 0;
}

/* From now on it keeps no more packets; what it had is the caller's. */
static void retire(struct klips_eroute *er, struct klips_held *held)
{
	spin_lock_bh(&er->lock);
	er->gone = true;
	*held = er->held;
	memset(&er->held, 0, sizeof(er->held));
	spin_unlock_bh(&er->lock);
	call_rcu(&er->rcu, free_eroute);
}

static void take_out(struct klips_eroutes *all, struct klips_eroute *er, struct klips_held *held)
{
	klips_table_remove(&all->table, &er->by_selector);
	klips_groups_leave(all, er);
	klips_shape_drop(all, &er->selector);
	retire(er, held);
}

static void put_in_place(struct klips_eroutes *all, struct klips_eroute *old, struct klips_eroute *new,
			 struct klips_held *held)
{
	klips_groups_replace(old, new);
	klips_table_replace(&all->table, &old->by_selector, &new->by_selector);
	retire(old, held);
}

static void grow(struct klips_eroutes *all)
{
	klips_table_grow(&all->table, GFP_ATOMIC);
	klips_table_grow(&all->groups, GFP_ATOMIC);
}

/* Packets that nobody asked for are freed. */
static void give(const struct klips_held *from, struct klips_held *to)
{
	struct klips_held held = *from;

	if (to)
		*to = held;
	else
		klips_held_free(&held);
}

/* @held: NULL: there must be none yet. */
static int set(struct klips_eroutes *all, const struct klips_selector *sel, const struct klips_said *said,
	       struct klips_held *held)
{
	struct klips_eroute *old, *new;
	int err = new_eroute(&new, sel, said);

	if (err)
		return err;
	grow(all);
	spin_lock_bh(&all->lock);
	old = lookup(all, sel);
	if (!old)
		err = enter(all, new);
	else if (held)
		put_in_place(all, old, new, held);
	else
		err = -EEXIST;
	spin_unlock_bh(&all->lock);
	if (err)
		kfree(new);
	return err;
}

/**
 * klips_eroute_add() - make an eroute
 * @all: the eroutes
 * @sel: whose flows take it; bits behind its prefixes do not count
 * @said: where they go: the first SA of a bundle, which need not exist, or a shunt
 *
 * Return: 0; -EEXIST: there is one of this selector; -EINVAL: neither SA nor shunt, or no valid selector; -ENOMEM.
 */
int klips_eroute_add(struct klips_eroutes *all, const struct klips_selector *sel, const struct klips_said *said)
{
	return set(all, sel, said, NULL);
}

/**
 * klips_eroute_replace() - make an eroute, in the place of the one of this selector if there is one
 * @all: the eroutes
 * @sel: as for klips_eroute_add()
 * @said: likewise
 * @held: gets the packets that the old one held; NULL: they are freed
 *
 * Each lookup finds the old one or the new one. The new one counts from 0.
 *
 * Return: 0, -EINVAL or -ENOMEM; all is as it was then, and @held is empty.
 */
int klips_eroute_replace(struct klips_eroutes *all, const struct klips_selector *sel, const struct klips_said *said,
			 struct klips_held *held)
{
	struct klips_held from;
	int err;

	memset(&from, 0, sizeof(from));
	err = set(all, sel, said, &from);
	give(&from, held);
	return err;
}

/**
 * klips_eroute_delete() - remove an eroute
 * @all: the eroutes
 * @sel: its selector; bits behind the prefixes do not count
 * @held: gets the packets that it held; NULL: they are freed
 *
 * Return: 0; -ENOENT: there is none, and @held is empty.
 */
int klips_eroute_delete(struct klips_eroutes *all, const struct klips_selector *sel, struct klips_held *held)
{
	struct klips_eroute *er;
	struct klips_held from;

	memset(&from, 0, sizeof(from));
	spin_lock_bh(&all->lock);
	er = lookup(all, sel);
	if (er)
		take_out(all, er, &from);
	spin_unlock_bh(&all->lock);
	give(&from, held);
	return er ? 0 : -ENOENT;
}

/**
 * klips_eroutes_clear() - remove all eroutes, and free what they hold
 * @all: the eroutes
 */
void klips_eroutes_clear(struct klips_eroutes *all)
{
	struct klips_buckets *buckets;
	struct klips_eroute *er;
	struct klips_held held;
	u32 i;

	rcu_read_lock();
	spin_lock_bh(&all->lock);
	buckets = rcu_dereference(all->table.buckets);
	klips_table_for_all(er, buckets, i, by_selector)
	{
		take_out(all, er, &held);
		klips_held_free(&held);
	}
	spin_unlock_bh(&all->lock);
	rcu_read_unlock();
}

/**
 * klips_eroutes_count() - how many eroutes there are
 * @all: the eroutes
 *
 * Return: that.
 */
unsigned int klips_eroutes_count(const struct klips_eroutes *all)
{
	return READ_ONCE(all->table.count);
}

/**
 * klips_eroutes_version() - which set of eroutes there is
 * @all: the eroutes
 *
 * Return: a number, not 0. If klips_eroute_find() finds nothing for a flow after it was read, then there is nothing for
 * that flow as long as it is the same.
 */
unsigned long klips_eroutes_version(const struct klips_eroutes *all)
{
	/* pairs with enter() */
	return smp_load_acquire(&all->version);
}

/**
 * klips_eroutes_walk() - visit all eroutes, in no order; the visitor is in rcu_read_lock()
 * @all: the eroutes
 * @visit: called with each; what it returns other than 0 ends the walk
 * @arg: for it
 *
 * Return: what the last visit returned, 0 without any.
 */
int klips_eroutes_walk(struct klips_eroutes *all, int (*visit)(struct klips_eroute *er, void *arg), void *arg)
{
	struct klips_buckets *buckets;
	struct klips_eroute *er;
	int err = 0;
	u32 i;

	rcu_read_lock();
	buckets = rcu_dereference(all->table.buckets);
	for (i = 0; i <= buckets->mask && !err; i++)
		klips_table_for_each(er, buckets, i, by_selector)
		{
			err = visit(er, arg);
			if (err)
				break;
		}
	rcu_read_unlock();
	return err;
}
