// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, selectors and names of SAs as XFRM has them. */
#include "netkey.h"

uint16_t netkey_family(uint8_t version)
{
	return version == KLIPS_V6 ? AF_INET6 : AF_INET;
}

/**
 * netkey_proto() - IKE's protocol as IP has it
 * @protocol: IKE_PROTO_ESP, IKE_PROTO_AH or BACKEND_IPCOMP
 */
uint8_t netkey_proto(uint8_t protocol)
{
	if (protocol == BACKEND_IPCOMP)
		return IPPROTO_COMP;
	return protocol == IKE_PROTO_AH ? IPPROTO_AH : IPPROTO_ESP;
}

/* The reverse. False: it is another. */
bool netkey_protocol(uint8_t proto, uint8_t *protocol)
{
	*protocol = proto == IPPROTO_AH ? IKE_PROTO_AH : IKE_PROTO_ESP;
	return proto == IPPROTO_AH || proto == IPPROTO_ESP;
}

void netkey_put_addr(xfrm_address_t *to, const struct klips_addr *addr)
{
	_Static_assert(sizeof(to->a6) == sizeof(addr->b), "both are as long as an IPv6 address");
	memcpy(to->a6, addr->b, sizeof(to->a6));
}

/* Its version is 0 if the family is neither of IP. */
struct klips_addr netkey_get_addr(const xfrm_address_t *from, uint16_t family)
{
	struct klips_addr addr;

	memset(&addr, 0, sizeof(addr));
	addr.version = family == AF_INET ? KLIPS_V4 : family == AF_INET6 ? KLIPS_V6 : 0;
	memcpy(addr.b, from->a6, addr.version == KLIPS_V4 ? 4 : sizeof(addr.b));
	return addr;
}

void netkey_put_selector(struct xfrm_selector *to, const struct backend_flow *flow)
{
	to->family = netkey_family(flow->src.version);
	netkey_put_addr(&to->saddr, &flow->src);
	netkey_put_addr(&to->daddr, &flow->dst);
	to->prefixlen_s = flow->src_bits;
	to->prefixlen_d = flow->dst_bits;
	to->proto = flow->protocol;
	to->sport = htons(flow->sport);
	to->sport_mask = htons(flow->sport_mask);
	to->dport = htons(flow->dport);
	to->dport_mask = htons(flow->dport_mask);
}

/**
 * netkey_get_selector() - the selectors that XFRM's is
 * @src: gets that of the source
 * @dst: likewise
 * @sel: of a packet or a policy
 *
 * Return: false if it is of neither IP version, or its prefixes are too long.
 */
bool netkey_get_selector(struct ike_ts *src, struct ike_ts *dst, const struct xfrm_selector *sel)
{
	struct backend_flow flow = { .protocol = sel->proto };

	flow.src = netkey_get_addr(&sel->saddr, sel->family);
	flow.dst = netkey_get_addr(&sel->daddr, sel->family);
	if (!flow.src.version || sel->prefixlen_s > klips_addr_bits(&flow.src) ||
	    sel->prefixlen_d > klips_addr_bits(&flow.dst))
		return false;
	flow.src_bits = sel->prefixlen_s;
	flow.dst_bits = sel->prefixlen_d;
	flow.sport = ntohs(sel->sport);
	flow.sport_mask = ntohs(sel->sport_mask);
	flow.dport = ntohs(sel->dport);
	flow.dport_mask = ntohs(sel->dport_mask);
	backend_flow_ts(src, dst, &flow);
	return true;
}
