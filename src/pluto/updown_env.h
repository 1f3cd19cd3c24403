/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment of what updown= names: the PLUTO_ variables. */
#ifndef PLUTO_UPDOWN_ENV_H
#define PLUTO_UPDOWN_ENV_H

#include "plan.h"

#define UPDOWN_ENV_MAX 64

/**
 * struct updown_about - what something is run about
 * @verb: "up", and so on, without -client
 * @local, @remote: one pair of selectors
 * @child: NULL: the connection has none
 * @device: by which its traffic goes in clear; empty: the physical one
 */
struct updown_about {
	const char *verb;
	const struct daemon *daemon;
	const struct connection *connection;
	const struct orient_extra *extra;
	const struct ike_ts *local, *remote;
	const struct child_sa *child;
	const char *device;
};

/* An array that ends with NULL, for updown_env_free(); NULL without memory. */
char **updown_env(const struct updown_about *about);
/* Of nflog-all=, which is about no connection: "nflog-all-up" or "nflog-all-down". */
char **updown_env_nflog(const char *verb, const char *stack, uint32_t group);
void updown_env_free(char **env);
/* Whether _updown, the standard program, has nothing to do with that. */
bool updown_env_is_idle(char *const *env);

#endif
