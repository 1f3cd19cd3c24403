/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPCOMP with deflate: RFC 3173, RFC 2394. */
#ifndef KLIPS_CORE_IPCOMP_H
#define KLIPS_CORE_IPCOMP_H

#include "sa.h"

#define KLIPS_IPCOMP_HEAD 4 /* bytes */

/*
 * Outbound. skb->data is where the payload begins, of protocol @next, and stays there: what comes before it is not
 * touched. 1: the payload is compressed, the IPCOMP header is the first 4 bytes of what is there now, which is shorter;
 * 0: it goes as it is, because it is short, does not shrink, or its like did not lately (RFC 3173, 2.2); or an error.
 */
int klips_ipcomp_seal(struct klips_sa *sa, struct sk_buff *skb, u8 next);

/*
 * Inbound. skb->data is at the IPCOMP header. On success the packet's payload is a new skb (the old one is freed) with
 * at least @headroom bytes before it, of protocol *@next. -EBADMSG: not deflate, or longer than 65,535.
 */
int klips_ipcomp_open(struct klips_sa *sa, struct sk_buff **skb, unsigned int headroom, u8 *next);

#endif
