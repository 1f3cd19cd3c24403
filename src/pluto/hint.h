/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages about SPIs that one side does not know, which nobody has authenticated: RFC 7296, 1.5 and 2.21.4. */
#ifndef PLUTO_HINT_H
#define PLUTO_HINT_H

#include "exchange.h"

/* A message for no IKE SA that there is: tells its sender, or takes it as a hint. */
void ike_stranger_received(struct pluto *pluto, const struct ike_path *path, struct ike_slice data,
			   const struct ike_header *header);
/* An unprotected answer: whether the peer knows the SA is asked of the peer itself. */
void ike_hint_received(struct ike_sa *sa, struct ike_slice data);

#endif
