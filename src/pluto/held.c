// SPDX-License-Identifier: GPL-2.0-or-later
#include "held.h"

#include <stdlib.h>
#include <string.h>

#include "updown.h"

#define HELD_MAX 4096 /* messages; more are sent at once */

struct held {
	struct cds_list_head node;
	struct ike_endpoint from, to;
	size_t length;
	uint8_t data[];
};

static struct held *hold(const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data)
{
	struct held *held = malloc(sizeof(*held) + data.length);

	if (!held)
		return NULL;
	held->from = *from;
	held->to = *to;
	held->length = data.length;
	memcpy(held->data, data.data, data.length);
	return held;
}

void held_send(struct daemon *daemon, const struct ike_endpoint *from, const struct ike_endpoint *to,
	       struct ike_slice data)
{
	struct held *held = NULL;

	if (daemon->held_count < HELD_MAX && updown_is_for_peer(daemon->updowns, &to->addr))
		held = hold(from, to, data);
	if (!held) {
		net_send(daemon->net, from, to, data);
		return;
	}
	cds_list_add_tail(&held->node, &daemon->held);
	daemon->held_count++;
}

static void forget(struct daemon *daemon, struct held *held)
{
	cds_list_del(&held->node);
	daemon->held_count--;
	free(held);
}

void held_turn(struct daemon *daemon)
{
	struct held *held, *next;

	cds_list_for_each_entry_safe(held, next, &daemon->held, node) {
		if (updown_is_for_peer(daemon->updowns, &held->to.addr))
			continue;
		net_send(daemon->net, &held->from, &held->to, (struct ike_slice){ held->data, held->length });
		forget(daemon, held);
	}
}

void held_free(struct daemon *daemon)
{
	struct held *held, *next;

	cds_list_for_each_entry_safe(held, next, &daemon->held, node)
		forget(daemon, held);
}
