// SPDX-License-Identifier: GPL-2.0-or-later
/* See backend_flow.h. RFC 7296, 3.13.1; RFC 4301, 4.4.1.1. */
#include <netinet/in.h>

#include "backend_flow.h"

__extension__ typedef unsigned __int128 u128;

#define TYPE_BITS 8 /* of ICMP's pairs of type and code */

/* The first @bits of @width bits count. */
struct piece {
	u128 value;
	unsigned int bits;
};

struct pieces {
	unsigned int width;
	unsigned int count;
	struct piece pieces[BACKEND_FLOWS_MAX];
};

/* The lowest @bits bits. */
static u128 low(unsigned int bits)
{
	return bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

/* The largest prefixes that fill a range. False: they are too many. @single: each is one value. */
static bool split(struct pieces *to, u128 first, u128 last, bool single)
{
	unsigned int free;

	for (to->count = 0; to->count < BACKEND_FLOWS_MAX; first = (first | low(free)) + 1) {
		for (free = 0; !single && free < to->width && !(first & ((u128)1 << free)); free++)
			;
		while ((first | low(free)) > last)
			free--;
		to->pieces[to->count++] = (struct piece){ first, to->width - free };
		if ((first | low(free)) == last)
			return true;
	}
	return false;
}

static u128 number(const uint8_t *bytes, unsigned int count)
{
	u128 value = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

static struct klips_addr address(u128 value, uint8_t version)
{
	unsigned int i, count = version == KLIPS_V4 ? 4 : 16;
	struct klips_addr addr = { .version = version };

	for (i = count; i-- > 0; value >>= 8)
		addr.b[i] = (uint8_t)value;
	return addr;
}

bool backend_protocol_is_icmp(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
	       protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP;
}

static bool any_port(const struct ike_ts *ts)
{
	return ts->first_port == 0 && ts->last_port == 65535;
}

static int refuse(const char **why, int err, const char *text)
{
	*why = text;
	return err;
}

static int check_addresses(const struct ike_ts *ts, const char **why)
{
	unsigned int count = ts->version == KLIPS_V4 ? 4 : 16;

	if (ts->version != KLIPS_V4 && ts->version != KLIPS_V6)
		return refuse(why, -EINVAL, "a selector of no known version");
	if (number(ts->first, count) > number(ts->last, count))
		return refuse(why, -EINVAL, "a selector whose first address is after its last");
	return 0;
}

static int check_ports(const struct ike_ts *ts, uint8_t protocol, const char **why)
{
	if (any_port(ts))
		return 0;
	if (ts->first_port > ts->last_port)
		return refuse(why, -EOPNOTSUPP, "selectors with opaque ports are not supported");
	if (!has_ports(protocol) && !backend_protocol_is_icmp(protocol))
		return refuse(why, -EOPNOTSUPP, "ports need a protocol that has them");
	return 0;
}

static int check(const struct ike_ts *src, const struct ike_ts *dst, uint8_t *protocol, const char **why)
{
	int err;

	*protocol = src->protocol ? src->protocol : dst->protocol;
	if (src->version != dst->version)
		return refuse(why, -EINVAL, "two selectors of different IP versions");
	if (dst->protocol && dst->protocol != *protocol)
		return refuse(why, -EINVAL, "two selectors with different protocols");
	err = check_addresses(src, why);
	if (!err)
		err = check_addresses(dst, why);
	if (!err)
		err = check_ports(src, *protocol, why);
	return err ? err : check_ports(dst, *protocol, why);
}

static bool split_addresses(struct pieces *to, const struct ike_ts *ts)
{
	unsigned int count = ts->version == KLIPS_V4 ? 4 : 16;

	to->width = 8 * count;
	return split(to, number(ts->first, count), number(ts->last, count), false);
}

static bool split_ports(struct pieces *to, uint16_t first, uint16_t last, bool masks)
{
	to->width = 16;
	return split(to, first, last, !masks && (first != 0 || last != 65535));
}

/* Type and code are one number on the wire, of which a whole type is a prefix. */
static bool split_icmp(struct pieces *to, uint16_t first, uint16_t last, bool masks)
{
	struct pieces types = { .width = TYPE_BITS };
	unsigned int i;

	to->width = 16;
	if (masks || (first == 0 && last == 65535))
		return split(to, first, last, false);
	if ((first & 0xff) || (last & 0xff) != 0xff)
		return split(to, first, last, true);
	if (!split(&types, first >> TYPE_BITS, last >> TYPE_BITS, true))
		return false;
	for (i = 0; i < types.count; i++)
		to->pieces[i] = (struct piece){ types.pieces[i].value << TYPE_BITS, TYPE_BITS };
	to->count = types.count;
	return true;
}

static uint16_t mask(unsigned int bits)
{
	return (uint16_t)(0xffff0000U >> bits);
}

static void set_icmp(struct backend_flow *flow, const struct piece *one)
{
	unsigned int type_bits = min(one->bits, (unsigned int)TYPE_BITS);

	/* The upper halves of the two fields are always 0, and so compared if anything is. */
	flow->sport = (uint16_t)one->value >> TYPE_BITS;
	flow->sport_mask = type_bits ? mask(TYPE_BITS + type_bits) : 0;
	flow->dport = (uint16_t)one->value & 0xff;
	flow->dport_mask = one->bits > TYPE_BITS ? mask(one->bits) : 0;
}

/* What is split, by field. */
struct parts {
	struct pieces src, dst, sport, dport;
};

static struct backend_flow make(const struct parts *parts, uint8_t version, uint8_t protocol, unsigned int index)
{
	const struct piece *src, *dst, *sport, *dport;
	struct backend_flow flow = { .protocol = protocol };

	src = &parts->src.pieces[index % parts->src.count];
	index /= parts->src.count;
	dst = &parts->dst.pieces[index % parts->dst.count];
	index /= parts->dst.count;
	sport = &parts->sport.pieces[index % parts->sport.count];
	dport = &parts->dport.pieces[index / parts->sport.count];
	flow.src = address(src->value, version);
	flow.src_bits = (uint8_t)src->bits;
	flow.dst = address(dst->value, version);
	flow.dst_bits = (uint8_t)dst->bits;
	if (backend_protocol_is_icmp(protocol)) {
		set_icmp(&flow, sport);
		return flow;
	}
	flow.sport = (uint16_t)sport->value;
	flow.sport_mask = mask(sport->bits);
	flow.dport = (uint16_t)dport->value;
	flow.dport_mask = mask(dport->bits);
	return flow;
}

/* ICMP has but one pair of type and code, and both selectors are about it. */
static bool split_all(struct parts *parts, const struct ike_ts *src, const struct ike_ts *dst, uint8_t protocol,
		      bool masks)
{
	const uint16_t first = max(src->first_port, dst->first_port), last = min(src->last_port, dst->last_port);

	if (!split_addresses(&parts->src, src) || !split_addresses(&parts->dst, dst))
		return false;
	if (!backend_protocol_is_icmp(protocol))
		return split_ports(&parts->sport, src->first_port, src->last_port, masks) &&
		       split_ports(&parts->dport, dst->first_port, dst->last_port, masks);
	parts->dport.count = 1;
	return split_icmp(&parts->sport, first, last, masks);
}

/**
 * backend_flows_split() - a pair of selectors, as stacks can have it
 * @to: gets 1 to BACKEND_FLOWS_MAX flows that together are for the same packets, none for those of another
 * @src: of the packets
 * @dst: likewise
 * @masks: whether ports may have masks; else each is one port or any
 * @why: gets a constant text if there is an error
 *
 * Return: 0; -EINVAL: they make no sense together; -EOPNOTSUPP: no stack can have them; -E2BIG: it would be too many.
 */
int backend_flows_split(struct backend_flows *to, const struct ike_ts *src, const struct ike_ts *dst, bool masks,
			const char **why)
{
	struct parts parts;
	uint8_t protocol;
	unsigned int i;
	int err = check(src, dst, &protocol, why);

	to->count = 0;
	if (err)
		return err;
	if (backend_protocol_is_icmp(protocol) &&
	    max(src->first_port, dst->first_port) > min(src->last_port, dst->last_port))
		return refuse(why, -EINVAL, "two selectors without an ICMP type in common");
	if (!split_all(&parts, src, dst, protocol, masks))
		return refuse(why, -E2BIG, "a range that is too many prefixes or ports");
	i = parts.src.count * parts.dst.count * parts.sport.count * parts.dport.count;
	if (i > BACKEND_FLOWS_MAX)
		return refuse(why, -E2BIG, "ranges that are too many prefixes or ports together");
	for (to->count = i; i-- > 0;)
		to->flows[i] = make(&parts, src->version, protocol, i);
	return 0;
}

static struct klips_addr cover(const struct ike_ts *ts, uint8_t *bits)
{
	unsigned int count = ts->version == KLIPS_V4 ? 4 : 16, free = 0;
	u128 first = number(ts->first, count), last = number(ts->last, count);

	while ((first & ~low(free)) != (last & ~low(free)))
		free++;
	*bits = (uint8_t)(8 * count - free);
	return address(first & ~low(free), ts->version);
}

/**
 * backend_flow_cover() - the narrowest flow with whole ports that has all packets of a pair of selectors
 * @to: gets it; exact if each range of addresses is a prefix, and each of ports one or all
 * @src: of the packets
 * @dst: likewise
 * @why: gets a constant text if there is an error
 *
 * Return: 0, or what backend_flows_split() does but for -E2BIG.
 */
int backend_flow_cover(struct backend_flow *to, const struct ike_ts *src, const struct ike_ts *dst, const char **why)
{
	struct ike_ts from = *src, upto = *dst;
	struct backend_flows one;
	uint8_t protocol;
	int err = check(src, dst, &protocol, why);

	if (err)
		return err;
	memcpy(from.last, from.first, sizeof(from.last));
	memcpy(upto.last, upto.first, sizeof(upto.last));
	err = backend_flows_split(&one, &from, &upto, false, why);
	if (err == -E2BIG || (!err && one.count != 1)) {
		from.first_port = upto.first_port = 0;
		from.last_port = upto.last_port = 65535;
		err = backend_flows_split(&one, &from, &upto, false, why);
	}
	if (err)
		return err;
	*to = one.flows[0];
	to->src = cover(src, &to->src_bits);
	to->dst = cover(dst, &to->dst_bits);
	return 0;
}

/**
 * backend_flow_reverse() - the packets that answer those of a flow
 * @flow: it. ICMP's type and code are no ports of either end and stay
 */
struct backend_flow backend_flow_reverse(const struct backend_flow *flow)
{
	struct backend_flow back = *flow;

	back.src = flow->dst;
	back.src_bits = flow->dst_bits;
	back.dst = flow->src;
	back.dst_bits = flow->src_bits;
	if (backend_protocol_is_icmp(flow->protocol))
		return back;
	back.sport = flow->dport;
	back.sport_mask = flow->dport_mask;
	back.dport = flow->sport;
	back.dport_mask = flow->sport_mask;
	return back;
}

static void set_range(struct ike_ts *ts, const struct klips_addr *addr, unsigned int bits)
{
	unsigned int i, count = addr->version == KLIPS_V4 ? 4 : 16;

	ts->version = addr->version;
	for (i = 0; i < count; i++) {
		unsigned int fixed = bits < 8 * i ? 0 : min(bits - 8 * i, 8U);
		uint8_t ones = (uint8_t)(0xff >> fixed);

		ts->first[i] = addr->b[i] & (uint8_t)~ones;
		ts->last[i] = addr->b[i] | ones;
	}
}

static void set_ports(struct ike_ts *ts, uint16_t first, uint16_t mask)
{
	ts->first_port = first & mask;
	ts->last_port = first | (uint16_t)~mask;
}

static void set_icmp_range(struct ike_ts *ts, const struct backend_flow *flow)
{
	set_ports(ts, (uint16_t)(flow->sport << TYPE_BITS | (flow->dport & 0xff)),
		  (uint16_t)((flow->sport_mask & 0xff) << TYPE_BITS | (flow->dport_mask & 0xff)));
}

/**
 * backend_flow_ts() - a flow as selectors
 * @src: gets that of the source
 * @dst: likewise
 * @flow: it; its masks are those of prefixes
 */
void backend_flow_ts(struct ike_ts *src, struct ike_ts *dst, const struct backend_flow *flow)
{
	memset(src, 0, sizeof(*src));
	memset(dst, 0, sizeof(*dst));
	src->protocol = dst->protocol = flow->protocol;
	set_range(src, &flow->src, flow->src_bits);
	set_range(dst, &flow->dst, flow->dst_bits);
	if (has_ports(flow->protocol)) {
		set_ports(src, flow->sport, flow->sport_mask);
		set_ports(dst, flow->dport, flow->dport_mask);
	} else if (backend_protocol_is_icmp(flow->protocol)) {
		set_icmp_range(src, flow);
		set_icmp_range(dst, flow);
	} else {
		src->last_port = dst->last_port = 65535;
	}
}
