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

struct loaded;

/**
 * struct plan - one
 * @loaded: its conn; NULL: that is loaded no more
 * @pair: which of the conn's Child SAs; @net: which of its policy group's nets; version 0: it is of none
 * @retry: when it is begun again
 * @tries: that failed one after the other
 * @wanted: it is to be up: what ends it not by will is begun again
 * @restart: its peer was dead, and it is begun again at once
 * @changed: something happened to its SAs
 * @gone: it is deleted, and waits for its SAs to end
 * @ending: it is one of those whose SAs are just being ended; @related: see plans_relate()
 * @shown: its routes are there although it may be down
 */
struct plan {
	struct cds_list_head node;
	struct daemon *daemon;
	struct loaded *loaded;
	struct connection *connection;
	struct orient_pair pair;
	struct policy_net net;
	struct orient_extra extra;
	struct pluto_timer retry;
	unsigned int tries;
	bool wanted, restart, changed, shown, gone, ending, related;
};

int plan_make(struct plan **to, struct loaded *loaded, const struct orient_pair *pair, const struct policy_net *net,
	      struct orient_said *said);
/* One that plan_make() has made, and nobody has seen. */
void plan_discard(struct plan *plan);
struct plan *plan_find(struct daemon *daemon, const char *name);
/* Those of a name, one after the other: a connection's own, or that of a conn whose subnets= make several, or, if there
 * are none, an alias of theirs. @after: the one before; NULL: the first. NULL: no more */
struct plan *plan_next(struct daemon *daemon, const char *name, struct plan *after);
/* Whether there is one, or a conn, of that name, not of that alias. */
bool plan_is_there(const struct daemon *daemon, const char *name);
/* Marks those that may have IKE SAs in common with one of that name, as @related; one itself is so, too. */
void plans_relate(struct daemon *daemon, const char *name);
/* End the SAs of all of that name, politely, and forget them. */
void plans_delete(struct daemon *daemon, const char *name);
/* The same of all whose @ending is set; it is so no more then. */
void plans_delete_ending(struct daemon *daemon);
void plans_free(struct daemon *daemon);
/* Of one that has no SAs. */
void plan_forget(struct plan *plan);
/* The engine's list has it no more; SAs may still hold it, and the plan does. */
void plan_unload(struct connection *connection);

/* 0: it is up, or a negotiation is under way; else a negative errno, as ike_sa_initiate(). */
int plan_up(struct plan *plan);
void plans_down(struct daemon *daemon, const char *name);
/* 0 or a negative errno: the log has the stack's reason. */
int plan_route(struct plan *plan);
void plan_unroute(struct plan *plan);
/* The devices that routes led to had gone with the stack. */
void plans_show_again(struct daemon *daemon);
enum plan_state plan_state(const struct plan *plan);
/* Whether SAs of it are being deleted. */
bool plan_is_ending(const struct plan *plan);

/* plan_away.c: addresses of this host that come and go. Whether it has that of the plan, on the same device. */
bool plan_is_home(const struct plan *plan);
/* It has not, and no SA of it lives on elsewhere. */
bool plan_is_lost(const struct plan *plan);
void plan_leave(struct plan *plan);
void plan_return(struct plan *plan);
void plan_hand_over(struct plan *from, struct plan *to);
/* It does not begin again by itself. */
void plan_let_be(struct plan *plan);

/* An SA of that connection changed; plans_turn() does what follows from it. @event: as the engine's port has it */
void plan_note(struct daemon *daemon, const struct connection *connection, const char *event);
/* That SA's peer is dead, and it is to end: dpdaction= of its connections. */
void plan_silent(const struct ike_sa *sa);
void plans_turn(struct daemon *daemon);

#endif
