// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices by which the traffic of XFRM's policies goes: those of XFRM with an if_id, and VTI's, which know it by marks.
 */
#include <net/if.h>

#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include "netkey.h"

/* What is known of a device, or wanted of it. @number: if_id of XFRM's; of VTI's the key of what comes */
struct device {
	char kind[8];
	uint32_t number;
};

static const char *kind_of(const struct backend_policy *like)
{
	if (like->options->if_id)
		return "xfrm";
	return like->local_host.version == KLIPS_V6 ? "vti6" : "vti";
}

static int take_data(const struct nlattr *attr, void *arg)
{
	struct device *device = arg;
	const bool xfrm = !strcmp(device->kind, "xfrm");

	if (mnl_attr_get_type(attr) == (xfrm ? (int)IFLA_XFRM_IF_ID : (int)IFLA_VTI_IKEY) &&
	    mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
		device->number = xfrm ? mnl_attr_get_u32(attr) : ntohl(mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

/* The kind is first. */
static int take_info(const struct nlattr *attr, void *arg)
{
	struct device *device = arg;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND && mnl_attr_get_payload_len(attr) <= sizeof(device->kind) &&
	    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		memcpy(device->kind, mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));
	if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
		mnl_attr_parse_nested(attr, take_data, device);
	return MNL_CB_OK;
}

static int take_attribute(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
		mnl_attr_parse_nested(attr, take_info, arg);
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *message, void *arg)
{
	mnl_attr_parse(message, sizeof(struct ifinfomsg), take_attribute, arg);
	return MNL_CB_OK;
}

/* One that is there is used if it is of that kind and number: the user has made it, or another conn has. */
static int check(struct netkey *netkey, const struct backend_policy *like)
{
	const struct backend_options *options = like->options;
	uint32_t number = options->if_id ? options->if_id : options->mark[0].value;
	char buffer[NETLINK_ROUTE_ROOM] __attribute__((aligned(8)));
	struct device device = { .kind = "" };
	int err;

	netlink_begin(buffer, RTM_GETLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	mnl_attr_put_strz((struct nlmsghdr *)buffer, IFLA_IFNAME, options->device);
	err = netlink_route_ask(buffer, take_link, &device);
	if (err)
		return netkey_fail(netkey, err, "%s: %s", options->device, strerror(-err));
	if (!strcmp(device.kind, kind_of(like)) && device.number == number)
		return 0;
	return netkey_fail(netkey, -EEXIST, "%s is there, but it is no %s device with %s %u", options->device,
			   kind_of(like), options->if_id ? "if_id" : "key", number);
}

static void put_addr(struct nlmsghdr *message, uint16_t type, const struct klips_addr *addr)
{
	if (addr->version)
		mnl_attr_put(message, type, klips_addr_bits(addr) / 8, addr->b);
}

static void put_data(struct nlmsghdr *message, const struct backend_policy *like)
{
	const struct backend_options *options = like->options;

	if (options->if_id) {
		mnl_attr_put_u32(message, IFLA_XFRM_IF_ID, options->if_id);
		return;
	}
	mnl_attr_put_u32(message, IFLA_VTI_IKEY, htonl(options->mark[0].value));
	mnl_attr_put_u32(message, IFLA_VTI_OKEY, htonl(options->mark[1].value));
	put_addr(message, IFLA_VTI_LOCAL, &like->local_host);
	if (!options->keep) /* one that is shared is for several peers */
		put_addr(message, IFLA_VTI_REMOTE, &like->remote_host);
}

static int make(struct netkey *netkey, const struct backend_policy *like)
{
	char buffer[NETLINK_ROUTE_ROOM] __attribute__((aligned(8)));
	struct nlmsghdr *message = (struct nlmsghdr *)buffer;
	struct ifinfomsg *info =
		netlink_begin(buffer, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	struct nlattr *all, *data;
	int err;

	info->ifi_flags = info->ifi_change = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, like->options->device);
	all = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, kind_of(like));
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	put_data(message, like);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, all);
	err = netlink_route_ask(buffer, NULL, NULL);
	if (!err)
		return 0;
	return netkey_fail(netkey, err, "the %s device %s cannot be made: %s", kind_of(like), like->options->device,
			   err == -EOPNOTSUPP ? "the kernel has none of that kind" : strerror(-err));
}

static void remember(struct netkey *netkey, const struct backend_options *options)
{
	char(*made)[16] = reallocarray(netkey->made, netkey->made_count + 1, sizeof(*made));

	if (!made)
		return; /* it stays, then */
	netkey->made = made;
	memcpy(made[netkey->made_count++], options->device, sizeof(*made));
}

/* struct backend_ops. The device is up, but has no address: updown= gives it one, and routes. */
int netkey_attach(struct backend *backend, const struct backend_policy *like, char device[16])
{
	struct netkey *netkey = netkey_of(backend);
	int err;

	device[0] = '\0';
	if (!like->options || !like->options->device[0])
		return 0;
	if (if_nametoindex(like->options->device)) {
		err = check(netkey, like);
	} else {
		err = make(netkey, like);
		if (!err && !like->options->keep)
			remember(netkey, like->options);
	}
	if (err)
		return err;
	memcpy(device, like->options->device, 16);
	return 0;
}

/**
 * netkey_devices_delete() - those that were made and are not to stay
 * @netkey: where
 */
void netkey_devices_delete(struct netkey *netkey)
{
	char buffer[NETLINK_ROUTE_ROOM] __attribute__((aligned(8)));
	size_t i;

	for (i = 0; i < netkey->made_count; i++) {
		netlink_begin(buffer, RTM_DELLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
		mnl_attr_put_strz((struct nlmsghdr *)buffer, IFLA_IFNAME, netkey->made[i]);
		netlink_route_ask(buffer, NULL, NULL);
	}
	free(netkey->made);
	netkey->made = NULL;
	netkey->made_count = 0;
}
