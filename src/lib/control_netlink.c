// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_netlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>

#define SECONDS 5 /* the kernel answers at once, unless it loads the module first */
#define ROOM	16384

static const char *const group_names[KLIPS_MCGRP_COUNT] = {
	[KLIPS_MCGRP_ACQUIRE] = "acquire",
	[KLIPS_MCGRP_EXPIRE] = "expire",
	[KLIPS_MCGRP_MAPPING] = "mapping",
};

static void take_group(struct klips_client *client, const struct nlattr *group)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;
	unsigned int i;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID && !mnl_attr_validate(attr, MNL_TYPE_U32))
			id = mnl_attr_get_u32(attr);
	}
	for (i = 0; name && i < KLIPS_MCGRP_COUNT; i++)
		if (!strcmp(name, group_names[i]))
			client->groups[i] = id;
}

/* Others' may be told too. */
static bool is_klips(const struct nlmsghdr *head)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, head, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			return !strcmp(mnl_attr_get_str(attr), KLIPS_FAMILY_NAME);
	}
	return false;
}

static int take_family(const struct nlmsghdr *head, void *arg)
{
	struct klips_client *client = arg;
	const struct nlattr *attr, *group;

	if (!is_klips(head))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, head, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID && !mnl_attr_validate(attr, MNL_TYPE_U16))
			client->type = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr)
			take_group(client, group);
	}
	return MNL_CB_OK;
}

/* What the kernel calls the family, and its groups. Whoever asks by name has it loaded. */
static int resolve(struct klips_client *client, bool load)
{
	char buffer[ROOM] __aligned(8);
	struct genlmsghdr *extra = netlink_begin(buffer, GENL_ID_CTRL, load ? NLM_F_ACK : NLM_F_DUMP, sizeof(*extra));
	struct nlmsghdr *head = (struct nlmsghdr *)buffer;
	int more = MNL_CB_OK;
	ssize_t size;

	extra->cmd = CTRL_CMD_GETFAMILY;
	extra->version = 1;
	if (load)
		mnl_attr_put_strz(head, CTRL_ATTR_FAMILY_NAME, KLIPS_FAMILY_NAME);
	head->nlmsg_seq = ++client->seq;
	if (send(client->fd, head, head->nlmsg_len, 0) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		size = recv(client->fd, buffer, sizeof(buffer), 0);
		if (size < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)size, client->seq, 0, take_family, client);
	}
	if (more < 0)
		return -errno;
	return client->type ? 0 : -ENOENT;
}

/**
 * klips_netlink_open() - connect to the module
 * @client: gets a socket, and what the kernel calls the family
 * @load: the kernel is to load it if it knows where it is
 *
 * Return: 0; -ENOENT: there is no module; or another negative errno.
 */
int klips_netlink_open(struct klips_client *client, bool load)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval limit = { .tv_sec = SECONDS };
	int err, one = 1;

	client->type = 0;
	client->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (client->fd < 0)
		return -errno;
	/* connected: only the kernel's messages come */
	if (connect(client->fd, (const struct sockaddr *)&kernel, sizeof(kernel)) ||
	    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(client->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(client->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)))
		err = -errno;
	else
		err = resolve(client, load);
	if (err)
		klips_client_close(client);
	return err;
}

/**
 * klips_netlink_is_end() - whether generic netlink says that the module has gone
 * @client: connected to the module, and subscribed
 * @head: a message of nlctrl's, all of it
 *
 * What a connection asks later would be refused: a module that is loaded again has another number.
 */
bool klips_netlink_is_end(const struct klips_client *client, const struct nlmsghdr *head)
{
	const struct genlmsghdr *extra = mnl_nlmsg_get_payload(head);
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(head) < sizeof(*extra) || extra->cmd != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(attr, head, sizeof(*extra))
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID && !mnl_attr_validate(attr, MNL_TYPE_U16))
			return mnl_attr_get_u16(attr) == client->type;
	}
	return false;
}

/**
 * klips_netlink_subscribe() - hear of events, and of the module's end
 * @client: connected to the module
 * @groups: a bit each KLIPS_MCGRP_
 *
 * Return: 0 or a negative errno.
 */
int klips_netlink_subscribe(struct klips_client *client, u32 groups)
{
	static const int notify = GENL_ID_CTRL; /* nlctrl's only group has its number */
	unsigned int i;

	if (setsockopt(client->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &notify, sizeof(notify)))
		return -errno;

	for (i = 0; i < KLIPS_MCGRP_COUNT; i++)
		if (groups & 1U << i && setsockopt(client->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &client->groups[i],
						   sizeof(client->groups[i])))
			return -errno;
	return 0;
}
