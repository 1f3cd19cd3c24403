/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: commands come as lines of JSON, and so do their answers. */
#ifndef PLUTO_CONTROL_H
#define PLUTO_CONTROL_H

#include <jansson.h>

#include "daemon.h"

#define CONTROL_SOCKET	 "pluto.ctl"
#define CONTROL_LINE_MAX (1 << 20) /* bytes of a request */

struct control_client;

/**
 * struct control_request - a request that is right so far
 * @command: one that there is
 * @name: of a connection; NULL: none is named
 * @conn: of "add"; else NULL
 * @async: the answer does not wait for what the command has begun
 */
struct control_request {
	const struct control_command *command;
	const char *name;
	const json_t *conn;
	bool async;
	json_t *json;
};

enum control_needs {
	CONTROL_NOTHING,
	CONTROL_NAME,
	CONTROL_CONN,
};

/* A command; @run answers with control_end(), now or later. */
struct control_command {
	const char *name;
	enum control_needs needs;
	void (*run)(struct control_client *client, const struct control_request *request);
};

/* control_commands.c; the last has no name */
extern const struct control_command control_commands[];

/* A line. 0, for control_request_free(), or -1 with a text in @why. Arguments are @request->json's. */
int control_request_read(struct control_request *request, const char *line, size_t length, char *why, size_t size);
void control_request_free(struct control_request *request);

/* NULL: the log has the reason. */
struct control *control_new(struct daemon *daemon);
void control_free(struct control *control);
/* Answers those whose connection is up by now, or will not be. */
void control_turn(struct control *control);
/* An event, for those who watch. */
void control_event(struct control *control, const char *what, const struct ike_sa *sa, const char *detail);

struct daemon *control_daemon(const struct control_client *client);
void control_log(struct control_client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The answer's end: @exit: 0: it was done. @more: what else is in it, which it frees; NULL: nothing. */
void control_end(struct control_client *client, int exit, json_t *more);
/* It ends when the connection is up, or is not to be, or after a minute; until then it gets its log. */
void control_follow(struct control_client *client, const char *name, bool up);
/* From now on it gets events, until it goes. */
void control_watch(struct control_client *client);
/* Something in the pool works for the client, which may go meanwhile: then control_release() says false. */
void control_hold(struct control_client *client);
bool control_release(struct control_client *client);

#endif
