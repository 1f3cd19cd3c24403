/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults on purpose, for tests: messages that are lost, doubled or changed, steps that fail, exchanges that begin now.
 */
#ifndef PLUTO_IMPAIR_H
#define PLUTO_IMPAIR_H

#include "pluto.h"

/* What can be made to fail. */
enum impair_step {
	IMPAIR_SPI,	 /* the stack gives no SPI */
	IMPAIR_SA,	 /* it takes no SA */
	IMPAIR_POLICY,	 /* it takes no policy */
	IMPAIR_AUTH,	 /* the peer is not believed */
	IMPAIR_KEYS,	 /* no keys can be derived for an IKE SA */
	IMPAIR_RESEND,	 /* no request is sent again */
	IMPAIR_PATIENCE, /* where one would be sent again, its time is over */
	IMPAIR_STEPS,
};

/* Of "drop-inbound-ike-auth:1", "fail-sa": 0, or -EINVAL or -ENOMEM with a text in @why. See impair_help(). */
int impair_set(struct pluto *pluto, const char *text, char *why, size_t size);
/* None is left; what was held is forgotten. */
void impair_clear(struct pluto *pluto);
/* What was held goes on, in order, and nothing more is held. How many messages there were. */
unsigned int impair_release(struct pluto *pluto);
/* Tells of each that is on. */
void impair_each(const struct pluto *pluto, void (*each)(void *arg, const char *text), void *arg);
/* A line for each sort. */
void impair_help(void (*each)(void *arg, const char *line), void *arg);

/*
 * Something happens now that a timer does at other times: "rekey-child", with an SA's number. 0, or a negative errno
 * with a text in @why: -ENOENT: there is no such thing to do.
 */
int impair_trigger(struct pluto *pluto, const char *what, uint32_t serial, char *why, size_t size);

/* The engine's messages, while there is an impairment. */
void impair_receive(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_slice data);
void impair_send(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		 struct ike_slice data);
bool impair_counts(struct pluto *pluto, enum impair_step step);

/* Whether a step is to fail here and now. */
static inline bool impair_fails(struct pluto *pluto, enum impair_step step)
{
	return pluto->impair && impair_counts(pluto, step);
}

#endif
