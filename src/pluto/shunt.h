/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to a connection's traffic while it is negotiated, and after that failed: negotiationshunt=,
 * failureshunt=. */
#ifndef PLUTO_SHUNT_H
#define PLUTO_SHUNT_H

#include "policy.h"

/* This side has begun to negotiate, or to do so again. */
void shunt_negotiating(struct connection *connection);
/* That came to nothing. A connection that did not negotiate, or has a Child SA, is left as it is. */
void shunt_failed(struct connection *connection);
/* A Child SA is about to have these policies; then it has them. */
void shunt_yield(struct connection *connection);
void shunt_over(struct connection *connection, const struct policies *policies);
/* The stack may have lost what there is now: it is set once more. */
void shunt_again(struct connection *connection);
/* Its traffic is treated as if nothing had been negotiated. */
void shunt_end(struct connection *connection);
/* As eroutes have it: "%drop". */
const char *shunt_name(enum backend_action action);

#endif
