// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a packet's flow: nothing is read but the packet, and what is found is true of it. */
#include "core/selector.h"

#define REQUIRE(x)               \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

static struct klips_selector exact(const struct klips_flow *flow)
{
	struct klips_selector sel = { .src = flow->src,
				      .dst = flow->dst,
				      .src_bits = (u8)klips_addr_bits(&flow->src),
				      .dst_bits = (u8)klips_addr_bits(&flow->dst),
				      .proto = flow->proto,
				      .sport = flow->sport,
				      .dport = flow->dport };

	return sel;
}

static void check(const struct klips_flow *flow, const u8 *packet)
{
	struct klips_selector sel = exact(flow);

	REQUIRE(flow->src.version == packet[0] >> 4 && flow->dst.version == flow->src.version);
	REQUIRE(!memcmp(flow->src.b, packet + (flow->src.version == KLIPS_V4 ? 12 : 8),
			klips_addr_bits(&flow->src) / 8));
	REQUIRE(flow->ports || (!flow->sport && !flow->dport));
	REQUIRE(klips_selector_is_valid(&sel));
	REQUIRE(klips_selector_matches(&sel, flow) && klips_selector_may_match(&sel, flow));
	sel.proto = 17;
	sel.dport ^= 1;
	REQUIRE(!klips_selector_matches(&sel, flow) || !sel.dport);
	REQUIRE(klips_selector_may_match(&sel, flow) || !klips_selector_matches(&sel, flow));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct klips_flow flow, cut;

	if (klips_flow_read(&flow, data, size))
		return 0;
	check(&flow, data);
	/* less than the header says is never taken for a packet; more changes nothing, which the fuzzer's inputs show
	 */
	REQUIRE(klips_flow_read(&cut, data, flow.src.version == KLIPS_V4 ? 19 : 39));
	return 0;
}
