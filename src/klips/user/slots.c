// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A buffer belongs to whichever thread frees it: it goes into that thread's store, up to a limit. So no lock is needed,
 * and what one thread holds back for long does not leave another without.
 */
#include "slots.h"

#define STORE_MAX 512
#define ALIGNMENT 64
#define OWN_SIZE  round_up(sizeof(struct sk_buff), ALIGNMENT)
#define SLOT_SIZE round_up(OWN_SIZE + KLIPS_SLOT_HEAD + KLIPS_SLOT_ROOM + KLIPS_SLOT_TAIL, ALIGNMENT)

/**
 * struct slot_store - a thread's free buffers
 */
struct slot_store {
	unsigned int count;
	struct sk_buff *skbs[STORE_MAX];
};

static _Thread_local struct slot_store store;

static void release(struct sk_buff *skb)
{
	if (store.count < STORE_MAX)
		store.skbs[store.count++] = skb;
	else
		free(skb);
}

/**
 * klips_slot_new() - a packet of no bytes yet, with room for KLIPS_SLOT_ROOM
 *
 * Return: the packet, whose data is KLIPS_SLOT_HEAD bytes from its head; NULL: no memory.
 */
struct sk_buff *klips_slot_new(void)
{
	struct sk_buff *skb = store.count ? store.skbs[--store.count] : aligned_alloc(ALIGNMENT, SLOT_SIZE);

	if (!skb)
		return NULL;
	memset(skb, 0, sizeof(*skb));
	skb->head = (u8 *)skb + OWN_SIZE;
	skb->data = skb->head + KLIPS_SLOT_HEAD;
	skb->size = SLOT_SIZE - OWN_SIZE;
	skb->owner = &store;
	skb->release = release;
	return skb;
}

/**
 * klips_slot_for() - a packet of no bytes yet, with room for some
 * @length: how many
 *
 * Return: the packet, of a store if it is not too long for that; NULL: no memory.
 */
struct sk_buff *klips_slot_for(u32 length)
{
	if (length <= KLIPS_SLOT_ROOM)
		return klips_slot_new();
	return klips_skb_new(KLIPS_SLOT_HEAD, length + KLIPS_SLOT_TAIL);
}

/**
 * klips_slots_end() - free this thread's store, before it ends
 */
void klips_slots_end(void)
{
	while (store.count)
		free(store.skbs[--store.count]);
}
