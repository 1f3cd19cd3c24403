// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ESP, AH and IPCOMP for this host, straight on IP or in UDP. XFRM takes its turns: what is none of KLIPS's SAs goes to
 * whoever is next.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/xfrm.h>

#include "module.h"

#define PRIORITY  1000 /* before ip_vti (100), XFRM's devices (10) and XFRM itself (0) */
#define ESP_LEAST 8

/* What names the SA: RFC 4303, 2; RFC 4302, 2; RFC 3173, 3. */
static bool read_said(const struct sk_buff *skb, u8 proto, struct klips_said *said)
{
	const u8 *head = skb_transport_header(skb);

	memset(said, 0, sizeof(*said));
	said->proto = proto;
	said->spi = proto == IPPROTO_AH	  ? get_unaligned((__be32 *)(head + 4)) :
		    proto == IPPROTO_COMP ? cpu_to_be32(get_unaligned_be16(head + 2)) :
					    get_unaligned((__be32 *)head);
	if (ip_hdr(skb)->version == 4)
		said->dst = klips_addr_v4(ip_hdr(skb)->daddr);
	else
		said->dst = klips_addr_v6(&ipv6_hdr(skb)->daddr);
	return said->spi;
}

/* In rcu_read_lock(). NULL: it is not ours. */
static struct klips_sa *find(struct klips *klips, const struct sk_buff *skb, u8 proto)
{
	struct klips_said said;

	return read_said(skb, proto, &said) ? klips_sadb_find(klips->sadb, &said) : NULL;
}

/* The UDP header is still between the IP header and ESP, although nobody counts it any more. */
static void take_udp(struct sk_buff *skb, struct klips_udp *udp)
{
	unsigned int header = skb_network_header_len(skb) - sizeof(struct udphdr);
	const struct udphdr *head = (struct udphdr *)(skb_network_header(skb) + header);

	udp->sport = be16_to_cpu(head->source);
	udp->dport = be16_to_cpu(head->dest);
	memmove(skb_network_header(skb) + sizeof(*head), skb_network_header(skb), header);
	skb_set_network_header(skb, skb_network_offset(skb) + sizeof(*head));
	if (ip_hdr(skb)->version == 4)
		ip_hdr(skb)->protocol = IPPROTO_ESP;
	else
		skb_network_header(skb)[IP6CB(skb)->nhoff] = IPPROTO_ESP; /* extension headers may be before it */
}

static void restore_length(struct sk_buff *skb)
{
	if (ip_hdr(skb)->version == 4) {
		ip_hdr(skb)->tot_len = cpu_to_be16(skb->len);
		ip_send_check(ip_hdr(skb));
	} else {
		ipv6_hdr(skb)->payload_len = cpu_to_be16(skb->len - sizeof(struct ipv6hdr));
	}
}

/**
 * klips_take() - have core open a packet that is of one of its SAs
 * @skb: skb->data behind the outer header; taken over
 * @in_udp: whether a UDP header was between the two
 * @sa: the SA, with the caller in rcu_read_lock(); NULL: core finds it, when the packet is in one piece
 */
void klips_take(struct sk_buff *skb, bool in_udp, struct klips_sa *sa)
{
	struct klips *klips = &klips_net_of(dev_net(skb->dev))->klips;
	struct net_device *phys = skb->dev;
	struct klips_udp udp;
	int offset;

	if (skb_linearize(skb) || (skb_cloned(skb) && pskb_expand_head(skb, 0, 0, GFP_ATOMIC))) {
		kfree_skb(skb);
		return;
	}
	if (in_udp)
		take_udp(skb, &udp);
	offset = skb_network_offset(skb);
	skb_push(skb, -offset);
	if (in_udp)
		restore_length(skb);
	skb_orphan(skb);
	skb_dst_drop(skb); /* a route without a reference is not to outlive this, as cryptography may */
	memset(skb->cb, 0, sizeof(skb->cb));
	rcu_read_lock();
	if (sa)
		klips_rcv_by(klips, klips_dev_at(klips, phys), skb, in_udp ? &udp : NULL, sa);
	else
		klips_rcv(klips, klips_dev_at(klips, phys), &skb, 1, NULL);
	rcu_read_unlock();
}

/* -EINVAL: it is for somebody else, and as it was. */
static int take(struct sk_buff *skb, u8 proto, bool in_udp)
{
	struct klips *klips = &klips_net_of(dev_net(skb->dev))->klips;
	struct klips_sa *sa;

	if (!pskb_may_pull(skb, ESP_LEAST))
		return -EINVAL;
	rcu_read_lock();
	sa = find(klips, skb, proto);
	if (sa)
		klips_take(skb, in_udp, sa);
	rcu_read_unlock();
	return sa ? 0 : -EINVAL;
}

static u8 proto_of(const struct sk_buff *skb)
{
	return ip_hdr(skb)->protocol;
}

static int rcv4(struct sk_buff *skb)
{
	return take(skb, proto_of(skb), false);
}

static int input4(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return take(skb, nexthdr, encap_type);
}

static int no_callback(struct sk_buff *skb, int err)
{
	return 0;
}

/* What routers say of packets that were too long: skb->data is at what they quote. */
static int error4(struct sk_buff *skb, u32 info)
{
	struct klips *klips = &klips_net_of(dev_net(skb->dev))->klips;

	if (icmp_hdr(skb)->type != ICMP_DEST_UNREACH || icmp_hdr(skb)->code != ICMP_FRAG_NEEDED)
		return -ENOENT;
	return klips_pmtu_learn(klips, skb->data, skb_headlen(skb), info) ? 0 : -ENOENT;
}

static struct xfrm4_protocol protocols4[] = {
	{ .handler = rcv4,
	  .input_handler = input4,
	  .cb_handler = no_callback,
	  .err_handler = error4,
	  .priority = PRIORITY },
	{ .handler = rcv4,
	  .input_handler = input4,
	  .cb_handler = no_callback,
	  .err_handler = error4,
	  .priority = PRIORITY },
	{ .handler = rcv4,
	  .input_handler = input4,
	  .cb_handler = no_callback,
	  .err_handler = error4,
	  .priority = PRIORITY },
};
static const u8 numbers[] = { IPPROTO_ESP, IPPROTO_AH, IPPROTO_COMP };

#if IS_ENABLED(CONFIG_IPV6)
static int esp6(struct sk_buff *skb)
{
	return take(skb, IPPROTO_ESP, false);
}

static int ah6(struct sk_buff *skb)
{
	return take(skb, IPPROTO_AH, false);
}

static int comp6(struct sk_buff *skb)
{
	return take(skb, IPPROTO_COMP, false);
}

static int input6(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return take(skb, nexthdr, encap_type);
}

static int error6(struct sk_buff *skb, struct inet6_skb_parm *parm, u8 type, u8 code, int offset, __be32 info)
{
	struct klips *klips = &klips_net_of(dev_net(skb->dev))->klips;

	if (type != ICMPV6_PKT_TOOBIG)
		return -ENOENT;
	return klips_pmtu_learn(klips, skb->data, skb_headlen(skb), be32_to_cpu(info)) ? 0 : -ENOENT;
}

static struct xfrm6_protocol protocols6[] = {
	{ .handler = esp6,
	  .input_handler = input6,
	  .cb_handler = no_callback,
	  .err_handler = error6,
	  .priority = PRIORITY },
	{ .handler = ah6,
	  .input_handler = input6,
	  .cb_handler = no_callback,
	  .err_handler = error6,
	  .priority = PRIORITY },
	{ .handler = comp6,
	  .input_handler = input6,
	  .cb_handler = no_callback,
	  .err_handler = error6,
	  .priority = PRIORITY },
};

static int register6(unsigned int at)
{
	return xfrm6_protocol_register(&protocols6[at], numbers[at]);
}

static void unregister6(unsigned int at)
{
	xfrm6_protocol_deregister(&protocols6[at], numbers[at]);
}
#else
static int register6(unsigned int at)
{
	return 0;
}

static void unregister6(unsigned int at)
{
}
#endif

static void unregister(unsigned int count)
{
	while (count--) {
		unregister6(count);
		xfrm4_protocol_deregister(&protocols4[count], numbers[count]);
	}
}

/**
 * klips_protocols_init() - take packets from now on
 *
 * Return: 0 or a negative errno, with nothing left.
 */
int klips_protocols_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		err = xfrm4_protocol_register(&protocols4[i], numbers[i]);
		if (!err) {
			err = register6(i);
			if (err)
				xfrm4_protocol_deregister(&protocols4[i], numbers[i]);
		}
		if (err) {
			unregister(i);
			return err;
		}
	}
	return 0;
}

/**
 * klips_protocols_exit() - take no more; when it returns none is being taken
 */
void klips_protocols_exit(void)
{
	unregister(ARRAY_SIZE(numbers));
	synchronize_net();
}
