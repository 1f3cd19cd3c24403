/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for SAs that do not exist yet, and how many there may be. */
#ifndef KLIPS_CORE_ACQUIRE_H
#define KLIPS_CORE_ACQUIRE_H

#include "selector.h"

#define KLIPS_ACQUIRE_RATE  100 /* a second */
#define KLIPS_ACQUIRE_BURST 50

/**
 * struct klips_acquire - what is asked of the key daemon
 * @flow: of the packet that asks
 * @trap: the selector of the %trap that it met
 * @id: numbers the requests of one KLIPS, from 1
 */
struct klips_acquire {
	struct klips_flow flow;
	struct klips_selector trap;
	u32 id;
};

/**
 * struct klips_acquires - a token bucket; under its lock
 * @lock: guards @tokens and @filled
 * @tokens: in billionths of a request
 * @filled: monotonic nanoseconds of when @tokens was reckoned
 * @next_id: of the request made last
 * @sent: that somebody heard
 * @unheard: that nobody did
 * @limited: that were too many
 */
struct klips_acquires {
	spinlock_t lock;
	u64 tokens;
	u64 filled;
	u32 next_id;
	atomic64_t sent;
	atomic64_t unheard;
	atomic64_t limited;
};

void klips_acquires_init(struct klips_acquires *all, u32 burst, u64 now);
bool klips_acquire_allowed(struct klips_acquires *all, u32 rate, u32 burst, u64 now);

#endif
