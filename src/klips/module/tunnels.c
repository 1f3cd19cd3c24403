// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPIP for this host: of SAs that are tunnels and nothing else, and of IPCOMP's packets that were too short to gain.
 * What is of no SA goes to whoever is next.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/xfrm.h>

#include "module.h"

#define PRIORITY (-100) /* before all others; the least comes first here */

static bool is_ours(struct klips *klips, struct sk_buff *skb)
{
	unsigned int header = skb_network_header_len(skb), length = header + skb_headlen(skb);
	const u8 *outer = skb_network_header(skb);
	struct klips_ip ip;
	bool found;

	if (klips_ip_read(&ip, outer, header + skb->len) || ip.header > length)
		return false;
	rcu_read_lock();
	found = klips_sadb_find_tunnel(klips->sadb, &ip, outer + ip.header, length - ip.header);
	rcu_read_unlock();
	return found;
}

static int take(struct sk_buff *skb)
{
	struct klips *klips = &klips_net_of(dev_net(skb->dev))->klips;

	if (!pskb_may_pull(skb, sizeof(struct iphdr)) || !is_ours(klips, skb))
		return -EINVAL;
	klips_take(skb, false, NULL);
	return 0;
}

static int no_callback(struct sk_buff *skb, int err)
{
	return 0;
}

/* ICMP's errors name no SA here, and so are for whoever is next; the kernel calls this without asking whether it is
 * there. */
static int error4(struct sk_buff *skb, u32 info)
{
	return -ENOENT;
}

#define TUNNEL4                                                                                         \
	{                                                                                               \
		.handler = take, .cb_handler = no_callback, .err_handler = error4, .priority = PRIORITY \
	}

static struct xfrm_tunnel v4_in_v4 = TUNNEL4;
static struct xfrm_tunnel v6_in_v4 = TUNNEL4;

#if IS_ENABLED(CONFIG_INET6_TUNNEL)
static int error6(struct sk_buff *skb, struct inet6_skb_parm *parm, u8 type, u8 code, int offset, __be32 info)
{
	return -ENOENT;
}

#define TUNNEL6                                                                                         \
	{                                                                                               \
		.handler = take, .cb_handler = no_callback, .err_handler = error6, .priority = PRIORITY \
	}

static struct xfrm6_tunnel v4_in_v6 = TUNNEL6;
static struct xfrm6_tunnel v6_in_v6 = TUNNEL6;

static int register6(void)
{
	int err = xfrm6_tunnel_register(&v4_in_v6, AF_INET);

	if (err)
		return err;
	err = xfrm6_tunnel_register(&v6_in_v6, AF_INET6);
	if (err)
		xfrm6_tunnel_deregister(&v4_in_v6, AF_INET);
	return err;
}

static void unregister6(void)
{
	xfrm6_tunnel_deregister(&v6_in_v6, AF_INET6);
	xfrm6_tunnel_deregister(&v4_in_v6, AF_INET);
}
#else
static int register6(void)
{
	return 0;
}

static void unregister6(void)
{
}
#endif

/**
 * klips_tunnels_init() - take packets from now on
 *
 * Return: 0 or a negative errno, with nothing left.
 */
int klips_tunnels_init(void)
{
	int err = xfrm4_tunnel_register(&v4_in_v4, AF_INET);

	if (err)
		return err;
	err = xfrm4_tunnel_register(&v6_in_v4, AF_INET6);
	if (!err) {
		err = register6();
		if (err)
			xfrm4_tunnel_deregister(&v6_in_v4, AF_INET6);
	}
	if (err)
		xfrm4_tunnel_deregister(&v4_in_v4, AF_INET);
	return err;
}

/**
 * klips_tunnels_exit() - take no more; when it returns none is being taken
 */
void klips_tunnels_exit(void)
{
	unregister6();
	xfrm4_tunnel_deregister(&v6_in_v4, AF_INET6);
	xfrm4_tunnel_deregister(&v4_in_v4, AF_INET);
	synchronize_net();
}
