/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The established IKE SAs by who the peer is: found without looking at all others. */
#ifndef PLUTO_PEERS_H
#define PLUTO_PEERS_H

#include "ike_sa.h"

/* It is established, and knows its connection and who its peer is. */
void ike_peers_add(struct ike_sa *sa);
/* It ends; it may be in no list. */
void ike_peers_remove(struct ike_sa *sa);
/* Whether there is no other established IKE SA of the same connection or its kin: RFC 7296, 2.4. */
bool ike_peers_is_only(const struct ike_sa *sa);
/* Ends the others of the same connection, or kin, and peer, which says that it has begun anew: RFC 7296, 2.4. */
void ike_peers_end_others(struct ike_sa *sa);

#endif
