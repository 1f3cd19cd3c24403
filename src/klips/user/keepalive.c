// SPDX-License-Identifier: GPL-2.0-or-later
/* NAT keepalives: RFC 3948, 4. */
#define _GNU_SOURCE
#include "daemon.h"
#include "outer.h"

static u32 find_phys(struct klipsd *daemon, const struct klips_sa *sa)
{
	struct klips_dev *dev;
	unsigned int i;
	u32 phys;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		dev = rcu_dereference(daemon->klips.devices[i]);
		if (!dev || (sa->if_id && sa->if_id != dev->id))
			continue;
		phys = (u32)(uintptr_t)READ_ONCE(dev->phys);
		if (phys)
			return phys;
	}
	return 0;
}

static void send_one(struct klipsd *daemon, const struct klips_sa *sa)
{
	struct klips_outer outer = { .src = sa->src, .dst = sa->said.dst, .dport = sa->natt_dport };
	int fd = klips_worker_self()->udp[sa->said.dst.version == KLIPS_V6].fd;
	struct klips_outer_message to;
	u8 byte = 0xff;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	outer.phys = find_phys(daemon, sa);
	klips_outer_put(&outer, &to, &message, true);
	sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int look(struct klips_sa *sa, void *arg)
{
	struct klipsd *daemon = arg;
	u64 last = READ_ONCE(sa->usage.last);
	enum klips_sa_state state = READ_ONCE(sa->state);

	if (sa->natt == KLIPS_NATT_NONE || (sa->flags & KLIPS_SA_INBOUND) ||
	    sa->natt_sport != daemon->options.udp_port || (state != KLIPS_SA_MATURE && state != KLIPS_SA_DYING))
		return 0;
	if (!last || ktime_get_ns() - last >= daemon->options.keepalive * NSEC_PER_SEC)
		send_one(daemon, sa);
	return 0;
}

/**
 * klips_keepalive_run() - send a byte for each outbound SA in UDP that was silent since the last time
 * @daemon: whose; to be called by the main thread each options.keepalive seconds
 */
void klips_keepalive_run(struct klipsd *daemon)
{
	klips_sadb_walk(daemon->klips.sadb, look, daemon);
}
