/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that follow from a seed: what went wrong once goes wrong again. */
#ifndef KLIPS_GUEST_CHANCE_H
#define KLIPS_GUEST_CHANCE_H

#include "core/port.h"

/**
 * struct chance - a generator
 * @state: where it is
 */
struct chance {
	u64 state;
};

/* splitmix64: neighbouring seeds have nothing in common. */
static inline u64 chance_next(struct chance *chance)
{
	u64 x = chance->state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* Of the packet or message of that number, whatever came before it. */
static inline struct chance chance_of(u64 seed, u64 number)
{
	struct chance mixed = { .state = seed };

	return (struct chance){ .state = chance_next(&mixed) ^ number };
}

/* 0 to @end - 1; @end is not 0. */
static inline u32 chance_below(struct chance *chance, u32 end)
{
	return (u32)(((chance_next(chance) >> 32) * end) >> 32);
}

static inline bool chance_one_in(struct chance *chance, u32 count)
{
	return !chance_below(chance, count);
}

static inline void chance_fill(struct chance *chance, u8 *at, u32 length)
{
	u32 i;

	for (i = 0; i < length; i++)
		at[i] = (u8)chance_next(chance);
}

void chance_mutate(struct chance *chance, u8 *at, u32 length);
u32 chance_resize(struct chance *chance, u8 *at, u32 length, u32 room);

#endif
