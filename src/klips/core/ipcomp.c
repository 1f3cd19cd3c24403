// SPDX-License-Identifier: GPL-2.0-or-later
/* IPCOMP with deflate: RFC 3173, RFC 2394. See ipcomp.h. */
#include "ipcomp.h"
#include "debug.h"

#define PAYLOAD_MAX 65535

/* Shorter payloads rarely shrink: RFC 2394, 3.2. */
#define THRESHOLD 90

/* RFC 3173, 2.2, adaptivity: so many in a row that did not shrink, then some are not tried; then few tries, longer
 * waits. */
#define TRIES_FIRST 8
#define SKIP_FIRST  4
#define TRIES_LATER 2
#define SKIP_LATER  8

/* Several CPUs may count at once and lose a step: no packet is wrong for that. */
static bool is_skipped(struct klips_sa *sa)
{
	u32 skip = READ_ONCE(sa->comp_skip);

	if (!skip)
		return false;
	WRITE_ONCE(sa->comp_skip, skip - 1);
	return true;
}

static void learn(struct klips_sa *sa, bool shrank)
{
	u32 misses = shrank ? 0 : READ_ONCE(sa->comp_tries) + 1;

	if (misses == TRIES_FIRST) {
		WRITE_ONCE(sa->comp_skip, SKIP_FIRST);
	} else if (misses == TRIES_FIRST + TRIES_LATER) {
		WRITE_ONCE(sa->comp_skip, SKIP_LATER);
		misses = TRIES_FIRST;
	}
	WRITE_ONCE(sa->comp_tries, misses);
}

static void put_header(const struct klips_sa *sa, u8 *at, u8 next)
{
	at[0] = next;
	at[1] = 0;
	put_unaligned_be16((u16)be32_to_cpu(sa->said.spi), at + 2);
}

/**
 * klips_ipcomp_seal() - compress a payload, if that makes it shorter
 * @sa: an outbound SA
 * @skb: the payload; with its IPCOMP header it takes the place of what it was, at the same skb->data
 * @next: the payload's protocol
 *
 * Return: 1: it is compressed; 0: it goes as it is; -ENOMEM.
 */
int klips_ipcomp_seal(struct klips_sa *sa, struct sk_buff *skb, u8 next)
{
	u8 *scratch;
	int length;

	if (skb->len < THRESHOLD || is_skipped(sa))
		return 0;
	scratch = kmalloc(skb->len, GFP_ATOMIC);
	if (!scratch)
		return -ENOMEM;
	length = klips_deflate(skb->data, skb->len, scratch, skb->len - KLIPS_IPCOMP_HEAD);
	if (length == -ENOMEM) {
		kfree(scratch);
		return length;
	}
	learn(sa, length >= 0);
	klips_trace(IPCOMP, "CPI %x: %u bytes become %d", be32_to_cpu(sa->said.spi), skb->len, length);
	if (length >= 0) {
		put_header(sa, skb->data, next);
		memcpy(skb->data + KLIPS_IPCOMP_HEAD, scratch, length);
		skb_trim(skb, length + KLIPS_IPCOMP_HEAD);
	}
	kfree(scratch);
	return length >= 0;
}

/* A copy with room for what comes out, without what is in it; metadata of the platform stays with it. */
static int inflate_to(const struct sk_buff *skb, unsigned int headroom, u32 room, struct sk_buff **result)
{
	unsigned int tail = room > skb->len ? room - skb->len : 0;
	struct sk_buff *copy = skb_copy_expand(skb, (int)headroom, (int)tail, GFP_ATOMIC);
	int length;

	if (!copy)
		return -ENOMEM;
	length = klips_inflate(skb->data + KLIPS_IPCOMP_HEAD, skb->len - KLIPS_IPCOMP_HEAD, copy->data, room);
	if (length < 0) {
		kfree_skb(copy);
		return length;
	}
	skb_trim(copy, 0);
	skb_put(copy, length);
	*result = copy;
	return 0;
}

/**
 * klips_ipcomp_open() - decompress a payload
 * @sa: an inbound SA
 * @skb: the packet, skb->data at its IPCOMP header; on success another one, skb->data at what was compressed
 * @headroom: bytes that are needed before it
 * @next: gets its protocol
 *
 * Return: 0; -EBADMSG: not deflate, empty, or longer than a packet can be; -ENOMEM. The packet is as it was then.
 */
int klips_ipcomp_open(struct klips_sa *sa, struct sk_buff **skb, unsigned int headroom, u8 *next)
{
	struct sk_buff *old = *skb, *new;
	u8 proto;
	int err;

	if (old->len <= KLIPS_IPCOMP_HEAD)
		return -EBADMSG;
	/* Most packets fit a guess; the longest are rare, and a quarter of them or less was sent. */
	err = inflate_to(old, headroom, min_t(u32, max_t(u32, old->len * 4, 2048), PAYLOAD_MAX), &new);
	if (err == -ENOSPC)
		err = inflate_to(old, headroom, PAYLOAD_MAX, &new);
	if (err) {
		klips_trace(IPCOMP, "CPI %x: cannot be inflated: %d", be32_to_cpu(sa->said.spi), err);
		return err == -ENOMEM ? err : -EBADMSG;
	}
	if (!new->len) {
		kfree_skb(new);
		return -EBADMSG;
	}
	klips_trace(IPCOMP, "CPI %x: %u bytes were %u", be32_to_cpu(sa->said.spi), old->len, new->len);
	proto = old->data[0];
	kfree_skb(old);
	*skb = new;
	*next = proto;
	return 0;
}
