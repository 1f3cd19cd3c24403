/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long an SA may live: RFC 4301, 4.4.2.1. */
#ifndef KLIPS_CORE_LIFETIME_H
#define KLIPS_CORE_LIFETIME_H

#include "port.h"

/**
 * struct klips_limits - where an SA's life changes; 0: never
 * @bytes: of the packets before encapsulation; inbound, as they came
 * @packets: that went through
 * @addtime: seconds since it was added
 * @usetime: seconds since it was first used
 */
struct klips_limits {
	u64 bytes;
	u64 packets;
	u64 addtime;
	u64 usetime;
};

/**
 * struct klips_usage - what an SA has done so far
 * @bytes: as klips_limits counts them
 * @packets: that went through; inbound: authentic ones
 * @added: monotonic nanoseconds
 * @first: the same of its first packet; 0 before it
 * @last: the same of its last packet
 */
struct klips_usage {
	atomic64_t bytes;
	atomic64_t packets;
	u64 added;
	u64 first;
	u64 last;
};

enum klips_life {
	KLIPS_LIFE_GOES_ON,
	KLIPS_LIFE_SOFT,
	KLIPS_LIFE_HARD,
};

void klips_usage_count(struct klips_usage *usage, u64 bytes, u64 packets, u64 now);
enum klips_life klips_life_check(const struct klips_limits *soft, const struct klips_limits *hard,
				 const struct klips_usage *usage, u64 now);
u64 klips_life_next(const struct klips_limits *soft, const struct klips_limits *hard, const struct klips_usage *usage,
		    u64 now);

#endif
