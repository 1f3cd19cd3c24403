// SPDX-License-Identifier: GPL-2.0-or-later
/* An ipsecN as the rest of the kernel sees it: a device without addresses of its own, to which routes lead. */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

#include "module.h"
#include "../../lib/version.h"

#define TAIL_ROOM 80 /* behind a packet, as KLIPS_HEAD_ROOM is before it */
#define QUEUE	  500

#define FEATURES  (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA | NETIF_F_GSO_SOFTWARE)

/**
 * klips_own() - a packet in one piece, that nobody else has, with room around it
 * @skb: any; taken over
 * @head: bytes before its data
 * @tail: bytes behind
 *
 * Return: it or a copy, with the same owner; NULL: no memory, and @skb is gone.
 */
struct sk_buff *klips_own(struct sk_buff *skb, unsigned int head, unsigned int tail)
{
	struct sk_buff *copy;

	if (!skb_is_nonlinear(skb) && !skb_cloned(skb) && !skb_shared(skb) && skb_headroom(skb) >= head &&
	    skb_tailroom(skb) >= tail)
		return skb;
	copy = skb_copy_expand(skb, max(head, skb_headroom(skb)), tail, GFP_ATOMIC);
	if (copy && skb->sk)
		skb_set_owner_w(copy, skb->sk);
	if (copy)
		consume_skb(skb);
	else
		kfree_skb(skb);
	return copy;
}

static void count_dropped(struct klips_dev *dev, unsigned int packets)
{
	atomic64_add(packets, &dev->stats.dropped[1]);
}

/* Sends what is in a list, so many at a time as core takes. */
static void send_list(struct klips_link *link, struct klips_dev *dev, struct sk_buff *list)
{
	struct sk_buff *skbs[KLIPS_BATCH / 4], *skb, *next;
	unsigned int count = 0;

	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		skb = klips_own(skb, READ_ONCE(link->netdev->needed_headroom), TAIL_ROOM);
		if (!skb) {
			count_dropped(dev, 1);
			continue;
		}
		memset(skb->cb, 0, sizeof(skb->cb));
		skbs[count++] = skb;
		if (count == ARRAY_SIZE(skbs)) {
			klips_xmit(&link->net->klips, dev, skbs, count);
			count = 0;
		}
	}
	if (count)
		klips_xmit(&link->net->klips, dev, skbs, count);
}

/* What is protected is whole: no segments to be cut and no checksums to be made by a device later. */
static struct sk_buff *finish(struct sk_buff *skb)
{
	struct sk_buff *list;

	if (skb_is_gso(skb)) {
		list = skb_gso_segment(skb, 0);
		if (IS_ERR_OR_NULL(list))
			return NULL;
		consume_skb(skb);
		return list;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return NULL;
	return skb;
}

static netdev_tx_t xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct klips_link *link = netdev_priv(netdev);
	struct klips_dev *dev;
	struct sk_buff *list;

	nf_reset_ct(skb); /* a %hold may keep it for long; what is sent is another flow */
	rcu_read_lock();
	dev = rcu_dereference(link->dev);
	if (!dev || !READ_ONCE(dev->phys_mtu)) {
		if (dev)
			atomic64_inc(&dev->stats.errors[1]);
		kfree_skb(skb);
	} else {
		list = finish(skb);
		if (list) {
			send_list(link, dev, list);
		} else {
			count_dropped(dev, 1);
			kfree_skb(skb);
		}
	}
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static void get_stats(struct net_device *netdev, struct rtnl_link_stats64 *to)
{
	struct klips_link *link = netdev_priv(netdev);
	const struct klips_dev_stats *from;
	struct klips_traffic traffic;
	struct klips_dev *dev;

	rcu_read_lock();
	dev = rcu_dereference(link->dev);
	if (dev) {
		klips_dev_traffic(dev, &traffic);
		to->rx_packets = traffic.packets[0];
		to->tx_packets = traffic.packets[1];
		to->rx_bytes = traffic.bytes[0];
		to->tx_bytes = traffic.bytes[1];
		from = &dev->stats;
		to->rx_errors = atomic64_read(&from->errors[0]);
		to->tx_errors = atomic64_read(&from->errors[1]);
		to->rx_dropped = atomic64_read(&from->dropped[0]);
		to->tx_dropped = atomic64_read(&from->dropped[1]);
	}
	rcu_read_unlock();
}

static int init(struct net_device *netdev)
{
	struct klips_link *link = netdev_priv(netdev);

	int err;

	netdev_lockdep_set_classes(netdev); /* packets go on through devices that have locks too */
	link->routes = klips_routes_new();
	if (!link->routes)
		return -ENOMEM;
	err = gro_cells_init(&link->cells, netdev);
	if (err)
		klips_routes_free(link->routes);
	return err;
}

static void uninit(struct net_device *netdev)
{
	struct klips_link *link = netdev_priv(netdev);

	gro_cells_destroy(&link->cells);
	klips_routes_free(link->routes);
}

static int set_mtu(struct net_device *netdev, int mtu)
{
	struct klips_link *link = netdev_priv(netdev);
	struct klips_dev *dev = rtnl_dereference(link->dev);

	WRITE_ONCE(netdev->mtu, mtu);
	link->by_hand = true;
	if (dev)
		WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

const struct net_device_ops klips_netdev_ops = {
	.ndo_init = init,
	.ndo_uninit = uninit,
	.ndo_start_xmit = xmit,
	.ndo_get_stats64 = get_stats,
	.ndo_change_mtu = set_mtu,
};

static void get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "klips", sizeof(info->driver));
	strscpy(info->version, CYGNET_VERSION, sizeof(info->version));
}

static const struct ethtool_ops ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
};

/**
 * klips_netdev_setup() - what alloc_netdev() calls
 * @netdev: the new device
 */
void klips_netdev_setup(struct net_device *netdev)
{
	netdev->netdev_ops = &klips_netdev_ops;
	netdev->ethtool_ops = &ethtool_ops;
	netdev->type = ARPHRD_NONE;
	netdev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	netdev->tx_queue_len = QUEUE;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = ETH_MAX_MTU;
	netdev->mtu = ETH_DATA_LEN;
	netdev->needs_free_netdev = true;
	netdev->priv_flags |= IFF_NO_QUEUE; /* a queue has a lock, and the device below has one */
	netdev->features = FEATURES;
	netdev->hw_features = FEATURES;
	netdev->vlan_features = FEATURES;
	netdev->needed_headroom = KLIPS_HEAD_ROOM;
	netdev->needed_tailroom = TAIL_ROOM;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	netdev->lltx = true;
	netdev->netns_immutable = true;
#else
	netdev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#endif
}
