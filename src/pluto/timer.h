/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timers of an engine, in milliseconds of a clock that only goes forward. */
#ifndef PLUTO_TIMER_H
#define PLUTO_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct pluto_timer - part of what it is for; all zero: not set
 * @place: in the heap, from 1
 */
struct pluto_timer {
	uint64_t at;
	size_t place;
	void (*run)(struct pluto_timer *timer);
};

struct pluto_timers {
	struct pluto_timer **heap;
	size_t count, room;
};

int pluto_timer_set(struct pluto_timers *timers, struct pluto_timer *timer, uint64_t at,
		    void (*run)(struct pluto_timer *timer));
void pluto_timer_cancel(struct pluto_timers *timers, struct pluto_timer *timer);
/* When the first is due; UINT64_MAX: none is set. */
uint64_t pluto_timers_next(const struct pluto_timers *timers);
void pluto_timers_run(struct pluto_timers *timers, uint64_t now);
void pluto_timers_free(struct pluto_timers *timers);

static inline bool pluto_timer_is_set(const struct pluto_timer *timer)
{
	return timer->place != 0;
}

#endif
