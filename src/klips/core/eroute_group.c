// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups of eroutes: what is asked for a fragment that has no ports, or no protocol, in it. See eroute_own.h; what
 * follows for fragments is at klips_eroute_find().
 */
#include "eroute_own.h"

static void free_group(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct klips_group, rcu));
}

/**
 * klips_group_find() - find a group
 * @all: the eroutes
 * @sel: what its eroutes have in common
 *
 * Return: it, for as long as the caller is in rcu_read_lock(); NULL: there is no such eroute.
 */
struct klips_group *klips_group_find(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_buckets *buckets = rcu_dereference(all->groups.buckets);
	const u32 hash = klips_selector_hash(all, sel);
	struct klips_group *group;

	klips_table_for_each(group, buckets, hash,
			     by_selector) if (group->by_selector.hash == hash &&
					      klips_selector_equal(&group->selector, sel)) return group;
	return NULL;
}

static bool is_in(const struct klips_selector *sel, enum klips_group_kind kind)
{
	return kind == KLIPS_GROUP_PORTS ? sel->sport || sel->dport : sel->proto;
}

static struct klips_selector common(const struct klips_selector *sel, enum klips_group_kind kind)
{
	struct klips_selector part = *sel;

	part.sport = 0;
	part.dport = 0;
	if (kind == KLIPS_GROUP_PROTOS)
		part.proto = 0;
	return part;
}

static struct klips_group *have_group(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_group *group;

	rcu_read_lock();
	group = klips_group_find(all, sel);
	rcu_read_unlock();
	if (group)
		return group;
	group = kzalloc(sizeof(*group), GFP_ATOMIC);
	if (!group)
		return NULL;
	group->selector = *sel;
	INIT_LIST_HEAD(&group->list);
	klips_table_insert(&all->groups, &group->by_selector, klips_selector_hash(all, sel));
	return group;
}

static struct klips_eroute *member(struct list_head *entry, enum klips_group_kind kind)
{
	struct klips_group_link *link = list_entry(entry, struct klips_group_link, list);

	return container_of(link - kind, struct klips_eroute, links[0]);
}

/* One store, so that readers see one state of the group or the next. */
static void publish(struct klips_group *group)
{
	rcu_assign_pointer(group->like, group->same == group->members ? group->lead : NULL);
}

static void count_in(struct klips_group *group, struct klips_eroute *er)
{
	group->members++;
	if (!group->lead) {
		group->lead = er;
		group->same = 1;
	} else if (klips_said_equal(&er->said, &group->lead->said)) {
		group->same++;
	}
}

static u32 count_like(struct klips_group *group, const struct klips_said *said, enum klips_group_kind kind)
{
	struct list_head *entry;
	u32 n = 0;

	for (entry = group->list.next; entry != &group->list; entry = entry->next)
		n += klips_said_equal(&member(entry, kind)->said, said);
	return n;
}

/* Another that goes where the old lead goes, if there is one; while all do, that is the first. */
static void choose_lead(struct klips_group *group, const struct klips_said *said, enum klips_group_kind kind)
{
	struct list_head *entry = group->list.next;

	if (!group->members) {
		group->lead = NULL;
		return;
	}
	while (group->same && !klips_said_equal(&member(entry, kind)->said, said))
		entry = entry->next;
	group->lead = member(entry, kind);
	if (!group->same)
		group->same = count_like(group, &group->lead->said, kind);
}

/* @er is no longer in the list. */
static void count_out(struct klips_group *group, struct klips_eroute *er, enum klips_group_kind kind)
{
	group->members--;
	if (klips_said_equal(&er->said, &group->lead->said))
		group->same--;
	if (group->lead == er)
		choose_lead(group, &er->said, kind);
}

static int join(struct klips_eroutes *all, struct klips_eroute *er, enum klips_group_kind kind)
{
	const struct klips_selector sel = common(&er->selector, kind);
	struct klips_group *group = have_group(all, &sel);

	if (!group)
		return -ENOMEM;
	er->links[kind].group = group;
	list_add_tail(&er->links[kind].list, &group->list);
	count_in(group, er);
	publish(group);
	return 0;
}

static void leave(struct klips_eroutes *all, struct klips_eroute *er, enum klips_group_kind kind)
{
	struct klips_group *group = er->links[kind].group;

	er->links[kind].group = NULL;
	list_del(&er->links[kind].list);
	count_out(group, er, kind);
	if (group->members) {
		publish(group);
	} else {
		klips_table_remove(&all->groups, &group->by_selector);
		call_rcu(&group->rcu, free_group);
	}
}

/**
 * klips_groups_join() - put an eroute into the groups that it belongs to
 * @all: the eroutes
 * @er: the eroute, which is in none
 *
 * Return: 0; -ENOMEM, and it is in none still.
 */
int klips_groups_join(struct klips_eroutes *all, struct klips_eroute *er)
{
	enum klips_group_kind kind;
	int err = 0;

	for (kind = 0; kind < KLIPS_GROUP_KINDS && !err; kind++)
		if (is_in(&er->selector, kind))
			err = join(all, er, kind);
	if (err)
		klips_groups_leave(all, er);
	return err;
}

/**
 * klips_groups_leave() - take an eroute out of its groups
 * @all: the eroutes
 * @er: the eroute
 */
void klips_groups_leave(struct klips_eroutes *all, struct klips_eroute *er)
{
	enum klips_group_kind kind;

	for (kind = 0; kind < KLIPS_GROUP_KINDS; kind++)
		if (er->links[kind].group)
			leave(all, er, kind);
}

/**
 * klips_groups_replace() - let an eroute have the place of another of the same selector, in one step
 * @old: which is in no group then
 * @new: which was in none
 */
void klips_groups_replace(struct klips_eroute *old, struct klips_eroute *new)
{
	enum klips_group_kind kind;

	for (kind = 0; kind < KLIPS_GROUP_KINDS; kind++) {
		struct klips_group *group = old->links[kind].group;

		if (!group)
			continue;
		new->links[kind].group = group;
		list_add(&new->links[kind].list, &old->links[kind].list);
		old->links[kind].group = NULL;
		list_del(&old->links[kind].list);
		count_in(group, new);
		count_out(group, old, kind);
		publish(group);
	}
}
