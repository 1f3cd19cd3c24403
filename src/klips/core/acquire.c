// SPDX-License-Identifier: GPL-2.0-or-later
#include "acquire.h"

/* A request's worth of tokens: then a rate of one a second is one token a nanosecond. */
#define REQUEST 1000000000ULL

static u64 full(u32 burst)
{
	return max_t(u64, burst, 1) * REQUEST;
}

/**
 * klips_acquires_init() - a full bucket, and no request sent
 * @all: is filled in
 * @burst: requests that it holds; 0 counts as 1
 * @now: monotonic nanoseconds
 */
void klips_acquires_init(struct klips_acquires *all, u32 burst, u64 now)
{
	memset(all, 0, sizeof(*all));
	spin_lock_init(&all->lock);
	all->tokens = full(burst);
	all->filled = now;
}

/* What @elapsed nanoseconds add to @tokens, up to @limit. */
static u64 refilled(u64 tokens, u64 elapsed, u32 rate, u64 limit)
{
	u64 gained;

	if (tokens >= limit || __builtin_mul_overflow(elapsed, (u64)rate, &gained) || gained >= limit - tokens)
		return limit;
	return tokens + gained;
}

/**
 * klips_acquire_allowed() - whether one more request may be sent now; if not, that is counted
 * @all: the bucket
 * @rate: requests a second, as it is set now; 0: no limit
 * @burst: requests in a row after a pause, likewise; 0 counts as 1
 * @now: monotonic nanoseconds; what is before an earlier call's counts as that
 */
bool klips_acquire_allowed(struct klips_acquires *all, u32 rate, u32 burst, u64 now)
{
	bool allowed;

	spin_lock_bh(&all->lock);
	if (now > all->filled) {
		all->tokens = refilled(all->tokens, now - all->filled, rate, full(burst));
		all->filled = now;
	}
	allowed = !rate || all->tokens >= REQUEST;
	if (allowed && rate)
		all->tokens -= REQUEST;
	spin_unlock_bh(&all->lock);
	if (!allowed)
		atomic64_inc(&all->limited);
	return allowed;
}
