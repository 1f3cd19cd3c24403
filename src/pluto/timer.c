// SPDX-License-Identifier: GPL-2.0-or-later
#include "timer.h"

#include <errno.h>
#include <stdlib.h>

static void put(struct pluto_timers *timers, size_t place, struct pluto_timer *timer)
{
	timers->heap[place - 1] = timer;
	timer->place = place;
}

static struct pluto_timer *get(const struct pluto_timers *timers, size_t place)
{
	return timers->heap[place - 1];
}

/* Up or down from its place, to where it belongs. */
static void settle(struct pluto_timers *timers, struct pluto_timer *timer)
{
	size_t place = timer->place, child;

	while (place > 1 && get(timers, place / 2)->at > timer->at) {
		put(timers, place, get(timers, place / 2));
		place /= 2;
	}
	while ((child = 2 * place) <= timers->count) {
		if (child < timers->count && get(timers, child + 1)->at < get(timers, child)->at)
			child++;
		if (get(timers, child)->at >= timer->at)
			break;
		put(timers, place, get(timers, child));
		place = child;
	}
	put(timers, place, timer);
}

static int make_room(struct pluto_timers *timers)
{
	size_t room = timers->room ? 2 * timers->room : 64;
	struct pluto_timer **heap;

	if (timers->count < timers->room)
		return 0;
	heap = reallocarray(timers->heap, room, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	timers->heap = heap;
	timers->room = room;
	return 0;
}

/**
 * pluto_timer_set() - have a function run at a time
 * @timer: set anew if it is set already
 * @at: milliseconds; in the past: at the next pluto_timers_run()
 *
 * Return: 0, or -ENOMEM, and then a timer that was set is as it was
 */
int pluto_timer_set(struct pluto_timers *timers, struct pluto_timer *timer, uint64_t at,
		    void (*run)(struct pluto_timer *timer))
{
	if (!timer->place) {
		if (make_room(timers))
			return -ENOMEM;
		timer->place = ++timers->count;
	}
	timer->at = at;
	timer->run = run;
	settle(timers, timer);
	return 0;
}

/**
 * pluto_timer_cancel() - have it not run
 * @timer: may be one that is not set
 */
void pluto_timer_cancel(struct pluto_timers *timers, struct pluto_timer *timer)
{
	size_t place = timer->place;
	struct pluto_timer *last;

	if (!place)
		return;
	last = get(timers, timers->count--);
	timer->place = 0;
	if (last == timer)
		return;
	last->place = place;
	settle(timers, last);
}

uint64_t pluto_timers_next(const struct pluto_timers *timers)
{
	return timers->count ? timers->heap[0]->at : UINT64_MAX;
}

/**
 * pluto_timers_run() - run those that are due, the earliest first
 *
 * A function may set and cancel any. Those that it sets for now or earlier run too.
 */
void pluto_timers_run(struct pluto_timers *timers, uint64_t now)
{
	struct pluto_timer *timer;

	while (pluto_timers_next(timers) <= now) {
		timer = timers->heap[0];
		pluto_timer_cancel(timers, timer);
		timer->run(timer);
	}
}

void pluto_timers_free(struct pluto_timers *timers)
{
	free(timers->heap);
	*timers = (struct pluto_timers){ 0 };
}
