// SPDX-License-Identifier: GPL-2.0-or-later
/* NAT keepalives leave: RFC 3948, 2.3. */
#define _GNU_SOURCE
#include "daemon.h"
#include "outer.h"

/**
 * klipsd_keepalive() - struct klips_ops; the main thread calls it
 * @klips: klipsd's
 * @dev: the ipsecN by whose physical device the byte leaves
 * @sa: outbound and in UDP; nothing is sent where klipsd has no socket at its port
 */
void klipsd_keepalive(struct klips *klips, struct klips_dev *dev, const struct klips_sa *sa)
{
	const struct klips_port *from =
		klips_sockets_find(klips_worker_self(), sa->natt_sport, sa->said.dst.version == KLIPS_V6);
	struct klips_outer outer = { .src = sa->src, .dst = sa->said.dst, .dport = sa->natt_dport };
	struct klips_outer_message to;
	u8 byte = 0xff;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	(void)klips;
	if (!from)
		return;
	outer.phys = (u32)(uintptr_t)READ_ONCE(dev->phys);
	klips_outer_put(&outer, &to, &message, true);
	sendmsg(from->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
