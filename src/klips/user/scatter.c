// SPDX-License-Identifier: GPL-2.0-or-later
/* See scatter.h. */
#include "scatter.h"

/**
 * klips_scatter_init() - prepare one without a guess
 * @s: it
 *
 * Return: 0 or -ENOMEM.
 */
int klips_scatter_init(struct klips_scatter *s)
{
	memset(s, 0, sizeof(*s));
	s->rest = malloc(KLIPS_SCATTER_MAX);
	s->flat = malloc(KLIPS_SCATTER_MAX);
	if (!s->rest || !s->flat) {
		klips_scatter_exit(s);
		return -ENOMEM;
	}
	klips_scatter_guess(s, 0, 0);
	return 0;
}

/**
 * klips_scatter_exit() - free its memory
 * @s: it
 */
void klips_scatter_exit(struct klips_scatter *s)
{
	unsigned int i;

	for (i = 0; i < KLIPS_SCATTER_SLOTS; i++)
		kfree_skb(s->skbs[i]);
	free(s->rest);
	free(s->flat);
	memset(s, 0, sizeof(*s));
}

/**
 * klips_scatter_guess() - say how the next read is expected to be
 * @s: it
 * @lead: bytes of headers
 * @step: bytes of a segment; 0: no idea
 */
void klips_scatter_guess(struct klips_scatter *s, u32 lead, u32 step)
{
	if (s->slots && s->lead == lead && s->step == step)
		return;
	if (!step || lead + step > KLIPS_SLOT_ROOM) {
		lead = 0;
		step = 0;
	}
	s->lead = lead;
	s->step = step;
	s->first = step ? lead + step : KLIPS_SLOT_ROOM;
	s->slots = step ? min_t(u32, KLIPS_SCATTER_SLOTS, DIV_ROUND_UP(KLIPS_SCATTER_MAX, step)) : 1;
	s->ready = 0;
}

static void set_piece(struct klips_scatter *s, unsigned int i)
{
	struct iovec *iov = &s->iov[1 + i];

	iov->iov_base = s->skbs[i]->data + (i ? s->lead : 0);
	iov->iov_len = i ? s->step : s->first;
}

/**
 * klips_scatter_prepare() - make iov[1] to iov[pieces] ready for a read
 * @s: it
 *
 * Return: 0 or -ENOMEM.
 */
int klips_scatter_prepare(struct klips_scatter *s)
{
	unsigned int i;

	for (i = 0; i < s->slots; i++) {
		if (i < s->ready && s->skbs[i])
			continue;
		if (!s->skbs[i])
			s->skbs[i] = klips_slot_new();
		if (!s->skbs[i])
			return -ENOMEM;
		set_piece(s, i);
	}
	s->ready = s->slots;
	s->iov[1 + s->slots].iov_base = s->rest;
	s->iov[1 + s->slots].iov_len = KLIPS_SCATTER_MAX;
	s->pieces = s->slots + 1;
	return 0;
}

/**
 * klips_scatter_fits() - whether the guess was right, so that each segment is in a buffer of its own
 * @s: after the read
 * @lead: bytes of headers that there are
 * @step: bytes of a segment
 * @count: segments
 * @total: bytes that were read
 *
 * Return: whether klips_scatter_take() has them.
 */
bool klips_scatter_fits(const struct klips_scatter *s, u32 lead, u32 step, u32 count, u32 total)
{
	if (count == 1)
		return total <= s->first;
	return count <= s->slots && lead == s->lead && step == s->step;
}

/**
 * klips_scatter_take() - take a segment's buffer
 * @s: after the read
 * @index: of the segment
 * @length: bytes from the buffer's beginning on, headers and all
 *
 * Return: the packet, the caller's.
 */
struct sk_buff *klips_scatter_take(struct klips_scatter *s, unsigned int index, u32 length)
{
	struct sk_buff *skb = s->skbs[index];

	s->skbs[index] = NULL;
	skb_put(skb, length);
	return skb;
}

/**
 * klips_scatter_flat() - all that was read, in one piece
 * @s: after the read
 * @total: bytes of it; what is over KLIPS_SCATTER_MAX is left out
 *
 * Return: the bytes, until the next call.
 */
const u8 *klips_scatter_flat(struct klips_scatter *s, u32 total)
{
	u32 done = 0, n;
	unsigned int i;

	total = min_t(u32, total, KLIPS_SCATTER_MAX);
	for (i = 1; i <= s->pieces && done < total; i++) {
		n = min_t(u32, total - done, s->iov[i].iov_len);
		memcpy(s->flat + done, s->iov[i].iov_base, n);
		done += n;
	}
	return s->flat;
}
