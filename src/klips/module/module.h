/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.ko: what its parts share. */
#ifndef KLIPS_MODULE_MODULE_H
#define KLIPS_MODULE_MODULE_H

#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <net/gro_cells.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "../control/control.h"

#define KLIPS_HEAD_ROOM 96 /* what a packet may need before it, as most SAs have it; core copies for others */

/**
 * struct klips_net - KLIPS in a network namespace
 * @net: which
 * @klips: its tables
 * @control: what requests in it are about
 * @sysctls: net.ipsec.*
 * @timers: klips_run_timers(), when it is due
 * @ports: where ESP in UDP arrives by KLIPS's own sockets, RCU
 * @ports_lock: for those who change them
 * @stopping: the namespace or the module goes; no timer is set any more
 */
struct klips_net {
	struct net *net;
	struct klips klips;
	struct klips_control control;
	struct delayed_work timers;
	struct list_head ports;
	struct mutex ports_lock;
	struct ctl_table_header *sysctls;
	bool stopping;
};

/**
 * struct klips_link - an ipsecN or a mastN as the kernel has it; struct klips_dev.own
 * @netdev: the device
 * @net: where it is
 * @dev: core's; NULL: it goes
 * @cells: what it received, for GRO
 * @routes: that its packets left by, of each CPU
 * @tracker: of the reference to the device that it is attached to
 * @by_hand: somebody set its MTU, which stays until it is attached anew; a mastN's stays for good
 */
struct klips_link {
	struct net_device *netdev;
	struct klips_net *net;
	struct klips_dev __rcu *dev;
	struct gro_cells cells;
	struct klips_routes __percpu *routes;
	netdevice_tracker tracker;
	bool by_hand;
};

/**
 * struct klips_way - all that the route of an outer packet depends on
 * @src: where it comes from
 * @dst: where it goes
 * @flowinfo: IPv6: traffic class and flow label
 * @oif: the device that it must leave by; 0: any
 * @sport: of UDP, TCP and the like; 0: there are none
 * @dport: likewise
 * @tos: IPv4: without ECN
 * @proto: behind the IP header
 */
struct klips_way {
	struct klips_addr src, dst;
	__be32 flowinfo;
	int oif;
	__be16 sport, dport;
	u8 tos;
	u8 proto;
};

/* main.c */
extern unsigned int klips_net_id;
void klips_net_changed(struct klips_net *net);

/**
 * klips_net_of() - the KLIPS of a network namespace
 * @net: it
 *
 * Return: that; valid as long as the namespace and the module are there.
 */
static inline struct klips_net *klips_net_of(const struct net *net)
{
	return net_generic(net, klips_net_id);
}

/* link.c: under RTNL, those that klips_control_ops has take it */
int klips_link_create(struct klips *klips, const char *name);
int klips_link_create_mast(struct klips *klips, const char *name);
int klips_link_remove(struct klips *klips, const char *name);
int klips_link_attach(struct klips *klips, const char *name, const char *phys);
int klips_link_detach(struct klips *klips, const char *name);
void klips_links_remove(struct klips_net *net, struct list_head *list);
int klips_links_init(void);
void klips_links_exit(void);
/* The ipsecN that is attached to a device; NULL: none. In rcu_read_lock(). */
struct klips_dev *klips_dev_at(struct klips *klips, const struct net_device *phys);

/* netdev.c */
extern const struct net_device_ops klips_netdev_ops;
void klips_netdev_setup(struct net_device *netdev);

/* send.c, receive.c: struct klips_ops */
void klips_send(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		const struct klips_udp *udp);
void klips_receive(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count);
void klips_keepalive_send(struct klips *klips, struct klips_dev *dev, const struct klips_sa *sa);
struct sk_buff *klips_own(struct sk_buff *skb, unsigned int head, unsigned int tail);

/* route.c */
int klips_route(struct sk_buff *skb, struct net *net, struct klips_link *link, struct net_device *phys,
		struct klips_way *way);
struct klips_routes __percpu *klips_routes_new(void);
void klips_routes_free(struct klips_routes __percpu *routes);

/* defrag.c: struct klips_ops */
struct sk_buff *klips_defrag(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb);

/* ports.c */
int klips_port_open(struct klips_net *net, u16 number, bool v6);
bool klips_port_is_open(struct klips_net *net, u16 number, bool v6);
void klips_ports_close(struct klips_net *net);
void klips_ports_close_unused(struct klips_net *net);

/* protocols.c */
void klips_take(struct sk_buff *skb, bool in_udp, struct klips_sa *sa);
int klips_protocols_init(void);
void klips_protocols_exit(void);

/* tunnels.c */
int klips_tunnels_init(void);
void klips_tunnels_exit(void);

/* guard.c */
int klips_guard_start(struct klips_net *net);
void klips_guard_stop(struct klips_net *net);

/* proc.c */
int klips_proc_start(struct klips_net *net);
void klips_proc_stop(struct klips_net *net);

/* sysctl.c */
int klips_sysctl_start(struct klips_net *net);
void klips_sysctl_stop(struct klips_net *net);

/* genl.c */
int klips_genl_init(void);
void klips_genl_exit(void);
bool klips_genl_acquire(struct klips *klips, const struct klips_acquire *acquire);
void klips_genl_expire(struct klips_sa *sa, enum klips_life life, void *arg);
void klips_genl_mapping(struct klips *klips, struct klips_sa *sa, const struct klips_addr *addr, u16 port);

/* crypto.c */
int klips_crypto_init(void);
void klips_crypto_exit(void);

/* offload.c */
struct crypto_aead *klips_offload_aead(const char *name);
bool klips_offload_is_on(void);

/* deflate.c */
int klips_deflate_init(void);
void klips_deflate_exit(void);

#endif
