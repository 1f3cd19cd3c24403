// SPDX-License-Identifier: GPL-2.0-or-later
/* First and last packet caching: what a %hold keeps until there is an SA. */
#include "eroute.h"

/**
 * klips_eroute_hold() - have an eroute keep a packet
 * @er: the eroute, a %hold; the caller is in rcu_read_lock()
 * @skb: the packet. The first and the newest stay; the newest takes the place of the one before, which is freed and
 * counted
 * @dropped: counts that too; NULL: nothing else does
 *
 * Return: true, and the packet is the eroute's; false: the eroute was replaced or deleted meanwhile, and the packet is
 * the caller's still, who looks for its eroute again.
 */
bool klips_eroute_hold(struct klips_eroute *er, struct sk_buff *skb, atomic64_t *dropped)
{
	struct sk_buff *old = NULL;
	bool taken;

	spin_lock_bh(&er->lock);
	taken = !er->gone;
	if (taken && !er->held.first) {
		er->held.first = skb;
	} else if (taken) {
		old = er->held.last;
		er->held.last = skb;
		er->held.dropped += !!old;
	}
	spin_unlock_bh(&er->lock);
	if (old && dropped)
		atomic64_inc(dropped);
	if (old)
		kfree_skb(old);
	return taken;
}

/**
 * klips_eroute_unhold() - take what an eroute keeps; it stays, and keeps what comes next
 * @er: the eroute; the caller is in rcu_read_lock()
 * @held: gets the packets, which are the caller's
 */
void klips_eroute_unhold(struct klips_eroute *er, struct klips_held *held)
{
	memset(held, 0, sizeof(*held));
	spin_lock_bh(&er->lock);
	held->first = er->held.first;
	held->last = er->held.last;
	er->held.first = NULL;
	er->held.last = NULL;
	spin_unlock_bh(&er->lock);
}

/**
 * klips_held_free() - let go of packets that were held
 * @held: the packets, which are gone then; the count of those dropped before stays
 */
void klips_held_free(struct klips_held *held)
{
	if (held->first)
		kfree_skb(held->first);
	if (held->last)
		kfree_skb(held->last);
	held->first = NULL;
	held->last = NULL;
}
