/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window of sequence numbers that were received: RFC 4303, 3.4.3 and appendix A. */
#ifndef KLIPS_CORE_REPLAY_H
#define KLIPS_CORE_REPLAY_H

#include "port.h"

#define KLIPS_REPLAY_MAX 4096

/**
 * struct klips_replay - the window of one inbound SA; its owner holds a lock around each call, but see
 * klips_replay_may_accept()
 * @size: packets, 0 (no check) or 32 to KLIPS_REPLAY_MAX, a multiple of 32
 * @esn: whether sequence numbers have 64 bits, of which 32 are on the wire
 * @top: the highest number that was accepted, 0 before the first
 * @words: of @bits: a power of two that has room for @size bits and one word more
 * @bits: a ring: bit n % (64 * @words) tells whether n was received
 */
struct klips_replay {
	u32 size;
	bool esn;
	u64 top;
	u32 words;
	u64 *bits;
};

int klips_replay_init(struct klips_replay *replay, u32 size, bool esn);
void klips_replay_free(struct klips_replay *replay);
u64 klips_replay_number(const struct klips_replay *replay, u32 wire);
bool klips_replay_may_accept(const struct klips_replay *replay, u64 number);
bool klips_replay_accept(struct klips_replay *replay, u64 number);

#endif
