// SPDX-License-Identifier: GPL-2.0-or-later
/* Outer packets leave: by UDP sockets, many in one call if they are equally long, or by raw ones. */
#define _GNU_SOURCE
#include <errno.h>

#include "daemon.h"
#include "fragment.h"
#include "outer.h"
#include "transport.h"

#define UDP_MOST 65000 /* bytes of all datagrams of a call */

/**
 * struct sending - packets of one call of klipsd_send()
 * @error: counts what could not be sent
 */
struct sending {
	struct klips_worker *worker;
	struct klips_dev *dev;
	struct sk_buff **skbs;
	unsigned int count;
	u32 phys;
	atomic64_t *error;
	struct klips_outer_message message;
};

static void set_df(struct klips_port *port, bool v6, bool df)
{
	int value = df ? IP_PMTUDISC_PROBE : IP_PMTUDISC_DONT;

	if (port->df == value)
		return;
	if (v6)
		setsockopt(port->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &value, sizeof(value));
	else
		setsockopt(port->fd, IPPROTO_IP, IP_MTU_DISCOVER, &value, sizeof(value));
	port->df = value;
}

static int send_message(int fd, struct msghdr *message)
{
	while (sendmsg(fd, message, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* What a batch cannot do, because a datagram is longer than the path, or the device lacks checksums, goes one by one.
 */
static void send_singly(struct sending *sending, int fd, struct klips_outer *outer, struct iovec *iov,
			unsigned int count)
{
	struct msghdr message = { .msg_iovlen = 1 };
	unsigned int i;

	outer->segment = 0;
	klips_outer_put(outer, &sending->message, &message, true);
	for (i = 0; i < count; i++) {
		message.msg_iov = &iov[i];
		if (send_message(fd, &message))
			atomic64_inc(sending->error);
	}
}

static void send_run(struct sending *sending, int fd, struct klips_outer *outer, struct iovec *iov, unsigned int count)
{
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = count };

	outer->segment = count > 1 ? (u32)iov[0].iov_len : 0;
	klips_outer_put(outer, &sending->message, &message, true);
	if (!send_message(fd, &message))
		return;
	if (count > 1)
		send_singly(sending, fd, outer, iov, count);
	else
		atomic64_inc(sending->error);
}

/* Those from @from on that have the first one's addresses, TOS and length; the last may be shorter. */
static unsigned int find_run(const struct sending *sending, unsigned int from, u32 header, struct iovec *iov)
{
	const struct sk_buff *first = sending->skbs[from];
	bool v6 = ip_version(first->data) == KLIPS_V6;
	u32 size = first->len - header, total = 0;
	unsigned int i;

	for (i = from; i < sending->count; i++) {
		const struct sk_buff *skb = sending->skbs[i];

		if (skb->len > first->len || (total && total + skb->len - header > UDP_MOST))
			break;
		if (v6 ? memcmp(skb->data, first->data, 4) || memcmp(skb->data + 6, first->data + 6, 34) :
			 memcmp(skb->data, first->data, 2) || memcmp(skb->data + 6, first->data + 6, 4) ||
				    memcmp(skb->data + 12, first->data + 12, 8))
			break;
		iov[i - from].iov_base = skb->data + header;
		iov[i - from].iov_len = skb->len - header;
		total += skb->len - header;
		if (skb->len - header < size) {
			i++;
			break;
		}
	}
	return i - from;
}

static void set_outer(struct klips_outer *outer, const struct klips_ip *ip, u32 phys)
{
	memset(outer, 0, sizeof(*outer));
	outer->src = ip->src;
	outer->dst = ip->dst;
	outer->phys = phys;
	outer->tos = ip->tos;
	outer->ttl = ip->ttl;
}

static void send_udp(struct sending *sending, const struct klips_udp *udp)
{
	struct iovec iov[KLIPS_BATCH];
	struct klips_outer outer;
	struct klips_port *port;
	struct klips_ip ip;
	unsigned int i, count;

	for (i = 0; i < sending->count; i += count) {
		count = 1;
		if (klips_ip_read(&ip, sending->skbs[i]->data, sending->skbs[i]->len)) {
			atomic64_inc(sending->error);
			continue;
		}
		port = klips_sockets_find(sending->worker, udp->sport, ip.version == KLIPS_V6);
		count = find_run(sending, i, ip.header, iov);
		if (!port) {
			atomic64_add(count, sending->error);
			continue;
		}
		set_outer(&outer, &ip, sending->phys);
		outer.dport = udp->dport;
		set_df(port, ip.version == KLIPS_V6, ip.version == KLIPS_V4 && ip.df);
		send_run(sending, port->fd, &outer, iov, count);
	}
}

static void send_fragments(struct sending *sending, int fd, const struct sk_buff *skb, u32 mtu,
			   const struct msghdr *message)
{
	struct klips_fragments all;
	struct sk_buff *part;
	struct msghdr each = *message;
	struct iovec iov;

	if (klips_fragments_begin(&all, skb, mtu)) {
		atomic64_inc(sending->error);
		return;
	}
	each.msg_iov = &iov;
	while ((part = klips_fragments_next(&all))) {
		iov.iov_base = part->data;
		iov.iov_len = part->len;
		if (send_message(fd, &each))
			atomic64_inc(sending->error);
		kfree_skb(part);
	}
}

/* The whole run goes to one place. */
static void send_raw_run(struct sending *sending, const struct klips_ip *ip, unsigned int from, unsigned int count)
{
	struct mmsghdr messages[KLIPS_BATCH];
	struct iovec iov[KLIPS_BATCH];
	unsigned int i, done = 0;
	int fd = sending->worker->raw[ip->version == KLIPS_V6];
	struct klips_outer outer;
	int sent;

	memset(messages, 0, count * sizeof(messages[0]));
	set_outer(&outer, ip, sending->phys);
	klips_outer_put(&outer, &sending->message, &messages[0].msg_hdr, false);
	for (i = 0; i < count; i++) {
		iov[i].iov_base = sending->skbs[from + i]->data;
		iov[i].iov_len = sending->skbs[from + i]->len;
		messages[i].msg_hdr = messages[0].msg_hdr;
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < count) {
		sent = sendmmsg(fd, messages + done, count - done, MSG_NOSIGNAL);
		if (sent > 0) {
			done += (unsigned int)sent;
		} else if (errno != EINTR) {
			if (errno == EMSGSIZE)
				send_fragments(sending, fd, sending->skbs[from + done],
					       READ_ONCE(sending->dev->phys_mtu), &messages[done].msg_hdr);
			else
				atomic64_inc(sending->error);
			done++;
		}
	}
}

static bool is_same_way(const struct sk_buff *a, const struct sk_buff *b)
{
	if (ip_version(a->data) != ip_version(b->data))
		return false;
	return ip_version(a->data) == KLIPS_V6 ? !memcmp(a->data + 24, b->data + 24, 16) :
						 !memcmp(a->data + 16, b->data + 16, 4);
}

/* In IPv6 no router cuts what is too long for the path (RFC 8200, 5). @skbs are of one SA. 0: nothing is known */
static u32 find_path(const struct sending *sending, unsigned int at)
{
	const struct sk_buff *skb = sending->skbs[at];

	if (ip_version(skb->data) != KLIPS_V6)
		return 0;
	return klips_pmtu_of(&sending->worker->daemon->klips, skb->data, skb->len);
}

static void send_cut(struct sending *sending, const struct klips_ip *ip, unsigned int at, u32 path)
{
	struct klips_outer outer;
	struct msghdr message;

	memset(&message, 0, sizeof(message));
	set_outer(&outer, ip, sending->phys);
	klips_outer_put(&outer, &sending->message, &message, false);
	message.msg_iovlen = 1;
	send_fragments(sending, sending->worker->raw[1], sending->skbs[at], path, &message);
}

static void send_raw(struct sending *sending)
{
	u32 path = find_path(sending, 0);
	unsigned int i, count;
	struct klips_ip ip;

	for (i = 0; i < sending->count; i += count) {
		count = 1;
		if (klips_ip_read(&ip, sending->skbs[i]->data, sending->skbs[i]->len)) {
			atomic64_inc(sending->error);
			continue;
		}
		if (path && ip.total > path) {
			send_cut(sending, &ip, i, path);
			continue;
		}
		while (i + count < sending->count && is_same_way(sending->skbs[i], sending->skbs[i + count]) &&
		       (!path || sending->skbs[i + count]->len <= path))
			count++;
		send_raw_run(sending, &ip, i, count);
	}
}

/* struct klips_ops: @dev's physical device is the one that they leave by, whatever the routes of ipsecN say. */
void klipsd_send(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		 const struct klips_udp *udp)
{
	struct sending sending = {
		.worker = klips_worker_self(),
		.dev = dev,
		.skbs = skbs,
		.count = count,
		.phys = (u32)(uintptr_t)READ_ONCE(dev->phys),
		.error = &dev->stats.errors[1],
	};
	unsigned int i;

	(void)klips;
	if (!sending.worker || !sending.phys)
		atomic64_add(count, sending.error);
	else if (udp)
		send_udp(&sending, udp);
	else
		send_raw(&sending);
	for (i = 0; i < count; i++)
		kfree_skb(skbs[i]);
}
