// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "impair.h"
#include "loaded.h"
#include "log.h"
#include "route.h"
#include "shunt.h"
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

static bool is_named(const struct plan *plan, const char *name)
{
	return !plan->gone && connection_is_named(plan->connection, name);
}

static bool has_alias(const struct plan *plan, const char *name)
{
	return !plan->gone && connection_has_alias(plan->connection, name);
}

static struct plan *next_of(const struct daemon *daemon, const char *name, struct plan *after,
			    bool (*is)(const struct plan *plan, const char *name))
{
	struct cds_list_head *at = after ? after->node.next : daemon->plans.next;

	for (; at != &daemon->plans; at = at->next)
		if (is(cds_list_entry(at, struct plan, node), name))
			return cds_list_entry(at, struct plan, node);
	return NULL;
}

bool plan_is_there(const struct daemon *daemon, const char *name)
{
	return next_of(daemon, name, NULL, is_named) || loaded_find(daemon, name);
}

/* An alias counts only where nothing has that name. */
struct plan *plan_next(struct daemon *daemon, const char *name, struct plan *after)
{
	struct plan *found = next_of(daemon, name, after, is_named);

	if (found || plan_is_there(daemon, name))
		return found;
	return next_of(daemon, name, after, has_alias);
}

static bool is_ending(const struct connection *connection)
{
	return connection->plan && connection->plan->ending;
}

static bool has_others(const struct ike_sa *sa)
{
	const struct child_sa *child;
	const struct plan *plan;

	/* one under way is somebody's who knows nothing of its end */
	if (sa->state == IKE_SA_CONNECTING)
		return !is_ending(sa->connection);
	cds_list_for_each_entry(child, &sa->children, node) {
		plan = child->connection->plan;
		if (child->state != CHILD_SA_DELETING && plan && !plan->gone && !plan->ending)
			return true;
	}
	return false;
}

static void relate(const struct plan *one)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &one->daemon->plans, node) {
		if (connection_is_kin(plan->connection, one->connection))
			plan->related = true;
	}
}

void plans_relate(struct daemon *daemon, const char *name)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node)
		plan->related = false;
	for (plan = plan_next(daemon, name, NULL); plan; plan = plan_next(daemon, name, plan))
		relate(plan);
}

/* Whether it is one of those that end, or of one of their families. */
static bool is_kin_of_ending(const struct plan *plan)
{
	const struct plan *other;

	if (plan->ending)
		return true;
	cds_list_for_each_entry(other, &plan->daemon->plans, node) {
		if (other->ending && connection_is_kin(plan->connection, other->connection))
			return true;
	}
	return false;
}

static void end_unneeded(struct plan *plan)
{
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &plan->connection->sas, owned) {
		if (!has_others(sa))
			ike_delete_start(sa);
	}
}

/* With an IKE SA that is deleted they go anyhow. */
static void end_children(struct plan *plan)
{
	struct child_sa *child, *next;

	cds_list_for_each_entry_safe(child, next, &plan->connection->children, owned) {
		if (child->sa->state != IKE_SA_DELETING)
			child_sa_delete_start(child);
	}
}

/* An IKE SA that nobody else needs is deleted as a whole; else its Child SAs alone. */
static void end_sas(struct daemon *daemon)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!cds_list_empty(&plan->connection->sas) && is_kin_of_ending(plan))
			end_unneeded(plan);
	}
	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (plan->ending)
			end_children(plan);
	}
}

void plan_forget(struct plan *plan)
{
	pluto_timer_cancel(&plan->daemon->pluto->timers, &plan->retry);
	updown_forget(plan->daemon->updowns, plan);
	orient_extra_free(&plan->extra);
	cds_list_del(&plan->node);
	plan->connection->plan = NULL;
	connection_put(plan->connection);
	free(plan);
}

void plan_unload(struct connection *connection)
{
	cds_list_del(&connection->node);
	connection_put(connection);
}

void plans_delete_ending(struct daemon *daemon)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!plan->ending)
			continue;
		plan_unroute(plan);
		plan_let_be(plan);
	}
	end_sas(daemon);
	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!plan->ending)
			continue;
		plan->ending = false;
		plan->gone = plan->changed = true;
		plan_unload(plan->connection);
	}
}

void plans_delete(struct daemon *daemon, const char *name)
{
	struct plan *plan;

	for (plan = plan_next(daemon, name, NULL); plan; plan = plan_next(daemon, name, plan))
		plan->ending = true;
	plans_delete_ending(daemon);
}

void plans_free(struct daemon *daemon)
{
	struct plan *plan, *next;

	cds_list_for_each_entry_safe(plan, next, &daemon->plans, node)
		plan_forget(plan);
}

/* Whether the negotiation still goes on, of an SA without a Child SA of that connection. */
static bool is_busy(struct ike_sa *sa)
{
	return (sa->state == IKE_SA_CONNECTING && !sa->half_open) ||
	       (sa->state == IKE_SA_ESTABLISHED && (sa->exchange || !cds_list_empty(&sa->queue)));
}

enum plan_state plan_state(const struct plan *plan)
{
	enum plan_state state = plan->connection->waiting ? PLAN_OPENING : PLAN_DOWN;
	const struct child_sa *child;
	struct ike_sa *sa;

	cds_list_for_each_entry(child, &plan->connection->children, owned) {
		if (child->sa->state == IKE_SA_DEAD)
			continue;
		if (child->used && child->state == CHILD_SA_INSTALLED)
			return PLAN_UP;
		if (child->state == CHILD_SA_LARVAL)
			state = PLAN_OPENING;
	}
	cds_list_for_each_entry(sa, &plan->connection->sas, owned) {
		if (is_busy(sa))
			return PLAN_OPENING;
	}
	return state;
}

/* An IKE SA that has lost its Child SA, or never had one, is in the way of a new one. */
static void end_childless(struct plan *plan)
{
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &plan->connection->sas, owned) {
		if (sa->state == IKE_SA_ESTABLISHED && cds_list_empty(&sa->children) && !is_busy(sa))
			ike_delete_start(sa);
	}
}

bool plan_is_ending(const struct plan *plan)
{
	const struct child_sa *child;
	const struct ike_sa *sa;

	cds_list_for_each_entry(sa, &plan->connection->sas, owned) {
		if (sa->state == IKE_SA_DELETING)
			return true;
	}
	cds_list_for_each_entry(child, &plan->connection->children, owned) {
		if (child->state == CHILD_SA_DELETING && child->sa->state != IKE_SA_DEAD)
			return true;
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
	plan->wanted = !err || err == -EADDRNOTAVAIL;
	return err;
}

void plan_let_be(struct plan *plan)
{
	plan->wanted = plan->restart = plan->connection->missed = false;
	connection_wait(plan->connection, false);
	pluto_timer_cancel(&plan->daemon->pluto->timers, &plan->retry);
	shunt_end(plan->connection);
}

void plans_down(struct daemon *daemon, const char *name)
{
	struct plan *plan;

	for (plan = plan_next(daemon, name, NULL); plan; plan = plan_next(daemon, name, plan)) {
		plan_let_be(plan);
		plan->ending = true;
	}
	end_sas(daemon);
	cds_list_for_each_entry(plan, &daemon->plans, node)
		plan->ending = false;
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

void plans_show_again(struct daemon *daemon)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (plan->shown)
			updown_route(daemon->updowns, plan, true);
	}
}

static void retry(struct pluto_timer *timer)
{
	struct plan *plan = caa_container_of(timer, struct plan, retry);

	if (plan->wanted)
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
	if (impair_fails(pluto, IMPAIR_REVIVAL)) {
		plan->wanted = false;
		return;
	}
	if (most && ++plan->tries >= most) {
		log_say(PLUTO_NOTICE, "\"%s\": given up after %u tries", plan->connection->name, plan->tries);
		plan->wanted = false;
		return;
	}
	for (i = 1; i < plan->tries && wait < RETRY_MOST; i++)
		wait *= 2;
	plan->tries += !most;
	pluto_timer_set(&pluto->timers, &plan->retry, pluto_now(pluto) + wait, retry);
}

/* Of an IKE SA all are concerned that may have Child SAs of it. */
void plan_note(struct daemon *daemon, const struct connection *connection, const char *event)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (!connection_is_kin(plan->connection, connection))
			continue;
		plan->changed = true;
		if (plan->connection != connection || strcmp(event, "child-up") != 0)
			continue;
		plan->tries = 0;
		/* With rekey=no what is over stays over; at which of the two sides it ends first does not matter. */
		plan->wanted = plan->wanted && connection->rekey;
	}
}

/* Without dpddelay=, what was to be up is begun again as after any other end. */
static void peer_died(struct plan *plan)
{
	const struct connection *connection = plan ? plan->connection : NULL;

	if (!plan || plan->gone || !connection->times.dpd_delay)
		return;
	plan->restart = connection->dpd_action == DPD_RESTART && connection->remote.host.version;
	plan->wanted = plan->restart;
	/* Its Child SAs are still there: the trap takes their place, and nothing goes out in between. */
	if (connection->dpd_action == DPD_HOLD)
		plan_route(plan);
}

void plan_silent(const struct ike_sa *sa)
{
	const struct child_sa *child;

	peer_died(sa->connection->plan);
	cds_list_for_each_entry(child, &sa->children, node)
		peer_died(child->connection->plan);
}

/* What is run when its SAs end has to find it. */
static bool has_sas(const struct plan *plan)
{
	return !cds_list_empty(&plan->connection->sas) || !cds_list_empty(&plan->connection->children);
}

static void plan_turn(struct plan *plan)
{
	bool restart = plan->restart;

	plan->changed = plan->restart = false;
	if (plan->gone) {
		if (!has_sas(plan))
			plan_forget(plan);
		return;
	}
	/* Its SAs may have moved away from an address that is gone, and are gone now too. */
	if (plan->loaded && plan_is_lost(plan)) {
		plan->daemon->unsettled |= !plan->connection->away;
		return;
	}
	if (plan->wanted && plan_state(plan) == PLAN_DOWN && (!restart || initiate(plan)))
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
	if (daemon->unsettled)
		loaded_orient(daemon);
	daemon->unsettled = false;
}
