/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a status share. */
#ifndef PLUTO_STATUS_OWN_H
#define PLUTO_STATUS_OWN_H

#include "child_sa.h"
#include "status.h"

json_t *status_addr(const struct klips_addr *addr);
json_t *status_id(const struct ike_identity *id);
json_t *status_ts(const struct ike_ts_list *list);
/* When a timer is due, in seconds from now; null: it is not set. */
json_t *status_due(const struct daemon *daemon, const struct pluto_timer *timer);
/* Whether a connection has that name; NULL: any is meant. */
bool status_is_about(const struct connection *connection, const char *name);

#endif
