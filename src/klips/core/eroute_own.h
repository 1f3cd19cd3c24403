/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the eroutes share: eroute.c, eroute_find.c, eroute_group.c, eroute_shape.c.
 *
 * Eroutes are found by tuple-space search. All eroutes with the same lengths of prefixes and the same fields have one
 * shape. A lookup goes through the shapes that exist, the most specific first, cuts the flow to each, and looks that up
 * in one hash table: so its cost depends on the number of shapes, not on that of eroutes.
 */
#ifndef KLIPS_CORE_EROUTE_OWN_H
#define KLIPS_CORE_EROUTE_OWN_H

#include "eroute.h"

/* The fields of a shape; in this order of importance after the addresses. */
#define KLIPS_SHAPE_DPORT 1U
#define KLIPS_SHAPE_SPORT 2U
#define KLIPS_SHAPE_PROTO 4U

/**
 * struct klips_shape - a shape that some eroutes have
 * @rank: length of the source's prefix << 16 | the destination's << 8 | fields: the greater the more specific
 * @eroutes: how many; for writers
 */
struct klips_shape {
	u32 rank;
	u32 eroutes;
};

/**
 * struct klips_shapes - the shapes of one family, by falling rank; RCU, for readers it never changes
 * @rcu: frees it after the last reader
 * @count: of @shape
 * @shape: the shapes, by falling rank
 */
struct klips_shapes {
	struct rcu_head rcu;
	u32 count;
	struct klips_shape shape[];
};

enum klips_group_kind {
	KLIPS_GROUP_PORTS,  /* eroutes with ports, of one source, destination and protocol */
	KLIPS_GROUP_PROTOS, /* eroutes with a protocol, of one source and destination */
	KLIPS_GROUP_KINDS,
};

/**
 * struct klips_group - eroutes between which only what is not in a later fragment decides
 * @selector: what they have in common; protocol 0: KLIPS_GROUP_PROTOS
 * @like: one of them, if all go to the same SAID; else NULL
 * @lead: one of them
 * @members: eroutes of the group
 * @same: how many of @members go where @lead goes
 * @list: the links of its eroutes
 * @by_selector: its place in the table of groups
 * @rcu: frees it after the last reader
 */
struct klips_group {
	struct klips_selector selector;
	struct klips_eroute __rcu *like;
	struct klips_eroute *lead;
	u32 members;
	u32 same;
	struct list_head list;
	struct klips_table_node by_selector;
	struct rcu_head rcu;
};

/**
 * struct klips_eroutes - the eroutes
 * @lock: of all who change anything, but not of readers
 * @seed: of the hashes, random
 * @table: all eroutes, by selector
 * @groups: all groups, by what they have in common
 * @shapes: of IPv4 and of IPv6
 * @doubtful: %drop eroutes of each family, in no table, for fragments of which it is not known where they belong
 * @version: see klips_eroutes_version()
 */
struct klips_eroutes {
	spinlock_t lock;
	u64 seed;
	struct klips_table table;
	struct klips_table groups;
	struct klips_shapes __rcu *shapes[2];
	struct klips_eroute doubtful[2];
	unsigned long version;
};

static inline unsigned int klips_family_index(const struct klips_addr *addr)
{
	return addr->version == KLIPS_V6;
}

u32 klips_selector_hash(const struct klips_eroutes *all, const struct klips_selector *sel);
bool klips_selector_equal(const struct klips_selector *a, const struct klips_selector *b);

/* With all->lock held: */
int klips_shape_use(struct klips_eroutes *all, const struct klips_selector *sel);
void klips_shape_drop(struct klips_eroutes *all, const struct klips_selector *sel);
int klips_groups_join(struct klips_eroutes *all, struct klips_eroute *er);
void klips_groups_leave(struct klips_eroutes *all, struct klips_eroute *er);
void klips_groups_replace(struct klips_eroute *old, struct klips_eroute *new);
/* In rcu_read_lock(): */
struct klips_group *klips_group_find(struct klips_eroutes *all, const struct klips_selector *sel);

#endif
