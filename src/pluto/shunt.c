// SPDX-License-Identifier: GPL-2.0-or-later
#include "shunt.h"

#include <inttypes.h>

#include "route.h"

const char *shunt_name(enum backend_action action)
{
	static const char *const names[] = {
		[BACKEND_PROTECT] = "%protect", [BACKEND_TRAP] = "%trap", [BACKEND_HOLD] = "%hold",
		[BACKEND_PASS] = "%pass",	[BACKEND_DROP] = "%drop", [BACKEND_REJECT] = "%reject",
	};

	return names[action];
}

/* The connection's policies with another action. */
static void policies_of(const struct connection *connection, enum backend_action action, struct policies *to)
{
	connection_policies(connection, to);
	to->like.action = action;
}

static void set(struct connection *connection, enum backend_action action)
{
	struct policies policies;

	policies_of(connection, action, &policies);
	connection->shunt = policies_set(&policies) ? BACKEND_PROTECT : action;
}

void shunt_again(struct connection *connection)
{
	if (connection->shunt != BACKEND_PROTECT)
		set(connection, connection->shunt);
}

static void forget(struct connection *connection)
{
	pluto_timer_cancel(&connection->pluto->timers, &connection->shunt_timer);
	connection->shunt = BACKEND_PROTECT;
}

void shunt_negotiating(struct connection *connection)
{
	connection->negotiating = true;
	/* The stack itself holds what meets a trap. What only is to come up, and no trap, leaves its traffic alone. */
	if (connection->negotiation_passes && connection->routed && !connection_is_used(connection)) {
		forget(connection);
		set(connection, BACKEND_PASS);
	}
}

void shunt_end(struct connection *connection)
{
	struct policies policies;

	connection->negotiating = false;
	if (connection->shunt == BACKEND_PROTECT)
		return;
	policies_of(connection, connection->shunt, &policies);
	forget(connection);
	if (connection_is_used(connection))
		return;
	if (connection->routed)
		connection_down_policies(connection, &policies);
	else
		policies_delete(&policies, NULL);
}

static void expire(struct pluto_timer *timer)
{
	struct connection *connection = caa_container_of(timer, struct connection, shunt_timer);

	pluto_log(connection->pluto, PLUTO_NOTICE, "\"%s\": its traffic is no longer treated as after a failure",
		  connection->name);
	shunt_end(connection);
}

void shunt_failed(struct connection *connection)
{
	struct pluto *pluto = connection->pluto;

	connection->has_packet = false;
	if (!connection->negotiating || connection_is_used(connection))
		return;
	if (connection->failure == BACKEND_PROTECT || !pluto->shunt_life) {
		shunt_end(connection);
		return;
	}
	connection->negotiating = false;
	forget(connection);
	set(connection, connection->failure);
	if (connection->shunt == BACKEND_PROTECT)
		return;
	pluto_log(pluto, PLUTO_NOTICE, "\"%s\": failureshunt=: %s for %" PRIu64 " s", connection->name,
		  shunt_name(connection->shunt), pluto->shunt_life / 1000);
	pluto_timer_set(&pluto->timers, &connection->shunt_timer, pluto_now(pluto) + pluto->shunt_life, expire);
}

/* The trap comes first, for what the Child SA may not be for. */
void shunt_yield(struct connection *connection)
{
	struct policies policies;

	if (connection->shunt != BACKEND_PROTECT && connection->routed)
		connection_down_policies(connection, &policies);
}

void shunt_over(struct connection *connection, const struct policies *policies)
{
	struct policies shunts;

	connection->negotiating = false;
	if (connection->shunt == BACKEND_PROTECT)
		return;
	if (!connection->routed) {
		policies_of(connection, connection->shunt, &shunts);
		policies_delete(&shunts, policies);
	}
	forget(connection);
}
