/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages that wait until what updown= names has run: a peer that learns that its Child SA is there sends at once, and
 * the answers are to find their way.
 */
#ifndef PLUTO_HELD_H
#define PLUTO_HELD_H

#include "daemon.h"

/* Sends a message now, or when its peer's runs are over, or after two seconds. */
void held_send(struct daemon *daemon, const struct ike_endpoint *from, const struct ike_endpoint *to,
	       struct ike_slice data);
void held_turn(struct daemon *daemon);
void held_free(struct daemon *daemon);

#endif
