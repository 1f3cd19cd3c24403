// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel.h"

/* Headers are read and written in words: the packet's memory begins where any of them may. */
#define ALIGNMENT 64

/**
 * klips_skb_new() - make a packet of no bytes yet
 * @headroom: bytes that can be put before it
 * @room: bytes that can be put into it, and after it
 *
 * Return: the packet, which is the caller's, or NULL: no memory.
 */
struct sk_buff *klips_skb_new(u32 headroom, u32 room)
{
	const size_t own = round_up(sizeof(struct sk_buff), ALIGNMENT);
	struct sk_buff *skb;

	if (headroom > UINT32_MAX - room)
		return NULL;
	skb = malloc(own + headroom + room);
	if (!skb)
		return NULL;
	memset(skb, 0, sizeof(*skb));
	skb->head = (u8 *)skb + own;
	skb->data = skb->head + headroom;
	skb->size = headroom + room;
	return skb;
}

/**
 * kfree_skb() - give a packet back to its owner, or free it
 * @skb: may be NULL
 */
void kfree_skb(struct sk_buff *skb)
{
	if (!skb)
		return;
	if (skb->owner)
		skb->release(skb);
	else
		free(skb);
}

/**
 * skb_copy_expand() - copy a packet into one with other room
 * @skb: the packet; its owner does not own the copy
 * @headroom: bytes before it
 * @tailroom: bytes after it
 * @gfp: as ever
 *
 * Return: a packet with the same mark and cb; or NULL: no memory, or less than no room.
 */
struct sk_buff *skb_copy_expand(const struct sk_buff *skb, int headroom, int tailroom, gfp_t gfp)
{
	struct sk_buff *copy;

	(void)gfp;
	if (headroom < 0 || tailroom < 0 || skb->len > UINT32_MAX - (u32)tailroom)
		return NULL;
	copy = klips_skb_new((u32)headroom, skb->len + (u32)tailroom);
	if (!copy)
		return NULL;
	memcpy(skb_put(copy, skb->len), skb->data, skb->len);
	memcpy(copy->cb, skb->cb, sizeof(copy->cb));
	copy->mark = skb->mark;
	return copy;
}

/**
 * skb_copy() - copy a packet
 * @skb: as for skb_copy_expand()
 * @gfp: as ever
 *
 * Return: a packet with as much room on both sides, and the same mark and cb; or NULL: no memory.
 */
struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t gfp)
{
	return skb_copy_expand(skb, (int)skb_headroom(skb), (int)skb_tailroom(skb), gfp);
}

void klips_skb_panic(const struct sk_buff *skb, const char *what, unsigned int n)
{
	pr_err("%u bytes %s a packet of %u bytes: it has room for %u and %u\n", n, what, skb->len, skb_headroom(skb),
	       skb_tailroom(skb));
	abort();
}
