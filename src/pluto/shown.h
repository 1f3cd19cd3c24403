/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pairs of selectors that are up as updown scripts know it: each only once. */
#ifndef PLUTO_SHOWN_H
#define PLUTO_SHOWN_H

#include "connection.h"

#define SHOWN_BUCKETS 16384

struct shown {
	uint64_t seed;
	struct cds_list_head buckets[SHOWN_BUCKETS];
};

/* @seed: a secret: peers choose selectors */
void shown_init(struct shown *shown, uint64_t seed);
void shown_free(struct shown *shown);
bool shown_is_up(const struct shown *shown, const struct connection *connection, const struct ike_ts *local,
		 const struct ike_ts *remote);
/* It comes up, or goes. Whether that is news. */
bool shown_set(struct shown *shown, const struct connection *connection, const struct ike_ts *local,
	       const struct ike_ts *remote, bool up);
/* Whether any pair that is up has these remote addresses, whatever their ports: routes know nothing of them. */
bool shown_leads_to(const struct shown *shown, const struct ike_ts *remote);
bool shown_is_same_net(const struct ike_ts *one, const struct ike_ts *other);
/* That connection is to be freed. */
void shown_forget(struct shown *shown, const struct connection *connection);

#endif
