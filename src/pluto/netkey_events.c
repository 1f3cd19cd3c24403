// SPDX-License-Identifier: GPL-2.0-or-later
/* What XFRM tells those who listen. */
#include <sys/socket.h>

#include "netkey.h"

#define PACKETS_AT_ONCE 256 /* then other work gets its turn */

/* The reqid that the policy's template has; 0: none. */
static uint32_t template_reqid(const struct nlmsghdr *message)
{
	struct xfrm_user_tmpl tmpl;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct xfrm_user_acquire))
	{
		if (mnl_attr_get_type(attr) != XFRMA_TMPL || mnl_attr_get_payload_len(attr) < sizeof(tmpl))
			continue;
		memcpy(&tmpl, mnl_attr_get_payload(attr), sizeof(tmpl));
		return tmpl.reqid;
	}
	return 0;
}

static void take_acquire(struct netkey *netkey, const struct nlmsghdr *message)
{
	const struct xfrm_user_acquire *acquire = mnl_nlmsg_get_payload(message);
	struct ike_ts src, dst;

	if (netkey->events->acquire && netkey_get_selector(&src, &dst, &acquire->sel))
		netkey->events->acquire(netkey->arg, &src, &dst, template_reqid(message));
}

/* A larval SA that was made by an acquire has no SPI; that it ends means nothing. */
static void take_expire(struct netkey *netkey, const struct nlmsghdr *message)
{
	const struct xfrm_user_expire *expire = mnl_nlmsg_get_payload(message);
	const struct xfrm_id *id = &expire->state.id;
	const struct klips_addr dst = netkey_get_addr(&id->daddr, expire->state.family);
	uint8_t protocol;

	if (netkey->events->expire && id->spi && dst.version && netkey_protocol(id->proto, &protocol))
		netkey->events->expire(netkey->arg, id->spi, protocol, &dst, expire->hard);
}

static void take_mapping(struct netkey *netkey, const struct nlmsghdr *message)
{
	const struct xfrm_user_mapping *mapping = mnl_nlmsg_get_payload(message);
	const struct klips_addr dst = netkey_get_addr(&mapping->id.daddr, mapping->id.family);
	const struct ike_endpoint now = { netkey_get_addr(&mapping->new_saddr, mapping->id.family),
					  ntohs(mapping->new_sport) };

	if (netkey->events->mapping && dst.version)
		netkey->events->mapping(netkey->arg, mapping->id.spi, &dst, &now);
}

/* A kernel that is newer may have longer ones, which begin like these. */
static const struct {
	uint16_t type;
	size_t size;
	void (*take)(struct netkey *netkey, const struct nlmsghdr *message);
} kinds[] = {
	{ XFRM_MSG_ACQUIRE, sizeof(struct xfrm_user_acquire), take_acquire },
	{ XFRM_MSG_EXPIRE, sizeof(struct xfrm_user_expire), take_expire },
	{ XFRM_MSG_MAPPING, sizeof(struct xfrm_user_mapping), take_mapping },
};

/**
 * netkey_event() - pass on one message of those that the kernel sends to all
 * @netkey: whose events are called
 * @message: it, whole as netlink_message_ok() has it; what is malformed or of no interest is passed over
 */
void netkey_event(struct netkey *netkey, const struct nlmsghdr *message)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (message->nlmsg_type == kinds[i].type && mnl_nlmsg_get_payload_len(message) >= kinds[i].size)
			kinds[i].take(netkey, message);
	}
}

/* struct backend_ops. Where the socket was full, some events are lost, which all come again or have timers behind them.
 */
void netkey_dispatch(struct backend *backend)
{
	struct netkey *netkey = netkey_of(backend);
	char packet[NETKEY_ROOM] __aligned(8);
	unsigned int left;

	for (left = PACKETS_AT_ONCE; left; left--) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)packet;
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(netkey->listener, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from,
				       &size);
		int bytes = (int)got;

		if (got < 0 && (errno == ENOBUFS || errno == EINTR))
			continue;
		if (got <= 0)
			return;
		if (size == sizeof(from) && from.nl_pid)
			continue;
		for (; netlink_message_ok(message, bytes); message = mnl_nlmsg_next(message, &bytes))
			netkey_event(netkey, message);
	}
}
