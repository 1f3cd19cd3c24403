// SPDX-License-Identifier: GPL-2.0-or-later
/* See guard.h. What the kernel has is kept here too, so that a change tells it only what differs. */
#include "guard.h"

#define PORTS (KLIPS_GUARD_SPORT | KLIPS_GUARD_DPORT)

#define PARTS 3 /* maps that an eroute may be in: its own, and those of two groups */

enum treatment {
	NONE,
	PASS,
	REFUSE
};

/**
 * struct entry - a flow in a map
 * @count: eroutes that it stands for: of a group, those that refuse; 0: the kernel does not have it
 */
struct entry {
	struct klips_table_node node;
	struct klips_guard_map *map;
	struct klips_guard_key key;
	u32 count;
	bool pass;
};

struct klips_guard {
	spinlock_t lock; /* for the table, which grows in another thread */
	struct klips_table table;
	struct list_head maps[2];
	const struct klips_guard_sink *sink;
	void *arg;
};

/**
 * struct part - what a change makes of an entry
 * @live: entries of its map before
 */
struct part {
	struct entry *entry;
	u32 count, new_count;
	bool pass, new_pass;
	u32 live;
};

static u32 fields_of(const struct klips_selector *sel)
{
	const u32 ports = (sel->sport ? KLIPS_GUARD_SPORT : 0) | (sel->dport ? KLIPS_GUARD_DPORT : 0);

	return (sel->proto ? KLIPS_GUARD_PROTO : 0) | ports |
	       (ports && klips_proto_is_icmp(sel->proto) ? KLIPS_GUARD_ICMP : 0);
}

static void put(struct klips_guard_key *key, const void *data, u32 size)
{
	memcpy(key->data + key->length, data, size);
	key->length += (size + 3) & ~3U;
}

static void make_key(struct klips_guard_key *key, const struct klips_selector *sel, u32 fields)
{
	const u32 size = klips_addr_bits(&sel->src) / 8;

	memset(key, 0, sizeof(*key));
	put(key, sel->src.b, size);
	put(key, sel->dst.b, size);
	if (fields & (KLIPS_GUARD_PROTO | KLIPS_GUARD_PORTED))
		put(key, &sel->proto, sizeof(sel->proto));
	if (fields & KLIPS_GUARD_SPORT)
		put(key, &sel->sport, sizeof(sel->sport));
	if (fields & KLIPS_GUARD_DPORT)
		put(key, &sel->dport, sizeof(sel->dport));
}

static u32 hash_of(u32 rank, const struct klips_guard_key *key)
{
	return klips_hash(key->data, key->length, rank);
}

static struct entry *find(struct klips_guard *guard, bool v6, u32 rank, const struct klips_guard_key *key)
{
	const u32 hash = hash_of(rank, key);
	struct klips_buckets *buckets;
	struct entry *entry, *found = NULL;

	rcu_read_lock();
	buckets = rcu_dereference(guard->table.buckets);
	klips_table_for_each(entry, buckets, hash, node)
	{
		if (entry->node.hash == hash && entry->map->rank == rank && entry->map->v6 == v6 &&
		    !memcmp(&entry->key, key, sizeof(*key))) {
			found = entry;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* The map of a rank, which is made if there is none; NULL: no memory. */
static struct klips_guard_map *have_map(struct klips_guard *guard, bool v6, u32 rank)
{
	struct list_head *maps = &guard->maps[v6], *at;
	struct klips_guard_map *map;

	for (at = maps->next; at != maps; at = at->next) {
		map = list_entry(at, struct klips_guard_map, list);
		if (map->rank == rank)
			return map;
		if (map->rank < rank)
			break;
	}
	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return NULL;
	map->rank = rank;
	map->v6 = v6;
	list_add_tail(&map->list, at);
	return map;
}

static struct entry *new_entry(struct klips_guard *guard, bool v6, u32 rank, const struct klips_guard_key *key)
{
	struct klips_guard_map *map = have_map(guard, v6, rank);
	struct entry *entry = map ? kzalloc(sizeof(*entry), GFP_KERNEL) : NULL;

	if (!entry) {
		if (map && !map->users) {
			list_del(&map->list);
			kfree(map);
		}
		return NULL;
	}
	entry->map = map;
	entry->key = *key;
	map->users++;
	klips_table_grow(&guard->table, GFP_KERNEL);
	spin_lock_bh(&guard->lock);
	klips_table_insert(&guard->table, &entry->node, hash_of(rank, key));
	spin_unlock_bh(&guard->lock);
	return entry;
}

static void remove_entry(struct klips_guard *guard, struct entry *entry)
{
	struct klips_guard_map *map = entry->map;

	spin_lock_bh(&guard->lock);
	klips_table_remove(&guard->table, &entry->node);
	spin_unlock_bh(&guard->lock);
	kfree(entry);
	if (--map->users)
		return;
	list_del(&map->list);
	kfree(map);
}

/* False: no memory. */
static bool begin_part(struct klips_guard *guard, struct part *part, const struct klips_selector *sel, u32 fields)
{
	const u32 rank = KLIPS_GUARD_RANK(sel->src_bits, sel->dst_bits, fields);
	const bool v6 = sel->src.version == KLIPS_V6;
	struct klips_guard_key key;

	make_key(&key, sel, fields);
	part->entry = find(guard, v6, rank, &key);
	if (!part->entry)
		part->entry = new_entry(guard, v6, rank, &key);
	if (!part->entry)
		return false;
	part->count = part->new_count = part->entry->count;
	part->pass = part->new_pass = part->entry->pass;
	part->live = part->entry->map->entries;
	return true;
}

static void become(struct entry *entry, u32 count, bool pass)
{
	if (count && !entry->count)
		entry->map->entries++;
	if (!count && entry->count)
		entry->map->entries--;
	entry->count = count;
	entry->pass = pass;
}

static bool differs(const struct part *part)
{
	return !part->count != !part->new_count || part->pass != part->new_pass;
}

static void tell_flow(struct klips_guard *guard, const struct part *part)
{
	const struct klips_guard_map *map = part->entry->map;

	if (part->count)
		guard->sink->remove_flow(guard->arg, map, &part->entry->key);
	if (!part->live && map->entries)
		guard->sink->add_map(guard->arg, map);
	if (part->new_count)
		guard->sink->add_flow(guard->arg, map, &part->entry->key, part->new_pass);
}

/* What differs; whether anything does. Maps come before what is in them, and go when nothing looks at them. */
static bool tell(struct klips_guard *guard, const struct part *parts, unsigned int count)
{
	bool reorder = false, any = false;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!differs(&parts[i]))
			continue;
		any = true;
		reorder |= !parts[i].live != !parts[i].entry->map->entries;
		tell_flow(guard, &parts[i]);
	}
	if (!reorder)
		return any;
	guard->sink->order(guard->arg, &guard->maps[parts[0].entry->map->v6], parts[0].entry->map->v6);
	for (i = 0; i < count; i++)
		if (parts[i].live && !parts[i].entry->map->entries)
			guard->sink->remove_map(guard->arg, parts[i].entry->map);
	return true;
}

static int carry_out(struct klips_guard *guard, struct part *parts, unsigned int count)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < count; i++)
		become(parts[i].entry, parts[i].new_count, parts[i].new_pass);
	if (tell(guard, parts, count))
		err = guard->sink->commit(guard->arg);
	for (i = 0; err && i < count; i++)
		become(parts[i].entry, parts[i].count, parts[i].pass);
	return err;
}

/* The maps that an eroute is in: its own first. */
static unsigned int list_fields(u32 list[PARTS], const struct klips_selector *sel)
{
	const u32 fields = fields_of(sel);
	unsigned int count = 0;

	list[count++] = fields;
	if (fields & KLIPS_GUARD_PROTO)
		list[count++] = KLIPS_GUARD_NAMED;
	if (fields & PORTS)
		list[count++] = KLIPS_GUARD_PORTED;
	return count;
}

static void plan(struct part *parts, unsigned int count, enum treatment to)
{
	const enum treatment from = !parts[0].count ? NONE : parts[0].pass ? PASS : REFUSE;
	unsigned int i;

	parts[0].new_count = to != NONE;
	parts[0].new_pass = to == PASS;
	for (i = 1; i < count; i++)
		parts[i].new_count += (u32)(to == REFUSE) - (u32)(from == REFUSE);
}

static int change(struct klips_guard *guard, const struct klips_selector *sel, enum treatment to)
{
	struct klips_selector normal = *sel;
	unsigned int count, i, begun;
	struct part parts[PARTS] = { 0 };
	u32 fields[PARTS];
	int err = -ENOMEM;

	klips_selector_normalise(&normal);
	count = list_fields(fields, &normal);
	for (begun = 0; begun < count; begun++)
		if (!begin_part(guard, &parts[begun], &normal, fields[begun]))
			break;
	if (begun == count) {
		plan(parts, count, to);
		err = carry_out(guard, parts, count);
	}
	for (i = 0; i < begun; i++)
		if (!parts[i].entry->count)
			remove_entry(guard, parts[i].entry);
	return err;
}

/**
 * klips_guard_new() - make a guard that refuses nothing
 * @sink: who has the kernel do it
 * @arg: for it
 *
 * Return: the guard; NULL: no memory.
 */
struct klips_guard *klips_guard_new(const struct klips_guard_sink *sink, void *arg)
{
	struct klips_guard *guard = kzalloc(sizeof(*guard), GFP_KERNEL);

	if (!guard)
		return NULL;
	spin_lock_init(&guard->lock);
	if (klips_table_init(&guard->table, &guard->lock)) {
		kfree(guard);
		return NULL;
	}
	INIT_LIST_HEAD(&guard->maps[0]);
	INIT_LIST_HEAD(&guard->maps[1]);
	guard->sink = sink;
	guard->arg = arg;
	return guard;
}

/* All maps go with their last entries. */
static void remove_entries(struct klips_guard *guard)
{
	struct klips_buckets *buckets;
	struct hlist_node *next;
	struct entry *entry;
	u32 i;

	/* Growing, which would move them, is the caller's thread's, or waits for the end of a reader. */
	rcu_read_lock();
	buckets = rcu_dereference(guard->table.buckets);
	for (i = 0; i <= buckets->mask; i++)
		hlist_for_each_entry_safe(entry, next, &buckets->heads[i], node.at[buckets->side]) {
			remove_entry(guard, entry);
		}
	rcu_read_unlock();
}

/**
 * klips_guard_free() - end a guard; the kernel is told nothing
 * @guard: it, or NULL
 */
void klips_guard_free(struct klips_guard *guard)
{
	if (!guard)
		return;
	remove_entries(guard);
	rcu_barrier();
	klips_table_destroy(&guard->table);
	kfree(guard);
}

/**
 * klips_guard_set() - there is an eroute, or another one in its place
 * @guard: the guard
 * @sel: its selector
 * @said: where it leads: packets in clear that come the other way are taken for %pass, and else refused
 *
 * Return: 0; -ENOMEM or what the sink's commit says, and all is as it was.
 */
int klips_guard_set(struct klips_guard *guard, const struct klips_selector *sel, const struct klips_said *said)
{
	const bool pass = said->proto == KLIPS_PROTO_INT && be32_to_cpu(said->spi) == KLIPS_SHUNT_PASS;

	return change(guard, sel, pass ? PASS : REFUSE);
}

/**
 * klips_guard_unset() - there is no such eroute
 * @guard: the guard
 * @sel: the selector
 *
 * Return: as klips_guard_set(); 0 also if the guard never heard of it.
 */
int klips_guard_unset(struct klips_guard *guard, const struct klips_selector *sel)
{
	return change(guard, sel, NONE);
}

/**
 * klips_guard_clear() - there are no eroutes
 * @guard: the guard
 *
 * Return: as klips_guard_set().
 */
int klips_guard_clear(struct klips_guard *guard)
{
	struct list_head none = LIST_HEAD_INIT(none);
	struct klips_guard_map *map;
	unsigned int v6;
	int err;

	for (v6 = 0; v6 < 2; v6++) {
		guard->sink->order(guard->arg, &none, v6);
		list_for_each_entry(map, &guard->maps[v6], list) {
			guard->sink->remove_map(guard->arg, map);
		}
	}
	err = guard->sink->commit(guard->arg);
	if (!err)
		remove_entries(guard);
	return err;
}

/**
 * klips_guard_watch() - packets in clear come by a device
 * @guard: the guard
 * @ifindex: the device, which is not watched yet
 *
 * Return: 0 or what the sink's commit says.
 */
int klips_guard_watch(struct klips_guard *guard, u32 ifindex)
{
	guard->sink->add_device(guard->arg, ifindex);
	return guard->sink->commit(guard->arg);
}

/**
 * klips_guard_unwatch() - the opposite
 * @guard: the guard
 * @ifindex: the device, which is watched
 *
 * Return: 0 or what the sink's commit says.
 */
int klips_guard_unwatch(struct klips_guard *guard, u32 ifindex)
{
	guard->sink->remove_device(guard->arg, ifindex);
	return guard->sink->commit(guard->arg);
}
