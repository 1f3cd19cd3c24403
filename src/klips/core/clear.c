// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes in clear: whether it should have come through an SA. */
#include "pass.h"

#define PROTO_ICMPV6   58
#define ROUTER_SOLICIT 133
#define ND_REDIRECT    137
#define ND_HOP_LIMIT   255
#define V6_HOP_LIMIT   7 /* offset in the header */
#define V4_PROTO       9 /* likewise */

/* Neighbour discovery, which no router has forwarded (RFC 4861, 7.1): without it no packet comes at all. */
static bool is_neighbour(const struct klips_flow *flow, const u8 *packet)
{
	const u32 type = be16_to_cpu(flow->sport) >> 8;

	return flow->src.version == KLIPS_V6 && flow->proto == PROTO_ICMPV6 && flow->ports &&
	       packet[V6_HOP_LIMIT] == ND_HOP_LIMIT && type >= ROUTER_SOLICIT && type <= ND_REDIRECT;
}

static bool is_exempt(const struct klips *klips, const struct klips_flow *flow, const u8 *packet)
{
	return klips_is_ipsec(flow->proto) || klips_is_ike(klips, flow, flow->dport) || is_neighbour(flow, packet);
}

/* Most of what comes, if it is so by its first header. */
static bool is_protected(const u8 *packet, size_t length)
{
	return length > V4_PROTO && packet[0] >> 4 == KLIPS_V4 && klips_is_ipsec(packet[V4_PROTO]);
}

/**
 * klips_refuses_clear() - whether a packet in clear must not be taken, since its flow is to be protected
 * @klips: where
 * @packet: IP header first, as it came from a physical device
 * @length: bytes
 *
 * The old KLIPS took it. What its answer would need is what it needs: RFC 4301, 5.2, step 3a. ESP, AH, IPCOMP, what is
 * sent to the ports of IKE, and neighbour discovery come in clear.
 *
 * Return: true if an eroute for the other direction leads to SAs, or is anything but %pass.
 */
bool klips_refuses_clear(struct klips *klips, const void *packet, size_t length)
{
	struct klips_flow flow, back;

	if (is_protected(packet, length))
		return false;
	if (klips_flow_read(&flow, packet, length) || is_exempt(klips, &flow, packet))
		return false;
	back = flow;
	back.src = flow.dst;
	back.dst = flow.src;
	back.sport = flow.dport;
	back.dport = flow.sport;
	if (!klips_eroutes_protect(klips->eroutes, &back))
		return false;
	atomic64_inc(&klips->stats.in_cleartext);
	return true;
}
