// SPDX-License-Identifier: GPL-2.0-or-later
/* See pass.h. */
#include "ah.h"
#include "debug.h"
#include "esp.h"
#include "ipcomp.h"
#include "pass.h"

/**
 * klips_free_skbs() - let go of packets
 * @skbs: them; NULL entries are skipped
 * @count: how many
 */
void klips_free_skbs(struct sk_buff **skbs, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (skbs[i])
			kfree_skb(skbs[i]);
}

/* The arrays follow each other by what they are aligned to. Packets mostly come alone: room for all would be 10 kB. */
static struct klips_pass *allocate(struct klips *klips, unsigned int count)
{
	u32 room = klips_crypto_room();
	struct klips_pass *pass;
	size_t arrays, each = sizeof(*pass->jobs) + sizeof(*pass->skbs) + sizeof(*pass->numbers) +
			      sizeof(*pass->inner) + sizeof(*pass->header) + sizeof(*pass->results) +
			      sizeof(*pass->next);

	BUILD_BUG_ON(sizeof(*pass->inner) % sizeof(u32));
	arrays = round_up(count * each, sizeof(u64));
	pass = kmalloc(sizeof(*pass) + arrays + sizeof(*pass->room) + room, GFP_ATOMIC);
	if (!pass)
		return NULL;
	pass->room = (struct klips_room *)((u8 *)(pass + 1) + arrays);
	pass->room->size = room;
	klips_busy_get(&klips->busy);
	pass->klips = klips;
	pass->skbs = (struct sk_buff **)(pass->jobs + count);
	pass->numbers = (u64 *)(pass->skbs + count);
	pass->inner = (struct klips_ip *)(pass->numbers + count);
	pass->header = (u32 *)(pass->inner + count);
	pass->results = (int *)(pass->header + count);
	pass->next = (u8 *)(pass->results + count);
	return pass;
}

/* The last that it does with its klips. */
static void release(struct klips_pass *pass)
{
	struct klips *klips = pass->klips;

	kfree(pass);
	klips_busy_put(&klips->busy);
}

/**
 * klips_pass_new() - take packets over
 * @klips: where
 * @dev: the ipsecN that they go through
 * @skbs: the packets, which are the pass's then, or freed if there is no memory for it
 * @count: 1 to KLIPS_BATCH
 *
 * Return: the pass, which klips_pass_free() ends; NULL: no memory.
 */
struct klips_pass *klips_pass_new(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	struct klips_pass *pass = allocate(klips, count);

	if (!pass) {
		klips_free_skbs(skbs, count);
		return NULL;
	}
	klips_trace(VERBOSE, "%u packets, the first of %u bytes", count, skbs[0]->len);
	pass->dev = dev;
	pass->sa = NULL;
	pass->now = ktime_get_coarse_ns();
	pass->in_udp = false;
	pass->depth = 0;
	pass->count = count;
	memcpy(pass->skbs, skbs, count * sizeof(*skbs));
	return pass;
}

/**
 * klips_pass_free() - end a pass, and let go of the packets that it still has
 * @pass: it; NULL is fine
 */
void klips_pass_free(struct klips_pass *pass)
{
	if (!pass)
		return;
	klips_free_skbs(pass->skbs, pass->count);
	release(pass);
}

/**
 * klips_pass_drop() - drop one packet; klips_pass_compact() closes the gap
 * @pass: the pass
 * @index: which packet
 * @counter: what counts it; NULL: nothing does
 */
void klips_pass_drop(struct klips_pass *pass, unsigned int index, atomic64_t *counter)
{
	if (!pass->skbs[index])
		return;
	if (counter)
		atomic64_inc(counter);
	kfree_skb(pass->skbs[index]);
	pass->skbs[index] = NULL;
}

/**
 * klips_pass_drop_all() - drop all packets
 * @pass: the pass
 * @counter: what counts them
 */
void klips_pass_drop_all(struct klips_pass *pass, atomic64_t *counter)
{
	unsigned int i;

	for (i = 0; i < pass->count; i++)
		klips_pass_drop(pass, i, counter);
	pass->count = 0;
}

static void move(struct klips_pass *to, u32 at, struct klips_pass *from, u32 index)
{
	to->skbs[at] = from->skbs[index];
	to->header[at] = from->header[index];
	to->next[at] = from->next[index];
	to->inner[at] = from->inner[index];
	to->jobs[at] = from->jobs[index];
	to->numbers[at] = from->numbers[index];
}

/**
 * klips_pass_compact() - close the gaps that dropped packets left
 * @pass: the pass
 *
 * Return: the packets that there are.
 */
unsigned int klips_pass_compact(struct klips_pass *pass)
{
	unsigned int from, to = 0;

	for (from = 0; from < pass->count; from++) {
		if (!pass->skbs[from])
			continue;
		if (from != to)
			move(pass, to, pass, from);
		to++;
	}
	pass->count = to;
	return to;
}

/**
 * klips_pass_split() - take some packets into a pass of their own
 * @pass: the pass, which keeps the others, without gaps
 * @which: for each packet, whether it is taken; one that was dropped never is
 *
 * Return: the new pass, perhaps without a packet; NULL: no memory, and those packets are freed.
 */
struct klips_pass *klips_pass_split(struct klips_pass *pass, const bool *which)
{
	struct klips_pass *part = allocate(pass->klips, pass->count);
	u32 i;

	if (part) {
		part->dev = pass->dev;
		part->sa = pass->sa;
		part->udp = pass->udp;
		part->in_udp = pass->in_udp;
		part->depth = pass->depth;
		part->now = pass->now;
		part->count = 0;
	}
	for (i = 0; i < pass->count; i++) {
		if (!which[i] || !pass->skbs[i])
			continue;
		if (part)
			move(part, part->count++, pass, i);
		else
			kfree_skb(pass->skbs[i]);
		pass->skbs[i] = NULL;
	}
	klips_pass_compact(pass);
	return part;
}

/**
 * klips_pass_room() - what an SA puts before and after a packet, at most
 * @sa: the SA
 * @head: bytes before, which are added to what is there
 * @tail: bytes after, likewise
 */
void klips_pass_room(const struct klips_sa *sa, unsigned int *head, unsigned int *tail)
{
	*head += klips_tunnel_head(sa) + KLIPS_BEET_HEAD;
	switch (sa->said.proto) {
	case KLIPS_PROTO_ESP:
		*head += klips_esp_head(sa);
		*tail += klips_esp_tail_max(sa);
		break;
	case KLIPS_PROTO_AH:
		*head += klips_ah_length(sa, KLIPS_V6);
		break;
	case KLIPS_PROTO_COMP:
		*head += KLIPS_IPCOMP_HEAD;
		break;
	}
}
