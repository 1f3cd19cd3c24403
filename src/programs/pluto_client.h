/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto's control socket, from the side of the commands. */
#ifndef PROGRAMS_PLUTO_CLIENT_H
#define PROGRAMS_PLUTO_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* @stream: both ways; @pid: of the process at the other end */
struct pluto_client {
	FILE *stream;
	pid_t pid;
};

/* $PLUTO_RUNDIR, or the usual folder. */
const char *pluto_rundir(void);
/* 0 or a negative errno: -ENOENT, -ECONNREFUSED: none runs. */
int pluto_client_open(struct pluto_client *client);
/* The same, but returns the exit status of a complaint. */
int pluto_client_open_or_complain(struct pluto_client *client);
void pluto_client_close(struct pluto_client *client);
/*
 * Sends a request, which it frees, and prints lines of the log as they come, to @log; NULL: not. The exit status: the
 * answer's, or that of a complaint. @answer: gets the answer; NULL: nobody wants it.
 */
int pluto_ask(struct pluto_client *client, json_t *request, FILE *log, json_t **answer);
/* The same with a connection of its own. */
int pluto_tell(json_t *request, FILE *log, json_t **answer);
/* Prints every line that comes until the end, or until nobody reads. */
int pluto_watch(json_t *request);

#endif
