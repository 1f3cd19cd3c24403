// SPDX-License-Identifier: GPL-2.0-or-later
/* Which eroute a flow takes: see eroute_own.h. */
#include "debug.h"
#include "eroute_own.h"

#define SHAPE_PORTS (KLIPS_SHAPE_SPORT | KLIPS_SHAPE_DPORT)

/**
 * klips_selector_hash() - the hash that eroutes and groups are found by
 * @all: the eroutes
 * @sel: a selector, normalised
 *
 * Return: the hash.
 */
u32 klips_selector_hash(const struct klips_eroutes *all, const struct klips_selector *sel)
{
	const u32 kind = (u32)sel->src_bits << 24 | (u32)sel->dst_bits << 16 | (u32)sel->proto << 8 | sel->src.version;
	const u32 ports = (__force u32)sel->sport << 16 | (__force u32)sel->dport;
	u32 key[10];

	if (sel->src.version == KLIPS_V4) {
		key[0] = (__force u32)sel->src.w[0];
		key[1] = (__force u32)sel->dst.w[0];
		key[2] = kind;
		key[3] = ports;
		return klips_hash(key, 4 * sizeof(key[0]), all->seed);
	}
	memcpy(key, sel->src.b, 16);
	memcpy(key + 4, sel->dst.b, 16);
	key[8] = kind;
	key[9] = ports;
	return klips_hash(key, sizeof(key), all->seed);
}

/**
 * klips_selector_equal() - whether two selectors are the same
 * @a: one, normalised
 * @b: another, likewise
 */
bool klips_selector_equal(const struct klips_selector *a, const struct klips_selector *b)
{
	return klips_addr_equal(&a->dst, &b->dst) && klips_addr_equal(&a->src, &b->src) && a->src_bits == b->src_bits &&
	       a->dst_bits == b->dst_bits && a->proto == b->proto && a->sport == b->sport && a->dport == b->dport;
}

static struct klips_eroute *find_exact(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_buckets *buckets = rcu_dereference(all->table.buckets);
	const u32 hash = klips_selector_hash(all, sel);
	struct klips_eroute *er;

	klips_table_for_each(er, buckets, hash, by_selector) if (er->by_selector.hash == hash &&
								 klips_selector_equal(&er->selector, sel)) return er;
	return NULL;
}

/**
 * klips_eroute_exact() - find the eroute of a selector
 * @all: the eroutes
 * @sel: the selector; bits behind its prefixes do not count
 *
 * Return: it, for as long as the caller is in rcu_read_lock(); NULL: there is none.
 */
struct klips_eroute *klips_eroute_exact(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_selector wanted = *sel;

	if (!klips_selector_is_valid(sel))
		return NULL;
	klips_selector_normalise(&wanted);
	return find_exact(all, &wanted);
}

/* Cuts a flow to a shape. @sel has the shape before, which often has the same source. */
static void cut(struct klips_selector *sel, const struct klips_flow *flow, u32 rank)
{
	const u8 src_bits = (u8)(rank >> 16), dst_bits = (u8)(rank >> 8);

	if (!sel->src.version || sel->src_bits != src_bits) {
		sel->src = klips_addr_mask(&flow->src, src_bits);
		sel->src_bits = src_bits;
	}
	if (!sel->dst.version || sel->dst_bits != dst_bits) {
		sel->dst = klips_addr_mask(&flow->dst, dst_bits);
		sel->dst_bits = dst_bits;
	}
	sel->proto = rank & KLIPS_SHAPE_PROTO ? flow->proto : 0;
	sel->sport = rank & KLIPS_SHAPE_SPORT ? flow->sport : 0;
	sel->dport = rank & KLIPS_SHAPE_DPORT ? flow->dport : 0;
}

/*
 * What no eroute can name of a flow, since 0 means any: ICMP's type 0, say. A shape with such a field must not be
 * tried, or it finds the eroute without it, before one that is more specific in another field.
 */
static u32 nameless_fields(const struct klips_flow *flow)
{
	return (flow->proto ? 0 : KLIPS_SHAPE_PROTO) | (flow->sport ? 0 : KLIPS_SHAPE_SPORT) |
	       (flow->dport ? 0 : KLIPS_SHAPE_DPORT);
}

static struct klips_eroute *find_known(struct klips_eroutes *all, const struct klips_shapes *shapes,
				       const struct klips_flow *flow, const struct klips_eroute *but)
{
	const u32 nameless = nameless_fields(flow);
	struct klips_selector sel;
	struct klips_eroute *er;
	u32 i;

	memset(&sel, 0, sizeof(sel));
	for (i = 0; i < shapes->count; i++) {
		if (shapes->shape[i].rank & nameless)
			continue;
		cut(&sel, flow, shapes->shape[i].rank);
		er = find_exact(all, &sel);
		if (er && er != but)
			return er;
	}
	return NULL;
}

/* The fields of a shape that are known of the flow, when some are not; else those that there are. */
static u32 known_fields(const struct klips_flow *flow, u32 fields)
{
	if (!klips_flow_knows_proto(flow))
		return 0;
	return flow->ports ? fields : fields & ~SHAPE_PORTS;
}

/* All that may match go to one SAID (@may has gone there so far), or false. */
static bool agree(const struct klips_eroute **may, const struct klips_group *group)
{
	const struct klips_eroute *like;

	if (!group)
		return true;
	like = rcu_dereference(group->like);
	if (!like || (*may && !klips_said_equal(&(*may)->said, &like->said)))
		return false;
	*may = like;
	return true;
}

static struct klips_eroute *find_unknown(struct klips_eroutes *all, const struct klips_shapes *shapes,
					 const struct klips_flow *flow, const struct klips_eroute *but)
{
	struct klips_eroute *drop = &all->doubtful[klips_family_index(&flow->src)], *er;
	const struct klips_eroute *may = NULL;
	struct klips_selector sel;
	u32 i;

	memset(&sel, 0, sizeof(sel));
	for (i = 0; i < shapes->count; i++) {
		const u32 rank = shapes->shape[i].rank, fields = rank & 0xff, known = known_fields(flow, fields);

		cut(&sel, flow, (rank & ~0xffU) | known);
		if (known != fields) {
			if (!agree(&may, klips_group_find(all, &sel)))
				return drop;
			continue;
		}
		er = find_exact(all, &sel);
		if (er && er != but)
			return !may || klips_said_equal(&may->said, &er->said) ? er : drop;
	}
	return may ? drop : NULL;
}

/**
 * klips_eroute_find() - find the eroute that a flow takes
 * @all: the eroutes
 * @flow: the flow
 *
 * The longest prefix of the source wins, then that of the destination, then who names a protocol, a source port, a
 * destination port (RFC 4301 has an ordered list; this is KLIPS's order of old).
 *
 * A fragment but the first has no ports in it (and in IPv6 perhaps no protocol). It takes the eroute that it takes
 * whatever its ports are. If there is none such, because eroutes with ports may match that go elsewhere, the strictest
 * treatment wins: it is dropped. So it neither leaks nor matches by accident (RFC 4301, 7.1). Packets that are too
 * short for their ports fare like this too.
 *
 * Return: the eroute, for as long as the caller is in rcu_read_lock(); it may be a %drop that is in no table. NULL: no
 * eroute can match. The packet is not counted.
 */
struct klips_eroute *klips_eroute_find(struct klips_eroutes *all, const struct klips_flow *flow)
{
	struct klips_eroute *er = klips_eroute_find_but(all, flow, NULL);

	klips_trace(RADIJ, "protocol %u: eroute to protocol %u, SPI %x", flow->proto, er ? er->said.proto : 0,
		    er ? be32_to_cpu(er->said.spi) : 0);
	return er;
}

/**
 * klips_eroute_find_but() - find the eroute that a flow would take without a certain one
 * @all: the eroutes
 * @flow: the flow
 * @but: what is not to be found; NULL: there is no such
 *
 * Return: as klips_eroute_find().
 */
struct klips_eroute *klips_eroute_find_but(struct klips_eroutes *all, const struct klips_flow *flow,
					   const struct klips_eroute *but)
{
	const struct klips_shapes *shapes = rcu_dereference(all->shapes[klips_family_index(&flow->src)]);

	if (!shapes)
		return NULL;
	if (likely(flow->ports))
		return find_known(all, shapes, flow, but);
	return find_unknown(all, shapes, flow, but);
}

/**
 * klips_eroute_is_doubtful() - whether what klips_eroute_find() found is the %drop that is in no table
 * @all: the eroutes
 * @er: what it found
 */
bool klips_eroute_is_doubtful(const struct klips_eroutes *all, const struct klips_eroute *er)
{
	return er == &all->doubtful[0] || er == &all->doubtful[1];
}

static bool is_pass(const struct klips_eroute *er)
{
	return er->said.proto == KLIPS_PROTO_INT && be32_to_cpu(er->said.spi) == KLIPS_SHUNT_PASS;
}

/* Like find_unknown(), but it does not matter which %pass a fragment may take, nor whether it takes any. */
static bool protects_unknown(struct klips_eroutes *all, const struct klips_shapes *shapes,
			     const struct klips_flow *flow)
{
	const struct klips_eroute *like;
	const struct klips_group *group;
	struct klips_selector sel;
	struct klips_eroute *er;
	u32 i;

	memset(&sel, 0, sizeof(sel));
	for (i = 0; i < shapes->count; i++) {
		const u32 rank = shapes->shape[i].rank, fields = rank & 0xff, known = known_fields(flow, fields);

		cut(&sel, flow, (rank & ~0xffU) | known);
		if (known == fields) {
			er = find_exact(all, &sel);
			if (er)
				return !is_pass(er);
			continue;
		}
		group = klips_group_find(all, &sel);
		like = group ? rcu_dereference(group->like) : NULL;
		if (group && (!like || !is_pass(like)))
			return true;
	}
	return false;
}

/**
 * klips_eroutes_protect() - whether packets of a flow must not be seen in clear
 * @all: the eroutes
 * @flow: the flow
 *
 * Of a fragment whose ports are not known it is asked whether any eroute that it may take protects it.
 *
 * Return: true if the eroute that the flow takes leads to SAs, or is anything but %pass; false also if there is none.
 */
bool klips_eroutes_protect(struct klips_eroutes *all, const struct klips_flow *flow)
{
	const struct klips_shapes *shapes;
	const struct klips_eroute *er;
	bool protects = false;

	rcu_read_lock();
	shapes = rcu_dereference(all->shapes[klips_family_index(&flow->src)]);
	if (shapes && likely(flow->ports)) {
		er = find_known(all, shapes, flow, NULL);
		protects = er && !is_pass(er);
	} else if (shapes) {
		protects = protects_unknown(all, shapes, flow);
	}
	rcu_read_unlock();
	return protects;
}
