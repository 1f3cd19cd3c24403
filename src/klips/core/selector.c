// SPDX-License-Identifier: GPL-2.0-or-later
#include "selector.h"

enum {
	PROTO_HOPOPTS = 0,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_ICMPV6 = 58,
	PROTO_DSTOPTS = 60,
	PROTO_SCTP = 132,
	PROTO_UDPLITE = 136,
};

#define V4_HEADER	20
#define V6_HEADER	40
#define FRAGMENT_HEADER 8
/* Extension headers of one packet; RFC 8504, 5.3 lets a host refuse more than some number. */
#define EXTENSIONS_MAX 16

/**
 * klips_proto_is_icmp() - whether a protocol's type and code stand in the place of ports (RFC 4301, 4.4.1.1)
 * @proto: the protocol
 */
bool klips_proto_is_icmp(u8 proto)
{
	return proto == PROTO_ICMP || proto == PROTO_ICMPV6;
}

/* Whether the first four bytes of its header are two ports. */
static bool has_ports(u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == PROTO_SCTP ||
	       proto == PROTO_DCCP;
}

static bool is_extension(u8 proto)
{
	return proto == PROTO_HOPOPTS || proto == PROTO_ROUTING || proto == PROTO_DSTOPTS || proto == PROTO_FRAGMENT;
}

/* @length: bytes of the packet that are there, from the transport header on */
static void read_ports(struct klips_flow *flow, const u8 *header, size_t length)
{
	if (has_ports(flow->proto) && length >= 4) {
		flow->sport = cpu_to_be16(get_unaligned_be16(header));
		flow->dport = cpu_to_be16(get_unaligned_be16(header + 2));
		flow->ports = true;
	} else if (klips_proto_is_icmp(flow->proto) && length >= 2) {
		flow->sport = cpu_to_be16((u16)(header[0] << 8));
		flow->dport = cpu_to_be16((u16)(header[1] << 8));
		flow->ports = true;
	}
}

static int read_v4(struct klips_flow *flow, const u8 *packet, size_t length)
{
	size_t header, total;
	unsigned int fragment;

	if (length < V4_HEADER)
		return -EINVAL;
	header = 4 * (packet[0] & 0xf);
	total = get_unaligned_be16(packet + 2);
	if (header < V4_HEADER || total < header || total > length)
		return -EINVAL;
	memcpy(&flow->src.w[0], packet + 12, sizeof(flow->src.w[0]));
	memcpy(&flow->dst.w[0], packet + 16, sizeof(flow->dst.w[0]));
	flow->src.version = KLIPS_V4;
	flow->dst.version = KLIPS_V4;
	flow->proto = packet[9];
	fragment = get_unaligned_be16(packet + 6) & 0x3fff; /* more fragments, and the offset */
	flow->fragment = fragment;
	if (!(fragment & 0x1fff))
		read_ports(flow, packet + header, total - header);
	return 0;
}

/*
 * Steps over one extension header at *@at. What it says of fragments goes into @flow and *@later.
 * -EINVAL: it does not end before @total. A first fragment must have all of them too (RFC 8200, 4.5).
 */
static int skip_extension(struct klips_flow *flow, const u8 *packet, size_t total, size_t *at, bool *later)
{
	unsigned int offset;
	size_t size;

	if (total - *at < 8)
		return -EINVAL;
	size = 8 * (packet[*at + 1] + 1U);
	if (flow->proto == PROTO_FRAGMENT) {
		offset = get_unaligned_be16(packet + *at + 2);
		/* neither offset nor more: an atomic fragment, which is a whole packet (RFC 6946) */
		flow->fragment |= (offset & 0xfff9) != 0;
		*later = offset >> 3;
		size = FRAGMENT_HEADER;
	}
	if (total - *at < size)
		return -EINVAL;
	flow->proto = packet[*at];
	*at += size;
	return 0;
}

static int read_v6(struct klips_flow *flow, const u8 *packet, size_t length)
{
	size_t at = V6_HEADER, total;
	unsigned int n = 0;
	bool later = false;

	if (length < V6_HEADER)
		return -EINVAL;
	total = V6_HEADER + get_unaligned_be16(packet + 4);
	if (total > length)
		return -EINVAL;
	flow->src = klips_addr_v6(packet + 8);
	flow->dst = klips_addr_v6(packet + 24);
	flow->proto = packet[6];
	while (!later && is_extension(flow->proto)) {
		if (n++ == EXTENSIONS_MAX || skip_extension(flow, packet, total, &at, &later))
			return -EINVAL;
	}
	if (!later)
		read_ports(flow, packet + at, total - at);
	return 0;
}

/**
 * klips_flow_read() - find out which flow a packet belongs to
 * @flow: is filled in; undefined if there is an error
 * @packet: IP header first, at any alignment
 * @length: bytes that are there; more than the header says do not count
 *
 * Ports are taken only from where they truly are: not from a fragment but the first, and not from behind the packet's
 * end. In IPv6 all extension headers but AH and ESP are stepped over.
 *
 * Return: 0, or -EINVAL: neither IPv4 nor IPv6, shorter than its header says, or too many extension headers.
 */
int klips_flow_read(struct klips_flow *flow, const void *packet, size_t length)
{
	u8 version = length ? *(const u8 *)packet >> 4 : 0;

	memset(flow, 0, sizeof(*flow));
	return version == 4 ? read_v4(flow, packet, length) : version == 6 ? read_v6(flow, packet, length) : -EINVAL;
}

/**
 * klips_flow_knows_proto() - whether a flow's protocol is that of its transport
 * @flow: the flow, as klips_flow_read() has it
 *
 * Return: false for a later fragment whose transport header is behind an extension header, which only the first has.
 */
bool klips_flow_knows_proto(const struct klips_flow *flow)
{
	return !is_extension(flow->proto);
}

static bool addrs_match(const struct klips_selector *sel, const struct klips_flow *flow)
{
	return klips_addr_in(&flow->src, &sel->src, sel->src_bits) &&
	       klips_addr_in(&flow->dst, &sel->dst, sel->dst_bits);
}

static bool ports_match(const struct klips_selector *sel, const struct klips_flow *flow)
{
	if (!sel->sport && !sel->dport)
		return true;
	return flow->ports && (!sel->sport || sel->sport == flow->sport) && (!sel->dport || sel->dport == flow->dport);
}

/**
 * klips_selector_matches() - whether a selector is known to be for a flow
 * @sel: the selector
 * @flow: the flow; if its ports are not known, a selector with ports does not match
 */
bool klips_selector_matches(const struct klips_selector *sel, const struct klips_flow *flow)
{
	return addrs_match(sel, flow) && (!sel->proto || sel->proto == flow->proto) && ports_match(sel, flow);
}

/**
 * klips_selector_may_match() - whether a selector could be for a flow, as far as that is known
 * @sel: the selector
 * @flow: the flow; what is not known of it counts as what the selector wants
 *
 * For whoever must not let a fragment slip by that its first one would not have.
 */
bool klips_selector_may_match(const struct klips_selector *sel, const struct klips_flow *flow)
{
	bool proto_known = klips_flow_knows_proto(flow);

	if (!addrs_match(sel, flow) || (proto_known && sel->proto && sel->proto != flow->proto))
		return false;
	return !flow->ports || ports_match(sel, flow);
}

/**
 * klips_selector_normalise() - clear the bits of its addresses that do not count
 * @sel: the selector
 */
void klips_selector_normalise(struct klips_selector *sel)
{
	sel->src = klips_addr_mask(&sel->src, sel->src_bits);
	sel->dst = klips_addr_mask(&sel->dst, sel->dst_bits);
}

/**
 * klips_selector_is_valid() - whether a selector makes sense
 * @sel: the selector
 *
 * Return: false if its two addresses are not of one family, a prefix is too long, or there are ports without a protocol
 * that has some (RFC 4301, 4.4.1.1).
 */
bool klips_selector_is_valid(const struct klips_selector *sel)
{
	if (sel->src.version != sel->dst.version || (sel->src.version != KLIPS_V4 && sel->src.version != KLIPS_V6))
		return false;
	if (sel->src_bits > klips_addr_bits(&sel->src) || sel->dst_bits > klips_addr_bits(&sel->dst))
		return false;
	return (!sel->sport && !sel->dport) || has_ports(sel->proto) || klips_proto_is_icmp(sel->proto);
}

static int compare_nets(const struct klips_addr *a, unsigned int a_bits, const struct klips_addr *b,
			unsigned int b_bits)
{
	int order = memcmp(a->b, b->b, sizeof(a->b));

	return order ? order : (int)a_bits - (int)b_bits;
}

/**
 * klips_selector_compare() - put selectors into an order, in which listings show them
 * @a: one, normalised
 * @b: another, likewise
 *
 * Return: 0 if they are equal, negative if @a comes first: by family, source, destination, protocol, ports.
 */
int klips_selector_compare(const struct klips_selector *a, const struct klips_selector *b)
{
	int order = (int)a->src.version - (int)b->src.version;

	if (!order)
		order = compare_nets(&a->src, a->src_bits, &b->src, b->src_bits);
	if (!order)
		order = compare_nets(&a->dst, a->dst_bits, &b->dst, b->dst_bits);
	if (!order)
		order = (int)a->proto - (int)b->proto;
	if (!order)
		order = (int)be16_to_cpu(a->sport) - (int)be16_to_cpu(b->sport);
	if (!order)
		order = (int)be16_to_cpu(a->dport) - (int)be16_to_cpu(b->dport);
	return order;
}
