// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes in clear from a device that an ipsecN is attached to, and should have come through an SA, is refused. */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

#include "module.h"

#define HEADERS 128 /* bytes that show a flow */

static unsigned int look(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct klips *klips = &klips_net_of(state->net)->klips;
	unsigned int verdict = NF_ACCEPT;

	rcu_read_lock();
	if (state->in && klips_dev_at(klips, state->in) && pskb_may_pull(skb, min_t(u32, skb->len, HEADERS)) &&
	    klips_refuses_clear(klips, skb_network_header(skb), skb_headlen(skb)))
		verdict = NF_DROP;
	rcu_read_unlock();
	return verdict;
}

/* After fragments were put together, where they are, and before anything is translated. */
static const struct nf_hook_ops hooks[] = {
	{ .hook = look, .pf = NFPROTO_IPV4, .hooknum = NF_INET_PRE_ROUTING, .priority = NF_IP_PRI_RAW + 1 },
#if IS_ENABLED(CONFIG_IPV6)
	{ .hook = look, .pf = NFPROTO_IPV6, .hooknum = NF_INET_PRE_ROUTING, .priority = NF_IP6_PRI_RAW + 1 },
#endif
};

/**
 * klips_guard_start() - refuse packets in clear from now on
 * @net: where
 *
 * Return: 0 or a negative errno.
 */
int klips_guard_start(struct klips_net *net)
{
	return nf_register_net_hooks(net->net, hooks, ARRAY_SIZE(hooks));
}

/**
 * klips_guard_stop() - refuse no more
 * @net: where
 */
void klips_guard_stop(struct klips_net *net)
{
	nf_unregister_net_hooks(net->net, hooks, ARRAY_SIZE(hooks));
}
