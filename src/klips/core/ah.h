/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AH: RFC 4302. */
#ifndef KLIPS_CORE_AH_H
#define KLIPS_CORE_AH_H

#include "sa.h"

/* Bytes of the header with its ICV: a multiple of 4 in IPv4, of 8 in IPv6. */
unsigned int klips_ah_length(const struct klips_sa *sa, u8 version);

/*
 * Outbound. skb->data is at an IP header whose length (options and extension headers before AH too) is @header; AH is
 * put after it. -ENOBUFS no room, -EOVERFLOW no sequence number, -EINVAL an option or header that AH cannot protect.
 */
int klips_ah_seal(struct klips_sa *sa, struct sk_buff *skb, unsigned int header);

/*
 * Inbound. skb->data is at the IP header, AH follows @header bytes later. Takes AH out and mends the IP header.
 * -EBADMSG, or -EALREADY: a replay.
 */
int klips_ah_open(struct klips_sa *sa, struct sk_buff *skb, unsigned int header);

#endif
