// SPDX-License-Identifier: GPL-2.0-or-later
/* See chance.h. */
#include "guest/chance.h"

/* Where lengths and counters turn over. */
static const u16 edges[] = { 0,	  1,   4,   7,	 8,    15,   16,   19,	   20,	   39,	   40,	  127,
			     128, 255, 256, 576, 1279, 1280, 1500, 0x7fff, 0x8000, 0xfff7, 0xffff };

static void change(struct chance *chance, u8 *at, u32 length)
{
	u32 from = chance_below(chance, length), to = chance_below(chance, length);
	u16 edge = edges[chance_below(chance, ARRAY_SIZE(edges))];

	switch (chance_below(chance, 6)) {
	case 0:
		at[from] ^= (u8)(1U << chance_below(chance, 8));
		break;
	case 1:
		at[from] = (u8)chance_next(chance);
		break;
	case 2:
		at[from] = (u8)edge;
		break;
	case 3:
		if (from + 2 <= length)
			put_unaligned_be16(edge, at + from);
		break;
	case 4:
		memmove(at + to, at + from, min_t(u32, 1 + chance_below(chance, 16), length - max(from, to)));
		break;
	default:
		memset(at + from, chance_one_in(chance, 2) ? 0xff : 0, min_t(u32, 1 + (edge & 15), length - from));
		break;
	}
}

/**
 * chance_mutate() - change some bytes, most often few; headers, which come first, more often than the rest
 * @chance: the generator
 * @at: the bytes
 * @length: how many
 */
void chance_mutate(struct chance *chance, u8 *at, u32 length)
{
	if (!length)
		return;
	do {
		change(chance, at, chance_one_in(chance, 2) ? min(length, 64U) : length);
	} while (chance_one_in(chance, 2));
}

/**
 * chance_resize() - cut bytes off, or put some behind
 * @chance: the generator
 * @at: the bytes
 * @length: how many
 * @room: how many there may be
 *
 * Return: how many there are now.
 */
u32 chance_resize(struct chance *chance, u8 *at, u32 length, u32 room)
{
	u32 more;

	if (chance_one_in(chance, 2))
		return chance_below(chance, length + 1);
	more = min_t(u32, 1 + chance_below(chance, chance_one_in(chance, 8) ? 1024 : 32), room - length);
	chance_fill(chance, at + length, more);
	return length + more;
}
