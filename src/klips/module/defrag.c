// SPDX-License-Identifier: GPL-2.0-or-later
/* This host's own fragments become datagrams again, by the kernel's own functions: transport mode is for whole ones. */
#include <net/ip.h>
#include <net/ipv6.h>
#if IS_REACHABLE(CONFIG_NF_DEFRAG_IPV6)
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#endif

#include "module.h"

/* Whose fragments they are: those of no other user of these functions meet them. */
#define USER 0x4b4c4950

#if IS_REACHABLE(CONFIG_NF_DEFRAG_IPV6)
/* As ip_defrag(): 0: it is whole; otherwise @skb was taken over. */
static int gather_v6(struct net *net, struct sk_buff *skb)
{
	int err = nf_ct_frag6_gather(net, skb, USER);

	/* Of what it makes nothing it says 0 too. */
	if (!err && !(IP6CB(skb)->flags & IP6SKB_FRAGMENTED))
		err = -EINVAL;
	if (err && err != -EINPROGRESS)
		kfree_skb(skb);
	return err;
}
#else
static int gather_v6(struct net *net, struct sk_buff *skb)
{
	kfree_skb(skb);
	return -EAFNOSUPPORT;
}
#endif

/**
 * klips_defrag() - struct klips_ops: a fragment of what this host sends
 * @klips: where
 * @dev: the ipsecN that it was sent to
 * @skb: it, IP header first; taken over
 *
 * Return: the datagram, in one piece, when all of it is there; else NULL.
 */
struct sk_buff *klips_defrag(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb)
{
	struct net *net = ((struct klips_net *)klips->own)->net;
	bool v6 = skb->data[0] >> 4 == KLIPS_V6;
	struct klips_link *link;
	int err;

	rcu_read_lock();
	link = rcu_dereference_raw(dev->own);
	if (link) {
		skb->dev = link->netdev;
		skb_reset_network_header(skb);
		memset(skb->cb, 0, sizeof(skb->cb));
		local_bh_disable();
		err = v6 ? gather_v6(net, skb) : ip_defrag(net, skb, USER);
		local_bh_enable();
	} else {
		kfree_skb(skb);
		err = -ENODEV;
	}
	rcu_read_unlock();
	if (err && err != -EINPROGRESS)
		atomic64_inc(&klips->stats.defrag_dropped);
	if (err)
		return NULL;
	skb = klips_own(skb, 0, 0);
	if (!skb)
		atomic64_inc(&klips->stats.defrag_dropped);
	else
		memset(skb->cb, 0, sizeof(skb->cb));
	return skb;
}
