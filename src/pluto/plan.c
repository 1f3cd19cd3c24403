// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "log.h"
#include "route.h"
#include "updown.h"

#define RETRY_FIRST 5000 /* milliseconds; it doubles */
#define RETRY_MOST  300000

struct plan *plan_find(struct daemon *daemon, const char *name)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!plan->gone && !strcmp(plan->connection->name, name))
			return plan;
	}
	return NULL;
}

static struct plan *plan_of(struct daemon *daemon, const struct connection *connection)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (plan->connection == connection)
			return plan;
	}
	return NULL;
}

/* An IKE SA that only this connection needs is deleted as a whole; else its Child SAs alone. */
static void end_children(struct ike_sa *sa, const struct connection *connection)
{
	struct child_sa *child, *next;

	cds_list_for_each_entry_safe(child, next, &sa->children, node) {
		if (child->connection == connection)
			child_sa_delete_start(child);
	}
}

static bool has_others(const struct ike_sa *sa, const struct connection *connection)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node) {
		if (child->connection != connection)
			return true;
	}
	return false;
}

static void end_sas(struct plan *plan)
{
	struct pluto *pluto = plan->daemon->pluto;
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &pluto->sas, node) {
		if (sa->connection == plan->connection && !has_others(sa, plan->connection))
			ike_delete_start(sa);
		else
			end_children(sa, plan->connection);
	}
}

static void forget(struct plan *plan)
{
	pluto_timer_cancel(&plan->daemon->pluto->timers, &plan->retry);
	updown_forget(plan->daemon->updowns, plan);
	orient_extra_free(&plan->extra);
	cds_list_del(&plan->node);
	connection_put(plan->connection);
	free(plan);
}

/* The engine's list has it no more; SAs may still hold it, and the plan does. */
static void unload(struct connection *connection)
{
	cds_list_del(&connection->node);
	connection_put(connection);
}

void plan_delete(struct plan *plan)
{
	plan_unroute(plan);
	plan_down(plan);
	plan->gone = plan->changed = true;
	unload(plan->connection);
}

void plans_free(struct daemon *daemon)
{
	struct plan *plan, *next;

	cds_list_for_each_entry_safe(plan, next, &daemon->plans, node)
		forget(plan);
}

static void tell(const struct connection *connection, const struct orient_said *said)
{
	unsigned int i;

	for (i = 0; i < said->warning_count; i++)
		log_say(PLUTO_NOTICE, "\"%s\": %s", connection->name, said->warnings[i]);
}

static int make(struct plan *plan, const json_t *conn, const struct orient_names *names, struct orient_said *said)
{
	struct daemon *daemon = plan->daemon;
	const struct orient_world world = {
		.addresses = &daemon->addresses,
		.route_to = host_route_to,
		.route_default = host_route_default,
		.names = names,
		.ike_port = daemon->setup->ike_port,
	};
	int err;

	plan->connection = connection_new(daemon->pluto, json_string_value(json_object_get(conn, "name")));
	if (!plan->connection)
		return -ENOMEM;
	err = orient(plan->connection, &plan->extra, conn, &world, said);
	if (!err) {
		connection_get(plan->connection);
		return 0;
	}
	unload(plan->connection);
	orient_extra_free(&plan->extra);
	return err;
}

int plan_add(struct daemon *daemon, const json_t *conn, const struct orient_names *names, struct orient_said *said)
{
	const char *name = json_string_value(json_object_get(conn, "name"));
	struct plan *plan = calloc(1, sizeof(*plan)), *old = plan_find(daemon, name);
	int err = -ENOMEM;

	if (plan) {
		plan->daemon = daemon;
		err = make(plan, conn, names, said);
	}
	if (err) {
		free(plan);
		return err;
	}
	tell(plan->connection, said);
	if (old)
		plan_delete(old);
	cds_list_add_tail(&plan->node, &daemon->plans);
	log_say(PLUTO_NOTICE, "\"%s\": loaded", name);
	return 0;
}

/* Whether the negotiation still goes on, of an SA without a Child SA of that connection. */
static bool is_busy(struct ike_sa *sa)
{
	return sa->state == IKE_SA_CONNECTING ||
	       (sa->state == IKE_SA_ESTABLISHED && (sa->exchange || !cds_list_empty(&sa->queue)));
}

enum plan_state plan_state(const struct plan *plan)
{
	enum plan_state state = PLAN_DOWN;
	const struct child_sa *child;
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &plan->daemon->pluto->sas, node) {
		if (sa->connection == plan->connection && is_busy(sa))
			state = PLAN_OPENING;
		cds_list_for_each_entry(child, &sa->children, node) {
			if (child->connection == plan->connection && child->used && child->state == CHILD_SA_INSTALLED)
				return PLAN_UP;
		}
	}
	return state;
}

/* An IKE SA that has lost its Child SA, or never had one, is in the way of a new one. */
static void end_childless(struct plan *plan)
{
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &plan->daemon->pluto->sas, node) {
		if (sa->connection == plan->connection && sa->state == IKE_SA_ESTABLISHED &&
		    cds_list_empty(&sa->children) && !is_busy(sa))
			ike_delete_start(sa);
	}
}

bool plan_is_ending(const struct plan *plan)
{
	const struct child_sa *child;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &plan->daemon->pluto->sas, node) {
		if (sa->connection == plan->connection && sa->state == IKE_SA_DELETING)
			return true;
		cds_list_for_each_entry(child, &sa->children, node) {
			if (child->connection == plan->connection && child->state == CHILD_SA_DELETING)
				return true;
		}
	}
	return false;
}

static int initiate(struct plan *plan)
{
	int err;

	pluto_timer_cancel(&plan->daemon->pluto->timers, &plan->retry);
	if (plan_state(plan) != PLAN_DOWN)
		return 0;
	end_childless(plan);
	err = ike_sa_initiate(plan->connection);
	return err == -ENOTUNIQ ? 0 : err;
}

int plan_up(struct plan *plan)
{
	int err;

	if (plan->connection->kind > CONNECTION_TRANSPORT)
		return plan_route(plan);
	plan->tries = 0;
	err = initiate(plan);
	plan->connection->wanted = !err;
	return err;
}

void plan_down(struct plan *plan)
{
	plan->connection->wanted = false;
	pluto_timer_cancel(&plan->daemon->pluto->timers, &plan->retry);
	end_sas(plan);
}

int plan_route(struct plan *plan)
{
	int err = connection_route(plan->connection);

	if (!err && !plan->shown) {
		plan->shown = true;
		updown_route(plan->daemon->updowns, plan, true);
	}
	return err;
}

void plan_unroute(struct plan *plan)
{
	connection_unroute(plan->connection);
	if (plan->shown)
		updown_route(plan->daemon->updowns, plan, false);
	plan->shown = false;
}

static void retry(struct pluto_timer *timer)
{
	struct plan *plan = caa_container_of(timer, struct plan, retry);

	if (plan->connection->wanted)
		initiate(plan);
}

/* Waits longer each time, until keyingtries are over. */
static void plan_retry(struct plan *plan)
{
	struct pluto *pluto = plan->daemon->pluto;
	unsigned int most = plan->connection->keyingtries;
	uint64_t wait = RETRY_FIRST;
	unsigned int i;

	if (pluto_timer_is_set(&plan->retry))
		return;
	if (most && ++plan->tries >= most) {
		log_say(PLUTO_NOTICE, "\"%s\": given up after %u tries", plan->connection->name, plan->tries);
		plan->connection->wanted = false;
		return;
	}
	for (i = 1; i < plan->tries && wait < RETRY_MOST; i++)
		wait *= 2;
	plan->tries += !most;
	pluto_timer_set(&pluto->timers, &plan->retry, pluto_now(pluto) + wait, retry);
}

void plan_note(struct daemon *daemon, const struct connection *connection, const char *event, const char *why)
{
	struct plan *plan = plan_of(daemon, connection);

	if (!plan)
		return;
	plan->changed = true;
	if (!strcmp(event, "child-up"))
		plan->tries = 0;
	/* A peer that died: RFC 7296, 2.4. */
	if (!strcmp(event, "ike-down") && why && !strcmp(why, "the peer does not answer")) {
		if (connection->dpd_action == DPD_RESTART)
			plan->connection->wanted = true;
		else
			plan->connection->wanted = false;
		plan->connection->routed |= connection->dpd_action == DPD_HOLD;
	}
}

/* What is run when its SAs end has to find it. */
static bool has_sas(const struct plan *plan)
{
	const struct child_sa *child;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &plan->daemon->pluto->sas, node) {
		if (sa->connection == plan->connection)
			return true;
		cds_list_for_each_entry(child, &sa->children, node) {
			if (child->connection == plan->connection)
				return true;
		}
	}
	return false;
}

static void plan_turn(struct plan *plan)
{
	enum plan_state state = plan_state(plan);

	plan->changed = false;
	if (plan->gone) {
		if (!has_sas(plan))
			forget(plan);
		return;
	}
	if (state == PLAN_DOWN && plan->connection->wanted)
		plan_retry(plan);
}

void plans_turn(struct daemon *daemon)
{
	struct plan *plan, *next;

	if (daemon->stopping)
		return;
	cds_list_for_each_entry_safe(plan, next, &daemon->plans, node) {
		if (plan->changed)
			plan_turn(plan);
	}
}
