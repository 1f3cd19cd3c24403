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

#include "log.h"
#include "plan.h"
#include "updown.h"

#define CLIENTS_MAX 64
#define OUTPUT_MAX  (16 << 20) /* bytes that a client has not read: then it is broken */
#define UP_LIMIT    60000      /* milliseconds */
#define DOWN_LIMIT  2000
#define IDLE_LIMIT  300 /* seconds without a word */

/**
 * struct control_client - one
 * @follow: the connection whose end it waits for; NULL: none. @follow_up: for its beginning
 * @watching: it gets events
 * @held: something in the pool works for it
 * @busy: its answer is not complete: what it sends meanwhile waits
 * @gone: it is to be freed
 */
struct control_client {
	struct cds_list_head node;
	struct control *control;
	struct bufferevent *stream;
	char *follow;
	bool follow_up, watching, busy, gone;
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

static void free_client(struct control_client *client)
{
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

/* A line; it frees @json. */
static void put(struct control_client *client, json_t *json)
{
	struct evbuffer *output = client->gone ? NULL : bufferevent_get_output(client->stream);
	char *text = output ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (!text)
		return;
	evbuffer_add_printf(output, "%s\n", text);
	free(text);
	if (evbuffer_get_length(output) > OUTPUT_MAX)
		drop(client);
}

void control_log(struct control_client *client, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put(client, json_pack("{s:s#}", "log", line, (int)strnlen(line, sizeof(line))));
}

static void read_requests(struct control_client *client);

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
}

void control_follow(struct control_client *client, const char *name, bool up)
{
	client->follow = strdup(name);
	client->follow_up = up;
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

static void carry_out(struct control_client *client, const char *line, size_t length)
{
	struct control *control = client->control, *const keep = control;
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
	keep->current = NULL;
	control_request_free(&request);
}

static void read_requests(struct control_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t length;
	char *line;

	while (!client->gone && !client->busy && (line = evbuffer_readln(input, &length, EVBUFFER_EOL_LF))) {
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
	bufferevent_setcb(client->stream, readable, NULL, over, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, CONTROL_LINE_MAX);
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

static bool is_about(const char *line, const char *name)
{
	size_t length = strlen(name);

	return line[0] == '"' && !strncmp(line + 1, name, length) && line[length + 1] == '"';
}

static void heard(void *arg, enum pluto_log_level level, const char *line)
{
	struct control *control = arg;
	struct control_client *client;

	if (level > PLUTO_NOTICE)
		return;
	cds_list_for_each_entry(client, &control->clients, node) {
		if (client == control->current || client->watching ||
		    (client->follow && is_about(line, client->follow)))
			control_log(client, "%s", line);
	}
}

void control_event(struct control *control, const char *what, const struct ike_sa *sa, const char *detail)
{
	struct control_client *client;
	char peer[64] = "";

	if (!control)
		return;
	if (sa->remote.addr.version)
		klips_addr_print(peer, sizeof(peer), &sa->remote.addr);
	cds_list_for_each_entry(client, &control->clients, node) {
		if (client->watching)
			put(client,
			    json_pack("{s:s, s:s, s:i, s:s, s:s*}", "event", what, "connection", sa->connection->name,
				      "serial", (int)sa->serial, "peer", peer, "detail", detail));
	}
}

static bool is_over(const struct control_client *client)
{
	uint64_t limit = client->follow_up ? UP_LIMIT : DOWN_LIMIT;

	return pluto_now(client->control->daemon->pluto) - client->since >= limit;
}

/* Whether what it waits for has come, one way or the other. */
static bool has_come(const struct control_client *client, int *exit)
{
	struct daemon *daemon = client->control->daemon;
	const struct plan *plan = plan_find(daemon, client->follow);
	enum plan_state state = plan ? plan_state(plan) : PLAN_DOWN;

	if (is_over(client)) {
		*exit = client->follow_up;
		return true;
	}
	if (state == PLAN_OPENING || updown_is_busy(daemon->updowns, client->follow))
		return false;
	if (!client->follow_up && plan && plan_is_ending(plan))
		return false;
	*exit = client->follow_up && state != PLAN_UP;
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
