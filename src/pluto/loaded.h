/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conns as they were loaded. Each has its plans, as far as this host has the addresses for them; and by what is kept
 * here it gets them when these come. */
#ifndef PLUTO_LOADED_H
#define PLUTO_LOADED_H

#include "plan.h"

/**
 * struct loaded - one
 * @json: as it was loaded; @names: of its ends, resolved; @named: there are any
 * @is_group: its peers are the nets of the policy group of its name: each has a plan
 * @nets: these, as they were last read
 * @up, @routed: plans that it gets are to be brought up, to be routed
 * @why: it has no address here; empty: it has
 */
struct loaded {
	struct cds_list_head node;
	struct daemon *daemon;
	char *name;
	json_t *json;
	struct orient_names names;
	bool named, is_group, up, routed;
	struct policy_nets nets;
	char why[ORIENT_WHY];
};

int loaded_add(struct daemon *daemon, const json_t *conn, const struct orient_names *names, struct orient_said *said);
/* NULL: none has that name. */
struct loaded *loaded_find(const struct daemon *daemon, const char *name);
/* Those of a name, or, if there is nothing of it, of an alias, one after the other: as plan_next(). @name: NULL: all */
struct loaded *loaded_next(const struct daemon *daemon, const char *name, struct loaded *after);
bool loaded_has_plans(const struct loaded *loaded);
/* The text of left= or right=, or of a keyword of both; empty: there is none. */
const char *loaded_end(const struct loaded *loaded, const char *side);
/* Ends the SAs of all plans of that name, politely, and forgets them; and the conn, if it is one's name, or alias. */
void loaded_delete(struct daemon *daemon, const char *name);
/* Without a word to anybody; the plans stay. */
void loaded_free_all(struct daemon *daemon);

/* This host's addresses or routes may be others: who has lost its address waits for it, and who waits may find one. */
void loaded_orient(struct daemon *daemon);
/* Reads the files of policy groups. How many errors there are in them; the log has them. */
unsigned int loaded_read_groups(struct daemon *daemon);

/* loaded_group.c */
int loaded_group_try(struct loaded *loaded, struct orient_said *said);
unsigned int loaded_group_read(struct loaded *loaded);
void loaded_group_fill(struct loaded *loaded, bool say);
/* One of its plans, which plan_make() has made, begins. */
void loaded_begin(struct plan *plan);

#endif
