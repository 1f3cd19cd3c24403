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
 * @next: the serial to go on with; @end: the first that is too new: the walk ends there
 * @width: serials at a time; @ike: IKE SAs are listed too
 */
struct status_walk {
	uint32_t next, end, width;
	bool ike;
};

/* {"stack", "connections": [...], ...} without SAs; of @name alone, or of all: NULL */
json_t *status_json(const struct daemon *daemon, const char *name);
/* Begins to list SAs of @name, or of all. */
void status_walk(struct status_walk *walk, const struct daemon *daemon, const char *name, bool ike);
/* The next of them, about a thousand: {"child_sas": [...], "ike_sas": [...]}, with what the stack counted. */
json_t *status_sas(const struct daemon *daemon, struct status_walk *walk, const char *name);
/* Numbers: how many there are of each. */
json_t *status_brief(const struct daemon *daemon);
/* The process: its version, number, memory, capabilities, and the files that it goes by. */
json_t *status_process(const struct daemon *daemon);
/* Pools of addresses for road warriors. */
json_t *status_pools(const struct daemon *daemon);

#endif
