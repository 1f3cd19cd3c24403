// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inbound tunnels whose packets have no SPI on the wire: IPIP (RFC 2003), and what IPCOMP in tunnel mode left as it was
 * (RFC 3173, 2.2). They are found by their two ends, and only if no SA protects them: within a bundle ESP or AH comes
 * first, and what comes without is not theirs. IPCOMP protects nothing, and may have left the tunnel's packet as it
 * was.
 */
#include "ip.h"
#include "sadb_own.h"

static u32 hash_ends(const struct klips_sadb *db, const struct klips_addr *dst, const struct klips_addr *src)
{
	const u32 key[] = { (__force u32)dst->w[0], (__force u32)dst->w[1], (__force u32)dst->w[2],
			    (__force u32)dst->w[3], (__force u32)src->w[0], (__force u32)src->w[1],
			    (__force u32)src->w[2], (__force u32)src->w[3] };

	return klips_hash(key, sizeof(key), db->seed);
}

static bool is_bare(const struct klips_sa *sa)
{
	const struct klips_sa *outer;

	if (sa->said.proto != KLIPS_PROTO_IPIP && (sa->said.proto != KLIPS_PROTO_COMP || sa->mode != KLIPS_MODE_TUNNEL))
		return false;
	for (outer = rcu_dereference_protected(sa->next, 1); outer; outer = rcu_dereference_protected(outer->next, 1))
		if (outer->said.proto != KLIPS_PROTO_COMP || outer->mode != KLIPS_MODE_TRANSPORT)
			return false;
	return (sa->flags & KLIPS_SA_INBOUND) && sa->state != KLIPS_SA_LARVAL && sa->state != KLIPS_SA_DEAD;
}

/**
 * klips_tunnel_update() - have an SA found by its ends, or no longer, as what it is now says
 * @db: the SADB, whose lock is held
 * @sa: the SA, which was made, killed, or became part of a bundle or alone
 */
void klips_tunnel_update(struct klips_sadb *db, struct klips_sa *sa)
{
	bool bare = is_bare(sa);

	if (bare == sa->bare)
		return;
	sa->bare = bare;
	if (bare)
		klips_table_insert(&db->tunnels, &sa->by_ends, hash_ends(db, &sa->said.dst, &sa->src));
	else
		klips_table_remove(&db->tunnels, &sa->by_ends);
}

/* The best of one pair of ends: whose selector the packet inside has; else any, which will say what is wrong. */
static struct klips_sa *find(struct klips_sadb *db, const struct klips_ip *ip, const struct klips_addr *src,
			     const struct klips_flow *flow)
{
	struct klips_buckets *buckets = rcu_dereference(db->tunnels.buckets);
	const u32 hash = hash_ends(db, &ip->dst, src);
	struct klips_sa *sa, *any = NULL;

	klips_table_for_each(sa, buckets, hash, by_ends)
	{
		if (sa->by_ends.hash != hash || !klips_addr_equal(&sa->said.dst, &ip->dst))
			continue;
		if (!klips_addr_equal(&sa->src, src) && !(klips_addr_is_unspecified(&sa->src) && src != &ip->src))
			continue;
		if (!sa->selector.src.version || (flow && klips_sa_is_for(sa, flow)))
			return sa;
		any = sa;
	}
	return any;
}

/**
 * klips_sadb_find_tunnel() - find the SA of an IPIP packet
 * @db: the SADB
 * @ip: its outer header
 * @inside: the packet inside
 * @length: bytes of that
 *
 * Return: the SA, for as long as the caller is in rcu_read_lock(); NULL: there is none.
 */
struct klips_sa *klips_sadb_find_tunnel(struct klips_sadb *db, const struct klips_ip *ip, const void *inside,
					size_t length)
{
	struct klips_addr any;
	struct klips_flow flow, *known = klips_flow_read(&flow, inside, length) ? NULL : &flow;
	struct klips_sa *sa;

	if (!READ_ONCE(db->tunnels.count))
		return NULL;
	memset(&any, 0, sizeof(any));
	sa = find(db, ip, &ip->src, known);
	return sa ? sa : find(db, ip, &any, known);
}
