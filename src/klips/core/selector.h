/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a packet chooses its eroute: the flow that it belongs to, and selectors that flows match. */
#ifndef KLIPS_CORE_SELECTOR_H
#define KLIPS_CORE_SELECTOR_H

#include "addr.h"

/**
 * struct klips_flow - what one packet says of itself
 * @src: its source
 * @dst: its destination
 * @sport: in network byte order; for ICMP the type in the first byte and 0, dport likewise the code; 0 where @ports is
 *         false
 * @dport: likewise
 * @proto: of a fragment but the first, in IPv6, this may be an extension header, behind which nobody can see
 * @ports: whether the ports are known; not so in a fragment but the first, nor behind an ESP header
 * @fragment: whether the packet is a fragment, the first or another
 */
struct klips_flow {
	struct klips_addr src;
	struct klips_addr dst;
	__be16 sport;
	__be16 dport;
	u8 proto;
	bool ports;
	bool fragment;
};

/**
 * struct klips_selector - the flows that an eroute or an SA is for: RFC 4301, 4.4.1.1
 * @src: 0 beyond its prefix
 * @dst: 0 beyond its prefix
 * @src_bits: length of the prefix, 0 to 32 or 128
 * @dst_bits: likewise
 * @proto: 0 for any
 * @sport: 0 for any, in network byte order; as klips_flow has it for ICMP
 * @dport: likewise
 */
struct klips_selector {
	struct klips_addr src;
	struct klips_addr dst;
	u8 src_bits;
	u8 dst_bits;
	u8 proto;
	__be16 sport;
	__be16 dport;
};

int klips_flow_read(struct klips_flow *flow, const void *packet, size_t length);
bool klips_proto_is_icmp(u8 proto);
bool klips_flow_knows_proto(const struct klips_flow *flow);
bool klips_selector_matches(const struct klips_selector *sel, const struct klips_flow *flow);
bool klips_selector_may_match(const struct klips_selector *sel, const struct klips_flow *flow);
void klips_selector_normalise(struct klips_selector *sel);
bool klips_selector_is_valid(const struct klips_selector *sel);
int klips_selector_compare(const struct klips_selector *a, const struct klips_selector *b);

#endif
