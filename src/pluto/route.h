/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies of connections that are not up: on demand, passthrough, drop. And what the stack tells. */
#ifndef PLUTO_ROUTE_H
#define PLUTO_ROUTE_H

#include "policy.h"

/* Return 0 or a negative errno; then the log says why, and no policy is left. */
int connection_route(struct connection *connection);
void connection_unroute(struct connection *connection);
/* The same, but what another one is for too, which is routed, stays: there is no moment without. */
void connection_unroute_for(struct connection *connection, const struct connection *heir);
/* Those of one that is not up. */
void connection_policies(const struct connection *connection, struct policies *to);
/* Whether a Child SA of it is used. */
bool connection_is_used(const struct connection *connection);
/* It goes down: sets the policies that it has then, if it has any. @to: gets them. Whether it has */
bool connection_down_policies(struct connection *connection, struct policies *to);

/* For struct backend_events, whose arg is the engine. */
void pluto_acquired(void *pluto, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid);
void pluto_expired(void *pluto, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard);

#endif
