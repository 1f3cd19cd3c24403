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

static void send_one(struct klipsd *daemon, const struct klips_sa *sa, int fd)
{
	struct klips_outer outer = { .src = sa->src, .dst = sa->said.dst, .dport = sa->natt_dport };
	struct klips_outer_message to;
	u8 byte = 0xff;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	outer.phys = find_phys(daemon, sa);
	klips_outer_put(&outer, &to, &message, true);
	sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

#define LOOKS 10 /* in the time between two keepalives: so much later than it should one may come */

/**
 * struct round - a look at all SAs
 * @before: when the last was, in monotonic nanoseconds
 */
struct round {
	struct klipsd *daemon;
	u64 before;
	u64 now;
};

/* How many keepalives an SA that was silent since @last was to have had by then. */
static u64 count_due(const struct klipsd *daemon, u64 last, u64 then)
{
	return then > last ? (then - last) / (daemon->options.keepalive * NSEC_PER_SEC) : 0;
}

static int look(struct klips_sa *sa, void *arg)
{
	const struct round *round = arg;
	struct klipsd *daemon = round->daemon;
	const struct klips_port *from;
	u64 last = max(READ_ONCE(sa->usage.last), READ_ONCE(sa->usage.added));
	enum klips_sa_state state = READ_ONCE(sa->state);

	if (sa->natt == KLIPS_NATT_NONE || (sa->flags & KLIPS_SA_INBOUND) ||
	    (state != KLIPS_SA_MATURE && state != KLIPS_SA_DYING))
		return 0;
	from = klips_sockets_find(klips_worker_self(), sa->natt_sport, sa->said.dst.version == KLIPS_V6);
	if (from && count_due(daemon, last, round->now) > count_due(daemon, last, round->before))
		send_one(daemon, sa, from->fd);
	return 0;
}

/**
 * klips_keepalive_run() - send a byte for each outbound SA in UDP that was silent for options.keepalive seconds
 * @daemon: whose; to be called by the main thread
 * @now: monotonic nanoseconds
 *
 * Return: when it is to be called again.
 */
u64 klips_keepalive_run(struct klipsd *daemon, u64 now)
{
	struct round round = { .daemon = daemon, .before = daemon->keepalive_looked, .now = now };

	if (round.before)
		klips_sadb_walk(daemon->klips.sadb, look, &round);
	daemon->keepalive_looked = now;
	return now + daemon->options.keepalive * NSEC_PER_SEC / LOOKS;
}
