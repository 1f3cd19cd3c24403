// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec.ko: one KLIPS in each network namespace. */
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <generated/utsrelease.h>
#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/route.h>

#include "../core/debug.h"
#include "../../lib/version.h"
#include "module.h"

#define TICK HZ /* timers are looked at so often: packets may set them, and tell nobody */

unsigned int klips_net_id;

static bool is_local(struct klips *klips, const struct klips_addr *addr)
{
	struct net *net = ((struct klips_net *)klips->own)->net;

	if (addr->version == KLIPS_V4)
		return inet_addr_type(net, addr->w[0]) == RTN_LOCAL;
	return IS_ENABLED(CONFIG_IPV6) && ipv6_chk_addr(net, (const struct in6_addr *)addr->b, NULL, 0);
}

static const struct klips_ops ops = {
	.send = klips_send,
	.receive = klips_receive,
	.is_local = is_local,
	.acquire = klips_genl_acquire,
	.expire = klips_genl_expire,
	.mapping = klips_genl_mapping,
	.defrag = klips_defrag,
	.keepalive = klips_keepalive_send,
};

static const char *driver(struct klips *klips)
{
	return "CryptoAPI " UTS_RELEASE;
}

static const char *guard_name(struct klips *klips)
{
	return "netfilter";
}

static void changed(struct klips *klips)
{
	klips_net_changed(klips->own);
}

static int set_eroute(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said,
		      bool replace)
{
	int err = klips_set_eroute(klips, sel, said, replace);

	if (!err)
		changed(klips);
	return err;
}

static int listen(struct klips *klips, u16 port, bool v6)
{
	return klips_port_open(klips->own, port, v6);
}

static int add_port(struct klips *klips, u16 port, bool encapsulation)
{
	int err = klips_ike_port_add(klips, port);

	if (!err && encapsulation)
		err = klips_port_open(klips->own, port, false);
	if (!err && encapsulation)
		err = klips_port_open(klips->own, port, true);
	return err;
}

static const struct klips_control_ops control_ops = {
	.set_eroute = set_eroute,
	.unset_eroute = klips_unset_eroute,
	.create = klips_link_create,
	.create_mast = klips_link_create_mast,
	.remove = klips_link_remove,
	.attach = klips_link_attach,
	.detach = klips_link_detach,
	.listen = listen,
	.add_port = add_port,
	.driver = driver,
	.guard_name = guard_name,
	.changed = changed,
};

/**
 * klips_net_changed() - SAs were added or changed: timers may be due sooner
 * @net: where
 */
void klips_net_changed(struct klips_net *net)
{
	if (!READ_ONCE(net->stopping))
		mod_delayed_work(system_wq, &net->timers, 0);
}

static void run_timers(struct work_struct *work)
{
	struct klips_net *net = container_of(to_delayed_work(work), struct klips_net, timers);
	u64 now = ktime_get_ns(), next = klips_run_timers(&net->klips, now);
	unsigned long wait = TICK;

	klips_ports_close_unused(net);
	/* a trap may make a %hold, and an SA may be used for the first time */
	if (!next && !klips_sadb_count(net->klips.sadb) && !klips_eroutes_count(net->klips.eroutes))
		return;
	if (next)
		wait = min(wait, next > now ? nsecs_to_jiffies(next - now) + 1 : 1UL);
	if (!READ_ONCE(net->stopping))
		queue_delayed_work(system_wq, &net->timers, wait);
}

static int __net_init start_net(struct net *ns)
{
	struct klips_net *net = klips_net_of(ns);
	int err;

	net->net = ns;
	INIT_DELAYED_WORK(&net->timers, run_timers);
	INIT_LIST_HEAD(&net->ports);
	mutex_init(&net->ports_lock);
	err = klips_init(&net->klips, &ops, net);
	if (err)
		return err;
	net->control.klips = &net->klips;
	net->control.ops = &control_ops;
	net->control.version = CYGNET_VERSION;
	err = klips_guard_start(net);
	if (err)
		goto exit;
	err = klips_proc_start(net);
	if (err)
		goto unguard;
	err = klips_sysctl_start(net);
	if (!err)
		return 0;
	klips_proc_stop(net);
unguard:
	klips_guard_stop(net);
exit:
	klips_exit(&net->klips);
	return err;
}

/* Devices first: what goes through them needs the tables. Then nothing comes in any more, by pernet's grace period. */
static void __net_exit stop_nets(struct list_head *nets)
{
	struct net *ns;
	LIST_HEAD(links);

	rtnl_lock();
	list_for_each_entry(ns, nets, exit_list)
		klips_links_remove(klips_net_of(ns), &links);
	unregister_netdevice_many(&links);
	rtnl_unlock();
	list_for_each_entry(ns, nets, exit_list) {
		struct klips_net *net = klips_net_of(ns);

		klips_sysctl_stop(net);
		klips_proc_stop(net);
		klips_guard_stop(net);
		WRITE_ONCE(net->stopping, true);
		cancel_delayed_work_sync(&net->timers);
		klips_ports_close(net);
	}
	synchronize_net();
	list_for_each_entry(ns, nets, exit_list)
		klips_exit(&klips_net_of(ns)->klips);
}

static struct pernet_operations nets = {
	.init = start_net,
	.exit_batch = stop_nets,
	.id = &klips_net_id,
	.size = sizeof(struct klips_net),
};

static int start_nets(void)
{
	return register_pernet_subsys(&nets);
}

static void end_nets(void)
{
	unregister_pernet_subsys(&nets);
	synchronize_rcu(); /* what called klips_busy_put() last has returned */
	rcu_barrier();	   /* of call_rcu() of tables */
}

/* In this order; they end in the reverse. */
static const struct {
	int (*start)(void);
	void (*end)(void);
} parts[] = {
	{ klips_crypto_init, klips_crypto_exit },
	{ klips_deflate_init, klips_deflate_exit },
	{ start_nets, end_nets },
	{ klips_links_init, klips_links_exit },
	{ klips_protocols_init, klips_protocols_exit },
	{ klips_tunnels_init, klips_tunnels_exit },
	{ klips_genl_init, klips_genl_exit },
};

static void end_parts(unsigned int count)
{
	while (count--)
		parts[count].end();
}

static int __init start(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].start();
		if (err) {
			end_parts(i);
			return err;
		}
	}
	pr_info("klips: " CYGNET_VERSION "\n");
	return 0;
}

static void __exit end(void)
{
	end_parts(ARRAY_SIZE(parts));
}

module_init(start);
module_exit(end);

MODULE_DESCRIPTION("KLIPS: IPsec with ipsecN devices");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("klips");
MODULE_VERSION(CYGNET_VERSION);
