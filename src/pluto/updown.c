// SPDX-License-Identifier: GPL-2.0-or-later
#include "updown.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "log.h"
#include "move.h"
#include "route.h"
#include "runner.h"
#include "shown.h"
#include "updown_env.h"

#define STANDARD    "ipsec _updown" /* what updown= is if nobody says another */
#define RUNNING_MAX 8
#define TIME_LIMIT  10	 /* seconds of a run */
#define END_LIMIT   2000 /* milliseconds of all, when pluto ends */

/**
 * struct run - one that is to run, or runs
 * @family: of the connection, or its name
 * @remote: where the route leads
 * @id: by which the runner knows it; 0: not yet
 * @peer: of a Child SA that comes up; version 0: none
 */
struct run {
	struct cds_list_head node;
	struct updowns *updowns;
	char *connection, *family, *command, *verb;
	struct ike_ts remote;
	char **env;
	uint32_t id;
	struct klips_addr peer;
	struct event *limit;
};

struct updowns {
	struct daemon *daemon;
	struct event *end;
	struct cds_list_head runs;
	struct shown shown;
	unsigned int running;
	uint32_t last;
};

static void free_run(struct run *run)
{
	cds_list_del(&run->node);
	if (run->limit)
		event_free(run->limit);
	updown_env_free(run->env);
	free(run->connection);
	free(run->family);
	free(run->command);
	free(run->verb);
	free(run);
}

/*
 * The first of its family goes before the others. So does the first to the same addresses: a route that another
 * connection needs no more must not be taken away after this one has made it.
 */
static bool is_next(const struct run *run)
{
	const struct run *one;

	cds_list_for_each_entry(one, &run->updowns->runs, node) {
		if (!strcmp(one->family, run->family) || shown_is_same_net(&one->remote, &run->remote))
			return one == run;
	}
	return false;
}

static void too_long(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;

	(void)fd;
	(void)what;
	log_say(PLUTO_ERROR, "\"%s\": updown %s: ended after %u s", run->connection, run->verb, TIME_LIMIT);
	runner_kill(run->updowns->daemon->runner, run->id);
}

static bool start(struct run *run)
{
	const struct timeval limit = { .tv_sec = TIME_LIMIT };
	struct updowns *updowns = run->updowns;
	int err = runner_run(updowns->daemon->runner, updowns->last + 1, run->command, run->env);

	if (err) {
		log_say(PLUTO_ERROR, "\"%s\": updown %s: %s", run->connection, run->verb, strerror(-err));
		return false;
	}
	run->id = ++updowns->last;
	updowns->running++;
	run->limit = evtimer_new(run->updowns->daemon->base, too_long, run);
	if (run->limit)
		evtimer_add(run->limit, &limit);
	return true;
}

static void start_all(struct updowns *updowns)
{
	struct run *run, *next;

	cds_list_for_each_entry_safe(run, next, &updowns->runs, node) {
		if (updowns->running == RUNNING_MAX)
			return;
		if (!run->id && is_next(run) && !start(run))
			free_run(run);
	}
}

static void ended(struct run *run, const struct runner_end *end)
{
	run->updowns->running--;
	if (end->error)
		log_say(PLUTO_ERROR, "\"%s\": updown %s: %s", run->connection, run->verb, strerror(end->error));
	else if (WIFEXITED(end->status) && WEXITSTATUS(end->status))
		log_say(PLUTO_ERROR, "\"%s\": updown %s: exit status %d", run->connection, run->verb,
			WEXITSTATUS(end->status));
	free_run(run);
}

/* Without the runner nothing ends, and nothing begins. */
static void give_up(struct updowns *updowns)
{
	struct run *run, *next;

	log_say(PLUTO_ERROR, "updown: the process that runs programs is gone: none is run any more");
	if (updowns->end)
		event_del(updowns->end);
	cds_list_for_each_entry_safe(run, next, &updowns->runs, node)
		free_run(run);
	updowns->running = 0;
}

static struct run *find_run(const struct updowns *updowns, uint32_t id)
{
	struct run *run;

	cds_list_for_each_entry(run, &updowns->runs, node) {
		if (run->id == id)
			return run;
	}
	return NULL;
}

static void reap(struct updowns *updowns)
{
	struct runner_end end;
	struct run *run;
	int got;

	while ((got = runner_next(updowns->daemon->runner, &end)) > 0) {
		run = find_run(updowns, end.id);
		if (run)
			ended(run, &end);
	}
	if (got < 0)
		give_up(updowns);
	start_all(updowns);
}

static void one_ended(evutil_socket_t fd, short what, void *arg)
{
	struct updowns *updowns = arg;

	(void)fd;
	(void)what;
	reap(updowns);
	daemon_turn(updowns->daemon);
}

struct updowns *updowns_new(struct daemon *daemon)
{
	struct updowns *updowns = calloc(1, sizeof(*updowns));

	if (!updowns)
		return NULL;
	updowns->daemon = daemon;
	CDS_INIT_LIST_HEAD(&updowns->runs);
	shown_init(&updowns->shown, daemon->pluto->hash_seed);
	updowns->end = event_new(daemon->base, runner_fd(daemon->runner), EV_READ | EV_PERSIST, one_ended, updowns);
	if (updowns->end && !event_add(updowns->end, NULL))
		return updowns;
	updowns_free(updowns);
	return NULL;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Without the loop. */
static void wait_for_all(struct updowns *updowns)
{
	struct pollfd next = { .fd = runner_fd(updowns->daemon->runner), .events = POLLIN };
	const int64_t end = milliseconds() + END_LIMIT;
	int64_t left = END_LIMIT;

	for (; !cds_list_empty(&updowns->runs) && left > 0; left = end - milliseconds()) {
		poll(&next, 1, (int)left);
		reap(updowns);
	}
}

void updowns_free(struct updowns *updowns)
{
	struct run *run, *next;

	if (!updowns)
		return;
	wait_for_all(updowns);
	cds_list_for_each_entry_safe(run, next, &updowns->runs, node) {
		if (run->id)
			runner_kill(updowns->daemon->runner, run->id);
		free_run(run);
	}
	shown_free(&updowns->shown);
	if (updowns->end)
		event_free(updowns->end);
	free(updowns);
}

/* @env: taken over; NULL: there was no memory for it, as there is none if this returns NULL */
static struct run *new_run(struct updowns *updowns, const char *connection, const char *family, const char *command,
			   const char *verb, char **env)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run) {
		updown_env_free(env);
		return NULL;
	}
	run->updowns = updowns;
	cds_list_add_tail(&run->node, &updowns->runs);
	run->connection = strdup(connection);
	run->family = strdup(family);
	run->command = strdup(command);
	run->verb = strdup(verb);
	run->env = env;
	if (run->connection && run->family && run->command && run->verb && run->env)
		return run;
	log_say(PLUTO_ERROR, "\"%s\": updown %s: no memory", connection, verb);
	free_run(run);
	return NULL;
}

static void queue(struct updowns *updowns, const struct updown_about *about)
{
	const char *name = about->connection->name, *family = about->connection->family;
	char **env = updown_env(about);
	struct run *run;

	if (env && !strcmp(about->extra->updown, STANDARD) && updown_env_is_idle(env)) {
		updown_env_free(env);
		return;
	}
	run = new_run(updowns, name, family ? family : name, about->extra->updown, about->verb, env);
	if (!run)
		return;
	run->remote = *about->remote;
	if (about->child && strcmp(about->verb, "down") != 0 && strcmp(about->verb, "unroute") != 0)
		run->peer = about->child->path.remote.addr;
}

void updown_nflog(struct updowns *updowns, bool on)
{
	const uint32_t group = updowns->daemon->setup->nflog_all;
	const char *verb = on ? "nflog-all-up" : "nflog-all-down";

	if (group && new_run(updowns, "nflog-all", "nflog-all", STANDARD, verb,
			     updown_env_nflog(verb, updowns->daemon->backend->ops->name, group)))
		start_all(updowns);
}

static void run_verbs(struct updowns *updowns, struct updown_about *about, const char *const *verbs)
{
	if (!about->extra->updown)
		return;
	for (; *verbs; verbs++) {
		about->verb = *verbs;
		queue(updowns, about);
	}
	start_all(updowns);
}

/* That its traffic in clear goes by, if the stack has one for it. */
static void find_device(const struct daemon *daemon, const struct policies *policies, char device[16])
{
	*device = '\0';
	if (policies->physical[0] && daemon->backend->ops->attach(daemon->backend, &policies->like, device))
		*device = '\0';
}

static bool has_remote(const struct connection *connection, const struct ike_ts *remote)
{
	struct ike_ts_list locals, remotes;
	unsigned int i;

	connection_selectors(connection, &connection->local.host, &connection->remote.host, &locals, &remotes);
	for (i = 0; i < remotes.count; i++) {
		if (shown_is_same_net(&remotes.ts[i], remote))
			return true;
	}
	return false;
}

/* Whether the route to these addresses is another's too: of a pair that is up, or of a connection that is routed. */
static bool is_needed(const struct updowns *updowns, const struct connection *connection, const struct ike_ts *remote)
{
	const struct plan *plan;

	if (shown_leads_to(&updowns->shown, remote))
		return true;
	cds_list_for_each_entry(plan, &updowns->daemon->plans, node) {
		if (plan->shown && plan->connection != connection && has_remote(plan->connection, remote))
			return true;
	}
	return false;
}

/* What is run for each verb of the engine. A route that stays is not taken away while the Child SA moves. */
static const char *const *verbs_of(const struct updowns *updowns, const struct child_sa *child, const char *verb,
				   const struct ike_ts *remote)
{
	static const char *const ups[] = { "prepare", "route", "up", NULL };
	static const char *const downs[] = { "down", "unroute", NULL };
	static const char *const still_routed[] = { "down", NULL };
	static const char *const unroutes[] = { "unroute", NULL };

	if (!strcmp(verb, "left"))
		return unroutes;
	if (!strcmp(verb, "up") || !strcmp(verb, "arrive"))
		return ups;
	if (!strcmp(verb, "leave") || child->connection->routed || is_needed(updowns, child->connection, remote))
		return still_routed;
	return downs;
}

void updown_child(struct updowns *updowns, const char *verb, const struct child_sa *child)
{
	const struct plan *plan = child->connection->plan;
	bool moves = strcmp(verb, "up") != 0 && strcmp(verb, "down") != 0;
	struct updown_about about = {
		.daemon = updowns->daemon,
		.connection = child->connection,
		.child = child,
	};
	struct policies policies;
	char device[16];
	unsigned int i, j;

	if (!plan)
		return;
	about.extra = &plan->extra;
	about.device = device;
	child_sa_policies(child, &policies);
	find_device(updowns->daemon, &policies, device);
	for (i = 0; i < child->local_ts.count; i++) {
		for (j = 0; j < child->remote_ts.count; j++) {
			about.local = &child->local_ts.ts[i];
			about.remote = &child->remote_ts.ts[j];
			if (about.local->version != about.remote->version)
				continue;
			if (moves || shown_set(&updowns->shown, child->connection, about.local, about.remote,
					       !strcmp(verb, "up")))
				run_verbs(updowns, &about, verbs_of(updowns, child, verb, about.remote));
		}
	}
}

/* What is not negotiated is the stack's work alone; but KLIPS drops what is routed to it. */
static bool needs_route(const struct connection *connection, const char *device)
{
	return connection->kind <= CONNECTION_TRANSPORT || *device;
}

void updown_route(struct updowns *updowns, const struct plan *plan, bool route)
{
	static const char *const routes[] = { "prepare", "route", NULL };
	static const char *const unroutes[] = { "unroute", NULL };
	const struct connection *connection = plan->connection;
	struct updown_about about = {
		.daemon = updowns->daemon,
		.connection = connection,
		.extra = &plan->extra,
	};
	struct policies policies;
	struct ike_ts_list local, remote;
	char device[16];
	unsigned int i, j;

	if (connection->kind == CONNECTION_PASSTHROUGH)
		return;
	about.device = device;
	connection_policies(connection, &policies);
	find_device(updowns->daemon, &policies, device);
	if (!needs_route(connection, device))
		return;
	connection_selectors(connection, &connection->local.host, &connection->remote.host, &local, &remote);
	for (i = 0; i < local.count; i++) {
		for (j = 0; j < remote.count; j++) {
			about.local = &local.ts[i];
			about.remote = &remote.ts[j];
			if (about.local->version != about.remote->version ||
			    shown_is_up(&updowns->shown, connection, about.local, about.remote) ||
			    (!route && is_needed(updowns, connection, about.remote)))
				continue;
			run_verbs(updowns, &about, route ? routes : unroutes);
		}
	}
}

void updown_forget(struct updowns *updowns, const struct plan *plan)
{
	shown_forget(&updowns->shown, plan->connection);
}

bool updown_is_busy(const struct updowns *updowns, const char *connection)
{
	const struct run *run;

	cds_list_for_each_entry(run, &updowns->runs, node) {
		if (!connection || !strcmp(run->connection, connection))
			return true;
	}
	return false;
}

bool updown_is_for_peer(const struct updowns *updowns, const struct klips_addr *peer)
{
	const struct run *run;

	cds_list_for_each_entry(run, &updowns->runs, node) {
		if (run->peer.version && klips_addr_equal(&run->peer, peer))
			return true;
	}
	return false;
}
