/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is run when connections come and go: leftupdown= of ipsec.conf, usually _updown(8). */
#ifndef PLUTO_UPDOWN_H
#define PLUTO_UPDOWN_H

#include "plan.h"

/* NULL with errno. */
struct updowns *updowns_new(struct daemon *daemon);
/* What is still to be run is waited for, two seconds at most. */
void updowns_free(struct updowns *updowns);

/* A Child SA came or went; one in the place of another with the same selectors is nothing new. */
void updown_child(struct updowns *updowns, const char *verb, const struct child_sa *child);
/* A connection is routed, or is no longer. */
void updown_route(struct updowns *updowns, const struct plan *plan, bool route);
/* nflog-all=: what goes by the stack is logged from now on, or no longer. */
void updown_nflog(struct updowns *updowns, bool on);
/* That plan is to be freed. */
void updown_forget(struct updowns *updowns, const struct plan *plan);
/* Whether something of that connection is still to be run, or runs; NULL: of any. */
bool updown_is_busy(const struct updowns *updowns, const char *connection);

/* Whether something is to be run, or runs, for a Child SA that came up with that peer. */
bool updown_is_for_peer(const struct updowns *updowns, const struct klips_addr *peer);

#endif
