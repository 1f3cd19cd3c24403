/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies of connections that are not up: on demand, passthrough, drop. And what the stack tells. */
#ifndef PLUTO_ROUTE_H
#define PLUTO_ROUTE_H

#include "connection.h"

/* Return 0 or a negative errno; then the log says why, and no policy is left. */
int connection_route(struct connection *connection);
void connection_unroute(struct connection *connection);
/* Whether there are to be policies while it is down; @to: with what they do */
bool connection_down_action(const struct connection *connection, enum backend_action *to);

/* For struct backend_events, whose arg is the engine. */
void pluto_acquired(void *pluto, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid);
void pluto_expired(void *pluto, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard);

#endif
