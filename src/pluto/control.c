// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* accept4 */
#include "control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib/json_text.h"
#include "log.h"
#include "plan.h"
#include "updown.h"

#define CLIENTS_MAX 64
#define OUTPUT_MAX  (16 << 20) /* bytes of log and events that a client has not read: then it is broken */
#define OUTPUT_FEW  (64 << 10) /* with so many that it has not read it gets another piece, or its next answer */
#define UP_LIMIT    75000      /* milliseconds: longer than retransmit-timeout= is, usually, so that its end is seen */
#define DOWN_LIMIT  2000
#define IDLE_LIMIT  300 /* seconds without a word */

/**
 * struct control_client - one
 * @follow: the connection that it waits for; NULL: none. @newer: the number that a new SA has, or a higher one
 * @by_alias: it is those that have this alias
 * @watching: it gets events
 * @held: something in the pool works for it
 * @busy: its answer is not complete: what it sends meanwhile waits
 * @more: of an answer in pieces; NULL: it is in one. @release, @arg: see control_in_pieces()
 * @gone: it is to be freed
 */
struct control_client {
	struct cds_list_head node;
	struct control *control;
	struct bufferevent *stream;
	char *follow;
	enum control_follow follow_what;
	uint32_t newer;
	bool watching, busy, gone, by_alias;
	void (*more)(struct control_client *, void *);
	void (*release)(void *);
	void *arg;
	unsigned int held;
	uint64_t since;
};

/**
 * struct control - all of them
 * @current: whose command is being done: it gets the log of it
 */
struct control {
	struct daemon *daemon;
	struct event *accept, *tick;
	struct cds_list_head clients;
	struct control_client *current;
	unsigned int count;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	int fd;
};

struct daemon *control_daemon(const struct control_client *client)
{
	return client->control->daemon;
}

static void end_pieces(struct control_client *client)
{
	if (client->more)
		client->release(client->arg);
	client->more = NULL;
}

static void free_client(struct control_client *client)
{
	end_pieces(client);
	cds_list_del(&client->node);
	if (client->stream)
		bufferevent_free(client->stream);
	free(client->follow);
	free(client);
}

/* It may be in use further up; control_turn() frees it. */
static void drop(struct control_client *client)
{
	struct control *control = client->control;

	if (client->gone)
		return;
	client->gone = true;
	control->count--;
	bufferevent_disable(client->stream, EV_READ | EV_WRITE);
	if (control->current == client)
		control->current = NULL;
}

static size_t unread(const struct control_client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

/* A line; it frees @json. */
static void put(struct control_client *client, json_t *json)
{
	char *text = client->gone ? NULL : json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (text)
		evbuffer_add_printf(bufferevent_get_output(client->stream), "%s\n", text);
	free(text);
}

/* The same of what the client has not asked for, but gets as it happens. */
static void put_news(struct control_client *client, json_t *json)
{
	put(client, json);
	if (unread(client) > OUTPUT_MAX)
		drop(client);
}

void control_log(struct control_client *client, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put_news(client, json_pack("{s:o}", "log", json_text(line)));
}

void control_end(struct control_client *client, int exit, json_t *more)
{
	json_t *answer = json_pack("{s:i}", "exit", exit);

	if (more)
		json_object_update(answer, more);
	json_decref(more);
	put(client, answer);
	free(client->follow);
	client->follow = NULL;
	client->busy = false;
	if (client->control->current == client)
		client->control->current = NULL;
}

void control_part(struct control_client *client, json_t *part)
{
	put(client, json_pack("{s:o}", "part", part));
}

/* A piece may be short. */
static void send_more(struct control_client *client)
{
	while (client->more && !client->gone && unread(client) <= OUTPUT_FEW) {
		client->more(client, client->arg);
		if (!client->busy)
			end_pieces(client);
	}
}

void control_in_pieces(struct control_client *client, void (*more)(struct control_client *, void *),
		       void (*release)(void *), void *arg)
{
	client->more = more;
	client->release = release;
	client->arg = arg;
	send_more(client);
}

void control_follow(struct control_client *client, const char *name, enum control_follow what)
{
	client->follow = strdup(name);
	client->follow_what = what;
	client->by_alias = !plan_is_there(client->control->daemon, name);
	client->newer = client->control->daemon->pluto->next_serial;
	client->since = pluto_now(client->control->daemon->pluto);
	if (!client->follow)
		control_end(client, 1, NULL);
}

void control_watch(struct control_client *client)
{
	client->watching = true;
	bufferevent_set_timeouts(client->stream, NULL, NULL);
}

void control_hold(struct control_client *client)
{
	client->held++;
}

bool control_release(struct control_client *client)
{
	client->held--;
	return !client->gone;
}

void control_resume(struct control_client *client)
{
	if (!client->gone)
		client->control->current = client;
}

static void carry_out(struct control_client *client, const char *line, size_t length)
{
	struct control *control = client->control;
	struct control_request request;
	char why[256];

	client->busy = true;
	if (control_request_read(&request, line, length, why, sizeof(why))) {
		control_log(client, "%s", why);
		control_end(client, 2, NULL);
		return;
	}
	control->current = client;
	request.command->run(client, &request);
	control->current = NULL;
	control_request_free(&request);
}

static void read_requests(struct control_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t length;
	char *line;

	while (!client->gone && !client->busy && unread(client) <= OUTPUT_FEW &&
	       (line = evbuffer_readln(input, &length, EVBUFFER_EOL_LF))) {
		carry_out(client, line, length);
		free(line);
	}
	if (!client->gone && evbuffer_get_length(input) >= CONTROL_LINE_MAX) {
		log_say(PLUTO_NOTICE, "control: a request that is too long");
		drop(client);
	}
}

static void readable(struct bufferevent *stream, void *arg)
{
	struct control_client *client = arg;
	struct daemon *daemon = client->control->daemon;

	(void)stream;
	read_requests(client);
	daemon_turn(daemon);
}

/* It has read most of what there was. */
static void writable(struct bufferevent *stream, void *arg)
{
	struct control_client *client = arg;
	struct daemon *daemon = client->control->daemon;

	(void)stream;
	send_more(client);
	read_requests(client);
	daemon_turn(daemon);
}

/* It went, or was silent too long with nothing to wait for. */
static void over(struct bufferevent *stream, short what, void *arg)
{
	struct control_client *client = arg;
	struct daemon *daemon = client->control->daemon;

	if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING) && (client->busy || client->watching)) {
		bufferevent_enable(stream, EV_READ);
		return;
	}
	drop(client);
	daemon_turn(daemon);
}

static void accept_client(struct control *control, int fd)
{
	const struct timeval idle = { .tv_sec = IDLE_LIMIT };
	struct control_client *client = control->count < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;

	if (client)
		client->stream = bufferevent_socket_new(control->daemon->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		close(fd);
		free(client);
		return;
	}
	client->control = control;
	control->count++;
	cds_list_add_tail(&client->node, &control->clients);
	bufferevent_setcb(client->stream, readable, writable, over, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, CONTROL_LINE_MAX);
	bufferevent_setwatermark(client->stream, EV_WRITE, OUTPUT_FEW, 0);
	bufferevent_set_timeouts(client->stream, &idle, &idle);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

static void acceptable(evutil_socket_t fd, short what, void *arg)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (client >= 0)
		accept_client(arg, client);
}

/* Of a connection, or of one of those that a conn's subnets=, or its policy group, make. */
static bool is_about(const char *line, const char *name)
{
	size_t length = strlen(name);

	return line[0] == '"' && !strncmp(line + 1, name, length) &&
	       (line[length + 1] == '"' || line[length + 1] == '/' || line[length + 1] == '#');
}

/* Of an alias, also those of the connections that have it. */
static bool follows(const struct control_client *client, const char *line)
{
	struct daemon *daemon = client->control->daemon;
	const struct connection *one;
	struct plan *plan = NULL;

	if (!client->follow)
		return false;
	if (!client->by_alias)
		return is_about(line, client->follow);
	while ((plan = plan_next(daemon, client->follow, plan))) {
		one = plan->connection;
		if (is_about(line, one->family ? one->family : one->name))
			return true;
	}
	return false;
}

static void heard(void *arg, enum pluto_log_level level, const char *line)
{
	struct control *control = arg;
	struct control_client *client;

	if (level > PLUTO_NOTICE)
		return;
	cds_list_for_each_entry(client, &control->clients, node) {
		if (client == control->current || client->watching || follows(client, line))
			control_log(client, "%s", line);
	}
}

static void tell(struct control *control, const char *what, const struct ike_sa *sa,
		 const struct connection *connection, const char *detail)
{
	struct control_client *client;
	char peer[64] = "";

	if (!control)
		return;
	cds_list_for_each_entry(client, &control->clients, node) {
		if (!client->watching)
			continue;
		if (sa->remote.addr.version)
			klips_addr_print(peer, sizeof(peer), &sa->remote.addr);
		put_news(client, json_pack("{s:s, s:s, s:i, s:s, s:s*}", "event", what, "connection", connection->name,
					   "serial", (int)sa->serial, "peer", peer, "detail", detail));
	}
}

void control_event(struct control *control, const char *what, const struct ike_sa *sa, const char *detail)
{
	tell(control, what, sa, sa->connection, detail);
}

void control_child_event(struct control *control, const char *what, const struct child_sa *child, const char *detail)
{
	tell(control, what, child->sa, child->connection, detail);
}

static bool is_over(const struct control_client *client)
{
	uint64_t limit = client->follow_what == FOLLOW_DOWN ? DOWN_LIMIT : UP_LIMIT;

	return pluto_now(client->control->daemon->pluto) - client->since >= limit;
}

static bool is_under_way(const struct control_client *client, const struct plan *plan)
{
	return plan_state(plan) == PLAN_OPENING || (client->follow_what == FOLLOW_DOWN && plan_is_ending(plan)) ||
	       updown_is_busy(client->control->daemon->updowns, plan->connection->name);
}

/* Whether what it waits for has come, one way or the other; of several all must be up. */
static bool has_come(const struct control_client *client, int *exit)
{
	struct daemon *daemon = client->control->daemon;
	struct plan *plan = plan_next(daemon, client->follow, NULL);

	*exit = client->follow_what != FOLLOW_DOWN && (is_over(client) || !plan);
	if (is_over(client))
		return true;
	if (client->follow_what >= FOLLOW_NEW_IKE) {
		*exit = !control_has_new(daemon, client->follow, client->follow_what, client->newer);
		return control_is_quiet(daemon, client->follow);
	}
	for (; plan; plan = plan_next(daemon, client->follow, plan)) {
		if (is_under_way(client, plan))
			return false;
		*exit |= client->follow_what == FOLLOW_UP && plan_state(plan) != PLAN_UP;
	}
	return true;
}

static void look_after(struct control_client *client)
{
	int exit;

	if (!client->follow || !has_come(client, &exit))
		return;
	if (is_over(client))
		control_log(client, "\"%s\": no longer waited for", client->follow);
	control_end(client, exit, NULL);
	read_requests(client);
}

void control_turn(struct control *control)
{
	struct control_client *client, *next;

	if (!control)
		return;
	cds_list_for_each_entry(client, &control->clients, node) {
		if (!client->gone)
			look_after(client);
	}
	cds_list_for_each_entry_safe(client, next, &control->clients, node) {
		if (client->gone && !client->held)
			free_client(client);
	}
}

/* Those who wait have a limit. */
static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	struct control_client *client;
	bool waits = false;

	(void)fd;
	(void)what;
	cds_list_for_each_entry(client, &control->clients, node)
		waits |= client->follow != NULL;
	if (waits)
		daemon_turn(control->daemon);
}

/* Another pluto answers there, or it is a left-over. */
static int clear_path(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)name, sizeof(*name)) ? 0 : -EADDRINUSE;
	close(fd);
	if (!err && unlink(name->sun_path) && errno != ENOENT)
		err = -errno;
	return err;
}

static int open_socket(struct control *control)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int err;
	mode_t mask;

	memcpy(name.sun_path, control->path, sizeof(name.sun_path));
	err = clear_path(&name);
	if (err)
		return err;
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->fd < 0)
		return -errno;
	mask = umask(0177);
	err = bind(control->fd, (struct sockaddr *)&name, sizeof(name)) ? -errno : 0;
	umask(mask);
	return err || !listen(control->fd, CLIENTS_MAX) ? err : -errno;
}

static int open_control(struct control *control)
{
	const struct timeval second = { .tv_sec = 1 };
	struct daemon *daemon = control->daemon;
	int length = snprintf(control->path, sizeof(control->path), "%s/" CONTROL_SOCKET, daemon->setup->rundir);
	int err = length < (int)sizeof(control->path) ? open_socket(control) : -ENAMETOOLONG;

	if (err)
		return err;
	control->accept = event_new(daemon->base, control->fd, EV_READ | EV_PERSIST, acceptable, control);
	control->tick = event_new(daemon->base, -1, EV_PERSIST, tick, control);
	if (!control->accept || !control->tick || event_add(control->accept, NULL) || event_add(control->tick, &second))
		return -ENOMEM;
	log_watch(heard, control);
	return 0;
}

struct control *control_new(struct daemon *daemon)
{
	struct control *control = calloc(1, sizeof(*control));
	int err;

	if (!control)
		return NULL;
	control->daemon = daemon;
	control->fd = -1;
	CDS_INIT_LIST_HEAD(&control->clients);
	err = open_control(control);
	if (!err)
		return control;
	log_say(PLUTO_ERROR, "%s: %s", control->path, err == -EADDRINUSE ? "another pluto runs" : strerror(-err));
	if (err == -EADDRINUSE && control->fd < 0)
		control->path[0] = '\0';
	control_free(control);
	return NULL;
}

/* What they were told and have not read is written once more, as far as it goes. */
static void say_goodbye(struct control_client *client)
{
	struct evbuffer *output = bufferevent_get_output(client->stream);

	/* The stream keeps others from its front. */
	evbuffer_unfreeze(output, 1);
	if (!client->gone)
		evbuffer_write(output, bufferevent_getfd(client->stream));
	free_client(client);
}

void control_free(struct control *control)
{
	struct control_client *client, *next;

	if (!control)
		return;
	log_watch(NULL, NULL);
	cds_list_for_each_entry_safe(client, next, &control->clients, node)
		say_goodbye(client);
	if (control->accept)
		event_free(control->accept);
	if (control->tick)
		event_free(control->tick);
	if (control->fd >= 0) {
		close(control->fd);
		unlink(control->path);
	}
	free(control);
}
