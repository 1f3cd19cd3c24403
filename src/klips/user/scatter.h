/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One read that brings many segments, each into a buffer of its own. Their size is known only afterwards, so it is
 * guessed to be as the last time; after a wrong guess the bytes are copied.
 */
#ifndef KLIPS_USER_SCATTER_H
#define KLIPS_USER_SCATTER_H

#include <sys/uio.h>

#include "slots.h"

#define KLIPS_SCATTER_SLOTS 64
#define KLIPS_SCATTER_MAX   65536 /* bytes of a read */

/**
 * struct klips_scatter - where the bytes of a read go; of one thread
 * @skbs: the first @ready have memory
 * @lead: bytes of headers before the first segment; the other segments leave room for as many
 * @step: bytes of a segment; 0: the first buffer takes what it can
 * @iov: [0] is free for the user
 * @rest: what the buffers have no room for
 * @flat: where all is copied together after a wrong guess
 */
struct klips_scatter {
	struct sk_buff *skbs[KLIPS_SCATTER_SLOTS];
	unsigned int ready;
	u32 lead;
	u32 step;
	u32 first;
	unsigned int slots;
	struct iovec iov[KLIPS_SCATTER_SLOTS + 2];
	unsigned int pieces;
	u8 *rest;
	u8 *flat;
};

int klips_scatter_init(struct klips_scatter *s);
void klips_scatter_exit(struct klips_scatter *s);
void klips_scatter_guess(struct klips_scatter *s, u32 lead, u32 step);
int klips_scatter_prepare(struct klips_scatter *s);
bool klips_scatter_fits(const struct klips_scatter *s, u32 lead, u32 step, u32 count, u32 total);
struct sk_buff *klips_scatter_take(struct klips_scatter *s, unsigned int index, u32 length);
const u8 *klips_scatter_flat(struct klips_scatter *s, u32 total);

#endif
