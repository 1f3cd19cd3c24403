/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: connections as pluto has loaded them, and what is to become of them. */
#ifndef PLUTO_PLAN_H
#define PLUTO_PLAN_H

#include "daemon.h"
#include "orient.h"

/* How a connection is. */
enum plan_state {
	PLAN_DOWN,
	PLAN_OPENING, /* a negotiation is under way */
	PLAN_UP,      /* there is a Child SA */
};

/**
 * struct plan - one
 * @retry: when it is begun again
 * @tries: that failed one after the other
 * @changed: something happened to its SAs
 * @gone: it is deleted, and waits for its SAs to end
 * @shown: its routes are there although it may be down
 */
struct plan {
	struct cds_list_head node;
	struct daemon *daemon;
	struct connection *connection;
	struct orient_extra extra;
	struct pluto_timer retry;
	unsigned int tries;
	bool changed, shown, gone;
};

/*
 * Loads a conn, in place of one of its name. @names: as orient() has them. 0, or a negative errno with @said->why; the
 * warnings are logged.
 */
int plan_add(struct daemon *daemon, const json_t *conn, const struct orient_names *names, struct orient_said *said);
struct plan *plan_find(struct daemon *daemon, const char *name);
/* Ends its SAs, politely, and forgets it. */
void plan_delete(struct plan *plan);
void plans_free(struct daemon *daemon);

/* 0: it is up, or a negotiation is under way; else a negative errno, as ike_sa_initiate(). */
int plan_up(struct plan *plan);
void plan_down(struct plan *plan);
/* 0 or a negative errno: the log has the stack's reason. */
int plan_route(struct plan *plan);
void plan_unroute(struct plan *plan);
enum plan_state plan_state(const struct plan *plan);
/* Whether SAs of it are being deleted. */
bool plan_is_ending(const struct plan *plan);

/* An SA of that connection changed; what follows from it is done by plans_turn(). @event: as the engine's port has it
 */
void plan_note(struct daemon *daemon, const struct connection *connection, const char *event, const char *why);
void plans_turn(struct daemon *daemon);

#endif
