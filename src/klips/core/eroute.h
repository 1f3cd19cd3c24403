/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Eroutes: which SA, or which shunt, a packet's flow takes. The outbound part of RFC 4301's SPD. */
#ifndef KLIPS_CORE_EROUTE_H
#define KLIPS_CORE_EROUTE_H

#include "selector.h"
#include "table.h"

/* SPIs of shunts: eroutes to SAIDs of KLIPS_PROTO_INT. */
enum klips_shunt {
	KLIPS_SHUNT_PASS = 256,
	KLIPS_SHUNT_DROP,
	KLIPS_SHUNT_REJECT,	/* tell the sender: ICMP unreachable, prohibited */
	KLIPS_SHUNT_HOLD,	/* keep the first and the last packet until there is an SA */
	KLIPS_SHUNT_TRAP,	/* ask for an SA, and make a %hold for the two hosts */
	KLIPS_SHUNT_TRAPSUBNET, /* ask for an SA, and become a %hold */
};

/**
 * struct klips_held - packets that a %hold keeps: the first, and the newest
 * @first: owned; NULL: none
 * @last: owned; NULL: no other than the first
 * @dropped: those between
 */
struct klips_held {
	struct sk_buff *first;
	struct sk_buff *last;
	u64 dropped;
};

struct klips_group;

/**
 * struct klips_group_link - that an eroute is in a group; see eroute_own.h
 * @group: that group; NULL: none
 * @list: among its eroutes
 */
struct klips_group_link {
	struct klips_group *group;
	struct list_head list;
};

/**
 * struct klips_eroute - one of them; readers hold rcu_read_lock()
 * @by_selector: and what follows: all that a lookup reads, side by side
 * @selector: the flows that it is for
 * @said: where its packets go; also the name of the bundle
 * @count: packets
 * @used: monotonic nanoseconds of the last, 0: none
 * @added: monotonic nanoseconds
 * @lock: guards @held and @gone
 * @held: guarded by @lock
 * @gone: replaced or deleted, keeps no more packets
 * @links: its groups, of each kind one
 * @rcu: frees it after the last reader
 */
struct klips_eroute {
	struct klips_table_node by_selector;
	struct klips_selector selector;
	struct klips_said said;
	atomic64_t count;
	u64 used;
	u64 added;
	spinlock_t lock;
	struct klips_held held;
	bool gone;
	struct klips_group_link links[2];
	struct rcu_head rcu;
};

struct klips_eroutes;

struct klips_eroutes *klips_eroutes_new(void);
void klips_eroutes_free(struct klips_eroutes *all);

/* What was held by an eroute that is replaced or deleted is the caller's then: klips_held_free() or sent again, in
 * order. */
int klips_eroute_add(struct klips_eroutes *all, const struct klips_selector *sel, const struct klips_said *said);
int klips_eroute_replace(struct klips_eroutes *all, const struct klips_selector *sel, const struct klips_said *said,
			 struct klips_held *held);
int klips_eroute_delete(struct klips_eroutes *all, const struct klips_selector *sel, struct klips_held *held);
void klips_eroutes_clear(struct klips_eroutes *all);
void klips_held_free(struct klips_held *held);

struct klips_eroute *klips_eroute_find(struct klips_eroutes *all, const struct klips_flow *flow);
struct klips_eroute *klips_eroute_find_but(struct klips_eroutes *all, const struct klips_flow *flow,
					   const struct klips_eroute *but);
bool klips_eroute_is_doubtful(const struct klips_eroutes *all, const struct klips_eroute *er);
bool klips_eroutes_protect(struct klips_eroutes *all, const struct klips_flow *flow);
struct klips_eroute *klips_eroute_exact(struct klips_eroutes *all, const struct klips_selector *sel);
bool klips_eroute_hold(struct klips_eroute *er, struct sk_buff *skb, atomic64_t *dropped);
void klips_eroute_unhold(struct klips_eroute *er, struct klips_held *held);
unsigned int klips_eroutes_count(const struct klips_eroutes *all);
unsigned long klips_eroutes_version(const struct klips_eroutes *all);
int klips_eroutes_walk(struct klips_eroutes *all, int (*visit)(struct klips_eroute *er, void *arg), void *arg);

#endif
