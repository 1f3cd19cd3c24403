// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsecN devices come, are attached, and go; so do mastN, which are attached to nothing; all under RTNL. */
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "module.h"

/* In rcu_read_lock(). */
struct klips_dev *klips_dev_at(struct klips *klips, const struct net_device *phys)
{
	struct klips_dev *dev;
	unsigned int i;

	for (i = 0; i < READ_ONCE(klips->devices_end); i++) {
		dev = rcu_dereference_raw(klips->devices[i]);
		if (dev && READ_ONCE(dev->phys) == phys)
			return dev;
	}
	return NULL;
}

static struct rtnl_link_ops ipsec_ops, mast_ops;

static void set_mtu(struct klips_link *link, struct klips_dev *dev, u32 phys_mtu)
{
	u32 mtu = klips_mtu_choose(phys_mtu);

	dev_set_mtu(link->netdev, mtu);
	link->by_hand = false;
	WRITE_ONCE(dev->mtu, mtu);
}

/* Of any device that a mastN's packets may leave by. */
static u32 least_mtu(const struct klips_net *net)
{
	u32 least = ETH_DATA_LEN, i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		const struct klips_dev *dev = klips_dev_held(&net->klips, i);

		if (dev && !dev->mast && dev->phys_mtu)
			least = min(least, dev->phys_mtu);
	}
	return least;
}

/* What is below a device has another MTU now. */
static void set_phys_mtu(struct klips_dev *dev, u32 phys_mtu)
{
	struct klips_link *link = rcu_dereference_protected(dev->own, 1);

	WRITE_ONCE(dev->phys_mtu, phys_mtu);
	if (!link->by_hand)
		set_mtu(link, dev, phys_mtu);
}

/* An ipsecN has another MTU below it now, or none. */
static void refresh_masts(struct klips_net *net)
{
	u32 least = least_mtu(net), i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		struct klips_dev *dev = klips_dev_held(&net->klips, i);

		if (dev && dev->mast && dev->phys_mtu != least)
			set_phys_mtu(dev, least);
	}
}

/* Has the kernel and core know a device. On an error free_netdev() is the caller's, whatever became of it before. */
static int add(struct klips_net *net, struct net_device *netdev)
{
	struct klips_link *link = netdev_priv(netdev);
	bool mast = netdev->rtnl_link_ops == &mast_ops;
	int err;

	link->netdev = netdev;
	link->net = net;
	err = register_netdevice(netdev);
	if (err)
		return err;
	err = mast ? klips_mast_create(&net->klips, netdev->name, link, least_mtu(net)) :
		     klips_dev_create(&net->klips, netdev->name, link);
	if (err) {
		unregister_netdevice(netdev);
		return err;
	}
	rcu_assign_pointer(link->dev, klips_dev_find(&net->klips, netdev->name));
	if (mast)
		set_mtu(link, klips_dev_find(&net->klips, netdev->name), least_mtu(net));
	return 0;
}

static int create(struct klips_net *net, const char *name, bool mast)
{
	struct net_device *netdev;
	int err;

	if (klips_dev_find(&net->klips, name))
		return -EEXIST;
	/* the kernel would take '%d' as a wish for a number, and give the device another name */
	if (strlen(name) >= min_t(size_t, IFNAMSIZ, KLIPS_NAME_MAX) || strchr(name, '%'))
		return -EINVAL;
	netdev = alloc_netdev(sizeof(struct klips_link), name, NET_NAME_USER, klips_netdev_setup);
	if (!netdev)
		return -ENOMEM;
	dev_net_set(netdev, net->net);
	netdev->rtnl_link_ops = mast ? &mast_ops : &ipsec_ops;
	err = add(net, netdev);
	if (err)
		free_netdev(netdev);
	return err;
}

/* Packets that are on their way may use the physical device until a grace period is over. */
static int detach(struct klips_net *net, struct klips_dev *dev)
{
	struct net_device *phys = dev->phys;
	int err = klips_detach(&net->klips, dev->name);

	if (err)
		return err;
	synchronize_net();
	netdev_put(phys, &((struct klips_link *)rcu_dereference_protected(dev->own, 1))->tracker);
	refresh_masts(net);
	return 0;
}

static void remove(struct klips_net *net, struct klips_dev *dev, struct list_head *list)
{
	struct klips_link *link = rcu_dereference_protected(dev->own, 1);

	detach(net, dev);
	RCU_INIT_POINTER(link->dev, NULL);
	klips_dev_remove(&net->klips, dev->name);
	unregister_netdevice_queue(link->netdev, list);
}

static int attach(struct klips_net *net, const char *name, const char *phys_name)
{
	struct klips_dev *dev = klips_dev_find(&net->klips, name);
	struct net_device *phys = __dev_get_by_name(net->net, phys_name);
	struct klips_link *link;
	bool is_new = !dev;
	int err;

	if (phys && phys->netdev_ops == &klips_netdev_ops)
		return -EINVAL; /* the control protocol has said so, but its name was another then */
	err = !phys ? -ENODEV : dev && dev->phys_mtu ? -EBUSY : !(phys->flags & IFF_UP) ? -ENETDOWN : 0;
	if (!err && is_new)
		err = create(net, name, false);
	if (!err)
		err = klips_attach(&net->klips, name, phys_name, phys, NULL, phys->mtu);
	if (err)
		return err;
	dev = klips_dev_find(&net->klips, name);
	link = rcu_dereference_protected(dev->own, 1);
	netdev_hold(phys, &link->tracker, GFP_KERNEL);
	WRITE_ONCE(link->netdev->needed_headroom, KLIPS_HEAD_ROOM + LL_RESERVED_SPACE(phys));
	set_mtu(link, dev, phys->mtu);
	refresh_masts(net);
	return 0;
}

/* struct klips_control_ops, as are those below */
int klips_link_create(struct klips *klips, const char *name)
{
	int err;

	rtnl_lock();
	err = create(klips->own, name, false);
	rtnl_unlock();
	return err;
}

int klips_link_create_mast(struct klips *klips, const char *name)
{
	int err;

	rtnl_lock();
	err = create(klips->own, name, true);
	rtnl_unlock();
	return err;
}

int klips_link_remove(struct klips *klips, const char *name)
{
	struct klips_dev *dev;
	LIST_HEAD(list);

	rtnl_lock();
	dev = klips_dev_find(klips, name);
	if (dev)
		remove(klips->own, dev, &list);
	unregister_netdevice_many(&list);
	rtnl_unlock();
	return dev ? 0 : -ENODEV;
}

int klips_link_attach(struct klips *klips, const char *name, const char *phys)
{
	int err;

	rtnl_lock();
	err = attach(klips->own, name, phys);
	rtnl_unlock();
	return err;
}

/* The device stays up: packets that are routed to it are dropped, rather than finding a way in clear. */
int klips_link_detach(struct klips *klips, const char *name)
{
	struct klips_dev *dev;
	int err;

	rtnl_lock();
	dev = klips_dev_find(klips, name);
	err = dev ? detach(klips->own, dev) : -ENODEV;
	rtnl_unlock();
	return err;
}

/**
 * klips_links_remove() - take all ipsecN of a network namespace away, under RTNL
 * @net: where
 * @list: gets the devices, for unregister_netdevice_many()
 */
void klips_links_remove(struct klips_net *net, struct list_head *list)
{
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		struct klips_dev *dev = klips_dev_held(&net->klips, i);

		if (dev)
			remove(net, dev, list);
	}
}

static void phys_changed(struct klips_net *net, struct klips_dev *dev, struct net_device *phys, unsigned long event)
{
	switch (event) {
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		detach(net, dev);
		break;
	case NETDEV_CHANGENAME:
		strscpy(dev->phys_name, phys->name, sizeof(dev->phys_name));
		break;
	case NETDEV_CHANGEMTU:
		set_phys_mtu(dev, phys->mtu);
		refresh_masts(net);
		break;
	}
}

/* Somebody else may remove an ipsecN too, by ip link delete or with its namespace. */
static void link_unregistered(struct klips_net *net, struct net_device *netdev)
{
	struct klips_link *link = netdev_priv(netdev);
	struct klips_dev *dev = rtnl_dereference(link->dev);

	if (!dev)
		return;
	detach(net, dev);
	RCU_INIT_POINTER(link->dev, NULL);
	klips_dev_remove(&net->klips, dev->name);
	synchronize_net(); /* packets that are on their way may still be given to it */
}

static void link_renamed(struct net_device *netdev)
{
	struct klips_link *link = netdev_priv(netdev);
	struct klips_dev *dev = rtnl_dereference(link->dev);

	if (dev)
		strscpy(dev->name, netdev->name, sizeof(dev->name));
}

static int notice(struct notifier_block *block, unsigned long event, void *info)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(info);
	struct klips_net *net = klips_net_of(dev_net(netdev));
	unsigned int i;

	if (!net || !net->klips.ops)
		return NOTIFY_DONE;
	if (netdev->netdev_ops == &klips_netdev_ops) {
		if (event == NETDEV_UNREGISTER)
			link_unregistered(net, netdev);
		else if (event == NETDEV_CHANGENAME)
			link_renamed(netdev);
		return NOTIFY_DONE;
	}
	for (i = 0; i < KLIPS_DEVICES; i++) {
		struct klips_dev *dev = klips_dev_held(&net->klips, i);

		if (dev && dev->phys == netdev)
			phys_changed(net, dev, netdev, event);
	}
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = notice };

/* ip link add NAME type klips|mast: as the control protocol's dev-create */
static int new_link(struct net *from, struct net_device *netdev, struct nlattr *tb[], struct nlattr *data[],
		    struct netlink_ext_ack *extack)
{
	return add(klips_net_of(dev_net(netdev)), netdev);
}

static void delete_link(struct net_device *netdev, struct list_head *list)
{
	struct klips_link *link = netdev_priv(netdev);
	struct klips_dev *dev = rtnl_dereference(link->dev);

	if (dev)
		remove(link->net, dev, list);
}

/* What `ip -d link` shows of a device: of which kind it is. */
#define KIND(name)                                                                                   \
	{                                                                                            \
		.kind = (name), .priv_size = sizeof(struct klips_link), .setup = klips_netdev_setup, \
		.newlink = new_link, .dellink = delete_link                                          \
	}
static struct rtnl_link_ops ipsec_ops __read_mostly = KIND("klips");
static struct rtnl_link_ops mast_ops __read_mostly = KIND("mast");

/**
 * klips_links_init() - have devices come and go, and hear of changes of others
 *
 * Return: 0 or a negative errno.
 */
int klips_links_init(void)
{
	int err = register_netdevice_notifier(&block);

	if (err)
		return err;
	err = rtnl_link_register(&ipsec_ops);
	if (!err) {
		err = rtnl_link_register(&mast_ops);
		if (err)
			rtnl_link_unregister(&ipsec_ops);
	}
	if (err)
		unregister_netdevice_notifier(&block);
	return err;
}

/**
 * klips_links_exit() - take all ipsecN and mastN of all network namespaces away, and hear no more of devices
 *
 * Nobody can make new ones any more. Not the other way round: a notifier that is unregistered is told that all devices
 * go, and would forget those that are still there.
 */
void klips_links_exit(void)
{
	rtnl_link_unregister(&mast_ops);
	rtnl_link_unregister(&ipsec_ops);
	unregister_netdevice_notifier(&block);
}

MODULE_ALIAS_RTNL_LINK("klips");
MODULE_ALIAS_RTNL_LINK("mast");
