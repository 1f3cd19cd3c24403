// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors on the wire, and narrowed: RFC 7296, 2.9 and 3.13. See ts.h. */
#include "ts.h"

#include "../klips/core/addr.h"
#include "payload.h"

#define TS_IPV4_ADDR_RANGE 7
#define TS_IPV6_ADDR_RANGE 8

struct wire {
	uint8_t type;
	struct ike_ts ts;
};

struct body {
	uint8_t count;
	struct ike_slice selectors;
};

static const struct payload_field body_fields[] = {
	PAYLOAD_FIELD(U8, body, count),
	PAYLOAD_ZEROS(3),
	PAYLOAD_FIELD(REST, body, selectors),
	PAYLOAD_LAST,
};

#define WIRE_FIELDS(bytes)                                                                       \
	PAYLOAD_FIELD(U8, wire, type), PAYLOAD_FIELD(U8, wire, ts.protocol), PAYLOAD_ZEROS(2),   \
		PAYLOAD_FIELD(U16, wire, ts.first_port), PAYLOAD_FIELD(U16, wire, ts.last_port), \
		PAYLOAD_ARRAY(wire, ts.first, bytes), PAYLOAD_ARRAY(wire, ts.last, bytes), PAYLOAD_LAST

static const struct payload_field v4_fields[] = { WIRE_FIELDS(4) };
static const struct payload_field v6_fields[] = { WIRE_FIELDS(16) };

static const struct kind {
	uint8_t type, version;
	const struct payload_field *fields;
} kinds[] = {
	{ TS_IPV4_ADDR_RANGE, 4, v4_fields },
	{ TS_IPV6_ADDR_RANGE, 6, v6_fields },
};

static int refuse(const char **why, const char *what)
{
	*why = what;
	return -1;
}

/* By either; the other is 0, which no kind has. */
static const struct kind *find_kind(uint8_t type, uint8_t version)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type || kinds[i].version == version)
			return &kinds[i];
	return NULL;
}

static size_t addr_size(const struct ike_ts *ts)
{
	return ts->version == 6 ? 16 : 4;
}

static int compare(const struct ike_ts *ts, const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, addr_size(ts));
}

static bool is_opaque(const struct ike_ts *ts)
{
	return ts->first_port == 65535 && ts->last_port == 0;
}

static bool is_any_port(const struct ike_ts *ts)
{
	return ts->first_port == 0 && ts->last_port == 65535;
}

static int read_one(struct ike_ts *to, const struct kind *kind, struct ike_slice item, const char **why)
{
	struct wire wire = { .ts.version = kind->version };

	if (payload_read(&wire, kind->fields, &item, why))
		return -1;
	if (item.length)
		return refuse(why, "a selector is longer than its type's");
	*to = wire.ts;
	if (compare(to, to->first, to->last) > 0)
		return refuse(why, "a selector's addresses end before they begin");
	if (to->first_port > to->last_port && !is_opaque(to))
		return refuse(why, "a selector's ports end before they begin");
	return 0;
}

static int add_one(struct ike_ts_list *to, struct ike_slice item, const char **why)
{
	const struct kind *kind = find_kind(item.data[0], 0);

	if (!kind)
		return 0;
	if (to->count == IKE_TS_MAX)
		return refuse(why, "it has too many selectors");
	return read_one(&to->ts[to->count++], kind, item, why);
}

/**
 * ike_ts_read() - a TSi or TSr payload: RFC 7296, 3.13
 * @to: gets the selectors of IPv4 and IPv6 in their order, those of other types left out, so that there may be none
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1: malformed, or more than IKE_TS_MAX.
 */
int ike_ts_read(struct ike_ts_list *to, const struct ike_payload *from, const char **why)
{
	struct ike_slice rest = from->body, item;
	unsigned int count = 0;
	struct body body;

	to->count = 0;
	if (payload_read(&body, body_fields, &rest, why))
		return -1;
	for (; body.selectors.length; count++)
		if (payload_take(&item, &body.selectors, why) || add_one(to, item, why))
			return -1;
	if (!count)
		return refuse(why, "it has no selector");
	return count == body.count ? 0 : refuse(why, "it has not as many selectors as it says");
}

static void put_one(struct ike_builder *builder, const struct ike_ts *ts)
{
	const struct kind *kind = find_kind(0, ts->version);
	struct wire wire = { .ts = *ts };
	size_t begin = builder->length;

	if (!kind) {
		builder->error = true;
		return;
	}
	wire.type = kind->type;
	payload_write(builder, kind->fields, &wire);
	payload_end(builder, begin);
}

/**
 * ike_put_ts() - a TSi or TSr payload: RFC 7296, 3.13
 * @builder: gets it
 * @payload: IKE_P_TSI or IKE_P_TSR
 * @list: the selectors, at least one
 */
void ike_put_ts(struct ike_builder *builder, uint8_t payload, const struct ike_ts_list *list)
{
	struct body body = { .count = list->count };
	size_t begin = payload_begin(builder, payload);
	uint8_t i;

	payload_write(builder, body_fields, &body);
	for (i = 0; i < list->count; i++)
		put_one(builder, &list->ts[i]);
	payload_end(builder, begin);
}

/* All ports contain what is opaque; some of them do not: RFC 4301, 4.4.1.1. */
static bool may_be_opaque(const struct ike_ts *ts)
{
	return is_opaque(ts) || is_any_port(ts);
}

static bool intersect_ports(struct ike_ts *to, const struct ike_ts *a, const struct ike_ts *b)
{
	if (is_opaque(a) || is_opaque(b)) {
		to->first_port = 65535;
		to->last_port = 0;
		return may_be_opaque(a) && may_be_opaque(b);
	}
	to->first_port = max(a->first_port, b->first_port);
	to->last_port = min(a->last_port, b->last_port);
	return to->first_port <= to->last_port;
}

static bool intersect_addrs(struct ike_ts *to, const struct ike_ts *a, const struct ike_ts *b)
{
	const uint8_t *first = compare(a, a->first, b->first) > 0 ? a->first : b->first;
	const uint8_t *last = compare(a, a->last, b->last) < 0 ? a->last : b->last;

	memcpy(to->first, first, addr_size(a));
	memcpy(to->last, last, addr_size(a));
	return compare(a, first, last) <= 0;
}

/**
 * ike_ts_intersect() - what two selectors have in common
 * @to: gets it, if there is any; may be one of them
 * @a: one
 * @b: the other
 *
 * Return: whether they have anything in common.
 */
bool ike_ts_intersect(struct ike_ts *to, const struct ike_ts *a, const struct ike_ts *b)
{
	struct ike_ts common = { .version = a->version, .protocol = a->protocol ? a->protocol : b->protocol };

	if (a->version != b->version || (a->protocol && b->protocol && a->protocol != b->protocol))
		return false;
	if (!intersect_ports(&common, a, b) || !intersect_addrs(&common, a, b))
		return false;
	*to = common;
	return true;
}

static bool is_equal(const struct ike_ts *a, const struct ike_ts *b)
{
	return a->version == b->version && a->protocol == b->protocol && a->first_port == b->first_port &&
	       a->last_port == b->last_port && !compare(a, a->first, b->first) && !compare(a, a->last, b->last);
}

/**
 * ike_ts_contains() - whether a selector matches all that another does
 * @outer: the one
 * @inner: the other
 */
bool ike_ts_contains(const struct ike_ts *outer, const struct ike_ts *inner)
{
	struct ike_ts common;

	return ike_ts_intersect(&common, outer, inner) && is_equal(&common, inner);
}

static bool list_contains(const struct ike_ts_list *list, const struct ike_ts *inner)
{
	uint8_t i;

	for (i = 0; i < list->count; i++)
		if (ike_ts_contains(&list->ts[i], inner))
			return true;
	return false;
}

/* One that is not in another already; those that are in it go. What there is no room for is left out. */
static void add_widest(struct ike_ts_list *list, const struct ike_ts *ts)
{
	uint8_t i, kept = 0;

	if (list_contains(list, ts))
		return;
	for (i = 0; i < list->count; i++)
		if (!ike_ts_contains(ts, &list->ts[i]))
			list->ts[kept++] = list->ts[i];
	list->count = kept;
	if (kept < IKE_TS_MAX)
		list->ts[list->count++] = *ts;
}

/* Where the policy allows all of the packet's selector, but there was no room for what contains it. */
static void keep_packet(struct ike_ts_list *list, const struct ike_ts *packet, const struct ike_ts_list *policy)
{
	if (list->count < IKE_TS_MAX || !list_contains(policy, packet) || list_contains(list, packet))
		return;
	list->ts[IKE_TS_MAX - 1] = *packet;
}

/**
 * ike_ts_narrow() - what a responder takes of what was offered: RFC 7296, 2.9
 * @to: gets it: all that both have, in the policy's order, without what another one contains; may be neither of them
 * @offered: by the initiator; where a packet is the reason, the first is that packet's
 * @policy: the own selectors
 *
 * What a packet's selector is in stays, if the policy allows it, even if IKE_TS_MAX are too few for all.
 *
 * Return: false: nothing in common: TS_UNACCEPTABLE.
 */
bool ike_ts_narrow(struct ike_ts_list *to, const struct ike_ts_list *offered, const struct ike_ts_list *policy)
{
	struct ike_ts common;
	uint8_t i, j;

	to->count = 0;
	for (i = 0; i < policy->count; i++)
		for (j = 0; j < offered->count; j++)
			if (ike_ts_intersect(&common, &policy->ts[i], &offered->ts[j]))
				add_widest(to, &common);
	if (offered->count)
		keep_packet(to, &offered->ts[0], policy);
	return to->count > 0;
}

/**
 * ike_ts_is_within() - whether a responder only narrowed
 * @answer: what it sent
 * @offered: what was sent to it
 *
 * Return: whether each of @answer is in one of @offered, and there is any.
 */
bool ike_ts_is_within(const struct ike_ts_list *answer, const struct ike_ts_list *offered)
{
	uint8_t i;

	for (i = 0; i < answer->count; i++)
		if (!list_contains(offered, &answer->ts[i]))
			return false;
	return answer->count > 0;
}

static unsigned int bit(const uint8_t *bytes, unsigned int i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

/**
 * ike_ts_prefix() - the smallest prefix that contains a selector's addresses
 * @ts: the selector
 * @exact: gets whether it has all addresses of the prefix; NULL: is not asked for
 *
 * Return: its length in bits; its address is @ts->first, with what follows cleared.
 */
unsigned int ike_ts_prefix(const struct ike_ts *ts, bool *exact)
{
	unsigned int i, bits = 0, all = (unsigned int)addr_size(ts) * 8;
	bool whole = true;

	while (bits < all && bit(ts->first, bits) == bit(ts->last, bits))
		bits++;
	for (i = bits; i < all; i++)
		whole = whole && !bit(ts->first, i) && bit(ts->last, i);
	if (exact)
		*exact = whole;
	return bits;
}
