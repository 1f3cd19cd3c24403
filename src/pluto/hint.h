/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPIs and versions that one side does not know, in messages that nobody authenticated: RFC 7296, 1.5, 2.5, 2.21.4. */
#ifndef PLUTO_HINT_H
#define PLUTO_HINT_H

#include "exchange.h"

/* A message for no IKE SA that there is: tells its sender, or takes it as a hint. */
void ike_stranger_received(struct pluto *pluto, const struct ike_path *path, struct ike_slice data,
			   const struct ike_header *header);
/* One of a higher major version: tells its sender. */
void ike_version_received(struct pluto *pluto, const struct ike_path *path, const struct ike_header *header);
/* An unprotected answer: whether the peer knows the SA is asked of the peer itself. */
void ike_hint_received(struct ike_sa *sa, struct ike_slice data);

/*
 * RFC 7296, 2.3: a protected request whose number is ahead of the window, which is not answered: the peer is told so in
 * a request, if it is no forgery and there is nothing else under way.
 */
void ike_ahead_received(struct ike_sa *sa, struct ike_slice data, const struct ike_header *header);

#endif
