// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * By which route outer packets leave. Most of them leave where others did, so each ipsecN keeps some routes, on each
 * CPU its own. The kernel says of each whether it is still one (dst_check()): any change of routes, rules, addresses or
 * XFRM's policies ends them all, as it does those that sockets keep.
 */
#include <linux/hash.h>
#include <linux/percpu.h>
#include <net/inet_ecn.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "module.h"

#define ROUTES_BITS 6

/**
 * struct kept - a route that is kept
 * @way: what it is for
 * @cookie: for dst_check()
 * @route: referenced; NULL: there is none
 */
struct kept {
	struct klips_way way;
	u32 cookie;
	struct dst_entry *route;
};

/**
 * struct klips_routes - those of a CPU, with softirqs off
 * @kept: by way_hash()
 */
struct klips_routes {
	struct kept kept[1 << ROUTES_BITS];
};

/* By what packets leave that would leave by an ipsecN: they are protected already. NULL: by nothing. */
static struct net_device *below(struct net_device *netdev)
{
	struct klips_dev *dev;

	if (netdev->netdev_ops != &klips_netdev_ops)
		return netdev;
	dev = rcu_dereference(((struct klips_link *)netdev_priv(netdev))->dev);
	return dev ? READ_ONCE(dev->phys) : NULL;
}

/*
 * @phys: NULL: as routes say. XFRM's policies are asked, as for any other packet: one of its tunnels may be what
 * KLIPS's packets go through, and what passes KLIPS in clear may be XFRM's to protect.
 */
static struct dst_entry *find_v4(struct net *net, struct net_device *phys, const struct klips_way *way)
{
	struct flowi4 flow = { .flowi4_flags = FLOWI_FLAG_ANYSRC };
	struct rtable *route;

	flow.flowi4_oif = phys ? phys->ifindex : 0;
	flow.saddr = way->src.w[0];
	flow.daddr = way->dst.w[0];
	flow.flowi4_tos = way->tos;
	flow.flowi4_proto = way->proto;
	flow.fl4_sport = way->sport;
	flow.fl4_dport = way->dport;
	route = ip_route_output_flow(net, &flow, NULL);
	if (IS_ERR(route))
		return ERR_CAST(route);
	if (phys || below(route->dst.dev) == route->dst.dev)
		return &route->dst;
	phys = below(route->dst.dev);
	ip_rt_put(route);
	return phys ? find_v4(net, phys, way) : ERR_PTR(-ENETUNREACH);
}

#if IS_ENABLED(CONFIG_IPV6)
/* @phys: NULL: as routes say. Without the flag a device is but preferred: the route to the peer through ipsecN would be
 * taken, again and again. */
static struct dst_entry *find_v6(struct net *net, struct net_device *phys, const struct klips_way *way)
{
	struct flowi6 flow = { .flowi6_flags = FLOWI_FLAG_ANYSRC };
	struct dst_entry *route;
	int err;

	flow.flowi6_oif = phys ? phys->ifindex : 0;
	memcpy(&flow.saddr, way->src.b, sizeof(flow.saddr));
	memcpy(&flow.daddr, way->dst.b, sizeof(flow.daddr));
	flow.flowlabel = way->flowinfo;
	flow.flowi6_proto = way->proto;
	flow.fl6_sport = way->sport;
	flow.fl6_dport = way->dport;
	route = ip6_route_output_flags(net, NULL, &flow, phys ? RT6_LOOKUP_F_IFACE : 0);
	if (route->error) {
		err = route->error;
		dst_release(route);
		return ERR_PTR(err);
	}
	if (phys || below(route->dev) == route->dev)
		return xfrm_lookup_route(net, route, flowi6_to_flowi(&flow), NULL, 0);
	phys = below(route->dev);
	dst_release(route);
	return phys ? find_v6(net, phys, way) : ERR_PTR(-ENETUNREACH);
}

static u32 cookie_of(const struct klips_way *way, struct dst_entry *route)
{
	return way->dst.version == KLIPS_V6 ? rt6_get_cookie(container_of(route, struct rt6_info, dst)) : 0;
}
#else
static struct dst_entry *find_v6(struct net *net, struct net_device *phys, const struct klips_way *way)
{
	return ERR_PTR(-EAFNOSUPPORT);
}

static u32 cookie_of(const struct klips_way *way, struct dst_entry *route)
{
	return 0;
}
#endif

static struct dst_entry *find(struct net *net, struct net_device *phys, const struct klips_way *way)
{
	return way->dst.version == KLIPS_V6 ? find_v6(net, phys, way) : find_v4(net, phys, way);
}

static u32 way_hash(const struct klips_way *way)
{
	u32 ends = (__force u32)way->src.w[0] ^ (__force u32)way->src.w[3] * 3;

	ends += (__force u32)way->dst.w[0] ^ (__force u32)way->dst.w[3];
	return hash_32(ends + way->proto + ((u32)(__force u16)way->sport << 16 | (__force u16)way->dport), ROUTES_BITS);
}

static bool is_same_way(const struct klips_way *a, const struct klips_way *b)
{
	return klips_addr_equal(&a->dst, &b->dst) && klips_addr_equal(&a->src, &b->src) && a->oif == b->oif &&
	       a->flowinfo == b->flowinfo && a->tos == b->tos && a->proto == b->proto && a->sport == b->sport &&
	       a->dport == b->dport;
}

static void forget(struct kept *kept)
{
	dst_release(kept->route);
	kept->route = NULL;
}

/* What XFRM puts between is its own to look after. */
static bool may_keep(const struct dst_entry *route)
{
	return !dst_xfrm(route);
}

/**
 * klips_route() - give a packet the route that it leaves by
 * @skb: gets it, and its device; it has none yet. The caller is in rcu_read_lock() with softirqs off as long as the
 *       packet is its own
 * @net: where
 * @link: whose routes are looked at first; NULL: nobody's
 * @phys: the device that it leaves by; NULL: as routes say
 * @way: where it goes; @way->oif is filled in
 *
 * Return: 0, or what routing says.
 */
int klips_route(struct sk_buff *skb, struct net *net, struct klips_link *link, struct net_device *phys,
		struct klips_way *way)
{
	struct dst_entry *route;
	struct kept *kept;

	way->oif = phys ? phys->ifindex : 0;
	/* what an ipsecN is attached to may change, and no route with it */
	kept = link && phys ? &this_cpu_ptr(link->routes)->kept[way_hash(way)] : NULL;
	if (kept && kept->route) {
		if (is_same_way(&kept->way, way) && dst_check(kept->route, kept->cookie))
			goto known;
		forget(kept);
	}
	route = find(net, phys, way);
	if (IS_ERR(route))
		return PTR_ERR(route);
	if (!kept || !may_keep(route)) {
		skb_dst_set(skb, route);
		skb->dev = route->dev;
		return 0;
	}
	kept->way = *way;
	kept->cookie = cookie_of(way, route);
	kept->route = route;
known:
	skb_dst_set_noref(skb, kept->route);
	skb->dev = kept->route->dev;
	return 0;
}

/**
 * klips_routes_new() - room for the routes of an ipsecN, which may sleep
 *
 * Return: it; NULL: no memory.
 */
struct klips_routes __percpu *klips_routes_new(void)
{
	return alloc_percpu(struct klips_routes);
}

/**
 * klips_routes_free() - let go of all routes
 * @routes: them; no packet looks at them any more
 */
void klips_routes_free(struct klips_routes __percpu *routes)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu)
		for (i = 0; i < 1 << ROUTES_BITS; i++)
			forget(&per_cpu_ptr(routes, cpu)->kept[i]);
	free_percpu(routes);
}
