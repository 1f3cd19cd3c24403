// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans whose address this host has lost, or has again, or has another in place of. */
#include "exchange.h"
#include "log.h"
#include "plan.h"
#include "route.h"
#include "updown.h"

bool plan_is_home(const struct plan *plan)
{
	const struct host_address *own = host_address_find(&plan->daemon->addresses, &plan->connection->local.host);

	return own && !strcmp(own->device, plan->extra.home);
}

/* RFC 4555: an SA may go by another address than the one that it began with. */
static bool is_mobile(const struct plan *plan)
{
	const struct child_sa *child;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &plan->connection->sas, owned) {
		if (sa->mobike && sa->state == IKE_SA_ESTABLISHED)
			return true;
	}
	cds_list_for_each_entry(child, &plan->connection->children, owned) {
		if (child->sa->mobike && child->sa->state == IKE_SA_ESTABLISHED)
			return true;
	}
	return false;
}

bool plan_is_lost(const struct plan *plan)
{
	return !plan_is_home(plan) && !is_mobile(plan);
}

static void say(const struct plan *plan, const char *what)
{
	char text[64];

	klips_addr_print(text, sizeof(text), &plan->connection->local.host);
	log_say(PLUTO_NOTICE, "\"%s\": %s %s", plan->connection->name, what, text);
}

/**
 * plan_leave() - this host has lost its address: its SAs end, as no word about that can reach their peers
 *
 * Its traps stay, and what is for them is not sent in clear.
 */
void plan_leave(struct plan *plan)
{
	struct connection *connection = plan->connection;
	static const char gone[] = "this host no longer has its address";
	bool wanted = plan->wanted;
	struct ike_sa *sa, *next;

	say(plan, "this host no longer has");
	connection->away = true;
	plan_let_be(plan);
	plan->wanted = wanted;
	cds_list_for_each_entry_safe(sa, next, &connection->sas, owned)
		ike_sa_end(sa, gone);
	while (!cds_list_empty(&connection->children))
		ike_sa_end(cds_list_first_entry(&connection->children, struct child_sa, owned)->sa, gone);
}

/**
 * plan_return() - this host has its address again
 */
void plan_return(struct plan *plan)
{
	struct connection *connection = plan->connection;

	say(plan, "this host has again");
	connection->away = false;
	/* What traps have met may be asked for but once. */
	if (connection->routed)
		connection_route(connection);
	if (plan->wanted)
		plan_up(plan);
	else if (connection->missed)
		ike_sa_initiate(connection);
}

/**
 * plan_hand_over() - another plan takes the place of one that is away
 * @from: it is gone then
 * @to: from plan_make(): gets what @from was to do, and the traps
 */
void plan_hand_over(struct plan *from, struct plan *to)
{
	cds_list_add_tail(&to->node, &to->daemon->plans);
	say(to, "this host now has");
	if (to->connection->own_ports)
		daemon_listen_at_ports(to->daemon);
	if (from->connection->routed)
		plan_route(to);
	if (from->wanted)
		plan_up(to);
	else if (from->connection->missed)
		ike_sa_initiate(to->connection);
	plan_let_be(from);
	connection_unroute_for(from->connection, to->connection);
	if (from->shown)
		updown_route(from->daemon->updowns, from, false);
	from->shown = false;
	from->gone = from->changed = true;
	plan_unload(from->connection);
}
