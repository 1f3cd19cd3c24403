// SPDX-License-Identifier: GPL-2.0-or-later
#include "held.h"

#include <stdlib.h>
#include <string.h>

#include "updown.h"

#define HELD_MAX  4096 /* messages; more are sent at once */
#define HELD_TIME 2000 /* milliseconds: a program that takes longer keeps no peer waiting */

struct held {
	struct cds_list_head node;
	struct daemon *daemon;
	struct pluto_timer limit;
	struct ike_endpoint from, to;
	size_t length;
	uint8_t data[];
};

static void forget(struct held *held)
{
	struct daemon *daemon = held->daemon;

	pluto_timer_cancel(&daemon->pluto->timers, &held->limit);
	cds_list_del(&held->node);
	daemon->held_count--;
	free(held);
}

static void let_go(struct held *held)
{
	net_send(held->daemon->net, &held->from, &held->to, (struct ike_slice){ held->data, held->length });
	forget(held);
}

static void too_long(struct pluto_timer *timer)
{
	let_go(caa_container_of(timer, struct held, limit));
}

/* Whether it is. */
static bool hold(struct daemon *daemon, const struct ike_endpoint *from, const struct ike_endpoint *to,
		 struct ike_slice data)
{
	struct held *held = malloc(sizeof(*held) + data.length);

	if (!held)
		return false;
	*held = (struct held){ .daemon = daemon, .from = *from, .to = *to, .length = data.length };
	memcpy(held->data, data.data, data.length);
	if (pluto_timer_set(&daemon->pluto->timers, &held->limit, pluto_now(daemon->pluto) + HELD_TIME, too_long)) {
		free(held);
		return false;
	}
	cds_list_add_tail(&held->node, &daemon->held);
	daemon->held_count++;
	return true;
}

void held_send(struct daemon *daemon, const struct ike_endpoint *from, const struct ike_endpoint *to,
	       struct ike_slice data)
{
	if (daemon->held_count == HELD_MAX || !updown_is_for_peer(daemon->updowns, &to->addr) ||
	    !hold(daemon, from, to, data))
		net_send(daemon->net, from, to, data);
}

void held_turn(struct daemon *daemon)
{
	struct held *held, *next;

	cds_list_for_each_entry_safe(held, next, &daemon->held, node) {
		if (!updown_is_for_peer(daemon->updowns, &held->to.addr))
			let_go(held);
	}
}

void held_free(struct daemon *daemon)
{
	struct held *held, *next;

	cds_list_for_each_entry_safe(held, next, &daemon->held, node)
		forget(held);
}
