// SPDX-License-Identifier: GPL-2.0-or-later
/* Outer packets leave, as if this host had made them; inner ones appear on ipsecN. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>

#include "module.h"

#define UDP_HEADER sizeof(struct udphdr)

/* RFC 3948, 2.1: over IPv4 the checksum is 0. @header: bytes of the IP header, which moves to the front. */
static int push_udp(struct sk_buff *skb, unsigned int header, const struct klips_udp *udp)
{
	unsigned int length = skb->len - header + UDP_HEADER;
	struct udphdr *head;

	if (skb_cow_head(skb, UDP_HEADER))
		return -ENOMEM;
	skb_push(skb, UDP_HEADER);
	memmove(skb->data, skb->data + UDP_HEADER, header);
	head = (struct udphdr *)(skb->data + header);
	head->source = cpu_to_be16(udp->sport);
	head->dest = cpu_to_be16(udp->dport);
	head->len = cpu_to_be16(length);
	head->check = 0;
	return 0;
}

/* What was protected leaves nothing on what protects it. */
static void scrub(struct sk_buff *skb, u16 protocol, unsigned int header)
{
	skb_scrub_packet(skb, false);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, header);
	skb_reset_mac_header(skb);
	skb->mac_len = 0;
	skb->protocol = cpu_to_be16(protocol);
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	skb->mark = 0;
	skb->priority = 0;
	memset(skb->cb, 0, sizeof(skb->cb));
}

/* Of what is gone, whether it was dropped on the way: -ENOBUFS, else -EINPROGRESS. */
static int verdict(int sent)
{
	return net_xmit_eval(sent) ? -ENOBUFS : -EINPROGRESS;
}

/* Of UDP, TCP and the like, for XFRM's selectors. */
static void read_ports(const struct sk_buff *skb, __be16 *sport, __be16 *dport)
{
	struct klips_flow flow;

	if (klips_flow_read(&flow, skb->data, skb->len) || !flow.ports)
		return;
	*sport = flow.sport;
	*dport = flow.dport;
}

/* The kernel keeps what routers say of ESP in UDP to itself, with the route; KLIPS tells those who send too much. */
static void learn(struct klips *klips, const struct sk_buff *skb, const struct dst_entry *route)
{
	u32 mtu = dst_mtu(route);

	if (unlikely(skb->len > mtu))
		klips_pmtu_learn(klips, skb->data, skb_headlen(skb), mtu);
}

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
static struct rtable *route_v4(struct net *net, struct net_device *phys, struct flowi4 *flow)
{
	struct rtable *route;

	flow->flowi4_oif = phys ? phys->ifindex : 0;
	route = ip_route_output_flow(net, flow, NULL);
	if (phys || IS_ERR(route))
		return route;
	phys = below(route->dst.dev);
	if (phys == route->dst.dev)
		return route;
	ip_rt_put(route);
	return phys ? route_v4(net, phys, flow) : ERR_PTR(-ENETUNREACH);
}

static int send_v4(struct klips *klips, struct net_device *phys, struct sk_buff *skb, const struct klips_udp *udp)
{
	struct net *net = ((struct klips_net *)klips->own)->net;
	unsigned int header = ((struct iphdr *)skb->data)->ihl * 4;
	struct flowi4 flow = { .flowi4_flags = FLOWI_FLAG_ANYSRC };
	struct rtable *route;
	struct iphdr *ip;

	if (udp && push_udp(skb, header, udp))
		return -ENOMEM;
	ip = (struct iphdr *)skb->data;
	if (udp)
		ip->protocol = IPPROTO_UDP;
	flow.daddr = ip->daddr;
	flow.saddr = ip->saddr;
	flow.flowi4_tos = ip->tos & ~INET_ECN_MASK;
	flow.flowi4_proto = ip->protocol;
	read_ports(skb, &flow.fl4_sport, &flow.fl4_dport);
	route = route_v4(net, phys, &flow);
	if (IS_ERR(route))
		return PTR_ERR(route);
	learn(klips, skb, &route->dst);
	scrub(skb, ETH_P_IP, header);
	skb_dst_set(skb, &route->dst);
	skb->dev = route->dst.dev;
	return verdict(ip_local_out(net, NULL, skb));
}

#if IS_ENABLED(CONFIG_IPV6)
/* RFC 8200, 8.1: over IPv6 UDP has a checksum. */
static void sum_v6(struct sk_buff *skb)
{
	unsigned int header = sizeof(struct ipv6hdr), length = skb->len - header;
	struct udphdr *udp = (struct udphdr *)(skb->data + header);
	struct ipv6hdr *ip = (struct ipv6hdr *)skb->data;

	udp->check = csum_ipv6_magic(&ip->saddr, &ip->daddr, length, IPPROTO_UDP, csum_partial(udp, length, 0));
	if (!udp->check)
		udp->check = CSUM_MANGLED_0;
}

/* @phys: NULL: as routes say. Without the flag a device is but preferred: the route to the peer through ipsecN would be
 * taken, again and again. */
static struct dst_entry *route_v6(struct net *net, struct net_device *phys, struct flowi6 *flow)
{
	struct dst_entry *route;
	int err;

	flow->flowi6_oif = phys ? phys->ifindex : 0;
	route = ip6_route_output_flags(net, NULL, flow, phys ? RT6_LOOKUP_F_IFACE : 0);
	if (route->error) {
		err = route->error;
		dst_release(route);
		return ERR_PTR(err);
	}
	if (phys || below(route->dev) == route->dev)
		return xfrm_lookup_route(net, route, flowi6_to_flowi(flow), NULL, 0);
	phys = below(route->dev);
	dst_release(route);
	return phys ? route_v6(net, phys, flow) : ERR_PTR(-ENETUNREACH);
}

static int send_v6(struct klips *klips, struct net_device *phys, struct sk_buff *skb, const struct klips_udp *udp)
{
	struct net *net = ((struct klips_net *)klips->own)->net;
	unsigned int header = sizeof(struct ipv6hdr);
	struct flowi6 flow = { .flowi6_flags = FLOWI_FLAG_ANYSRC };
	struct dst_entry *route;
	struct ipv6hdr *ip;

	if (udp && push_udp(skb, header, udp))
		return -ENOMEM;
	ip = (struct ipv6hdr *)skb->data;
	if (udp) {
		ip->nexthdr = IPPROTO_UDP;
		sum_v6(skb);
	}
	flow.daddr = ip->daddr;
	flow.saddr = ip->saddr;
	flow.flowlabel = ip6_flowinfo(ip);
	flow.flowi6_proto = ip->nexthdr;
	read_ports(skb, &flow.fl6_sport, &flow.fl6_dport);
	route = route_v6(net, phys, &flow);
	if (IS_ERR(route))
		return PTR_ERR(route);
	learn(klips, skb, route);
	scrub(skb, ETH_P_IPV6, header);
	skb->ignore_df = 1; /* what does not fit the path is cut here: no router does (RFC 8200, 5) */
	skb_dst_set(skb, route);
	skb->dev = route->dev;
	return verdict(ip6_local_out(net, NULL, skb));
}
#else
static int send_v6(struct klips *klips, struct net_device *phys, struct sk_buff *skb, const struct klips_udp *udp)
{
	return -EAFNOSUPPORT;
}
#endif

/* struct klips_ops: @dev's physical device is the one that they leave by, whatever the routes of ipsecN say; a mastN
 * has none. */
void klips_send(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		const struct klips_udp *udp)
{
	struct net_device *phys = READ_ONCE(dev->phys);
	unsigned int i;
	int err;

	for (i = 0; i < count; i++) {
		err = -ENODEV;
		if (phys || dev->mast)
			err = skbs[i]->data[0] >> 4 == KLIPS_V6 ? send_v6(klips, phys, skbs[i], udp) :
								  send_v4(klips, phys, skbs[i], udp);
		if (err == -EINPROGRESS)
			continue;
		atomic64_inc(&dev->stats.errors[1]);
		/* what ip_local_out() refuses it frees */
		if (err != -ENOBUFS)
			kfree_skb(skbs[i]);
	}
}

#define KEEPALIVE_ROOM (MAX_HEADER + UDP_HEADER)

/* An outer header of IPv4, of which ip_local_out() makes the rest. */
static void put_v4(struct sk_buff *skb, const struct klips_sa *sa)
{
	struct iphdr *ip = skb_push(skb, sizeof(*ip));

	*ip = (struct iphdr){ .version = 4, .ihl = sizeof(*ip) / 4, .ttl = sa->ttl, .protocol = IPPROTO_ESP };
	ip->frag_off = htons(IP_DF);
	ip->saddr = sa->src.w[0];
	ip->daddr = sa->said.dst.w[0];
}

static void put_v6(struct sk_buff *skb, const struct klips_sa *sa)
{
	struct ipv6hdr *ip = skb_push(skb, sizeof(*ip));

	*ip = (struct ipv6hdr){ .version = 6, .hop_limit = sa->ttl, .nexthdr = IPPROTO_ESP };
	ip->payload_len = cpu_to_be16(skb->len - sizeof(*ip));
	memcpy(&ip->saddr, sa->src.b, sizeof(ip->saddr));
	memcpy(&ip->daddr, sa->said.dst.b, sizeof(ip->daddr));
}

/**
 * klips_keepalive_send() - struct klips_ops: the byte that keeps a NAT awake (RFC 3948, 2.3)
 * @klips: where
 * @dev: the ipsecN by whose physical device it leaves
 * @sa: outbound and in UDP; where an IKE daemon has its port, that knows which NATs it keeps awake
 */
void klips_keepalive_send(struct klips *klips, struct klips_dev *dev, const struct klips_sa *sa)
{
	const struct klips_udp udp = { .sport = sa->natt_sport, .dport = sa->natt_dport };
	bool v6 = sa->said.dst.version == KLIPS_V6;
	struct sk_buff *skb;

	if (!klips_port_is_open(klips->own, sa->natt_sport, v6))
		return;
	skb = alloc_skb(KEEPALIVE_ROOM + sizeof(struct ipv6hdr) + 1, GFP_ATOMIC);
	if (!skb)
		return;
	skb_reserve(skb, KEEPALIVE_ROOM + sizeof(struct ipv6hdr));
	skb_put_u8(skb, 0xff);
	if (v6)
		put_v6(skb, sa);
	else
		put_v4(skb, sa);
	klips_send(klips, dev, &skb, 1, &udp);
}

/* What comes by a mastN is not put together: GRO does not look at marks, and two peers' flows may look the same. */
static void receive_one(struct klips_link *link, struct sk_buff *skb, bool mast)
{
	bool v6 = skb->data[0] >> 4 == KLIPS_V6;
	u32 mark = skb->mark;

	skb->dev = link->netdev;
	scrub(skb, v6 ? ETH_P_IPV6 : ETH_P_IP, v6 ? sizeof(struct ipv6hdr) : ((struct iphdr *)skb->data)->ihl * 4);
	skb->mark = mark;
	skb->pkt_type = PACKET_HOST;
	skb_orphan(skb);
	skb_clear_hash(skb); /* it was of the outer packet, and spread no flows */
	skb_record_rx_queue(skb, 0);
	if (mast)
		netif_rx(skb);
	else
		gro_cells_receive(&link->cells, skb);
}

/* struct klips_ops: inner packets */
void klips_receive(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	struct klips_link *link;
	unsigned int i;

	rcu_read_lock();
	link = rcu_dereference_raw(dev->own);
	local_bh_disable();
	for (i = 0; i < count; i++) {
		if (link) {
			receive_one(link, skbs[i], dev->mast);
		} else {
			atomic64_inc(&dev->stats.errors[0]);
			kfree_skb(skbs[i]);
		}
	}
	local_bh_enable();
	rcu_read_unlock();
}
