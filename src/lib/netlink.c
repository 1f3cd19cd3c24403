// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sys/socket.h>

#include "netlink.h"

/**
 * netlink_begin() - begin a request
 * @buffer: gets it; aligned to 8 bytes
 * @type: RTM_... and the like
 * @flags: NLM_F_... beside NLM_F_REQUEST
 * @size: bytes of the structure that follows the header
 *
 * Return: that structure, all 0.
 */
void *netlink_begin(void *buffer, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(message, size);
}

static int say(struct mnl_socket *socket, struct nlmsghdr *message, mnl_cb_t take, void *arg)
{
	unsigned int port = mnl_socket_get_portid(socket);
	ssize_t size;
	int more = 1;

	message->nlmsg_seq = 1;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	while (more > 0) {
		size = mnl_socket_recvfrom(socket, message, NETLINK_ROUTE_ROOM);
		if (size < 0)
			return -errno;
		more = mnl_cb_run(message, (size_t)size, 1, port, take, arg);
	}
	return more < 0 ? -errno : 0;
}

/**
 * netlink_route_ask() - send a request of rtnetlink by a socket of its own, and take the answers
 * @buffer: the request; NETLINK_ROUTE_ROOM bytes, which get the answers
 * @take: called with each answer; NULL: none is awaited
 * @arg: for @take
 *
 * Return: 0 or a negative errno.
 */
int netlink_route_ask(void *buffer, mnl_cb_t take, void *arg)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	err = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : say(socket, buffer, take, arg);
	mnl_socket_close(socket);
	return err;
}

/**
 * netlink_addr() - the address that an attribute is
 * @attr: it; NULL: there is none
 * @family: of the message
 *
 * Return: it; its version is 0 if there is none, or it is as long as none of that family.
 */
struct klips_addr netlink_addr(const struct nlattr *attr, uint8_t family)
{
	if (attr && family == AF_INET && mnl_attr_get_payload_len(attr) == 4)
		return klips_addr_v4(mnl_attr_get_u32(attr));
	if (attr && family == AF_INET6 && mnl_attr_get_payload_len(attr) == 16)
		return klips_addr_v6(mnl_attr_get_payload(attr));
	return (struct klips_addr){ .version = 0 };
}
