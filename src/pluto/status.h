/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How pluto is, as JSON. */
#ifndef PLUTO_STATUS_H
#define PLUTO_STATUS_H

#include <jansson.h>

#include "daemon.h"

/**
 * struct status_walk - how far an answer has come that lists SAs by their serials, some at a time
 *
 * What there is all the while is listed once, whether it moves to another IKE SA or not; what begins meanwhile is not.
 * @place: a bookmark in the engine's list; in none: the walk is over
 * @end: the first serial that is too new
 * @ike: IKE SAs are listed too
 */
struct status_walk {
	struct pluto_entry place;
	uint32_t end;
	bool ike;
};

/* {"stack", "connections": [...], ...} without SAs; of @name alone, or of all: NULL */
json_t *status_json(const struct daemon *daemon, const char *name);
/* Begins to list SAs; status_walk_end() ends it, whether all have been listed or not. */
void status_walk(struct status_walk *walk, const struct daemon *daemon, bool ike);
/*
 * The next of them that are @name's, or of all: NULL, a thousand at most: {"child_sas": [...], "ike_sas": [...]}, with
 * what the stack counted.
 */
json_t *status_sas(const struct daemon *daemon, struct status_walk *walk, const char *name);
bool status_walk_is_over(const struct status_walk *walk);
void status_walk_end(struct status_walk *walk);
/* Numbers: how many there are of each. */
json_t *status_brief(const struct daemon *daemon);
/* The process: its version, number, memory, capabilities, and the files that it goes by. */
json_t *status_process(const struct daemon *daemon);
/* Pools of addresses for road warriors. */
json_t *status_pools(const struct daemon *daemon);

#endif
