/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How pluto is, as JSON. */
#ifndef PLUTO_STATUS_H
#define PLUTO_STATUS_H

#include <jansson.h>

#include "daemon.h"

/* {"stack", "connections": [...], "ike_sas": [...], "child_sas": [...], ...}; of @name alone, or of all: NULL */
json_t *status_json(const struct daemon *daemon, const char *name);
/* Child SAs alone, with what the stack counted. */
json_t *status_traffic(const struct daemon *daemon, const char *name);
/* Numbers: how many there are of each. */
json_t *status_brief(const struct daemon *daemon);

#endif
