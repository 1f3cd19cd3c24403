// SPDX-License-Identifier: GPL-2.0-or-later
/* ESP, AH, IPCOMP and IPIP come in straight on IP, as many packets as there are at once. */
#define _GNU_SOURCE
#include <errno.h>

#include "daemon.h"
#include "outer.h"

#define CONTROL_ROOM 128
#define REST_ROOM    65536

/**
 * struct klips_raw_reader - memory for the packets of one call
 * @rests: what is longer than a buffer: seldom touched, so it costs nothing but addresses
 */
struct klips_raw_reader {
	struct sk_buff *skbs[KLIPS_BATCH];
	struct mmsghdr messages[KLIPS_BATCH];
	struct iovec iov[KLIPS_BATCH][2];
	struct sockaddr_in6 names[KLIPS_BATCH];
	char control[KLIPS_BATCH][CONTROL_ROOM] __aligned(8);
	u8 *rests;
};

/**
 * klips_raw_reader_new() - a thread's memory for raw packets
 *
 * Return: it, or NULL: no memory.
 */
struct klips_raw_reader *klips_raw_reader_new(void)
{
	struct klips_raw_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (reader)
		reader->rests = malloc((size_t)KLIPS_BATCH * REST_ROOM);
	if (reader && !reader->rests) {
		kfree(reader);
		return NULL;
	}
	return reader;
}

/**
 * klips_raw_reader_free() - free it
 * @reader: it; NULL is fine
 */
void klips_raw_reader_free(struct klips_raw_reader *reader)
{
	unsigned int i;

	if (!reader)
		return;
	for (i = 0; i < KLIPS_BATCH; i++)
		kfree_skb(reader->skbs[i]);
	free(reader->rests);
	kfree(reader);
}

static int prepare(struct klips_raw_reader *reader)
{
	unsigned int i;

	for (i = 0; i < KLIPS_BATCH; i++) {
		struct msghdr *message = &reader->messages[i].msg_hdr;

		if (!reader->skbs[i])
			reader->skbs[i] = klips_slot_new();
		if (!reader->skbs[i])
			return -ENOMEM;
		reader->iov[i][0].iov_base = reader->skbs[i]->data;
		reader->iov[i][0].iov_len = KLIPS_SLOT_ROOM;
		reader->iov[i][1].iov_base = reader->rests + (size_t)i * REST_ROOM;
		reader->iov[i][1].iov_len = REST_ROOM;
		message->msg_iov = reader->iov[i];
		message->msg_iovlen = 2;
		message->msg_name = &reader->names[i];
		message->msg_namelen = sizeof(reader->names[i]);
		message->msg_control = reader->control[i];
		message->msg_controllen = CONTROL_ROOM;
	}
	return 0;
}

static struct sk_buff *take(struct klips_raw_reader *reader, unsigned int i)
{
	u32 length = reader->messages[i].msg_len;
	struct sk_buff *skb = reader->skbs[i];

	if (length <= KLIPS_SLOT_ROOM) {
		reader->skbs[i] = NULL;
		skb_put(skb, length);
		return skb;
	}
	skb = klips_slot_for(length);
	if (!skb)
		return NULL;
	memcpy(skb_put(skb, KLIPS_SLOT_ROOM), reader->iov[i][0].iov_base, KLIPS_SLOT_ROOM);
	memcpy(skb_put(skb, length - KLIPS_SLOT_ROOM), reader->iov[i][1].iov_base, length - KLIPS_SLOT_ROOM);
	return skb;
}

/**
 * klips_raw_read() - take what waits on a raw socket, or some of it
 * @worker: the thread
 * @input: which of the daemon's raw_inputs
 *
 * IPv4's packets come with their header, IPv6's without: extension headers before ESP are not seen, and AH that
 * protects such fails (RFC 4302, 3.3.3.1.2.2).
 */
void klips_raw_read(struct klips_worker *worker, unsigned int input)
{
	struct klips_raw_reader *reader = worker->raw_reader;
	struct klipsd *daemon = worker->daemon;
	struct sk_buff *skbs[KLIPS_BATCH];
	struct klips_outer outer;
	unsigned int count = 0;
	u32 phys = 0;
	int got, i;

	if (prepare(reader))
		return;
	got = recvmmsg(daemon->raw_inputs[input], reader->messages, KLIPS_BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < got; i++) {
		if (klips_outer_get(&outer, &reader->messages[i].msg_hdr))
			continue;
		if (count && outer.phys != phys) {
			klips_rcv(&daemon->klips, klipsd_dev_at(daemon, phys), skbs, count, NULL);
			count = 0;
		}
		phys = outer.phys;
		skbs[count] = take(reader, (unsigned int)i);
		if (!skbs[count])
			continue;
		if (outer.dst.version == KLIPS_V6)
			klips_outer_push(&outer, skbs[count], klips_raw_protos[input % KLIPS_RAW_PROTOS]);
		count++;
	}
	if (count)
		klips_rcv(&daemon->klips, klipsd_dev_at(daemon, phys), skbs, count, NULL);
}
