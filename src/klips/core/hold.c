// SPDX-License-Identifier: GPL-2.0-or-later
/* See hold.h. */
#include "debug.h"
#include "hold.h"

#define DRAIN_ROUNDS 16 /* then a flow is so fast that waiting for a pause has no end */

/**
 * struct klips_hold - a %hold that a %trap made
 * @list: among those of its klips
 * @selector: its eroute's
 * @trap: that of the %trap
 * @back: what comes back if nobody answers, when the %hold took the trap's own place; 0: the trap is still there
 * @until: monotonic nanoseconds
 */
struct klips_hold {
	struct list_head list;
	struct klips_selector selector;
	struct klips_selector trap;
	u32 back;
	u64 until;
};

/**
 * klips_holds_init() - none yet
 * @holds: them
 */
void klips_holds_init(struct klips_holds *holds)
{
	spin_lock_init(&holds->lock);
	INIT_LIST_HEAD(&holds->list);
	holds->count = 0;
}

/**
 * klips_held_send() - send what was held, first and last: it meets the eroute that is there now
 * @klips: where
 * @held: the packets, which are gone then
 */
void klips_held_send(struct klips *klips, struct klips_held *held)
{
	struct sk_buff *skbs[] = { held->first, held->last };
	struct klips_dev *dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbs); i++) {
		if (!skbs[i])
			continue;
		memcpy(&dev, skbs[i]->cb, sizeof(dev));
		klips_xmit_again(klips, dev, skbs[i]);
	}
	memset(held, 0, sizeof(*held));
}

/**
 * klips_held_drop() - let go of what was held, and count it
 * @klips: where
 * @held: the packets, which are gone then
 */
void klips_held_drop(struct klips *klips, struct klips_held *held)
{
	atomic64_add(!!held->first + !!held->last, &klips->stats.hold_dropped);
	klips_held_free(held);
	memset(held, 0, sizeof(*held));
}

static bool is_same(const struct klips_selector *a, const struct klips_selector *b)
{
	return !klips_selector_compare(a, b);
}

/*
 * The next one that is of this trap and has this selector (any, if NULL) and whose time is past (whatever it is, if
 * @now is 0), taken out.
 */
static struct klips_hold *take(struct klips *klips, const struct klips_selector *trap, const struct klips_selector *sel,
			       u64 now)
{
	struct klips_hold *hold, *found = NULL;

	spin_lock_bh(&klips->holds.lock);
	list_for_each_entry(hold, &klips->holds.list, list)
		if ((!trap || is_same(&hold->trap, trap)) && (!sel || is_same(&hold->selector, sel)) &&
		    (!now || hold->until <= now)) {
			found = hold;
			list_del(&hold->list);
			klips->holds.count--;
			break;
		}
	spin_unlock_bh(&klips->holds.lock);
	return found;
}

/* Whether a SAID is a %hold. */
bool klips_is_hold(const struct klips_said *said)
{
	return said->proto == KLIPS_PROTO_INT && be32_to_cpu(said->spi) == KLIPS_SHUNT_HOLD;
}

static struct klips_said shunt(u32 spi)
{
	struct klips_said said = { .dst = klips_addr_v4(0), .proto = KLIPS_PROTO_INT };

	said.spi = cpu_to_be32(spi);
	return said;
}

/**
 * klips_hold_drain() - send what a %hold keeps, and what it gets meanwhile, before it goes
 * @klips: where
 * @er: the %hold, which stays; the caller is in rcu_read_lock()
 * @said: what will take its place: SAs or %pass; NULL: nothing, and packets take the eroute that they meet without it
 *
 * While the %hold is there the flow's newer packets end in it, on whatever CPU, so that none overtakes.
 *
 * Return: how many packets were sent.
 */
unsigned int klips_hold_drain(struct klips *klips, struct klips_eroute *er, const struct klips_said *said)
{
	unsigned int round, i, sent = 0;
	struct klips_held held;
	struct klips_dev *dev;

	for (round = 0; round < DRAIN_ROUNDS; round++) {
		struct sk_buff *skbs[2];

		klips_eroute_unhold(er, &held);
		if (!held.first)
			break;
		skbs[0] = held.first;
		skbs[1] = held.last;
		for (i = 0; i < ARRAY_SIZE(skbs) && skbs[i]; i++, sent++) {
			memcpy(&dev, skbs[i]->cb, sizeof(dev));
			klips_xmit_past(klips, dev, skbs[i], er, said);
		}
	}
	return sent;
}

/* Its eroute goes, or is the trap again, unless somebody has replaced it by something else than a %hold. */
static void end(struct klips *klips, struct klips_hold *hold, void (*finish)(struct klips *, struct klips_held *))
{
	const struct klips_said back = shunt(hold->back);
	struct klips_held held = { NULL, NULL, 0 };
	struct klips_eroute *er;
	bool ours;
	int err;

	rcu_read_lock();
	er = klips_eroute_exact(klips->eroutes, &hold->selector);
	ours = er && klips_is_hold(&er->said);
	if (ours && !hold->back && finish == klips_held_send)
		klips_hold_drain(klips, er, NULL);
	rcu_read_unlock();
	if (ours) {
		err = hold->back ? klips_eroute_replace(klips->eroutes, &hold->selector, &back, &held) :
				   klips_eroute_delete(klips->eroutes, &hold->selector, &held);
		if (!err)
			finish(klips, &held);
	}
	kfree(hold);
}

/**
 * klips_holds_release() - send what the %holds of a %trap kept, and remove them
 * @klips: where
 * @trap: the selector of what was a %trap; bits behind its prefixes do not count
 */
void klips_holds_release(struct klips *klips, const struct klips_selector *trap)
{
	struct klips_selector normal = *trap;
	/* What is sent may meet a %trap again: the %hold that it makes stays. */
	u32 left = READ_ONCE(klips->holds.count);
	struct klips_hold *hold;

	klips_selector_normalise(&normal);
	while (left-- && (hold = take(klips, &normal, NULL, 0)))
		end(klips, hold, klips_held_send);
}

/**
 * klips_holds_clear() - remove all %holds that traps made, and drop what they kept
 * @klips: where
 */
void klips_holds_clear(struct klips *klips)
{
	struct klips_hold *hold;

	while ((hold = take(klips, NULL, NULL, 0)))
		end(klips, hold, klips_held_drop);
}

/**
 * klips_holds_run_timers() - give up what nobody answered: the next packet of its flow asks again
 * @klips: where
 * @now: monotonic nanoseconds
 *
 * Return: when to be called again, in the same; 0: there is none.
 */
u64 klips_holds_run_timers(struct klips *klips, u64 now)
{
	struct klips_hold *hold;
	u64 next = 0;

	while ((hold = take(klips, NULL, NULL, now)))
		end(klips, hold, klips_held_drop);
	spin_lock_bh(&klips->holds.lock);
	if (!list_empty(&klips->holds.list))
		next = list_first_entry(&klips->holds.list, struct klips_hold, list)->until;
	spin_unlock_bh(&klips->holds.lock);
	return next;
}

/**
 * klips_hold_keep() - give a packet to a %hold
 * @klips: where
 * @dev: the ipsecN that it goes through
 * @er: the %hold; the caller is in rcu_read_lock()
 * @skb: the packet, which is taken over; if the %hold has just gone, it meets the eroute that there is now
 */
void klips_hold_keep(struct klips *klips, struct klips_dev *dev, struct klips_eroute *er, struct sk_buff *skb)
{
	memcpy(skb->cb, &dev, sizeof(dev));
	if (klips_eroute_hold(er, skb, &klips->stats.hold_dropped))
		atomic64_inc(&klips->stats.held);
	else
		klips_xmit_again(klips, dev, skb);
}

/* As narrow as the trap in protocol and ports, so that it holds nothing that the trap did not; the two hosts only. */
static struct klips_selector narrow(const struct klips_selector *trap, const struct klips_flow *flow)
{
	struct klips_selector sel = *trap;

	sel.src = flow->src;
	sel.dst = flow->dst;
	sel.src_bits = (u8)klips_addr_bits(&flow->src);
	sel.dst_bits = (u8)klips_addr_bits(&flow->dst);
	return sel;
}

static bool has_room(struct klips_holds *holds)
{
	bool room;

	spin_lock_bh(&holds->lock);
	room = holds->count < KLIPS_HOLDS_MAX;
	if (room)
		holds->count++;
	spin_unlock_bh(&holds->lock);
	return room;
}

/* -EEXIST: another packet of the flow was faster. So it may have been in the trap's place, and its packets go. */
static int make_eroute(struct klips *klips, const struct klips_selector *sel, bool in_place)
{
	const struct klips_said said = shunt(KLIPS_SHUNT_HOLD);
	struct klips_held held = { NULL, NULL, 0 };
	int err;

	if (!in_place)
		return klips_eroute_add(klips->eroutes, sel, &said);
	err = klips_eroute_replace(klips->eroutes, sel, &said, &held);
	klips_held_drop(klips, &held);
	return err;
}

static int add(struct klips *klips, const struct klips_selector *sel, const struct klips_selector *trap, u32 back)
{
	struct klips_hold *hold;
	int err = -ENOMEM;

	if (!has_room(&klips->holds))
		return -ENOSPC;
	hold = kzalloc(sizeof(*hold), GFP_ATOMIC);
	if (hold)
		err = make_eroute(klips, sel, back);
	spin_lock_bh(&klips->holds.lock);
	if (err) {
		klips->holds.count--;
	} else {
		hold->selector = *sel;
		hold->trap = *trap;
		hold->back = back;
		hold->until = ktime_get_ns() + KLIPS_HOLD_TIME;
		list_add_tail(&hold->list, &klips->holds.list);
	}
	spin_unlock_bh(&klips->holds.lock);
	if (err)
		kfree(hold);
	return err;
}

static bool ask(struct klips *klips, const struct klips_selector *trap, const struct klips_flow *flow)
{
	struct klips_acquire acquire = { .flow = *flow, .trap = *trap };

	spin_lock_bh(&klips->acquires.lock);
	acquire.id = ++klips->acquires.next_id;
	spin_unlock_bh(&klips->acquires.lock);
	if (!klips->ops->acquire(klips, &acquire)) {
		atomic64_inc(&klips->acquires.unheard);
		return false;
	}
	atomic64_inc(&klips->acquires.sent);
	atomic64_inc(&klips->stats.trap_sendcount);
	return true;
}

static bool may_ask(struct klips *klips)
{
	const struct klips_settings *set = &klips->settings;

	return klips_acquire_allowed(&klips->acquires, READ_ONCE(set->acquire_rate), READ_ONCE(set->acquire_burst),
				     ktime_get_ns());
}

static void keep_or_drop(struct klips *klips, struct klips_dev *dev, const struct klips_selector *sel,
			 struct sk_buff *skb)
{
	struct klips_eroute *er = klips_eroute_exact(klips->eroutes, sel);

	if (er && klips_is_hold(&er->said)) {
		klips_hold_keep(klips, dev, er, skb);
		return;
	}
	atomic64_inc(&klips->stats.hold_dropped);
	kfree_skb(skb);
}

/**
 * klips_hold_trapped() - a packet met a %trap: make a %hold that keeps the packet, and ask for an SA
 * @klips: where
 * @dev: the ipsecN that it goes through
 * @trap: the trap's selector; the trap may be gone when this returns
 * @subnet: it is a %trapsubnet, which itself becomes the %hold
 * @flow: the packet's
 * @skb: the packet, which is taken over. It is dropped when nobody listens, or when too many ask already; the trap
 * stays.
 *
 * The caller is in rcu_read_lock(). The %hold is there before anybody is asked: an answer may come at once.
 */
void klips_hold_trapped(struct klips *klips, struct klips_dev *dev, const struct klips_selector *trap, bool subnet,
			const struct klips_flow *flow, struct sk_buff *skb)
{
	const struct klips_selector from = *trap;
	struct klips_selector sel = subnet ? from : narrow(&from, flow);
	struct klips_hold *hold;
	u32 back = 0;
	int err;

	if (subnet)
		back = KLIPS_SHUNT_TRAPSUBNET;
	else if (is_same(&sel, &from))
		back = KLIPS_SHUNT_TRAP;
	atomic64_inc(&klips->stats.trap_count);
	err = may_ask(klips) ? add(klips, &sel, &from, back) : -EAGAIN;
	klips_trace(EROUTE, "a %%trap was met: %d", err);
	keep_or_drop(klips, dev, &sel, skb);
	if (err || ask(klips, &from, flow))
		return;
	hold = take(klips, &from, &sel, 0);
	if (hold)
		end(klips, hold, klips_held_drop);
}
