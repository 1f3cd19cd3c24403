// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes, asked of the kernel by rtnetlink. */
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "host.h"
#include "../lib/netlink.h"

/* The best one so far; @found: there is one, of that @metric. */
struct search {
	struct host_route *route;
	bool found, lookup;
	u32 metric;
};

/* The last table's attributes by their numbers. */
struct attributes {
	const struct nlattr *list[RTA_MAX + 1];
};

static int take_attribute(const struct nlattr *attr, void *arg)
{
	struct attributes *all = arg;

	if (mnl_attr_type_valid(attr, RTA_MAX) > 0)
		all->list[mnl_attr_get_type(attr)] = attr;
	else
		errno = 0;
	return MNL_CB_OK;
}

static int take_route(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct attributes all = { { NULL } };
	struct search *search = arg;
	char name[IF_NAMESIZE];
	u32 metric;

	mnl_attr_parse(message, sizeof(*info), take_attribute, &all);
	metric = all.list[RTA_PRIORITY] ? mnl_attr_get_u32(all.list[RTA_PRIORITY]) : 0;
	if (!search->lookup && (info->rtm_dst_len || info->rtm_table != RT_TABLE_MAIN || info->rtm_type != RTN_UNICAST))
		return MNL_CB_OK;
	if ((search->found && metric >= search->metric) || !all.list[RTA_OIF] ||
	    !if_indextoname(mnl_attr_get_u32(all.list[RTA_OIF]), name))
		return MNL_CB_OK;
	search->found = true;
	search->metric = metric;
	snprintf(search->route->device, sizeof(search->route->device), "%s", name);
	search->route->gateway = netlink_addr(all.list[RTA_GATEWAY], info->rtm_family);
	search->route->source = netlink_addr(all.list[RTA_PREFSRC], info->rtm_family);
	return MNL_CB_OK;
}

static int ask(char *buffer, struct search *search)
{
	int err = netlink_route_ask(buffer, take_route, search);

	if (err)
		return err;
	return search->found ? 0 : -ENETUNREACH;
}

static struct rtmsg *request(char *buffer, uint8_t version, uint16_t flags)
{
	struct rtmsg *info = netlink_begin(buffer, RTM_GETROUTE, flags, sizeof(*info));

	info->rtm_family = version == KLIPS_V6 ? AF_INET6 : AF_INET;
	return info;
}

/**
 * host_route_to() - how packets go to an address
 * @dst: it
 * @route: gets the device, the source address, and the gateway if there is one
 *
 * Return: 0; -ENETUNREACH or another negative errno: they do not
 */
int host_route_to(const struct klips_addr *dst, struct host_route *route)
{
	struct search search = { .route = route, .lookup = true };
	char buffer[NETLINK_ROUTE_ROOM] __attribute__((aligned(8)));
	struct rtmsg *info = request(buffer, dst->version, NLM_F_ACK);

	*route = (struct host_route){ .device = "" };
	info->rtm_dst_len = klips_addr_bits(dst);
	mnl_attr_put((struct nlmsghdr *)buffer, RTA_DST, klips_addr_bits(dst) / 8, dst->b);
	return ask(buffer, &search);
}

/**
 * host_route_default() - the default route with the lowest metric
 * @version: KLIPS_V4 or KLIPS_V6
 * @route: gets it, its source being the one for packets to the gateway if the route names none
 *
 * Return: 0, -ENETUNREACH: there is none, or another negative errno
 */
int host_route_default(uint8_t version, struct host_route *route)
{
	struct search search = { .route = route };
	char buffer[NETLINK_ROUTE_ROOM] __attribute__((aligned(8)));
	struct host_route nearby;
	int err;

	*route = (struct host_route){ .device = "" };
	request(buffer, version, NLM_F_DUMP);
	err = ask(buffer, &search);
	if (!err && !route->source.version && route->gateway.version && !host_route_to(&route->gateway, &nearby))
		route->source = nearby.source;
	return err;
}
