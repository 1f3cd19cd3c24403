/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's packet buffer, as far as core needs it: bytes with room on both sides, in one piece. */
#ifndef KLIPS_USER_SKB_H
#define KLIPS_USER_SKB_H

/**
 * struct sk_buff - a packet
 * @head: where its memory begins
 * @data: where the packet begins
 * @len: its bytes
 * @size: bytes from head on
 * @mark: SO_MARK's
 * @cb: for whoever has it in hands
 * @owner: who frees it: NULL: kfree_skb() itself; else @release is called
 */
struct sk_buff {
	u8 *head;
	u8 *data;
	u32 len;
	u32 size;
	u32 mark;
	char cb[48] __aligned(8);
	void *owner;
	void (*release)(struct sk_buff *skb);
};

struct sk_buff *klips_skb_new(u32 headroom, u32 room);
void kfree_skb(struct sk_buff *skb);
struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t gfp);
/* A copy with at least this much room before and after; NULL: no memory. */
struct sk_buff *skb_copy_expand(const struct sk_buff *skb, int headroom, int tailroom, gfp_t gfp);
/* Ends the program: bytes outside the buffer were asked for, as the kernel's skb_over_panic(). */
_Noreturn void klips_skb_panic(const struct sk_buff *skb, const char *what, unsigned int n);

static inline unsigned int skb_headroom(const struct sk_buff *skb)
{
	return (unsigned int)(skb->data - skb->head);
}

static inline unsigned int skb_tailroom(const struct sk_buff *skb)
{
	return skb->size - skb_headroom(skb) - skb->len;
}

static inline void *skb_push(struct sk_buff *skb, unsigned int n)
{
	if (unlikely(n > skb_headroom(skb)))
		klips_skb_panic(skb, "before", n);
	skb->data -= n;
	skb->len += n;
	return skb->data;
}

/* NULL, with nothing changed, if there are not so many. */
static inline void *skb_pull(struct sk_buff *skb, unsigned int n)
{
	if (unlikely(n > skb->len))
		return NULL;
	skb->data += n;
	skb->len -= n;
	return skb->data;
}

static inline void *skb_put(struct sk_buff *skb, unsigned int n)
{
	u8 *tail = skb->data + skb->len;

	if (unlikely(n > skb_tailroom(skb)))
		klips_skb_panic(skb, "after", n);
	skb->len += n;
	return tail;
}

static inline void skb_trim(struct sk_buff *skb, unsigned int n)
{
	skb->len = min(skb->len, n);
}

#endif
