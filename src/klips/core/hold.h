/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First and last packet caching: a flow that meets a %trap gets a %hold of its own, which keeps its first and its
 * newest packet. They are sent, in order, when the trap's eroute is replaced or removed.
 */
#ifndef KLIPS_CORE_HOLD_H
#define KLIPS_CORE_HOLD_H

#include "klips.h"

#define KLIPS_HOLDS_MAX 4096
#define KLIPS_HOLD_TIME (60 * 1000000000ULL) /* nanoseconds until one that nobody answered is given up */

void klips_holds_init(struct klips_holds *holds);
void klips_holds_clear(struct klips *klips);
void klips_holds_release(struct klips *klips, const struct klips_selector *trap);
u64 klips_holds_run_timers(struct klips *klips, u64 now);
void klips_hold_trapped(struct klips *klips, struct klips_dev *dev, const struct klips_selector *trap, bool subnet,
			const struct klips_flow *flow, struct sk_buff *skb);
void klips_hold_keep(struct klips *klips, struct klips_dev *dev, struct klips_eroute *er, struct sk_buff *skb);
bool klips_is_hold(const struct klips_said *said);
unsigned int klips_hold_drain(struct klips *klips, struct klips_eroute *er, const struct klips_said *said);
void klips_held_send(struct klips *klips, struct klips_held *held);
void klips_held_drop(struct klips *klips, struct klips_held *held);

#endif
