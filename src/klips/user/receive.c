// SPDX-License-Identifier: GPL-2.0-or-later
/* ESP in UDP comes in, many datagrams at once; and what was inside goes to a TUN. */
#define _GNU_SOURCE
#include <errno.h>

#include "daemon.h"
#include "outer.h"

#define READS	     16 /* in a row, before others have their turn */
#define ESP_LEAST    8	/* SPI and sequence number */
#define CONTROL_ROOM 256

/* The ipsecN that is attached to a physical device; NULL: none. In rcu_read_lock(). */
struct klips_dev *klipsd_dev_at(struct klipsd *daemon, u32 phys)
{
	struct klips_dev *dev;
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		dev = rcu_dereference(daemon->klips.devices[i]);
		if (dev && (u32)(uintptr_t)READ_ONCE(dev->phys) == phys)
			return dev;
	}
	return NULL;
}

/* struct klips_ops: inner packets, those of one TCP flow in one piece. */
void klipsd_receive(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	struct klips_joined joined;
	struct klips_tun *tun;
	unsigned int i, taken;
	int fd;

	(void)klips;
	rcu_read_lock();
	tun = rcu_dereference(dev->own);
	fd = tun ? tun->writer : -1;
	for (i = 0; i < count; i += taken) {
		taken = klips_gso_join(&joined, skbs + i, count - i);
		if (writev(fd, joined.iov, (int)joined.pieces) < 0)
			atomic64_add(taken, &dev->stats.errors[0]);
	}
	rcu_read_unlock();
	for (i = 0; i < count; i++)
		kfree_skb(skbs[i]);
}

/**
 * struct arrival - datagrams of one read, at one port of this host
 */
struct arrival {
	struct klipsd *daemon;
	u16 port;
	struct klips_outer outer;
	unsigned int count;
	struct sk_buff *skbs[KLIPS_BATCH];
};

static void flush(struct arrival *arrival)
{
	const struct klips_udp udp = { .sport = arrival->outer.sport, .dport = arrival->port };
	struct klips_dev *dev = klipsd_dev_at(arrival->daemon, arrival->outer.phys);

	if (arrival->count)
		klips_rcv(&arrival->daemon->klips, dev, arrival->skbs, arrival->count, &udp);
	arrival->count = 0;
}

/* What is not ESP (RFC 3948, 2: IKE has four zero bytes before it, a keepalive is one byte) is not for us. */
static void add(struct arrival *arrival, struct sk_buff *skb)
{
	if (skb->len < ESP_LEAST || !get_unaligned_be32(skb->data)) {
		kfree_skb(skb);
		return;
	}
	klips_outer_push(&arrival->outer, skb, KLIPS_PROTO_ESP);
	arrival->skbs[arrival->count++] = skb;
	if (arrival->count == KLIPS_BATCH)
		flush(arrival);
}

static void take(struct klips_worker *worker, struct arrival *arrival, u32 total)
{
	u32 segment = arrival->outer.segment ? arrival->outer.segment : total;
	struct klips_scatter *s = &worker->udp_scatter;
	u32 count = DIV_ROUND_UP(total, segment), i, length;
	bool fits = klips_scatter_fits(s, 0, segment, count, total);
	const u8 *flat = fits ? NULL : klips_scatter_flat(s, total);
	struct sk_buff *skb;

	for (i = 0; i < count; i++) {
		length = min(total - i * segment, segment);
		skb = fits ? klips_scatter_take(s, i, length) : klips_slot_for(length);
		if (!skb)
			break;
		if (!fits)
			memcpy(skb_put(skb, length), flat + i * segment, length);
		add(arrival, skb);
	}
	flush(arrival);
	if (!fits)
		klips_scatter_guess(s, 0, segment);
}

/**
 * klips_udp_read() - take what waits on one of this thread's UDP sockets, or some of it
 * @worker: the thread
 * @index: the number of its port, twice, and 1 of IPv6
 */
void klips_udp_read(struct klips_worker *worker, unsigned int index)
{
	int fd = worker->udp[index / 2][index % 2].fd;
	struct klips_scatter *s = &worker->udp_scatter;
	struct arrival arrival = { .daemon = worker->daemon, .port = worker->daemon->udp_ports[index / 2] };
	char control[CONTROL_ROOM] __aligned(8);
	struct sockaddr_in6 name;
	struct msghdr message;
	unsigned int i;
	ssize_t got;

	for (i = 0; i < READS; i++) {
		if (klips_scatter_prepare(s))
			break;
		memset(&message, 0, sizeof(message));
		message.msg_name = &name;
		message.msg_namelen = sizeof(name);
		message.msg_iov = s->iov + 1;
		message.msg_iovlen = s->pieces;
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		got = recvmsg(fd, &message, MSG_DONTWAIT);
		if (got < 0)
			break;
		if (got && !klips_outer_get(&arrival.outer, &message))
			take(worker, &arrival, (u32)got);
	}
}
