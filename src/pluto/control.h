/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: commands come as lines of JSON, and so do their answers. */
#ifndef PLUTO_CONTROL_H
#define PLUTO_CONTROL_H

#include <jansson.h>

#include "daemon.h"

#define CONTROL_SOCKET	 "pluto.ctl"
#define CONTROL_LINE_MAX (1 << 20) /* bytes of a request */

struct control_client;
struct plan;

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

/* What a client waits for, at most 75 seconds. */
enum control_follow {
	FOLLOW_UP,	  /* the connection is up, or is not to be */
	FOLLOW_DOWN,	  /* it is down, or the peer does not answer for two seconds */
	FOLLOW_NEW_IKE,	  /* a new IKE SA has taken the place of the one there is, or is not to */
	FOLLOW_NEW_CHILD, /* likewise, a Child SA */
	FOLLOW_ANSWER,	  /* the peer has answered, or never will */
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
/* The connection that is named; NULL: there is none, and that is answered. */
struct plan *control_plan(struct control_client *client, const struct control_request *request);
/* Whether a connection, or a conn that has none now, has the name; else that is answered. */
bool control_knows(struct control_client *client, const struct control_request *request);

/* control_status.c */
void control_status(struct control_client *client, const struct control_request *request);
void control_traffic(struct control_client *client, const struct control_request *request);
void control_brief(struct control_client *client, const struct control_request *request);
void control_process(struct control_client *client, const struct control_request *request);
void control_pools(struct control_client *client, const struct control_request *request);

/* control_tools.c */
void control_impair(struct control_client *client, const struct control_request *request);
void control_debug(struct control_client *client, const struct control_request *request);
void control_try_filter(struct control_client *client, const struct control_request *request);
void control_keylog(struct control_client *client, const struct control_request *request);
void control_rekey_ike(struct control_client *client, const struct control_request *request);
void control_rekey_child(struct control_client *client, const struct control_request *request);
void control_delete_state(struct control_client *client, const struct control_request *request);
void control_liveness(struct control_client *client, const struct control_request *request);
/* Whether none of a connection's SAs waits for its peer. */
bool control_is_quiet(const struct daemon *daemon, const char *name);
/* Whether what FOLLOW_NEW_IKE and those after it wait for has come. */
bool control_has_new(const struct daemon *daemon, const char *name, enum control_follow what, uint32_t newer);

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
void control_child_event(struct control *control, const char *what, const struct child_sa *child, const char *detail);

struct daemon *control_daemon(const struct control_client *client);
void control_log(struct control_client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The answer's end: @exit: 0: it was done. @more: what else is in it, which it frees; NULL: nothing. */
void control_end(struct control_client *client, int exit, json_t *more);
/* A part of the answer, which it frees: {"key": [rows]}. The answer's "status" has all rows of all parts. */
void control_part(struct control_client *client, json_t *part);
/*
 * A long answer: @more is called for each piece when the client has read what was before, until it calls control_end().
 * Between two of them pluto does other things. @release: frees @arg, also if the client goes.
 */
void control_in_pieces(struct control_client *client, void (*more)(struct control_client *, void *),
		       void (*release)(void *), void *arg);
/* Its answer ends when that has come; until then it gets the connection's log. */
void control_follow(struct control_client *client, const char *name, enum control_follow what);
/* From now on it gets events, until it goes. */
void control_watch(struct control_client *client);
/* Something in the pool works for the client, which may go meanwhile: then control_release() says false. */
void control_hold(struct control_client *client);
bool control_release(struct control_client *client);
/* What is logged from now on is of its command, until control_end(). */
void control_resume(struct control_client *client);

#endif
