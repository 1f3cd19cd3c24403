// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes, asked of the kernel by rtnetlink. */
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "host.h"

#define ROOM 32768

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

	if (!mnl_attr_type_valid(attr, RTA_MAX))
		all->list[mnl_attr_get_type(attr)] = attr;
	else
		errno = 0;
	return MNL_CB_OK;
}

static struct klips_addr addr_of(const struct nlattr *attr, uint8_t family)
{
	if (attr && family == AF_INET && mnl_attr_get_payload_len(attr) == 4)
		return klips_addr_v4(mnl_attr_get_u32(attr));
	if (attr && family == AF_INET6 && mnl_attr_get_payload_len(attr) == 16)
		return klips_addr_v6(mnl_attr_get_payload(attr));
	return (struct klips_addr){ .version = 0 };
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
	search->route->gateway = addr_of(all.list[RTA_GATEWAY], info->rtm_family);
	search->route->source = addr_of(all.list[RTA_PREFSRC], info->rtm_family);
	return MNL_CB_OK;
}

static int converse(struct mnl_socket *socket, struct nlmsghdr *message, char *buffer, struct search *search)
{
	ssize_t size;
	int more = 1;

	message->nlmsg_seq = 1;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	while (more > 0) {
		size = mnl_socket_recvfrom(socket, buffer, ROOM);
		if (size < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)size, 1, mnl_socket_get_portid(socket), take_route, search);
	}
	return more < 0 ? -errno : 0;
}

static int ask(struct nlmsghdr *message, char *buffer, struct search *search)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	err = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : converse(socket, message, buffer, search);
	mnl_socket_close(socket);
	if (err)
		return err;
	return search->found ? 0 : -ENETUNREACH;
}

static struct nlmsghdr *request(char *buffer, uint8_t version, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *info;

	message->nlmsg_type = RTM_GETROUTE;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->rtm_family = version == KLIPS_V6 ? AF_INET6 : AF_INET;
	return message;
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
	char buffer[ROOM] __attribute__((aligned(8)));
	struct nlmsghdr *message = request(buffer, dst->version, NLM_F_ACK);
	struct rtmsg *info = mnl_nlmsg_get_payload(message);

	*route = (struct host_route){ .device = "" };
	info->rtm_dst_len = klips_addr_bits(dst);
	mnl_attr_put(message, RTA_DST, klips_addr_bits(dst) / 8, dst->b);
	return ask(message, buffer, &search);
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
	char buffer[ROOM] __attribute__((aligned(8)));
	struct host_route nearby;
	int err;

	*route = (struct host_route){ .device = "" };
	err = ask(request(buffer, version, NLM_F_DUMP), buffer, &search);
	if (!err && !route->source.version && route->gateway.version && !host_route_to(&route->gateway, &nearby))
		route->source = nearby.source;
	return err;
}
