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
#include "../core/pass.h"

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

/* Of UDP, TCP and the like: rules and XFRM's policies may ask for them. */
static void read_ports(struct klips_way *way, const struct sk_buff *skb, const struct klips_udp *udp)
{
	struct klips_flow flow;

	if (udp) {
		way->sport = cpu_to_be16(udp->sport);
		way->dport = cpu_to_be16(udp->dport);
	} else if (!klips_is_ipsec(way->proto) && !klips_flow_read(&flow, skb->data, skb->len) && flow.ports) {
		way->sport = flow.sport;
		way->dport = flow.dport;
	}
}

/* The kernel keeps what routers say of ESP in UDP to itself, with the route; KLIPS tells those who send too much. */
static void learn(struct klips *klips, const struct sk_buff *skb)
{
	u32 mtu = dst_mtu(skb_dst(skb));

	if (unlikely(skb->len > mtu))
		klips_pmtu_learn(klips, skb->data, skb_headlen(skb), mtu);
}

/**
 * struct leave - how packets leave
 * @klips: whose they are
 * @net: where that is
 * @link: the ipsecN; NULL: it goes
 * @phys: the device; NULL: as routes say
 * @udp: NULL: not in UDP
 */
struct leave {
	struct klips *klips;
	struct net *net;
	struct klips_link *link;
	struct net_device *phys;
	const struct klips_udp *udp;
};

static int send_v4(const struct leave *leave, struct sk_buff *skb)
{
	unsigned int header = ((struct iphdr *)skb->data)->ihl * 4;
	struct klips_way way = {};
	struct iphdr *ip;
	int err;

	if (leave->udp && push_udp(skb, header, leave->udp))
		return -ENOMEM;
	ip = (struct iphdr *)skb->data;
	if (leave->udp)
		ip->protocol = IPPROTO_UDP;
	way.src = klips_addr_v4(ip->saddr);
	way.dst = klips_addr_v4(ip->daddr);
	way.tos = ip->tos & ~INET_ECN_MASK;
	way.proto = ip->protocol;
	read_ports(&way, skb, leave->udp);
	scrub(skb, ETH_P_IP, header);
	err = klips_route(skb, leave->net, leave->link, leave->phys, &way);
	if (err)
		return err;
	learn(leave->klips, skb);
	return verdict(ip_local_out(leave->net, NULL, skb));
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

static int send_v6(const struct leave *leave, struct sk_buff *skb)
{
	unsigned int header = sizeof(struct ipv6hdr);
	struct klips_way way = {};
	struct ipv6hdr *ip;
	int err;

	if (leave->udp && push_udp(skb, header, leave->udp))
		return -ENOMEM;
	ip = (struct ipv6hdr *)skb->data;
	if (leave->udp) {
		ip->nexthdr = IPPROTO_UDP;
		sum_v6(skb);
	}
	way.src = klips_addr_v6(&ip->saddr);
	way.dst = klips_addr_v6(&ip->daddr);
	way.flowinfo = ip6_flowinfo(ip);
	way.proto = ip->nexthdr;
	read_ports(&way, skb, leave->udp);
	scrub(skb, ETH_P_IPV6, header);
	err = klips_route(skb, leave->net, leave->link, leave->phys, &way);
	if (err)
		return err;
	learn(leave->klips, skb);
	skb->ignore_df = 1; /* what does not fit the path is cut here: no router does (RFC 8200, 5) */
	return verdict(ip6_local_out(leave->net, NULL, skb));
}
#else
static int send_v6(const struct leave *leave, struct sk_buff *skb)
{
	return -EAFNOSUPPORT;
}
#endif

/* struct klips_ops: @dev's physical device is the one that they leave by, whatever the routes of ipsecN say; a mastN
 * has none. */
void klips_send(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		const struct klips_udp *udp)
{
	struct leave leave = { .klips = klips, .net = ((struct klips_net *)klips->own)->net, .udp = udp };
	unsigned int i;
	int err;

	rcu_read_lock();
	local_bh_disable();
	leave.phys = READ_ONCE(dev->phys);
	leave.link = rcu_dereference_raw(dev->own);
	for (i = 0; i < count; i++) {
		err = -ENODEV;
		if (leave.phys || dev->mast)
			err = skbs[i]->data[0] >> 4 == KLIPS_V6 ? send_v6(&leave, skbs[i]) : send_v4(&leave, skbs[i]);
		if (err == -EINPROGRESS)
			continue;
		atomic64_inc(&dev->stats.errors[1]);
		/* what ip_local_out() refuses it frees */
		if (err != -ENOBUFS)
			kfree_skb(skbs[i]);
	}
	local_bh_enable();
	rcu_read_unlock();
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
