/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentication once more: RFC 7296, 2.8.3; and how long one is good for: RFC 4478. */
#ifndef PLUTO_REAUTH_H
#define PLUTO_REAUTH_H

#include "exchange.h"

/* Until when its authentication is good, and the timer of who is to authenticate again. It is being established. */
void ike_reauth_schedule(struct ike_sa *sa);
/* As the responder of IKE_AUTH: tells the peer, if the connection has reauth=. */
void ike_reauth_put(const struct ike_sa *sa, struct ike_builder *reply);
/* What an authentic message of the peer's says of it, if anything. */
void ike_reauth_take(struct ike_sa *sa, const struct ike_message *message);

/* Has another IKE SA negotiated, from nothing, that is to take this one's place; nothing happens if one is under way.
 */
void ike_reauth_start(struct ike_sa *sa);
/*
 * It is established, with its Child SA, and takes the other's place: that one's Child SAs are made in it, too. Without
 * a Child SA it goes, and the other one stays.
 */
void ike_reauth_take_over(struct ike_sa *sa);
/* @old was rekeyed: whatever was to take its place, or was in another's, has to do with @sa. */
void ike_reauth_inherit(struct ike_sa *sa, struct ike_sa *old);
/* All of them are: the old one is deleted. */
void ike_reauth_complete(struct ike_sa *sa);
/* It came to nothing: the old one tries again. */
void ike_reauth_failed(struct ike_sa *sa);

#endif
