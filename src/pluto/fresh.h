/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an exchange has that no other has: nonces, and a key exchange. RFC 7296, 2.10 and 2.12. */
#ifndef PLUTO_FRESH_H
#define PLUTO_FRESH_H

#include "exchange.h"
#include "ke_job.h"

#define IKE_FRESH_TRIES 5 /* cookies, and key exchanges that the peer wants instead, in one exchange */

/* The key exchange that is proposed first; NULL: none is. */
const struct ike_alg *ike_fresh_method(const struct ike_proposals *proposals);

/* @response: of a reply; else of a request. */
void ike_nonce_make(struct pluto *pluto, struct ike_nonce *nonce, bool response);
/* The Nonce payload of a message: whether there is a good one. */
bool ike_nonce_take(struct ike_nonce *nonce, const struct ike_message *message);
/* The KE payload of a message: whether it is of that method; NULL: none is wanted. @value: gets it */
bool ike_fresh_peer(struct ike_slice *value, const struct ike_message *message, const struct ike_alg *method);

/*
 * Makes this side's nonce and part of the key exchange that is proposed first, if one is, and then queues the request.
 * If it cannot, the exchange's end() is called instead.
 */
void ike_fresh_start(struct ike_sa *sa, struct ike_exchange *exchange, const struct ike_exchange_ops *ops,
		     struct ike_fresh *fresh, const struct ike_proposals *proposals);
/*
 * The peer wants another key exchange, INVALID_KE_PAYLOAD. True: it is being made, and then the request is sent anew:
 * return IKE_LATER. False: it wants none, or one that is not proposed, or has wanted too many.
 */
bool ike_fresh_renew(struct ike_exchange *exchange, struct ike_fresh *fresh, const struct ike_proposals *proposals,
		     const struct ike_message *message);
/* Puts this side's public value, if there is one. */
void ike_fresh_put_ke(struct ike_builder *builder, const struct ike_fresh *fresh);
/* The peer's public value came: have the shared secret made, with the part that then is the job's. 0, or -ENOMEM */
int ike_fresh_finish(struct ike_fresh *fresh, struct ike_exchange *exchange, struct ike_slice peer,
		     void (*then)(struct ike_ke_job *job));
/* RFC 7296, 2.14; 2.18 where @old is the one that it replaces. 0, or -EIO */
int ike_sa_derive(struct ike_sa *sa, const struct ike_sa *old, const struct ike_fresh *fresh, struct ike_slice shared);
void ike_fresh_wipe(struct ike_fresh *fresh);

#endif
