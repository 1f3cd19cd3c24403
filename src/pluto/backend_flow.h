/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors as stacks know them: prefixes for ranges of addresses, masks for ranges of ports. */
#ifndef PLUTO_BACKEND_FLOW_H
#define PLUTO_BACKEND_FLOW_H

#include "backend.h"

#define BACKEND_FLOWS_MAX 64

/**
 * struct backend_flow - packets of one direction
 * @src, @dst: 0 behind the first @src_bits and @dst_bits bits
 * @protocol: 0: any
 * @sport, @dport: host byte order; of ICMP type and code; 0 where @sport_mask and @dport_mask are
 */
struct backend_flow {
	struct klips_addr src, dst;
	uint8_t src_bits, dst_bits;
	uint8_t protocol;
	uint16_t sport, sport_mask;
	uint16_t dport, dport_mask;
};

struct backend_flows {
	unsigned int count;
	struct backend_flow flows[BACKEND_FLOWS_MAX];
};

int backend_flows_split(struct backend_flows *to, const struct ike_ts *src, const struct ike_ts *dst, bool masks,
			const char **why);
int backend_flow_cover(struct backend_flow *to, const struct ike_ts *src, const struct ike_ts *dst, const char **why);
struct backend_flow backend_flow_reverse(const struct backend_flow *flow);
bool backend_protocol_is_icmp(uint8_t protocol);
void backend_flow_ts(struct ike_ts *src, struct ike_ts *dst, const struct backend_flow *flow);

#endif
