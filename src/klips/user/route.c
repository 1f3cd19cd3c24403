// SPDX-License-Identifier: GPL-2.0-or-later
/* rtnetlink: links, and this host's addresses. */
#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "daemon.h"
#include "../../lib/netlink.h"

static struct mnl_socket *watcher;

static void read_link(struct klips_link *link, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;

	link->ifindex = (u32)info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	mnl_attr_for_each(attr, message, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) == IFLA_MTU && !mnl_attr_validate(attr, MNL_TYPE_U32))
			link->mtu = mnl_attr_get_u32(attr);
	}
}

static int take_link(const struct nlmsghdr *message, void *arg)
{
	read_link(arg, message);
	return MNL_CB_OK;
}

static int get_link(const char *name, u32 ifindex, struct klips_link *link)
{
	char buffer[NETLINK_ROUTE_ROOM] __aligned(8);
	struct ifinfomsg *info = netlink_begin(buffer, RTM_GETLINK, NLM_F_ACK, sizeof(*info));

	memset(link, 0, sizeof(*link));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	if (name)
		mnl_attr_put_strz((struct nlmsghdr *)buffer, IFLA_IFNAME, name);
	return netlink_route_ask(buffer, take_link, link);
}

/**
 * klips_link_get() - see how a network device is
 * @name: its name
 * @link: gets it
 *
 * Return: 0; -ENODEV; or another negative errno.
 */
int klips_link_get(const char *name, struct klips_link *link)
{
	return get_link(name, 0, link);
}

/**
 * klips_link_at() - see how a network device is
 * @ifindex: its index
 * @link: gets it
 *
 * Return: 0; -ENODEV; or another negative errno.
 */
int klips_link_at(u32 ifindex, struct klips_link *link)
{
	return get_link(NULL, ifindex, link);
}

/**
 * klips_link_set() - bring a network device up
 * @ifindex: which
 * @mtu: its MTU
 * @gso_segments: packets that a super packet may be cut into; 0: as it is
 *
 * Return: 0 or a negative errno.
 */
int klips_link_set(u32 ifindex, u32 mtu, u32 gso_segments)
{
	char buffer[NETLINK_ROUTE_ROOM] __aligned(8);
	struct ifinfomsg *info = netlink_begin(buffer, RTM_NEWLINK, NLM_F_ACK, sizeof(*info));
	struct nlmsghdr *message = (struct nlmsghdr *)buffer;

	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	info->ifi_change = IFF_UP;
	info->ifi_flags = IFF_UP;
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	if (gso_segments)
		mnl_attr_put_u32(message, IFLA_GSO_MAX_SEGS, gso_segments);
	return netlink_route_ask(buffer, NULL, NULL);
}

/**
 * struct gathering - addresses that are being counted, then kept
 */
struct gathering {
	struct klips_locals *locals;
	unsigned int count;
	unsigned int room;
};

static int take_addr(const struct nlmsghdr *message, void *arg)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	u16 wanted = info->ifa_family == AF_INET ? IFA_LOCAL : IFA_ADDRESS;
	struct gathering *all = arg;
	const struct nlattr *attr;
	struct klips_addr addr;

	mnl_attr_for_each(attr, message, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) != wanted)
			continue;
		addr = netlink_addr(attr, info->ifa_family);
		if (!addr.version)
			continue;
		if (all->count < all->room)
			all->locals->addrs[all->count] = addr;
		all->count++;
	}
	return MNL_CB_OK;
}

static int gather(struct gathering *all)
{
	char buffer[NETLINK_ROUTE_ROOM] __aligned(8);
	struct ifaddrmsg *info = netlink_begin(buffer, RTM_GETADDR, NLM_F_DUMP, sizeof(*info));

	all->count = 0;
	info->ifa_family = AF_UNSPEC;
	return netlink_route_ask(buffer, take_addr, all);
}

static void free_locals(struct rcu_head *head)
{
	kfree(container_of(head, struct klips_locals, rcu));
}

static int update_locals(struct klipsd *daemon)
{
	struct klips_locals *old = daemon->locals;
	struct gathering all = { NULL, 0, 0 };
	int err;

	do {
		kfree(all.locals);
		all.room = all.count + 8;
		all.locals = kzalloc(sizeof(*all.locals) + all.room * sizeof(all.locals->addrs[0]), GFP_KERNEL);
		if (!all.locals)
			return -ENOMEM;
		err = gather(&all);
	} while (!err && all.count > all.room);
	if (err) {
		kfree(all.locals);
		return err;
	}
	all.locals->count = all.count;
	rcu_assign_pointer(daemon->locals, all.locals);
	if (old)
		call_rcu(&old->rcu, free_locals);
	return 0;
}

/* struct klips_ops */
bool klipsd_is_local(struct klips *klips, const struct klips_addr *addr)
{
	const struct klipsd *daemon = klips->own;
	const struct klips_locals *locals;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	locals = rcu_dereference(daemon->locals);
	for (i = 0; locals && i < locals->count && !found; i++)
		found = klips_addr_equal(&locals->addrs[i], addr);
	rcu_read_unlock();
	return found;
}

/* A bridge says RTM_DELLINK too, of a port that only leaves it: that has the family AF_BRIDGE. */
static void take_link_change(struct klipsd *daemon, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct klips_link link = { 0, 0, false };

	if (info->ifi_family != AF_UNSPEC)
		return;
	read_link(&link, message);
	klipsd_link_changed(daemon, link.ifindex, link.mtu, link.up && message->nlmsg_type == RTM_NEWLINK);
}

static int take_change(const struct nlmsghdr *message, void *arg)
{
	struct klipsd *daemon = arg;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		take_link_change(daemon, message);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		update_locals(daemon);
		break;
	}
	return MNL_CB_OK;
}

/**
 * klips_route_watch() - learn this host's addresses, and watch them and its devices
 * @daemon: gets the addresses, and in @netlink what to wait for
 *
 * Return: 0 or a negative errno.
 */
int klips_route_watch(struct klipsd *daemon)
{
	const unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;

	watcher = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!watcher || mnl_socket_bind(watcher, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	daemon->netlink = mnl_socket_get_fd(watcher);
	return update_locals(daemon);
}

/**
 * klips_route_run() - take changes that there are
 * @daemon: whose
 */
void klips_route_run(struct klipsd *daemon)
{
	char buffer[NETLINK_ROUTE_ROOM] __aligned(8);
	bool lost = false;
	ssize_t size;

	do {
		size = mnl_socket_recvfrom(watcher, buffer, sizeof(buffer));
		if (size > 0)
			mnl_cb_run(buffer, (size_t)size, 0, 0, take_change, daemon);
		else if (size < 0 && errno == ENOBUFS)
			lost = true;
	} while (size > 0 || (size < 0 && (errno == ENOBUFS || errno == EINTR)));
	if (!lost)
		return;
	/* Last, since what waited here was older. */
	update_locals(daemon);
	klipsd_links_reread(daemon);
}

/**
 * klips_route_end() - watch no more
 * @daemon: its threads have ended
 */
void klips_route_end(struct klipsd *daemon)
{
	if (watcher)
		mnl_socket_close(watcher);
	watcher = NULL;
	kfree(daemon->locals);
	daemon->locals = NULL;
}
