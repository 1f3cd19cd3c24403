/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPCOMP within Child SAs: RFC 7296, 2.22; RFC 3173. */
#ifndef PLUTO_IPCOMP_H
#define PLUTO_IPCOMP_H

#include "child_sa.h"

/* Offers it, with a CPI from the stack; not, if that has none. */
void ipcomp_put_offer(struct child_sa *child, struct ike_builder *builder);
/* What the peer made of the offer, if there was one: without an answer to it packets are not compressed. */
void ipcomp_take_answer(struct child_sa *child, const struct ike_message *message);
/* Takes a request's offer, if there is one that this side can do. */
void ipcomp_choose(struct child_sa *child, const struct ike_message *request);
/* Says so. */
void ipcomp_put(const struct child_sa *child, struct ike_builder *builder);

#endif
