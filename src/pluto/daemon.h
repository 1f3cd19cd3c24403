/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto the process: the engine, and all that is around it. */
#ifndef PLUTO_DAEMON_H
#define PLUTO_DAEMON_H

#include <event2/event.h>

#include "../lib/secrets.h"
#include "child_sa.h"
#include "host.h"
#include "net.h"
#include "pool.h"
#include "setup.h"

struct control;
struct keylog;
struct runner;
struct updowns;

/**
 * struct daemon
 * @unsettled: a plan has lost its address, and what it had there
 * @armed: when @timer is set for, as the engine's clock has it; UINT64_MAX: it is not
 * @plans: of struct plan; @loaded: of struct loaded; @held: of struct held
 * @fetchers: for what peers name by URLs; NULL: nothing is looked up
 * @stack: what was chosen, and why
 * @runner: whoever made it frees it
 * @started: seconds since 1970
 * @stopping: SAs are being deleted; then it ends
 */
struct daemon {
	const struct setup *setup;
	struct event_base *base;
	struct event *timer, *stack_event, *terminate, *interrupt, *stop_limit, *keepalive, *fetch;
	uint64_t armed;
	struct pool *pool, *fetchers;
	struct net *net;
	struct host_watch *watch;
	struct host_addresses addresses;
	struct backend *backend;
	struct pluto *pluto;
	struct secrets *secrets;
	struct control *control;
	struct updowns *updowns;
	struct runner *runner;
	struct keylog *keylog; /* NULL: there is none */
	struct cds_list_head plans, loaded, held;
	unsigned int held_count;
	char stack[1024];
	time_t started;
	bool stopping, ended, unsettled;
};

/* loop.c. Everything is open when the first returns 0; else it is a negative errno, and the log has the reason. */
int daemon_open(struct daemon *daemon, const struct setup *setup, struct runner *runner);
void daemon_run(struct daemon *daemon);
/* In any case after daemon_open(). false: a thread still waits for somebody's answer: the process is to end at once. */
bool daemon_close(struct daemon *daemon);
/* Begins to end: SAs are deleted at their peers, for a second at most. */
void daemon_stop(struct daemon *daemon);
/* At the end of whatever the loop calls: what follows from what happened, and the next timer. */
void daemon_turn(struct daemon *daemon);
/* This host's addresses are looked at again. */
void daemon_listen(struct daemon *daemon);
/* At those that there are, also at ports that only some conns have. */
void daemon_listen_at_ports(struct daemon *daemon);
/* ipsec.secrets is read anew. How many errors there are in it; the log has them. */
unsigned int daemon_read_secrets(struct daemon *daemon);

/* Keys are logged into a folder from now on; NULL: no more. 0, or a negative errno, and the log says why. */
int daemon_keylog(struct daemon *daemon, const char *folder);

/* port.c: what the engine asks for; its argument is a struct daemon. */
extern const struct pluto_port daemon_port;

#endif
