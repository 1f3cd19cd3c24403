// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* POSIX_SPAWN_SETSID */
#include "updown.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "updown_env.h"

#define RUNNING_MAX 8
#define TIME_LIMIT  10	 /* seconds of a run */
#define END_LIMIT   2000 /* milliseconds of all, when pluto ends */

/**
 * struct run - one that is to run, or runs
 * @pid: 0: not yet
 * @peer: of a Child SA that comes up; version 0: none
 */
struct run {
	struct cds_list_head node;
	struct updowns *updowns;
	char *connection, *command, *verb;
	char **env;
	pid_t pid;
	struct klips_addr peer;
	struct event *limit;
};

/* A pair of selectors that is up; each only once. */
struct shown {
	struct cds_list_head node;
	const struct connection *connection;
	struct ike_ts local, remote;
};

struct updowns {
	struct daemon *daemon;
	struct event *child;
	struct cds_list_head runs, shown;
	unsigned int running;
};

static void free_run(struct run *run)
{
	cds_list_del(&run->node);
	if (run->limit)
		event_free(run->limit);
	updown_env_free(run->env);
	free(run->connection);
	free(run->command);
	free(run->verb);
	free(run);
}

/* The first of its connection goes before the others. */
static bool is_next(const struct run *run)
{
	const struct run *one;

	cds_list_for_each_entry(one, &run->updowns->runs, node) {
		if (!strcmp(one->connection, run->connection))
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
	kill(-run->pid, SIGKILL);
}

/* It is a session of its own, without descriptors but for standard input and what it says. */
static int spawn(struct run *run)
{
	char *words[] = { "sh", "-c", run->command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int err;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	err = posix_spawn(&run->pid, "/bin/sh", &actions, &attributes, words, run->env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return err;
}

static bool start(struct run *run)
{
	const struct timeval limit = { .tv_sec = TIME_LIMIT };
	int err = spawn(run);

	if (err) {
		log_say(PLUTO_ERROR, "\"%s\": updown %s: %s", run->connection, run->verb, strerror(err));
		return false;
	}
	run->updowns->running++;
	run->limit = evtimer_new(run->updowns->daemon->base, too_long, run);
	if (run->limit)
		evtimer_add(run->limit, &limit);
	return true;
}

static void start_all(struct updowns *updowns)
{
	struct run *run, *next;

	cds_list_for_each_entry_safe(run, next, &updowns->runs, node) {
		if (updowns->running < RUNNING_MAX && !run->pid && is_next(run) && !start(run))
			free_run(run);
	}
}

static void ended(struct run *run, int status)
{
	struct updowns *updowns = run->updowns;

	updowns->running--;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		log_say(PLUTO_ERROR, "\"%s\": updown %s: exit status %d", run->connection, run->verb,
			WEXITSTATUS(status));
	free_run(run);
}

static void reap(struct updowns *updowns)
{
	struct run *run, *next;
	int status;

	cds_list_for_each_entry_safe(run, next, &updowns->runs, node) {
		if (run->pid && waitpid(run->pid, &status, WNOHANG) == run->pid)
			ended(run, status);
	}
	start_all(updowns);
}

static void child_ended(evutil_socket_t fd, short what, void *arg)
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
	CDS_INIT_LIST_HEAD(&updowns->shown);
	updowns->child = evsignal_new(daemon->base, SIGCHLD, child_ended, updowns);
	if (updowns->child && !event_add(updowns->child, NULL))
		return updowns;
	updowns_free(updowns);
	return NULL;
}

/* Without the loop. */
static void wait_for_all(struct updowns *updowns)
{
	int left = END_LIMIT;

	for (; !cds_list_empty(&updowns->runs) && left > 0; left -= 10) {
		reap(updowns);
		if (!cds_list_empty(&updowns->runs))
			poll(NULL, 0, 10);
	}
}

void updowns_free(struct updowns *updowns)
{
	struct shown *shown, *after;
	struct run *run, *next;

	if (!updowns)
		return;
	wait_for_all(updowns);
	cds_list_for_each_entry_safe(run, next, &updowns->runs, node) {
		if (run->pid)
			kill(-run->pid, SIGKILL);
		free_run(run);
	}
	cds_list_for_each_entry_safe(shown, after, &updowns->shown, node)
		free(shown);
	if (updowns->child)
		event_free(updowns->child);
	free(updowns);
}

static void queue(struct updowns *updowns, const struct updown_about *about)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return;
	run->updowns = updowns;
	cds_list_add_tail(&run->node, &updowns->runs);
	run->connection = strdup(about->connection->name);
	run->command = strdup(about->extra->updown);
	run->verb = strdup(about->verb);
	run->env = updown_env(about);
	if (about->child && strcmp(about->verb, "down") != 0 && strcmp(about->verb, "unroute") != 0)
		run->peer = about->child->sa->remote.addr;
	if (run->connection && run->command && run->verb && run->env)
		return;
	log_say(PLUTO_ERROR, "updown: no memory");
	free_run(run);
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

/* KLIPS has one for what is attached to that device. */
static void find_device(const struct daemon *daemon, const struct connection *connection, char device[16])
{
	*device = '\0';
	if (connection->physical[0] && daemon->backend->ops->attach(daemon->backend, connection->physical, device))
		*device = '\0';
}

static const struct plan *plan_for(const struct daemon *daemon, const struct connection *connection)
{
	const struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (plan->connection == connection)
			return plan;
	}
	return NULL;
}

static struct shown *find_shown(struct updowns *updowns, const struct connection *connection,
				const struct ike_ts *local, const struct ike_ts *remote)
{
	struct shown *one;

	cds_list_for_each_entry(one, &updowns->shown, node) {
		if (one->connection == connection && !memcmp(&one->local, local, sizeof(*local)) &&
		    !memcmp(&one->remote, remote, sizeof(*remote)))
			return one;
	}
	return NULL;
}

/* Whether that is news. */
static bool show(struct updowns *updowns, const struct connection *connection, const struct ike_ts *local,
		 const struct ike_ts *remote, bool up)
{
	struct shown *one = find_shown(updowns, connection, local, remote);

	if (up == !!one)
		return false;
	if (!up) {
		cds_list_del(&one->node);
		free(one);
		return true;
	}
	one = calloc(1, sizeof(*one));
	if (!one)
		return false;
	*one = (struct shown){ .connection = connection, .local = *local, .remote = *remote };
	cds_list_add(&one->node, &updowns->shown);
	return true;
}

void updown_child(struct updowns *updowns, const char *verb, const struct child_sa *child)
{
	static const char *const ups[] = { "prepare", "route", "up", NULL };
	static const char *const downs[] = { "down", "unroute", NULL };
	static const char *const still_routed[] = { "down", NULL };
	const struct plan *plan = plan_for(updowns->daemon, child->connection);
	bool up = !strcmp(verb, "up");
	const char *const *verbs = up ? ups : child->connection->routed ? still_routed : downs;
	struct updown_about about = {
		.daemon = updowns->daemon,
		.connection = child->connection,
		.child = child,
	};
	char device[16];
	unsigned int i, j;

	if (!plan)
		return;
	about.extra = &plan->extra;
	about.device = device;
	find_device(updowns->daemon, child->connection, device);
	for (i = 0; i < child->local_ts.count; i++) {
		for (j = 0; j < child->remote_ts.count; j++) {
			about.local = &child->local_ts.ts[i];
			about.remote = &child->remote_ts.ts[j];
			if (show(updowns, child->connection, about.local, about.remote, up))
				run_verbs(updowns, &about, verbs);
		}
	}
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
	struct ike_ts_list local, remote;
	char device[16];
	unsigned int i, j;

	if (connection->kind > CONNECTION_TRANSPORT)
		return;
	about.device = device;
	find_device(updowns->daemon, connection, device);
	connection_selectors(connection, &connection->local.host, &connection->remote.host, &local, &remote);
	for (i = 0; i < local.count; i++) {
		for (j = 0; j < remote.count; j++) {
			about.local = &local.ts[i];
			about.remote = &remote.ts[j];
			if (find_shown(updowns, connection, about.local, about.remote))
				continue;
			run_verbs(updowns, &about, route ? routes : unroutes);
		}
	}
}

void updown_forget(struct updowns *updowns, const struct plan *plan)
{
	struct shown *one, *next;

	cds_list_for_each_entry_safe(one, next, &updowns->shown, node) {
		if (one->connection != plan->connection)
			continue;
		cds_list_del(&one->node);
		free(one);
	}
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
