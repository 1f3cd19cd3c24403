/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both sides of IKE_AUTH share. */
#ifndef PLUTO_IKE_AUTH_H
#define PLUTO_IKE_AUTH_H

#include "auth.h"
#include "child_sa.h"

void ike_auth_put_identity(struct pluto *pluto, struct ike_builder *builder, uint8_t payload,
			   const struct ike_identity *id);
/* Whether there is one that can be read. */
bool ike_auth_read_identity(struct ike_identity *to, const struct ike_message *message, uint8_t payload);
/* Whether there was memory for who the peer is. */
bool ike_auth_keep_peer(struct ike_sa *sa, const struct ike_identity *peer);
/* What the peer says is kept, with whatever else is in the message, until it is known whether it is true. */
bool ike_auth_keep_message(struct ike_sa *sa, const struct ike_message *message);
/* The first Child SA, which has no nonces of its own. 0, or a negative errno */
int ike_auth_install(struct child_sa *child, bool initiator);

#endif
