// SPDX-License-Identifier: GPL-2.0-or-later
#include "lifetime.h"

#define SECOND	   1000000000ULL
#define NEVER	   (~0ULL)
#define SECONDS_IN (NEVER / SECOND)

/**
 * klips_usage_count() - note that packets went through an SA
 * @usage: the SA's; several CPUs may count at a time
 * @bytes: of all of them, before encapsulation; inbound, as they came
 * @packets: how many
 * @now: monotonic nanoseconds
 */
void klips_usage_count(struct klips_usage *usage, u64 bytes, u64 packets, u64 now)
{
	atomic64_add((s64)bytes, &usage->bytes);
	atomic64_add((s64)packets, &usage->packets);
	if (!READ_ONCE(usage->first))
		WRITE_ONCE(usage->first, now);
	WRITE_ONCE(usage->last, now);
}

/* The first instant that is more than @seconds after @since; NEVER without a limit, or beyond the end of time. */
static u64 instant(u64 since, u64 seconds)
{
	if (!seconds || seconds >= SECONDS_IN || since >= NEVER - seconds * SECOND)
		return NEVER;
	return since + seconds * SECOND + 1;
}

static u64 added_limit(const struct klips_limits *limits, const struct klips_usage *usage)
{
	return instant(usage->added, limits->addtime);
}

static u64 used_limit(const struct klips_limits *limits, const struct klips_usage *usage)
{
	u64 first = READ_ONCE(usage->first);

	return first ? instant(first, limits->usetime) : NEVER;
}

static bool counted_past(const atomic64_t *count, u64 limit)
{
	return limit && (u64)atomic64_read(count) > limit;
}

static bool reached(u64 instant, u64 now)
{
	return instant != NEVER && now >= instant;
}

static bool is_past(const struct klips_limits *limits, const struct klips_usage *usage, u64 now)
{
	return counted_past(&usage->bytes, limits->bytes) || counted_past(&usage->packets, limits->packets) ||
	       reached(added_limit(limits, usage), now) || reached(used_limit(limits, usage), now);
}

/**
 * klips_life_check() - where an SA stands
 * @soft: limits after which another is to be made in time
 * @hard: limits after which it must not be used
 * @usage: what it has done, without the packets in hand
 * @now: monotonic nanoseconds
 *
 * A limit is passed by what is more than it, as KLIPS has always had it: of an SA of 10 packets the eleventh passes the
 * limit, and the twelfth finds that out.
 */
enum klips_life klips_life_check(const struct klips_limits *soft, const struct klips_limits *hard,
				 const struct klips_usage *usage, u64 now)
{
	if (is_past(hard, usage, now))
		return KLIPS_LIFE_HARD;
	return is_past(soft, usage, now) ? KLIPS_LIFE_SOFT : KLIPS_LIFE_GOES_ON;
}

/**
 * klips_life_next() - when time alone will take an SA past its next limit
 * @soft: as for klips_life_check()
 * @hard: likewise
 * @usage: likewise; a limit of the time of use has no instant before the first packet
 * @now: monotonic nanoseconds
 *
 * Return: an instant after @now, in monotonic nanoseconds, at which klips_life_check() will say what it did not before;
 * 0 if there is none.
 */
u64 klips_life_next(const struct klips_limits *soft, const struct klips_limits *hard, const struct klips_usage *usage,
		    u64 now)
{
	u64 instants[] = { added_limit(soft, usage), used_limit(soft, usage), added_limit(hard, usage),
			   used_limit(hard, usage) };
	u64 next = NEVER;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(instants); i++) {
		if (instants[i] > now)
			next = min(next, instants[i]);
	}
	return next == NEVER ? 0 : next;
}
